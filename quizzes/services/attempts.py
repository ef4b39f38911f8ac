"""Starting, answering and handing in attempts, and taking back what asked for them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import record
from people.models import Employee
from quizzes.exceptions import (
    AnswerStands,
    AttemptClosed,
    NoQuestions,
    NothingChosen,
    OneChoiceOnly,
    QuestionsLeft,
    ResponseTooLong,
)
from quizzes.models import (
    REVIEW_CAUSE,
    Answer,
    Attempt,
    AttemptMode,
    Confidence,
    QuestionType,
)
from quizzes.services.drawing import (
    Draw,
    Portion,
    draw_for_paper,
    draw_for_positions,
    draw_for_review,
    draw_for_risk_point,
    option_order_of,
    values_for,
)
from quizzes.services.extra_time import minutes_for
from quizzes.services.grading import is_right
from quizzes.services.regrading import standing_verdict
from quizzes.services.review import points_met_in, rebuild_cards
from quizzes.services.review_days import review_day
from quizzes.services.scoring import score, settle
from risk_manual.models import RiskPointPage

LONGEST_TEXT, LONGEST_SHORT_ANSWER = 100, 500
SYNC_GRACE = timedelta(minutes=2)


def start_attempt(
    *,
    employee: Employee,
    risk_point: RiskPointPage,
    cause: str,
    count: int = 3,
    now: datetime,
) -> Attempt:
    """Draw questions on a risk point for a person; an open attempt of that cause is resumed.

    ``cause`` names what asks for it (``risk_warnings.riskwarning:42``) and is given by apps above,
    never by a browser; an empty one is self-practice.

    :raises NoQuestions: if the bank has nothing on the point.
    """
    return resumed_or_begun(
        employee,
        lambda: draw_for_risk_point(employee=employee, risk_point=risk_point, count=count, now=now),
        cause=cause,
        risk_point=risk_point,
        now=now,
    )


def start_position_attempt(
    *, employee: Employee, now: datetime, cause: str = "", count: int | None = None
) -> Attempt:
    """Draw a quiz over all points of a person's posts; an open one of that cause is resumed.

    :raises NoQuestions: if the bank has nothing for the posts.
    """
    return resumed_or_begun(
        employee,
        lambda: draw_for_positions(employee=employee, count=count, now=now),
        cause=cause,
        risk_point=None,
        now=now,
    )


def start_review(*, employee: Employee, now: datetime, of_own_will: bool = False) -> Attempt:
    """Draw one question on each of today's points; an open review is resumed.

    ``of_own_will`` draws from what waits behind them where nothing is asked for today.

    :raises NoQuestions: if nothing is asked for today, or nothing is due at all.
    """

    def draw() -> Draw:
        day = review_day(employee=employee, now=now)
        if day.reason and not of_own_will:
            raise NoQuestions(day.reason)
        points = [card.risk_point for card in day.cards or day.of_own_will]
        return draw_for_review(employee=employee, risk_points=points, now=now)

    return resumed_or_begun(employee, draw, cause=REVIEW_CAUSE, risk_point=None, now=now)


def save_answer(
    *, attempt: Attempt, number: int, response: Sequence[str], sequence: int, now: datetime
) -> Answer:
    """Keep what is chosen so far, ungraded; what arrives late with a lower sequence is ignored.

    ``response`` holds the letters of the options as the person sees them, or the written text as
    the only item; nothing clears the choice.

    What a device could not send in the last minutes of an exam is taken up to two minutes later.

    :raises AnswerStands: if the question was already confirmed.
    :raises AttemptClosed: if the attempt was submitted, or the time of the exam is over.
    """
    with transaction.atomic():
        answer = _held_answer(attempt, number)
        if is_over(answer.attempt, now=now):
            raise AttemptClosed
        if answer.is_given:
            raise AnswerStands
        if sequence > answer.sequence:
            answer.response = _cleaned(answer, response) if any(map(str.strip, response)) else None
            answer.sequence = sequence
            answer.saved_at = now
            answer.save(update_fields=["response", "sequence", "saved_at"])
    return answer


def confirm_answer(
    *,
    attempt: Attempt,
    number: int,
    response: Sequence[str],
    sequence: int,
    now: datetime,
    confidence: Confidence | None = None,
) -> Answer:
    """Grade an answer for good; the last one hands the attempt in.

    How sure the person was is kept and explained, never graded.

    A question that is already answered keeps its first answer, which is returned: a second click or
    a second tab changes nothing. See ``save_answer`` for ``response``.

    :raises NothingChosen: if nothing usable was sent.
    :raises OneChoiceOnly: if several options were sent where one is asked for.
    """
    with transaction.atomic():
        answer = _held_answer(attempt, number)
        if answer.is_given:
            return answer
        if answer.attempt.is_submitted:
            raise AttemptClosed
        if answer.attempt.is_exam:
            raise ValueError(f"Attempt {attempt.pk} is an exam: it is graded when it is handed in")
        answer.response = _cleaned(answer, response)
        answer.sequence = max(sequence, answer.sequence)
        answer.saved_at = now
        answer.confidence = confidence
        _grade(answer, now=now)
        if not attempt.answers.filter(answered_at=None).exists():
            submit_attempt(attempt=attempt, now=now)
    return answer


def submit_attempt(*, attempt: Attempt, now: datetime) -> Attempt:
    """Hand an attempt in; handing in twice counts once.

    Answers that are saved and not confirmed are graded as they stand; in an exam, one that was left
    out is wrong, and short answers wait for a person. Once all are graded, brings the person's
    review cards up to date and sends ``attempt_submitted`` on commit, unless the cause was taken
    back.

    :raises QuestionsLeft: if a question of practice has no answer.
    """
    with transaction.atomic():
        _hold(attempt.employee_id)
        attempt.refresh_from_db(fields=["submitted_at", "retracted_at", "right_count", "score"])
        if attempt.is_submitted:
            return attempt
        answers = list(attempt.answers.select_related("version__question").order_by("number"))
        if not attempt.is_exam and any(answer.response is None for answer in answers):
            raise QuestionsLeft
        for answer in answers:
            if not answer.is_given and not _awaits_a_person(answer):
                _grade(answer, now=now)
        attempt.submitted_at = now
        attempt.save(update_fields=["submitted_at"])
        score(attempt)
        record(
            actor_id=None,
            action="quizzes.attempt.submitted",
            subject=attempt,
            now=now,
            data={"right": attempt.right_count, "asked": attempt.question_count},
        )
        if not attempt.awaits_marks:
            settle(attempt)
    return attempt


def start_exam(
    *,
    employee: Employee,
    cause: str,
    portions: list[Portion],
    reason: str,
    minutes: int,
    pass_mark: int,
    now: datetime,
) -> Attempt:
    """Draw a paper and start its clock; an open exam of that cause is resumed.

    ``minutes`` run by the server's clock, ``pass_mark`` is of 100. How many tries there are, and
    from when to when, is for the app that asks.

    :raises NoQuestions: if the bank has nothing of the portions.
    """
    allowed = minutes_for(employee=employee, minutes=minutes, on=timezone.localdate(now))
    attempt = resumed_or_begun(
        employee,
        lambda: draw_for_paper(employee=employee, portions=portions, reason=reason, now=now),
        cause=cause,
        risk_point=None,
        now=now,
        mode=AttemptMode.EXAM,
        closes_at=now + timedelta(minutes=allowed),
        pass_mark=pass_mark,
    )
    if is_over(attempt, now=now):
        # Its time ran out while nobody looked: what was saved counts, and the next try is new.
        return submit_attempt(attempt=attempt, now=now)
    return attempt


def is_over(attempt: Attempt, *, now: datetime) -> bool:
    """Return whether nothing of an attempt is taken any more, late saves included."""
    return attempt.is_closed(now=now - SYNC_GRACE)


def close_exams(*, now: datetime) -> int:
    """Hand in every exam whose time is over, as it stands; return how many."""
    over = Attempt.objects.open().filter(closes_at__lte=now - SYNC_GRACE, retracted_at=None)
    closed = [submit_attempt(attempt=attempt, now=now) for attempt in over.order_by("pk")]
    return len(closed)


def retract_attempts(*, cause: str, now: datetime) -> int:
    """Take back what asked for attempts and return how many there were.

    They stay in the person's own record as voluntary, and count nowhere: review cards are rebuilt
    as if the cause had never existed.

    :raises ValueError: if the cause is empty, which would be everybody's self-practice.
    """
    if not cause:
        raise ValueError("Self-practice has no cause that could be taken back")
    with transaction.atomic():
        standing = Attempt.objects.filter(cause=cause, retracted_at=None).order_by("pk")
        people = Employee.objects.filter(attempts__in=standing).distinct().order_by("pk")
        retracted = 0
        for employee in people:
            _hold(employee.pk)
            own = list(standing.filter(employee=employee))
            standing.filter(employee=employee).update(retracted_at=now)
            rebuild_cards(employee=employee, risk_points=points_met_in(own))
            for attempt in own:
                record(actor_id=None, action="quizzes.attempt.retracted", subject=attempt, now=now)
            retracted += len(own)
    return retracted


def _hold(employee_id: int) -> None:
    """Queue everything that writes this person's attempts and cards; readers do not wait."""
    Employee.objects.select_for_update(no_key=True).get(pk=employee_id)


