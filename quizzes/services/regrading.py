"""Judging earlier answers anew after a question was corrected, shown before it is done.

The versions that persons saw stay; only the verdict changes, and both verdicts are kept. In an
examination it never changes to a person's disadvantage: the mistake was ours.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from audit.services import record
from jobs.models import Job
from jobs.services import enqueue
from notifications.models import NotificationCategory
from notifications.services import notify
from people.models import Employee, User
from quizzes.exceptions import OwnText, RegradeRefused
from quizzes.models import (
    Answer,
    Attempt,
    Question,
    QuestionType,
    QuestionVersion,
    Regrade,
    RegradedAnswer,
    RegradeWay,
)
from quizzes.services.grading import is_right
from quizzes.services.scoring import marks_of, note_right, score, score_of, settle

REGRADE_KIND = "quizzes.regrade"


@dataclass(frozen=True, slots=True)
class ExamChange:
    """One examination whose score changes, by the number of its sheet: no name, no answer."""

    attempt: Attempt
    before: int
    after: int

    @property
    def is_now_passed(self) -> bool:
        """Whether it was failed and is passed now."""
        mark = self.attempt.pass_mark or 0
        return self.before < mark <= self.after


@dataclass(frozen=True, slots=True)
class RegradePlan:
    """What judging anew would change.

    ``right`` and ``wrong`` count answers that become so, ``people`` whose they are; ``spared`` stay
    right because they stand in examinations, and ``unlike`` cannot be compared: other options.
    """

    right: int
    wrong: int
    people: int
    spared: int
    unlike: int
    exams: list[ExamChange]
    digest: str


def plan_regrade(*, question: Question, way: RegradeWay) -> RegradePlan:
    """Return what judging the earlier answers anew would change; nothing is written."""
    if question.version is None:
        raise RegradeRefused("这道题还没有发布过，没有答卷可以改判。")
    judged: list[tuple[Answer, bool]] = []
    spared = unlike = 0
    for answer in _given(question).iterator(chunk_size=2000):
        verdict = verdict_on(answer, way=way, key=question.version)
        if verdict is None:
            unlike += 1
        elif _changes(answer, verdict):
            if _is_spared(answer, verdict):
                spared += 1
            else:
                judged.append((answer, verdict))
    found = [answer for answer, _ in judged]
    seen = hashlib.sha256(way.encode())
    for answer in found:
        seen.update(f"{answer.pk}:{answer.is_right};".encode())
    return RegradePlan(
        right=sum(verdict for _, verdict in judged),
        wrong=sum(not verdict for _, verdict in judged),
        people=len({answer.attempt.employee_id for answer in found}),
        spared=spared,
        unlike=unlike,
        exams=_exam_changes(found),
        digest=f"{question.version.number}-{seen.hexdigest()[:16]}",
    )


def order_regrade(
    *, question: Question, way: RegradeWay, reason: str, shown: str, by: User, now: datetime
) -> Job:
    """Decide to judge anew what ``shown``, the digest of a plan, showed; a job carries it out.

    :raises OwnText: if who decides wrote the text that it is judged by.
    :raises RegradeRefused: if no reason is given, nothing changes, or the plan is not as shown.
    """
    if not reason.strip():
        raise RegradeRefused("请写明为什么改判，再确认。")
    with transaction.atomic():
        held = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
        if held.regrades.filter(carried_out_at=None).exists():
            raise RegradeRefused("这道题正在改判，办完会通知您；请等它办完再看。")
        plan = plan_regrade(question=held, way=way)
        if plan.digest != shown:
            raise RegradeRefused("在您看的时候，答卷或题目有了变化；请看过新的结果再确认。")
        if not plan.people:
            raise RegradeRefused("没有要改的答卷，不用改判。")
        if held.edited_by_id == by.pk:
            raise OwnText("这道题最后是您自己改的，请换一位同事改判。")
        regrade = Regrade.objects.create(
            question=held,
            version_id=held.version_id,
            way=way,
            reason=reason.strip(),
            ordered_by=by,
            ordered_at=now,
        )
        record(
            actor_id=by.pk,
            action="quizzes.question.regraded",
            subject=held,
            now=now,
            data={"way": way.value, "right": plan.right, "wrong": plan.wrong},
        )
        return enqueue(
            kind=REGRADE_KIND,
            key=f"{REGRADE_KIND}:{regrade.pk}",
            params={"regrade": regrade.pk},
            owner_id=by.pk,
            title=f"改判{held.code}的答卷",
            now=now,
        )


def carry_out_regrade(
    *, regrade: Regrade, now: datetime, progress: Callable[[int, int], None]
) -> int:
    """Judge anew, person by person; return how many answers changed. Goes on where it stopped."""
    waiting = (
        _given(regrade.question)
        .filter(attempt__started_at__lte=regrade.ordered_at)
        .exclude(regrades__regrade=regrade)
    )
    people = sorted(set(waiting.order_by().values_list("attempt__employee", flat=True)))
    for done, employee_id in enumerate(people, start=1):
        _regrade_of(regrade, waiting.filter(attempt__employee=employee_id), employee_id, now=now)
        progress(done, len(people))
    Regrade.objects.filter(pk=regrade.pk, carried_out_at=None).update(carried_out_at=now)
    return regrade.answers.count()


def verdict_on(answer: Answer, *, way: RegradeWay, key: QuestionVersion) -> bool | None:
    """Return whether an answer is right by another version's key; None if they cannot be compared.

    Options are matched by their words, in the values that the person met.
    """
    if way == RegradeWay.CREDIT:
        return True
    names = {parameter["name"] for parameter in key.parameters}
    if answer.version.type != key.type or names != set(answer.drawn):
        return None
    if key.type == QuestionType.SHORT:
        return None
    mine, theirs = answer.asked, key.filled(answer.drawn)
    if not key.has_options:
        return answer.response is not None and is_right(theirs, answer.response)
    words = {option["key"]: option["text"] for option in mine.options}
    right = {option["text"]: option["right"] for option in theirs.options}
    if set(words.values()) != set(right):
        return None
    chosen = {words[key] for key in answer.response or []}
    return chosen == {text for text, is_right in right.items() if is_right}


def corrections_of(answer: Answer) -> "QuerySet[Regrade]":
    """Return the decisions that reach an answer, taken after its sitting began; the last first."""
    return (
        Regrade.objects.filter(
            question=answer.version.question_id,
            version__number__gte=answer.version.number,
            ordered_at__gte=answer.attempt.started_at,
        )
        .select_related("version")
        .order_by("-ordered_at", "-pk")
    )


def standing_verdict(answer: Answer) -> bool | None:
    """Return how an answer is judged by the last decision that reaches it; None without one."""
    last = corrections_of(answer).first()
    if last is None:
        return None
    return verdict_on(answer, way=RegradeWay(last.way), key=last.version)


def _changes(answer: Answer, verdict: bool, *, by: Regrade | None = None) -> bool:
    """Return whether a verdict changes anything: right or wrong, or the part of a short answer."""
    if verdict != answer.is_right:
        return True
    if answer.version.type != QuestionType.SHORT or not verdict:
        return False
    earlier = corrections_of(answer).filter(way=RegradeWay.CREDIT)
    if by is not None:
        earlier = earlier.exclude(pk=by.pk)
    full = sum(point["score"] for point in answer.version.marking_points)
    mark = answer.marks.filter(replaced_by=None).first()
    return mark is not None and mark.given < full and not earlier.exists()


def _given(question: Question) -> "QuerySet[Answer]":
    """Return the graded answers to a question in sittings that count, the oldest first."""
    return (
        Answer.objects.filter(
            version__question=question, answered_at__isnull=False, attempt__retracted_at=None
        )
        .select_related("attempt", "version")
        .order_by("pk")
    )


def _is_spared(answer: Answer, verdict: bool) -> bool:
    return answer.attempt.is_exam and not verdict


def _is_graded_exam(attempt: Attempt) -> bool:
    return attempt.is_exam and attempt.score is not None


def _exam_changes(changing: list[Answer]) -> list[ExamChange]:
    exams = {a.attempt_id: a.attempt for a in changing if _is_graded_exam(a.attempt)}
    becoming_right = {answer.pk for answer in changing}
    marks = marks_of(exams.values())
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(attempt__in=exams).select_related("version"):
        if answer.pk in becoming_right:
            answer.is_right = True
            marks.pop(answer.pk, None)
        answers[answer.attempt_id].append(answer)
    return [
        ExamChange(attempt, attempt.score or 0, score_of(answers[pk], marks))
        for pk, attempt in exams.items()
    ]


def _regrade_of(
    regrade: Regrade, answers: Iterable[Answer], employee_id: int, *, now: datetime
) -> None:
    with transaction.atomic():
        Employee.objects.select_for_update(no_key=True).get(pk=employee_id)
        changed: dict[int, Attempt] = {}
        for answer in answers:
            verdict = verdict_on(answer, way=RegradeWay(regrade.way), key=regrade.version)
            if verdict is None or not _changes(answer, verdict, by=regrade):
                continue
            if _is_spared(answer, verdict):
                continue
            RegradedAnswer.objects.create(
                regrade=regrade, answer=answer, was_right=bool(answer.is_right), is_right=verdict
            )
            note_right(answer, right=verdict, now=now)
            changed[answer.attempt_id] = answer.attempt
        for attempt in changed.values():
            _rescore(attempt, regrade, now=now)


def _rescore(attempt: Attempt, regrade: Regrade, *, now: datetime) -> None:
    before = attempt.score
    if before is None:
        return
    score(attempt)
    settle(attempt)
    record(
        actor_id=regrade.ordered_by_id,
        action="quizzes.attempt.regraded",
        subject=attempt,
        now=now,
        data={"before": before, "after": attempt.score},
    )
    if attempt.is_exam:
        notify(
            recipient=attempt.employee,
            event=f"quizzes.attempt:{attempt.pk}:regraded:{regrade.pk}",
            category=NotificationCategory.NOTICE,
            title=f"考试成绩改为{attempt.score}分",
            body=f"有一题的答案更正了，原来是{before}分；{attempt.reason}",
            url=reverse("quizzes:result", args=[attempt.pk]),
            icon="check",
            now=now,
        )
