"""Learning in the play: duties are given as on any day, and some people do them."""

from datetime import date, timedelta
from random import Random

from assignments import services as assignments
from assignments.models import AssignmentStatus, SourceKind, TrainingAssignment
from common.calendar import is_workday
from common.formats import day_of
from courses.exceptions import NotCoveredYet
from courses.models import LessonMode, MicroLessonPage
from courses.services import complete_lesson, decide, open_lesson
from demo.draws import draw
from demo.places import CAST
from demo.services.clock import Clock
from demo.world import World
from people.models import Employee, PartyBranch
from quizzes.exceptions import NoQuestions
from quizzes.models import Answer
from quizzes.services import confirm_answer, start_attempt
from risk_manual.models import RiskPointPage

# Learning began when triage of the past was well under way.
STARTED_DAYS_BEFORE = 11
# The branch whose secretary tries the demonstration out has learnt most.
BUSY_BRANCH = "ZJC0101"
A_FEW_A_DAY, MANY_A_DAY = 8, 150
KNOWS = 0.82


class Learning:
    """The duties of one demonstration being given and done from day to day."""

    def __init__(self, world: World, *, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.started_on = world.as_of - timedelta(days=STARTED_DAYS_BEFORE)

    def give_duties(self, day: date) -> None:
        """Give what the day asks for: each week's point, each month's lesson."""
        gives = day == self.started_on or day.weekday() == 0 or day.day == 1
        if gives and day >= self.started_on:
            assignments.assign_due_learning(now=self.clock.set(day, 5))

    def learn(self, day: date, *, crowd: int = A_FEW_A_DAY) -> None:
        """Let those do their duties whose turn it is; ``crowd`` people beside the known ones."""
        if not is_workday(day):
            return
        self.clock.set(day, 12, 10)
        for assignment in self._those_whose_turn_it_is(day, crowd=crowd):
            self._learn(assignment)

    def _those_whose_turn_it_is(self, day: date, *, crowd: int) -> list[TrainingAssignment]:
        open_ones = TrainingAssignment.objects.filter(
            status=AssignmentStatus.OPEN, assigned_at__lt=self.clock.now, enrollment=None
        ).select_related("employee", "lesson", "risk_point")
        after_orders = open_ones.filter(sources__kind=SourceKind.ORDER).distinct()
        branch = PartyBranch.objects.get(code=BUSY_BRANCH)
        in_the_branch = open_ones.of_branch(branch, on=day)
        chosen = {
            assignment.pk: assignment
            for assignment in [*after_orders.order_by("pk"), *in_the_branch.order_by("pk")]
            if self._learns_on(assignment, day)
        }
        others = open_ones.exclude(pk__in=[a.pk for a in in_the_branch]).order_by("due_on", "pk")
        rng = draw(self.world.seed, "learners", day)
        start = rng.randrange(max(1, others.count() - crowd + 1)) if crowd == A_FEW_A_DAY else 0
        chosen.update({assignment.pk: assignment for assignment in others[start : start + crowd]})
        return list(chosen.values())

    def _learns_on(self, assignment: TrainingAssignment, day: date) -> bool:
        name = assignment.employee.name
        if any(name in names for names in CAST.values()):
            return False  # theirs are for whoever tries the demonstration
        rng = draw(self.world.seed, "learns", assignment.employee.emp_no, assignment.requirement)
        will, days = rng.random(), rng.randint(1, 7)
        return will < 0.8 and day >= day_of(assignment.assigned_at) + timedelta(days=days)

    def _learn(self, assignment: TrainingAssignment) -> None:
        rng = draw(self.world.seed, "answers", assignment.employee.emp_no, assignment.requirement)
        if assignment.lesson is not None and assignments.lesson_done(assignment) is None:
            self._read(
                assignment.employee,
                assignment.lesson,
                cause=assignment.cause,
                number=1 if rng.random() < KNOWS else 2,
            )
        if assignment.risk_point is not None and assignment.question_count:
            if assignments.questions_done(assignment) is not None:
                return
            self._answer(
                assignment.employee,
                assignment.risk_point,
                cause=assignment.cause,
                count=assignment.question_count,
                rng=rng,
            )

    def catch_up(
        self,
        person: Employee,
        *,
        lesson: MicroLessonPage | None,
        point: RiskPointPage | None,
        cause: str,
    ) -> None:
        """Let a person learn a lesson and answer on a point of their own, for that cause."""
        rng = draw(self.world.seed, "answers", person.emp_no, cause)
        if lesson is not None:
            self._read(person, lesson, cause=cause, number=1 if rng.random() < KNOWS else 2)
        if point is not None:
            self._answer(person, point, cause=cause, count=3, rng=rng)

    def _answer(
        self, person: Employee, point: RiskPointPage, *, cause: str, count: int, rng: Random
    ) -> None:
        try:
            attempt = start_attempt(
                employee=person, risk_point=point, cause=cause, count=count, now=self.clock.tick()
            )
        except NoQuestions:
            return
        for answer in attempt.answers.select_related("version").order_by("number"):
            confirm_answer(
                attempt=attempt,
                number=answer.number,
                response=_response(answer, knows=rng.random() < KNOWS),
                sequence=1,
                now=self.clock.tick(seconds=35),
            )

    def _read(
        self, employee: Employee, lesson: MicroLessonPage, *, cause: str, number: int
    ) -> None:
        view = open_lesson(employee=employee, lesson=lesson, cause=cause, now=self.clock.now)
        decide(view=view, number=number, mode=LessonMode.READ, now=self.clock.tick(seconds=80))
        while True:
            try:
                complete_lesson(
                    employee=employee,
                    lesson=lesson,
                    cause=cause,
                    now=self.clock.tick(seconds=110),
                )
            except NotCoveredYet:
                continue
            return


def _response(answer: Answer, *, knows: bool) -> list[str]:
    """Return what a person who knows, or does not, gives as the answer."""
    version = answer.asked
    if not version.has_options:
        return [str(version.answers[0])] if knows else ["不清楚"]
    right = set(version.right_keys())
    shown = answer.shown_options()
    if knows:
        return [letter for letter, option in shown if option["key"] in right]
    wrong = [letter for letter, option in shown if option["key"] not in right]
    return wrong[:1] or [shown[0][0]]