def _held_answer(attempt: Attempt, number: int) -> Answer:
    _hold(attempt.employee_id)
    return attempt.answers.select_related("attempt", "version__question").get(number=number)


def resumed_or_begun(
    employee: Employee,
    draw_questions: Callable[[], Draw],
    *,
    cause: str,
    risk_point: RiskPointPage | None,
    now: datetime,
    **terms: Any,
) -> Attempt:
    """Return the open attempt of that cause, or begin one with the questions that are drawn."""
    with transaction.atomic():
        _hold(employee.pk)
        found = (
            Attempt.objects.open()
            .filter(employee=employee, cause=cause, risk_point=risk_point, retracted_at=None)
            .first()
        )
        if found is not None:
            return found
        return _begun(
            employee, draw_questions(), cause=cause, risk_point=risk_point, now=now, **terms
        )


def _begun(
    employee: Employee,
    draw: Draw,
    *,
    cause: str,
    risk_point: RiskPointPage | None,
    now: datetime,
    **terms: Any,
) -> Attempt:
    attempt = Attempt.objects.create(
        employee=employee,
        cause=cause,
        risk_point=risk_point,
        position=draw.position,
        reason=draw.reason,
        started_at=now,
        question_count=len(draw.questions),
        **terms,
    )
    values = values_for(draw.questions, employee=employee)
    Answer.objects.bulk_create(
        Answer(
            attempt=attempt,
            number=number,
            version=question.version,
            option_order=option_order_of(question),
            drawn=values.get(question.pk, {}),
        )
        for number, question in enumerate(draw.questions, start=1)
    )
    return attempt


