"""A lecture from a case: its pack, and the group's practice on the case's risk points."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.services import record
from cases.exceptions import NotALecturer
from cases.models import CasePage, LecturePack, LectureQuestion
from cases.models.pages import LECTURERS
from cases.services.uses import note_use
from people.models import Employee, User
from quizzes.models import Attempt
from quizzes.services import draw_for_group, group_results, start_group_attempt

PACK_USE = "lecture_pack"
QUESTIONS = 3
# Fewer than this and a share would tell of persons.
FEWEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How a group answered: ``right`` by number of the question, None below five persons."""

    persons: int
    right: dict[int, int] | None


def make_lecture_pack(*, case: CasePage, by: User, now: datetime) -> LecturePack:
    """Make what a lecture needs; the same person and case on the same day is the same pack.

    Draws questions that a group can answer by a show of hands, and notes one use of the case.

    :raises NotALecturer: if the person holds no role that lectures.
    """
    if not by.scope.has(*LECTURERS):
        raise NotALecturer
    day = timezone.localdate(now)
    with transaction.atomic():
        pack, is_new = LecturePack.objects.get_or_create(
            case=case, made_by=by, made_on=day, defaults={"made_at": now}
        )
        if not is_new:
            return pack
        points = case.risk_points.filter(live=True).order_by("code")
        questions = draw_for_group(risk_points=list(points), count=QUESTIONS)
        LectureQuestion.objects.bulk_create(
            LectureQuestion(pack=pack, number=number, version=question.version, drawn=values)
            for number, (question, values) in enumerate(questions, start=1)
        )
        posting = by.employee.main_posting(on=day) if by.employee is not None else None
        note_use(
            case=case,
            kind=PACK_USE,
            subject=pack.cause,
            title=f"{posting.unit}的讲课" if posting is not None else "讲课",
            unit=posting.unit if posting is not None else None,
            by=by,
            now=now,
        )
        record(
            actor_id=by.pk,
            action="cases.lecture.made",
            subject=pack,
            now=now,
            data={"case": case.pk, "questions": len(questions)},
        )
    return pack


def start_practice(*, pack: LecturePack, employee: Employee, now: datetime) -> Attempt:
    """Begin the group's practice for one person, or resume it.

    :raises quizzes.exceptions.NoQuestions: if none of its questions is published any more.
    """
    rows = pack.questions.select_related("version")
    return start_group_attempt(
        employee=employee,
        versions=[row.version for row in rows.order_by("number")],
        cause=pack.cause,
        reason="讲课时一起练的题，取自案例的风险点；不计成绩。",
        now=now,
    )


def group_figures(*, pack: LecturePack) -> GroupFigures:
    """Return how the group answered, without any person; two queries."""
    persons, right = group_results(cause=pack.cause)
    if persons < FEWEST_SHOWN:
        return GroupFigures(persons, None)
    numbers = dict(pack.questions.values_list("version__question", "number"))
    return GroupFigures(
        persons, {number: right.get(question, 0) for question, number in numbers.items()}
    )
