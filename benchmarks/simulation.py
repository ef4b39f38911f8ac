"""A year of learning, day by day under a moving clock, through the services that the product uses.

What is random is drawn from one seed. People keep to their week with a stated probability; the
measure is what their weeks asked for, what they spent, who was called how often, and what was
missed by whoever did all that was asked.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from assignments import services as assignments
from assignments.models import (
    Allotment,
    AssignmentStatus,
    TrainingAssignment,
)
from assignments.services.reminding import remind
from benchmarks.crowd import JOINED, hire, officer
from benchmarks.learners import Learner, Watch
from benchmarks.year import Measured
from common.calendar import add_workdays, is_workday
from courses.models import CourseKind, CoursePage, Enrollment, EnrollmentStatus
from courses.services import (
    confirm_item,
    confirm_level,
    mark_attended,
    open_path,
    open_renewals,
    sign_item,
    standing_of,
)
from notifications.models import Notification, Pace
from people.models import Absence, Employee, OrgUnit, Position, Posting, User
from planning.services import Week, tell_weeks, weeks_of
from quizzes.models import Answer, Attempt, Question
from quizzes.services import rebuild_cards
from quizzes.services.drawing import points_of
from risk_manual.models import RiskPointPage
from risk_warnings.models import Conclusion, Level, WorkOrder
from risk_warnings.signals import order_concluded

# The demonstration: 19 duties from work orders in five weeks among 1,253 people.
ORDERS_A_YEAR = 200 / 1200
HIGH_SHARE = 2 / 3
JOINERS_A_YEAR = 0.03
IN_A_CLASS = 2 / 3
LEAVERS_A_YEAR = 0.02
MOVES_A_YEAR = 0.03
SICK_A_YEAR = 0.25
# Half hold the yearly course of their post and refresh it; the others are given it in a quarter.
HOLDS_COURSE = 0.5
COURSE_DAYS = 60
LEAVE_WORKDAYS = 5
LEAVES_A_YEAR = 2
KNOWS = 0.9
# Who keeps to the week on a day of theirs, and how many are so: all of them, most days, seldom.
KEEPS = ((1.0, 0.6), (0.6, 0.3), (0.25, 0.1))
CLASS_MONTH, CLASS_DAY = 7, 6
SIGNED_AFTER = 45
UNTIL_SIGNED = 20


class Year:
    """A company of so many people from a day on."""

    def __init__(self, *, people: int, first: date, days: int, seed: int, watch: Watch) -> None:
        self.chance = random.Random(seed)  # noqa: S311  repeatable
        self.first, self.days = first, days
        self.last = first + timedelta(days=days - 1)
        self.watch = watch
        self.measured = Measured(people=people)
        self.learners: dict[int, Learner] = {}
        watch.set(_at(first, 0))
        hire(people)
        self.trainer = officer()
        self.officer = Employee.objects.get(user=self.trainer)
        for employee in Employee.objects.exclude(pk=self.officer.pk).order_by("pk"):
            self._meet(employee)
        self.posts = {
            posting.employee_id: posting
            for posting in Posting.objects.filter(employee__in=self.learners).select_related(
                "position", "unit"
            )
        }
        self.points = _points_of_posts()
        self._give_a_past()
        self.events = self._draw_events()

    def run(self) -> Measured:
        """Live through every day, and return what was seen."""
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            self._morning(day)
            for happen in self.events[day]:
                happen(day)
            if is_workday(day):
                self._learn(day)
            self._count_missed(day)
        self._count_messages()
        measured = self.measured
        measured.duties = TrainingAssignment.objects.count()
        measured.orders = TrainingAssignment.objects.from_warnings().count()
        return measured

    # --- a day ------------------------------------------------------------------------------

    def _morning(self, day: date) -> None:
        """Do what the jobs of the morning do, at their times."""
        self.watch.set(_at(day, 4, 30))
        open_renewals(now=self.watch.now)
        self.watch.set(_at(day, 5))
        assignments.recompute(now=self.watch.now)
        assignments.open_paths_of_joiners(now=self.watch.now)
        assignments.assign_due_learning(now=self.watch.now)
        self.watch.set(_at(day, 7, 30))
        tell_weeks(now=self.watch.now)

    def _learn(self, day: date) -> None:
        self.watch.set(_at(day, 12))
        away = set(Absence.objects.in_force(on=day).values_list("employee", flat=True))
        here = set(Employee.objects.employed(on=day).values_list("pk", flat=True))
        weeks = weeks_of(employees=sorted(here & self.learners.keys()), now=self.watch.now)
        monday = day - timedelta(days=day.weekday())
        for pk, week in weeks.items():
            asked = week.seconds + week.done
            self.measured.asked[pk, monday] = max(asked, self.measured.asked.get((pk, monday), 0))
            if pk not in away:
                self._sit_down(self.learners[pk], week, day)

    def _sit_down(self, learner: Learner, week: Week, day: date) -> None:
        """Do the week on a day of one's own; on others only what would be late by the next."""
        comes = learner.comes_on(day)
        after = learner.next_day(day)
        monday = day - timedelta(days=day.weekday())
        self.watch.set(_at(day, 12))
        for share in week.shares:
            due = share.claim.due_on
            presses = due is not None and due < after and learner.chance.random() < learner.keeps
            if comes or presses:
                spent = learner.does(share, self.watch)
                self.measured.spent[learner.employee.pk, monday] += spent

    def _count_missed(self, day: date) -> None:
        """Count what was still to be done when its last day ended."""
        late = TrainingAssignment.objects.filter(
            status=AssignmentStatus.OPEN, due_on=day, employee__in=self.learners
        ).select_related("enrollment__course", "lesson", "risk_point", "employee")
        away = set(Absence.objects.in_force(on=day).values_list("employee", flat=True))
        for duty in late:
            if duty.employee_id in away:
                continue  # its last day is put off in the morning
            if self.learners[duty.employee_id].is_steady:
                self.measured.missed_by_plan.append(f"{day} {duty} {duty.assigned_at:%m-%d}")
            else:
                self.measured.missed_by_others += 1

    def _count_messages(self) -> None:
        """Count what called a person to learning in a week; what work orders bring is left out."""
        orders = TrainingAssignment.objects.from_warnings()
        events = [f"assignments.assigned:{pk}" for pk in orders.values_list("pk", flat=True)]
        loud = (
            Notification.objects.filter(recipient__in=self.learners)
            .exclude(pace=Pace.QUIET)
            .exclude(event__in=events)
        )
        weeks: Counter[tuple[int, date]] = Counter()
        for recipient, event, created_at in loud.values_list("recipient", "event", "created_at"):
            day = timezone.localdate(created_at)
            if event.startswith(("assignments.", "planning.", "courses.signed")):
                weeks[recipient, day - timedelta(days=day.weekday())] += 1
        self.measured.called = Counter(weeks.values())
        self.measured.called[0] = len(set(self.measured.asked) - set(weeks))
        self.measured.quiet = Notification.objects.filter(pace=Pace.QUIET).count()

    # --- what was before ----------------------------------------------------------------------

    def _meet(self, employee: Employee) -> None:
        draw = self.chance.random()
        keeps = next(
            keeps
            for number, (keeps, _) in enumerate(KEEPS)
            if draw < sum(share for _, share in KEEPS[: number + 1])
        )
        self.learners[employee.pk] = Learner(
            employee=employee,
            weekdays=frozenset(self.chance.sample(range(5), 2)),
            keeps=keeps,
            knows=KNOWS,
            chance=random.Random(self.chance.random()),  # noqa: S311
            officer=self.officer,
        )

    def _give_a_past(self) -> None:
        """Write that every point was answered on once in the year before, and courses were held."""
        questions: dict[int, Question] = {}
        for question in Question.objects.drawable().select_related("version").order_by("-pk"):
            questions[question.primary_risk_point_id] = question
        attempts, asked = [], []
        for pk, posting in self.posts.items():
            for point in self.points[posting.position_id]:
                if point.pk not in questions:
                    continue
                then = _at(self.first - timedelta(days=self.chance.randrange(1, 360)), 12)
                attempts.append(
                    Attempt(
                        employee_id=pk,
                        risk_point=point,
                        reason="去年学过",
                        started_at=then,
                        submitted_at=then,
                        question_count=1,
                        right_count=1,
                        score=100,
                    )
                )
                asked.append(questions[point.pk])
        Attempt.objects.bulk_create(attempts, batch_size=1000)
        Answer.objects.bulk_create(
            [
                Answer(
                    attempt=attempt,
                    number=1,
                    version=question.version,
                    response=question.version.right_keys() if question.version else [],
                    saved_at=attempt.started_at,
                    answered_at=attempt.started_at,
                    is_right=True,
                )
                for attempt, question in zip(attempts, asked, strict=True)
            ],
            batch_size=1000,
        )
        for pk, learner in self.learners.items():
            if pk in self.posts:
                points = self.points[self.posts[pk].position_id]
                rebuild_cards(employee=learner.employee, risk_points=points)

    def _draw_events(self) -> dict[date, list[Any]]:
        """Draw what happens in the company on which day."""
        events: dict[date, list[Any]] = defaultdict(list)
        self._draw_courses(events)
        people = [pk for pk in self.learners if pk in self.posts]
        for rate, happen in (
            (ORDERS_A_YEAR, self._conclude),
            (MOVES_A_YEAR, self._move),
            (LEAVERS_A_YEAR, self._leave_for_good),
            (LEAVES_A_YEAR, self._holiday),
            (SICK_A_YEAR, self._sick),
        ):
            for _ in range(self._times(rate)):
                pk = self.chance.choice(people)
                events[self._workday()].append(lambda day, pk=pk, act=happen: act(pk, day))
        for _ in range(self._times(JOINERS_A_YEAR * (1 - IN_A_CLASS))):
            events[self._workday()].append(lambda day: self._join(day, in_class=False))
        begins = date(self.first.year, CLASS_MONTH, CLASS_DAY)
        if self.first <= begins <= self.last:
            for _ in range(round(len(people) * JOINERS_A_YEAR * IN_A_CLASS)):
                events[begins].append(lambda day: self._join(day, in_class=True))
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            if day.weekday() == 2:
                events[day].append(self._remind)
        return events

    def _times(self, rate: float) -> int:
        return round(rate * len(self.learners) * self.days / 365)

    def _workday(self) -> date:
        while True:
            day = self.first + timedelta(days=self.chance.randrange(self.days))
            if is_workday(day):
                return day

    def _draw_courses(self, events: dict[date, list[Any]]) -> None:
        """Let half hold the course of their post until some day, and give it to the others."""
        courses = list(CoursePage.objects.live().filter(kind=CourseKind.ROLE).order_by("order"))
        of_post = defaultdict(list)
        for course in courses:
            for position in course.positions.all():
                of_post[position.pk].append(course)
        held, given = [], defaultdict(list)
        for number, (pk, posting) in enumerate(self.posts.items()):
            fitting = of_post[posting.position_id]
            if not fitting:
                continue
            course = fitting[number % len(fitting)]
            if self.chance.random() < HOLDS_COURSE:
                until = self.first + timedelta(days=self.chance.randrange(20, 420))
                held.append(
                    Enrollment(
                        employee_id=pk,
                        course=course,
                        opened_at=_at(JOINED, 9),
                        starts_on=JOINED,
                        status=EnrollmentStatus.COMPLETED,
                        settled_at=_at(until - timedelta(days=365), 9),
                        valid_until=until,
                    )
                )
            else:
                given[course.pk].append(self.learners[pk].employee.emp_no)
        Enrollment.objects.bulk_create(held, batch_size=500)
        for number, course in enumerate(courses):
            quarter = date(self.first.year, 1 + 3 * (number % 4), 8)
            if given[course.pk] and self.first <= quarter <= self.last:
                events[quarter].append(
                    lambda day, course=course: self._allot(course, given[course.pk], day)
                )

    # --- what happens -------------------------------------------------------------------------

    def _allot(self, course: CoursePage, named: Sequence[str], day: date) -> None:
        self.watch.set(_at(day, 9))
        allotment = Allotment.objects.create(
            course=course,
            unit=OrgUnit.objects.get(code="B"),
            named=" ".join(named),
            due_on=day + timedelta(days=COURSE_DAYS),
            reason="岗位课程一年一轮",
            given_by=self.officer,
            given_at=self.watch.now,
        )
        assignments.carry_out(
            allotment=allotment, now=self.watch.now, progress=lambda done, total: None
        )

    def _conclude(self, pk: int, day: date) -> None:
        """Let an order about the person take effect: the learning that follows is the real one."""
        employee = self.learners[pk].employee
        posting = self.posts[pk]
        points = self.points[posting.position_id]
        if not points or not self._is_employed(pk, day):
            return
        self.watch.set(_at(day, 9, 30))
        now = self.watch.now
        number = WorkOrder.objects.count() + 1
        order = WorkOrder.objects.create(
            number=f"{day.year}-{number:04d}",
            title="一条疑似问题，请说明",
            theme="T01",
            level=Level.HIGH if self.chance.random() < HIGH_SHARE else Level.MEDIUM,
            status="closed",
            unit=posting.unit,
            risk_point=self.chance.choice(points),
            receiver=employee,
            drafter=self.officer,
            created_at=now,
            status_changed_at=now,
            issued_at=now,
            conclusion=Conclusion.BUSINESS_ERROR,
            concluded_by=self.officer,
            effective_at=now,
        )
        order_concluded.send(sender=WorkOrder, order=order, learner=employee)

    def _move(self, pk: int, day: date) -> None:
        old = Posting.objects.in_force(on=day).filter(employee=pk).first()
        if old is None or old.valid_from >= day or not self._is_employed(pk, day):
            return
        old.valid_to = day - timedelta(days=1)
        old.save(update_fields=["valid_to"])
        others = Position.objects.filter(pk__in=self.points).exclude(pk=old.position_id)
        self.posts[pk] = Posting.objects.create(
            employee_id=pk,
            unit=old.unit,
            position=self.chance.choice(list(others.order_by("pk"))),
            valid_from=day,
        )

    def _leave_for_good(self, pk: int, day: date) -> None:
        Employee.objects.filter(pk=pk, left_on=None).update(left_on=day)

    def _holiday(self, pk: int, day: date) -> None:
        """Enter a week of leave a week ahead."""
        start = day + timedelta(days=7)
        self._away(pk, "leave", start, add_workdays(start, LEAVE_WORKDAYS - 1))

    def _sick(self, pk: int, day: date) -> None:
        self._away(pk, "sick", day, add_workdays(day, self.chance.randrange(2, 10)))

    def _away(self, pk: int, kind: str, start: date, end: date) -> None:
        overlapping = Absence.objects.filter(employee=pk, valid_from__lte=end, valid_to__gte=start)
        if not overlapping.exists():
            Absence.objects.create(employee_id=pk, kind=kind, valid_from=start, valid_to=end)

    def _join(self, day: date, *, in_class: bool) -> None:
        self.watch.set(_at(day, 8))
        number = Employee.objects.count()
        station = self.chance.choice(list(OrgUnit.objects.filter(kind="station").order_by("pk")))
        employee = Employee.objects.create(
            emp_no=f"N{number:07d}", name=f"新员工{number}", joined_on=day
        )
        User.objects.create(username=employee.emp_no, employee=employee)
        position = self.chance.choice(
            list(Position.objects.filter(code__in=["account_manager", "om_repair"]).order_by("pk"))
        )
        self.posts[employee.pk] = Posting.objects.create(
            employee=employee, unit=station, position=position, valid_from=day
        )
        self._meet(employee)
        colleagues = Posting.objects.in_force(on=day).filter(unit=station)
        mentor = colleagues.exclude(employee=employee).order_by("pk").first()
        cycles = open_path(
            employee=employee, mentor=mentor.employee if mentor else None, now=self.watch.now
        )
        if in_class:
            for number, cycle in enumerate(cycles[:2]):
                sat = add_workdays(day, 2 + 6 * number)
                self.events[sat].append(lambda on, cycle=cycle: self._sit_class(cycle, on))
        sheet = add_workdays(day, round(SIGNED_AFTER * 5 / 7))
        for later in range(UNTIL_SIGNED):
            # From then on mentor and head look every working day whether it is their turn.
            self.events[add_workdays(sheet, later)].append(
                lambda on, cycle=cycles[-1]: self._sign(cycle, on)
            )

    def _sit_class(self, cycle: Enrollment, day: date) -> None:
        """Mark a new hire as present in the lessons of a level; the examination is theirs."""
        self.watch.set(_at(day, 11))
        for step in standing_of(cycle).lessons:
            mark_attended(enrollment=cycle, lesson=step.lesson, by=self.officer, now=self.watch.now)

    def _sign(self, cycle: Enrollment, day: date) -> None:
        """Let the mentor sign what is left, the new hire confirm it, and the head have his say."""
        cycle.refresh_from_db()
        standing = standing_of(cycle)
        if not cycle.is_open or standing.blocked_by is not None or cycle.mentor is None:
            return
        self.watch.set(_at(day, 15))
        for step in standing.sign_steps:
            if step.sign_off is None:
                signed = sign_item(
                    enrollment=cycle,
                    seq=step.seq,
                    shown_on=day,
                    seen="当面做了一遍，做对了",
                    by=cycle.mentor,
                    now=self.watch.now,
                )
                confirm_item(sign_off=signed, by=cycle.employee, now=self.watch.now)
        if not standing_of(cycle).awaits_head:
            return
        unit = self.posts[cycle.employee_id].unit
        heads = Posting.objects.in_force(on=day).filter(
            unit=unit, position__code__in=["station_head", "deputy_head"]
        )
        head = heads.exclude(employee__in=[cycle.mentor_id, cycle.employee_id]).first()
        if head is not None:
            confirm_level(enrollment=cycle, by=head.employee, now=self.watch.now)

    def _remind(self, day: date) -> None:
        """Have the training officer remind everybody of what is due within three days or late."""
        self.watch.set(_at(day, 10))
        duties = TrainingAssignment.objects.filter(
            status=AssignmentStatus.OPEN, due_on__lte=day + timedelta(days=3)
        ).select_related("employee", "enrollment__course", "lesson", "risk_point")
        remind(duties=duties, by=self.officer, now=self.watch.now)

    def _is_employed(self, pk: int, day: date) -> bool:
        return Employee.objects.employed(on=day).filter(pk=pk).exists()


def _points_of_posts() -> dict[int, list[RiskPointPage]]:
    return {position.pk: points_of([position.pk]) for position in Position.objects.all()}


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
