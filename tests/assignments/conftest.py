"""What the tests of duties start from: a point with a lesson and questions, an account manager."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from assignments.models import TrainingTrigger
from courses.models import LessonMode, LessonView, MicroLessonPage
from people.models import Employee, Position
from quizzes.models import Attempt
from quizzes.services import confirm_answer, start_attempt, submit_attempt
from risk_manual.models import RiskPointPage
from risk_warnings.models import Conclusion, Level, WorkOrder
from tests.factories import (
    EmployeeFactory,
    PositionFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
)


@dataclass
class Lesson:
    """A risk point with its lesson, five questions and the person who holds it."""

    point: RiskPointPage
    page: MicroLessonPage
    position: Position
    manager: Employee


def make_lesson(point: RiskPointPage, *, code: str = "WK-01", month: str = "") -> MicroLessonPage:
    page = MicroLessonPage(
        title="一台“睡着”的变压器，账单为什么醒着",
        slug=code.lower(),
        code=code,
        month=month,
        duration_seconds=180,
        decision_situation="客户说先别急着封",
        recall_question="哪三样要同框？",
        recall_answer="封印号、铭牌、工单",
        key_sentence="现场封了才能算。",
    )
    point.get_parent().add_child(instance=page)
    page.risk_points.set([point])
    page.save()
    return page


@pytest.fixture
def lesson(db) -> Lesson:
    position = PositionFactory()
    point = RiskPointPageFactory(position=position, code="GF-09")
    for _ in range(5):
        QuestionFactory(primary_risk_point=point)
    manager = PostingFactory(position=position).employee
    return Lesson(point, make_lesson(point), position, manager)


@pytest.fixture
def trigger(db) -> TrainingTrigger:
    return TrainingTrigger.objects.create(
        level=Level.MEDIUM, conclusion=Conclusion.BUSINESS_ERROR, question_count=3, days=10
    )


@pytest.fixture
def concluded() -> Any:
    """A function that makes an order whose conclusion has taken effect."""

    def _concluded(lesson: Lesson, *, now: datetime, **fields: Any) -> WorkOrder:
        officer = EmployeeFactory()
        posting = lesson.manager.main_posting(on=timezone.localdate(now))
        return WorkOrder.objects.create(
            **{
                "number": f"2026-{WorkOrder.objects.count() + 1:03d}",
                "title": "一户10月基本电费疑似少收，请说明",
                "theme": "T01",
                "level": Level.MEDIUM,
                "status": "closed",
                "unit": posting.unit if posting else None,
                "risk_point": lesson.point,
                "receiver": lesson.manager,
                "drafter": officer,
                "created_at": now,
                "status_changed_at": now,
                "issued_at": now,
                "conclusion": Conclusion.BUSINESS_ERROR,
                "concluded_by": officer,
                "effective_at": now,
                **fields,
            }
        )

    return _concluded


def see_lesson(lesson: Lesson, *, at: datetime, cause: str = "", who: Employee | None = None):
    """Have the person complete the lesson, as the player records it."""
    return LessonView.objects.create(
        employee=who or lesson.manager,
        lesson=lesson.page,
        cause=cause,
        started_at=at,
        last_act_at=at,
        seconds_covered=180,
        decision=2,
        decided_at=at,
        completed_at=at,
        completed_by=LessonMode.WATCH,
    )


def answer_questions(lesson: Lesson, *, at: datetime, cause: str = "", count: int = 3) -> Attempt:
    """Have the person answer every question with the first option shown, and hand in."""
    attempt = start_attempt(
        employee=lesson.manager, risk_point=lesson.point, cause=cause, count=count, now=at
    )
    for answer in attempt.answers.order_by("number"):
        confirm_answer(
            attempt=attempt,
            number=answer.number,
            response=answer.option_order[:1],
            sequence=1,
            now=at,
        )
    return submit_attempt(attempt=attempt, now=at)