def longest_text(answer: Answer) -> int:
    """Return how many characters a written answer may have."""
    is_short = answer.version.type == QuestionType.SHORT
    return LONGEST_SHORT_ANSWER if is_short else LONGEST_TEXT


def _awaits_a_person(answer: Answer) -> bool:
    return answer.version.type == QuestionType.SHORT and answer.response is not None


def _cleaned(answer: Answer, response: Sequence[str]) -> list[str]:
    if not answer.version.has_options:
        text = " ".join(response).strip()
        if not text:
            raise NothingChosen
        if len(text) > (most := longest_text(answer)):
            raise ResponseTooLong(most)
        return [text]
    keys = answer.keys_of(list(response))
    if not keys:
        raise NothingChosen
    if len(keys) > 1 and not answer.version.takes_several:
        raise OneChoiceOnly
    return keys


def _grade(answer: Answer, *, now: datetime) -> None:
    if answer.response is None:
        answer.is_right, answer.saved_at = False, answer.saved_at or now
    else:
        answer.is_right = _verdict(answer)
    answer.answered_at = now
    answer.save(
        update_fields=[
            "response",
            "sequence",
            "saved_at",
            "confidence",
            "is_right",
            "answered_at",
        ]
    )


def _verdict(answer: Answer) -> bool:
    """Judge an answer by its own key, or by the correction that was decided on meanwhile."""
    own = is_right(answer.asked, answer.response or [])
    corrected = standing_verdict(answer)
    return own if corrected is None else corrected or (own and answer.attempt.is_exam)
