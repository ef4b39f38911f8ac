"""The sessions of one branch in the play: the plan, what was held and what is to come."""

from datetime import date, timedelta

from common.calendar import add_workdays, is_workday
from demo.draws import draw
from demo.services.clock import Clock
from demo.services.learning import BUSY_BRANCH, Learning
from demo.world import World
from education_sessions.models import (
    Attendance,
    AttendanceStatus,
    EducationSession,
    MakeUp,
    PlanItem,
    SignInWay,
)
from education_sessions.services import (
    OUTLINES,
    agenda_for,
    ask_leave,
    close_rolls,
    complete_all,
    confirm_year,
    free_times,
    lesson_of,
    mark,
    point_of,
    points_for,
    schedule_session,
    sign_in,
)
from people.models import Employee, PartyBranch, Role, RoleGrant

SCHEDULED_WORKDAYS_BEFORE = 3
# What the secretary has not got round to, so that there is a gap to see.
LEFT_OUT = ("morning", 11)
CATCH_UP_AFTER_WORKDAYS = 4
COMES, ASKS_LEAVE, CATCHES_UP = 0.86, 0.5, 0.7


class Branches:
    """The sessions of the branch whose secretary tries the demonstration out, from day to day."""

    def __init__(self, world: World, *, clock: Clock, learning: Learning) -> None:
        self.world = world
        self.clock = clock
        self.learning = learning
        self.first = world.first_import_day

    def act(self, day: date) -> None:
        """Do what the day brings: the plan, scheduling, holding, closing the roll."""
        self.clock.set(day, 9, 10)
        if day == self.first:
            self._confirm(day)
        if is_workday(day):
            self._schedule_planned(add_workdays(day, SCHEDULED_WORKDAYS_BEFORE))
            self._catch_up(add_workdays(day, -CATCH_UP_AFTER_WORKDAYS))
        today = EducationSession.objects.standing().between(day, day)
        for session in today.filter(branch=self._branch(), roll_closed_at=None).order_by(
            "starts_at", "pk"
        ):
            self._hold(session)
        self.clock.set(day, 18)
        close_rolls(now=self.clock.now)

    def _confirm(self, day: date) -> None:
        branch = self._branch()
        confirm_year(branch=branch, year=day.year, by=self._secretary(day), now=self.clock.now)

    def _schedule_planned(self, day: date) -> None:
        planned = PlanItem.objects.filter(plan__branch__code=BUSY_BRANCH, planned_on=day)
        for item in planned.filter(session=None).order_by("pk"):
            if (item.outline, day.month) != LEFT_OUT:
                self._schedule(item)

    def _schedule(self, item: PlanItem) -> None:
        branch, outline, now = self._branch(), OUTLINES[item.outline], self.clock.tick()
        secretary = self._secretary(now.date())
        times = free_times(
            branch=branch, outline=outline, host=secretary, first=item.planned_on, now=now
        )
        points = points_for(branch=branch, now=now)
        agenda = agenda_for(
            outline=outline, branch=branch, point=points[0].point if points else None, now=now
        )
        schedule_session(
            branch=branch,
            outline=outline,
            title=agenda.title,
            starts_at=times[0],
            ends_at=times[0] + timedelta(minutes=outline.minutes),
            place="党员活动室",
            host=secretary,
            recorder=self._member(now.date()),
            items=agenda.items,
            plan_item=item,
            by=secretary,
            now=now,
        )

    def _hold(self, session: EducationSession) -> None:
        rows = list(session.attendances.select_related("employee").order_by("employee__emp_no"))
        self.clock.now = session.opens_at + timedelta(minutes=10)
        late: list[Attendance] = []
        for row in rows:
            rng = draw(self.world.seed, "attends", session.starts_at.date(), row.employee.emp_no)
            if rng.random() < COMES:
                sign_in(
                    session=session,
                    employee=row.employee,
                    way=SignInWay.SCAN,
                    device=row.employee.emp_no,
                    now=self.clock.tick(seconds=40),
                )
            elif rng.random() < ASKS_LEAVE:
                if row.status == AttendanceStatus.EXPECTED:
                    ask_leave(
                        session=session,
                        employee=row.employee,
                        reason="值班或抢修",
                        now=self.clock.tick(seconds=5),
                    )
            else:
                late.append(row)
        self.clock.now = session.closes_at + timedelta(minutes=2)
        for row in late[:1]:
            mark(
                attendance=row,
                status=AttendanceStatus.PRESENT,
                reason="现场点名在场，手机没带或没电",
                by=session.host,
                now=self.clock.tick(),
            )

    def _catch_up(self, held_on: date) -> None:
        """Let most of those who were missing that day learn the same now."""
        waiting = MakeUp.objects.open().filter(
            attendance__session__in=EducationSession.objects.between(held_on, held_on)
        )
        for make_up in waiting.select_related("attendance__employee", "attendance__session"):
            session, person = make_up.attendance.session, make_up.attendance.employee
            rng = draw(self.world.seed, "catches up", session.starts_at.date(), person.emp_no)
            if rng.random() < CATCHES_UP:
                self.learning.catch_up(
                    person,
                    lesson=lesson_of(session),
                    point=point_of(session),
                    cause=make_up.cause,
                )
        complete_all(now=self.clock.tick())

    def _branch(self) -> PartyBranch:
        return PartyBranch.objects.select_related("unit__parent").get(code=BUSY_BRANCH)

    def _secretary(self, day: date) -> Employee:
        return self._holder(Role.BRANCH_SECRETARY, day)

    def _member(self, day: date) -> Employee:
        return self._holder(Role.BRANCH_DISCIPLINE_MEMBER, day)

    def _holder(self, role: Role, day: date) -> Employee:
        grants = RoleGrant.objects.in_force(on=day).filter(role=role, branch__code=BUSY_BRANCH)
        return grants.select_related("employee").order_by("pk")[0].employee
