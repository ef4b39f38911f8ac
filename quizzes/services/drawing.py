"""Which questions a person gets, and why.

Questions marked for the person's posts come before the others of a point. Among them never-seen
ones come first, then the longest unseen; seen is what the person answered, for whatever cause.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Max, Q, QuerySet

from common.formats import day_of
from people.models import Employee, Position, Posting
from quizzes.exceptions import NoQuestions
from quizzes.models import DRAWN_TYPES, Answer, Question, Quiz
from quizzes.parameters import draw
from risk_manual.models import RiskPointPage

T = TypeVar("T")

DEFAULT_COUNT = 5
MOST_REDRAWS = 10
_shuffler = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Draw:
    """Questions in the order they are asked, the post they were drawn for, and why."""

    questions: list[Question]
    position: Position | None
    reason: str


@dataclass(frozen=True, slots=True)
class Portion:
    """How many questions of a paper come from one risk point.

    ``difficulty`` (1 to 3) and ``types`` say of which kind; None takes any, but no short answers.
    """

    risk_point: RiskPointPage
    count: int
    difficulty: int | None = None
    types: tuple[str, ...] | None = None


def points_of(position_ids: Iterable[int]) -> list[RiskPointPage]:
    """Return the live points that positions hold or review, or that their blueprint names.

    Positions without any get the common set; three queries.
    """
    ids = set(position_ids)
    named = RiskPointPage.objects.live().filter(pk__in=_points_named_by(Q(position__in=ids)))
    own = RiskPointPage.objects.live().filter(Q(position__in=ids) | Q(reviewer__in=ids))
    points = {point.pk: point for point in [*named, *own]}
    if not points:
        common = RiskPointPage.objects.live().filter(pk__in=_points_named_by(Q(position=None)))
        points = {point.pk: point for point in common}
    return sorted(points.values(), key=lambda point: point.code)


def draw_for_risk_point(
    *, employee: Employee, risk_point: RiskPointPage, count: int, now: datetime
) -> Draw:
    """Draw questions on a risk point: those for the person's posts, filled up with the others.

    :raises NoQuestions: if the point has none that can be graded at once.
    """
    postings = employee.current_postings(on=day_of(now))
    position_ids = {posting.position_id for posting in postings}
    bank = _candidates([risk_point.pk])
    seen = _last_seen(employee, bank)
    questions = _own_first(_by_need(bank, seen), position_ids)[:count]
    if not questions:
        raise NoQuestions
    position, reason = _why(risk_point, postings)
    return Draw(questions, position, reason)


def draw_for_positions(*, employee: Employee, count: int | None, now: datetime) -> Draw:
    """Draw a quiz over all points of the person's posts, one question a point and round.

    Without ``count``, as many as the longest blueprint of the posts says.

    :raises NoQuestions: if there is nothing to draw from.
    """
    postings = employee.current_postings(on=day_of(now))
    position_ids = {posting.position_id for posting in postings}
    points = points_of(position_ids)
    bank = _candidates([point.pk for point in points])
    if not bank:
        raise NoQuestions("题库里还没有您岗位的题目，暂时不能测验；请联系内容编辑补题。")
    seen = _last_seen(employee, bank)
    by_point: dict[int, list[Question]] = defaultdict(list)
    for question in _own_first(_by_need(bank, seen), position_ids):
        by_point[question.primary_risk_point_id].append(question)
    # The nth question of every point comes before the next of any, so that all points are met.
    rounds = {q.pk: nth for queue in by_point.values() for nth, q in enumerate(queue)}
    ordered = sorted(_by_need(bank, seen), key=lambda question: rounds[question.pk])
    questions = ordered[: count or _blueprint_count(position_ids)]
    return Draw(questions, postings[0].position if postings else None, _why_posts(postings, points))


def draw_for_review(*, employee: Employee, risk_points: list[RiskPointPage], now: datetime) -> Draw:
    """Draw one question on each point, in the order of the points; items rotate by need.

    :raises NoQuestions: if there are no points, or nothing on them.
    """
    bank = _candidates([point.pk for point in risk_points])
    seen = _last_seen(employee, bank)
    needed = _by_need(bank, seen)
    firsts = (
        next((q for q in needed if q.primary_risk_point_id == point.pk), None)
        for point in risk_points
    )
    questions = [question for question in firsts if question is not None]
    if not questions:
        raise NoQuestions("今天没有到期要复习的风险点；可以从风险手册里挑一个点练一练。")
    postings = employee.current_postings(on=day_of(now))
    position = postings[0].position if postings else None
    return Draw(questions, position, f"这{len(questions)}个风险点到了该再想一遍的日子。")


def draw_for_paper(
    *, employee: Employee, portions: list[Portion], reason: str, now: datetime
) -> Draw:
    """Draw a paper by its portions; one that the bank cannot fill takes others of its point.

    :raises NoQuestions: if there is nothing to draw from.
    """
    bank = _candidates([portion.risk_point.pk for portion in portions], with_short=True)
    needed = _by_need(bank, _last_seen(employee, bank))
    chosen: dict[int, Question] = {}
    for portion in portions:
        own = [
            question
            for question in needed
            if question.primary_risk_point_id == portion.risk_point.pk and question.pk not in chosen
        ]
        fitting = [question for question in own if _fits(question, portion)]
        others = [
            question
            for question in own
            if not _fits(question, portion)
            and question.version is not None
            and question.version.type in DRAWN_TYPES
        ]
        chosen |= {question.pk: question for question in (fitting + others)[: portion.count]}
    if not chosen:
        raise NoQuestions("题库里还没有这份试卷要的题目，暂时不能考试；请联系内容编辑补题。")
    postings = employee.current_postings(on=day_of(now))
    questions = _shuffled(chosen.values())
    return Draw(questions, postings[0].position if postings else None, reason)


def _fits(question: Question, portion: Portion) -> bool:
    if question.version is None:
        return False
    if portion.difficulty is not None and question.difficulty != portion.difficulty:
        return False
    return question.version.type in (DRAWN_TYPES if portion.types is None else portion.types)


def option_order_of(question: Question) -> list[str]:
    """Return the keys of the options in the order one person will see them; 判断 stays as it is."""
    if question.version is None:
        raise ValueError(f"Question {question.pk} has no published version")
    keys = [option["key"] for option in question.version.options]
    return keys if question.version.type == "judge" else _shuffled(keys)


def values_for(questions: list[Question], *, employee: Employee) -> dict[int, dict[str, str]]:
    """Draw the values of questions with parameters, by question; not those the person met last."""
    with_parameters = [q for q in questions if q.version is not None and q.version.parameters]
    last = dict(
        Answer.objects.filter(attempt__employee=employee, version__question__in=with_parameters)
        .order_by("pk")
        .values_list("version__question", "drawn")
    )
    return {q.pk: _fresh_values(q, last.get(q.pk)) for q in with_parameters}


def _fresh_values(question: Question, last: dict[str, str] | None) -> dict[str, str]:
    if question.version is None:
        raise ValueError(f"Question {question.pk} has no published version")
    parameters = question.version.parameters
    for _ in range(MOST_REDRAWS):
        drawn = draw(parameters, chance=_shuffler)
        if drawn != last:
            break
    return drawn


def _candidates(risk_point_ids: list[int], *, with_short: bool = False) -> list[Question]:
    bank = Question.objects.published() if with_short else Question.objects.drawable()
    return list(bank.about(risk_point_ids).select_related("version").order_by("pk"))


def _last_seen(employee: Employee, bank: list[Question]) -> dict[int, datetime]:
    met = (
        Answer.objects.filter(
            attempt__employee=employee, version__question__in=bank, answered_at__isnull=False
        )
        .values_list("version__question")
        .annotate(last=Max("answered_at"))
    )
    return dict(met)


def _by_need(questions: list[Question], seen: dict[int, datetime]) -> list[Question]:
    return sorted(
        _shuffled(questions), key=lambda q: (seen.get(q.pk) is not None, _stamp(seen.get(q.pk)))
    )


def _own_first(questions: list[Question], position_ids: set[int]) -> list[Question]:
    marked = Question.positions.through.objects.filter(
        question__in=questions, position__in=position_ids
    )
    own = set(marked.values_list("question", flat=True))
    return sorted(questions, key=lambda question: question.pk not in own)


def _stamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _shuffled(items: Iterable[T]) -> list[T]:
    shuffled = list(items)
    _shuffler.shuffle(shuffled)
    return shuffled


def _points_named_by(condition: Q) -> QuerySet[Quiz, Any]:
    return Quiz.objects.filter(condition, risk_points__isnull=False).values("risk_points")


def _blueprint_count(position_ids: set[int]) -> int:
    blueprints = Quiz.objects.filter(Q(position__in=position_ids) | Q(position=None))
    longest: int | None = blueprints.aggregate(longest=Max("question_count"))["longest"]
    return longest or DEFAULT_COUNT


def _why(risk_point: RiskPointPage, postings: list[Posting]) -> tuple[Position | None, str]:
    for posting in postings:
        if posting.position_id == risk_point.position_id:
            return posting.position, f"{risk_point.code}由{posting.position}负责，这是您的岗位。"
    for posting in postings:
        if posting.position_id == risk_point.reviewer_id:
            return posting.position, f"{risk_point.code}由{posting.position}复核，这是您的岗位。"
    return (
        postings[0].position if postings else None,
        f"{risk_point.code}不由您的岗位负责或复核；先抽与您岗位有关的题，不够再抽其他题。",
    )


def _why_posts(postings: list[Posting], points: list[RiskPointPage]) -> str:
    ids = {posting.position_id for posting in postings}
    if not any(point.position_id in ids or point.reviewer_id in ids for point in points):
        return f"您的岗位不负责也不复核风险点；这几题取自公司共同学习的{len(points)}个风险点。"
    names = "、".join(dict.fromkeys(str(posting.position) for posting in postings))
    return f"您的岗位是{names}；这几题取自您负责或复核的{len(points)}个风险点。"
