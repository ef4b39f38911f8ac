"""Questions for a group in one room."""

import pytest

from quizzes.models import QuestionType
from quizzes.services import draw_for_group
from tests.factories import QuestionFactory, RiskPointPageFactory

pytestmark = pytest.mark.django_db


def test_one_of_each_point_comes_before_a_second_of_any():
    points = [RiskPointPageFactory() for _ in range(3)]
    QuestionFactory.create_batch(5, primary_risk_point=points[0])
    for point in points[1:]:
        QuestionFactory(primary_risk_point=point)

    drawn = draw_for_group(risk_points=points, count=4)

    met = [question.primary_risk_point for question, _ in drawn]
    assert set(met[:3]) == set(points)
    assert met[3] == points[0]


def test_only_what_hands_can_answer_and_is_published_is_drawn():
    point = RiskPointPageFactory()
    QuestionFactory(primary_risk_point=point, type=QuestionType.FILL, answers=["30"])
    QuestionFactory(primary_risk_point=point, type=QuestionType.SHORT)
    QuestionFactory(primary_risk_point=point, published=False)
    choice = QuestionFactory(primary_risk_point=point)

    assert draw_for_group(risk_points=[point], count=3) == [(choice, {})]


def test_a_question_with_parameters_comes_with_values_and_is_filled():
    point = RiskPointPageFactory()
    QuestionFactory(
        primary_risk_point=point,
        stem="{容量}千伏安的变压器暂停，你怎么办？",
        parameters=[
            ("number", {"name": "容量", "low": 400, "high": 410, "step": 10}),
        ],
    )

    [(question, values)] = draw_for_group(risk_points=[point], count=1)

    assert values["容量"] in {"400", "410"}
    asked = question.version.filled(values)
    assert asked.stem == f"{values['容量']}千伏安的变压器暂停，你怎么办？"


def test_a_point_without_questions_gives_none():
    assert draw_for_group(risk_points=[RiskPointPageFactory()], count=3) == []
    assert draw_for_group(risk_points=[], count=3) == []
