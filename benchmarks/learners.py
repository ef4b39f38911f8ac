"""How a person does what their week asks for: the acts of the pages, at the pace they expect."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from courses.models import Enrollment, LessonMode
from courses.services import (
    answer_check,
    complete_lesson,
    decide,
    enter_paper_score,
    finish_lesson,
    open_course_lesson,
    open_lesson,
    pause_lesson,
    sit_exam,
    standing_of,
    why_no_exam,
)
from courses.services.enrolling import LessonStep
from people.models import Employee
from quizzes.exceptions import NoQuestions
from quizzes.models import Answer, Attempt
from quizzes.services import (
    SECONDS_A_QUESTION,
    confirm_answer,
    save_answer,
    start_attempt,
    start_review,
    submit_attempt,
)

if TYPE_CHECKING:
    from courses.models import MicroLessonPage
    from planning.services import Share

LONGEST_STEP = 540
PAPER_SCORE = 85


@dataclass(slots=True)
class Watch:
    """The clock of the simulation; acts move it, so that signals see the same time."""

    traveller: Any
    now: datetime

    def set(self, moment: datetime) -> None:
        """Move to a moment."""
        self.now = moment
        self.traveller.move_to(moment)

    def tick(self, seconds: int) -> datetime:
        """Let so much time pass, and return the moment."""
        self.set(self.now + timedelta(seconds=seconds))
        return self.now


@dataclass(slots=True)
class Learner:
    """One person: on which weekdays they learn, whether they keep to it, what they know."""

    employee: Employee
    weekdays: frozenset[int]
    keeps: float
    knows: float
    chance: random.Random
    officer: Employee

    @property
    def is_steady(self) -> bool:
        """Whether they do all that every week asks for."""
        return self.keeps >= 1

    def comes_on(self, day: date) -> bool:
        """Return whether they sit down to learn on a day, as their habit has it."""
        return day.weekday() in self.weekdays and self.chance.random() < self.keeps

    def next_day(self, day: date) -> date:
        """Return the next day on which they usually learn."""
        return next(
            later
            for n in range(1, 8)
            if (later := day + timedelta(days=n)).weekday() in self.weekdays
        )

    def does(self, share: "Share", watch: Watch) -> int:
        """Do what a week asks of one thing; return how many seconds were spent on it."""
        kind, _, key = share.claim.key.partition(":")
        began = watch.now
        if kind == "assignments.trainingassignment":
            self._duty(int(key), watch)
        elif kind == "courses.enrollment":
            self._cycle(int(key), share.seconds, watch)
        else:
            self._review(watch)
        return round((watch.now - began).total_seconds())

    def _duty(self, pk: int, watch: Watch) -> None:
        from assignments.models import TrainingAssignment
        from assignments.services import lesson_done, questions_done

        duty = TrainingAssignment.objects.select_related("lesson", "risk_point", "employee").get(
            pk=pk
        )
        if duty.lesson is not None and lesson_done(duty) is None:
            self._lesson(duty.lesson, duty.cause, watch)
        if duty.risk_point is None or not duty.question_count or questions_done(duty) is not None:
            return
        attempt = start_attempt(
            employee=duty.employee,
            risk_point=duty.risk_point,
            cause=duty.cause,
            count=duty.question_count,
            now=watch.now,
        )
        self._practise(attempt, watch)

    def _review(self, watch: Watch) -> None:
        try:
            attempt = start_review(employee=self.employee, now=watch.now)
        except NoQuestions:
            return
        self._practise(attempt, watch)

    def _cycle(self, pk: int, seconds: int, watch: Watch) -> None:
        """Read on in a course for so long, then its micro-lessons and its examination."""
        enrollment = Enrollment.objects.select_related("course", "employee").get(pk=pk)
        until = watch.now + timedelta(seconds=seconds)
        for step in standing_of(enrollment).lessons:
            if not step.is_done and watch.now < until:
                self._read(enrollment, step, until, watch)
        standing = standing_of(enrollment)
        for micro in standing.micro_lessons:
            if not micro.is_done and watch.now < until:
                self._lesson(micro.lesson, "", watch)
        if watch.now >= until or not enrollment.course.has_exam:
            return
        reason = why_no_exam(standing_of(enrollment), now=watch.now)
        if not reason:
            self._exam(sit_exam(enrollment=enrollment, now=watch.now), watch)
        elif "用完了" in reason:
            # The training officer lets them sit it on paper.
            enter_paper_score(
                enrollment=enrollment,
                score=PAPER_SCORE,
                taken_on=watch.now.date(),
                by=self.officer,
                now=watch.now,
            )

    def _read(
        self, enrollment: Enrollment, step: LessonStep, until: datetime, watch: Watch
    ) -> None:
        progress = open_course_lesson(enrollment=enrollment, lesson=step.lesson, now=watch.now)
        whole = step.lesson.minutes * 60
        rest = max(60, whole - progress.reading_seconds)
        read = min(rest, round((until - watch.now).total_seconds()))
        for start in range(0, read, LONGEST_STEP):
            now = watch.tick(min(LONGEST_STEP, read - start))
            progress = pause_lesson(progress=progress, now=now)
        if read < rest:
            return
        for check in step.lesson.checks:
            right = [option["key"] for option in check["options"] if option["right"]]
            answer_check(progress=progress, code=check["code"], chosen=right, now=watch.now)
        finish_lesson(progress=progress, now=watch.now)

    def _lesson(self, lesson: "MicroLessonPage", cause: str, watch: Watch) -> None:
        """Read a micro-lesson in the time that it takes to play."""
        half = lesson.duration_seconds // 2
        view = open_lesson(employee=self.employee, lesson=lesson, cause=cause, now=watch.now)
        decide(view=view, number=1, mode=LessonMode.READ, now=watch.tick(half))
        complete_lesson(
            employee=self.employee,
            lesson=lesson,
            cause=cause,
            now=watch.tick(lesson.duration_seconds - half),
        )

    def _practise(self, attempt: Attempt, watch: Watch) -> None:
        for answer in attempt.answers.select_related("version").order_by("number"):
            if answer.is_given:
                continue
            confirm_answer(
                attempt=attempt,
                number=answer.number,
                response=self._response(answer),
                sequence=1,
                now=watch.tick(SECONDS_A_QUESTION),
            )

    def _exam(self, attempt: Attempt, watch: Watch) -> None:
        for answer in attempt.answers.select_related("version").order_by("number"):
            save_answer(
                attempt=attempt,
                number=answer.number,
                response=self._response(answer),
                sequence=1,
                now=watch.tick(SECONDS_A_QUESTION),
            )
        submit_attempt(attempt=attempt, now=watch.now)

    def _response(self, answer: Answer) -> list[str]:
        knows = self.chance.random() < self.knows
        version = answer.asked
        if not version.has_options:
            return [str(version.answers[0])] if knows else ["不清楚"]
        right = set(version.right_keys())
        letters = [
            letter for letter, option in answer.shown_options() if (option["key"] in right) == knows
        ]
        return letters[: None if knows else 1] or ["A"]
