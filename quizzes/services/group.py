"""Questions for a group in one room: the same for all, answered by hands or on phones."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q

from common.formats import day_of
from people.models import Employee
from quizzes.exceptions import NoQuestions
from quizzes.models import Answer, Attempt, Question, QuestionVersion
from quizzes.models.bank import CHOICE_TYPES
from quizzes.parameters import draw
from quizzes.services.attempts import resumed_or_begun
from quizzes.services.drawing import Draw
from risk_manual.models import RiskPointPage

_chance = secrets.SystemRandom()


def draw_for_group(
    *, risk_points: Sequence[RiskPointPage], count: int
) -> list[tuple[Question, dict[str, str]]]:
    """Draw choice questions with their values, one of each point before a second of any.

    Returns fewer, or none, where the bank holds no more. Costs one query.
    """
    bank = list(
        Question.objects.drawable()
        .about(list(risk_points))
        .filter(version__type__in=sorted(CHOICE_TYPES))
        .select_related("version")
        .order_by("pk")
    )
    _chance.shuffle(bank)
    met: dict[int, int] = {}
    rounds: dict[int, int] = {}
    for question in bank:
        rounds[question.pk] = met.get(question.primary_risk_point_id, 0)
        met[question.primary_risk_point_id] = rounds[question.pk] + 1
    chosen = sorted(bank, key=lambda question: rounds[question.pk])[:count]
    return [(question, _values(question)) for question in chosen]


def start_group_attempt(
    *,
    employee: Employee,
    versions: Sequence[QuestionVersion],
    cause: str,
    reason: str,
    now: datetime,
) -> Attempt:
    """Start practice on the questions a group was shown, or resume it; those withdrawn fall out.

    :raises NoQuestions: if none of them is published any more.
    """

    def draw_them() -> Draw:
        order = [version.question_id for version in versions]
        found = Question.objects.drawable().filter(pk__in=order).select_related("version")
        questions = sorted(found, key=lambda question: order.index(question.pk))
        if not questions:
            raise NoQuestions("这次讲课的题都已撤下，不能再练；可以从风险手册里挑一个点练一练。")
        postings = employee.current_postings(on=day_of(now))
        return Draw(questions, postings[0].position if postings else None, reason)

    return resumed_or_begun(employee, draw_them, cause=cause, risk_point=None, now=now)


def group_results(*, cause: str) -> tuple[int, dict[int, int]]:
    """Return how many persons handed in, and how many were right, by question; two queries.

    Of a person's several attempts the first counts.
    """
    attempts = Attempt.objects.counted().filter(cause=cause).order_by("submitted_at", "pk")
    first: dict[int, int] = {}
    for pk, employee_id in attempts.values_list("pk", "employee"):
        first.setdefault(employee_id, pk)
    rows = (
        Answer.objects.filter(attempt__in=first.values())
        .order_by()
        .values_list("version__question")
        .annotate(right=Count("pk", filter=Q(is_right=True)))
    )
    return len(first), dict(rows)


def _values(question: Question) -> dict[str, str]:
    if question.version is None or not question.version.parameters:
        return {}
    return draw(question.version.parameters, chance=_chance)
