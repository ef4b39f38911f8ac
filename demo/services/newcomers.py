"""New hires in the play: a class on its three levels, and role courses given by hand."""

import csv
import io
from datetime import date, timedelta

from assignments.models import Allotment
from assignments.services import carry_out, open_paths_of_joiners
from common.calendar import add_workdays
from courses.models import CourseKind, CoursePage, Enrollment, EnrollmentStatus
from courses.services import (
    answer_check,
    confirm_item,
    confirm_level,
    enter_paper_score,
    finish_lesson,
    form_class,
    keep_list,
    mark_attended,
    open_course_lesson,
    record_missed_exams,
    sign_item,
    sit_exam,
    standing_of,
)
from demo.services.clock import Clock
from demo.world import World
from people.models import Employee, OrgUnit, Position, User
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION
from quizzes.models import Attempt
from quizzes.services import save_answer, submit_attempt

FORMED_DAYS_BEFORE = 22
CLASS_UNIT = "JC01"
TRAINER, TRIED_OUT, MENTOR_OF_TRIED_OUT = "罗佳", "李想", "王建国"
# Scores of the class by staff number; who failed sits again.
FIRST_SCORES = (92, 76, 88, 85)
SECOND_SCORE = 84
SEEN = "当场做对，先说了步骤再动手，记录齐全"


class Newcomers:
    """The class of one demonstration from day to day."""

    def __init__(self, world: World, *, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.formed_on = world.as_of - timedelta(days=FORMED_DAYS_BEFORE)

    def act(self, day: date) -> None:
        """Do what the day brings; on most days that is nothing."""
        acts = {
            0: self._form,
            2: self._attend_first_level,
            6: self._sit_on_paper,
            9: self._give_courses,
            10: self._sit_again,
            13: self._learn_second_level,
            16: self._complete_one,
            17: self._do_a_role_course,
        }
        act = acts.get((day - self.formed_on).days)
        if act is not None:
            self.clock.set(day, 15)
            act()

    def _form(self) -> None:
        unit = OrgUnit.objects.get(code=CLASS_UNIT)
        clerk = self._person(TRAINER)
        user = User.objects.get(employee=clerk)
        kept = keep_list(
            name=f"{self.formed_on:%Y年}新员工班",
            unit=unit,
            file_name="新员工名单.csv",
            data=self._list(),
            by=user,
            now=self.clock.now,
        )
        form_class(training_class=kept, by=user, now=self.clock.tick())
        open_paths_of_joiners(now=self.clock.tick())

    def _list(self) -> bytes:
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(
            ["工号", "姓名", "用工性质", "中共党员", "入职日期", "单位", "岗位", "任职性质",
             "师傅工号", "用手机"]
        )  # fmt: skip
        for hire in self._members():
            post = hire.current_postings(on=self.formed_on)[0]
            mentor = (
                self._person(MENTOR_OF_TRIED_OUT)
                if hire.name == TRIED_OUT
                else self._colleague(hire, [DEPUTY_HEAD_POSITION])
            )
            rows.writerow(
                [
                    hire.emp_no,
                    hire.name,
                    hire.get_employment_type_display(),
                    "是" if hire.is_party_member else "否",
                    hire.joined_on,
                    post.unit.code,
                    post.position.code,
                    post.get_kind_display(),
                    mentor.emp_no,
                    "否" if hire == self._members()[1] else "是",
                ]
            )
        return out.getvalue().encode()

    def _attend_first_level(self) -> None:
        for enrollment in self._cycles("XY-L1"):
            for step in standing_of(enrollment).lessons:
                mark_attended(
                    enrollment=enrollment,
                    lesson=step.lesson,
                    by=self._person(TRAINER),
                    now=self.clock.tick(),
                )

    def _sit_on_paper(self) -> None:
        for enrollment, score in zip(self._cycles("XY-L1"), FIRST_SCORES, strict=False):
            self._score(enrollment, score)

    def _sit_again(self) -> None:
        for enrollment in self._cycles("XY-L1"):
            self._score(enrollment, SECOND_SCORE)

    def _learn_second_level(self) -> None:
        for enrollment in self._cycles("XY-L2"):
            tried_out = enrollment.employee.name == TRIED_OUT
            self._read(enrollment, count=1 if tried_out else 9)

    def _complete_one(self) -> None:
        """Let the last of the class pass, be signed off and confirmed."""
        second = self._cycles("XY-L2")[-1]
        self._pass(sit_exam(enrollment=second, now=self.clock.tick()))
        # The signal waits for the end of the day, which is one transaction.
        record_missed_exams()
        second.refresh_from_db()
        third = Enrollment.objects.select_related("course", "mentor", "employee").get(
            employee=second.employee, course__code="XY-L3"
        )
        if second.status != EnrollmentStatus.COMPLETED or third.mentor is None:
            return
        self._read(third, count=9)
        for step in standing_of(third).sign_steps:
            signed = sign_item(
                enrollment=third,
                seq=step.seq,
                shown_on=self.clock.now.date(),
                seen=SEEN,
                by=third.mentor,
                now=self.clock.tick(minutes=20),
            )
            confirm_item(sign_off=signed, by=third.employee, now=self.clock.tick())
        head = self._colleague(third.employee, [HEAD_POSITION])
        confirm_level(enrollment=third, by=head, now=self.clock.tick())

    def _give_courses(self) -> None:
        self._give("ZY-YX", unit="JC0101", position="account_manager", days=18)
        self._give("ZY-YX", unit=CLASS_UNIT, position="counter_clerk", days=7)

    def _give(self, code: str, *, unit: str, position: str, days: int) -> None:
        day = self.clock.now.date()
        allotment = Allotment.objects.create(
            course=CoursePage.objects.get(code=code),
            unit=OrgUnit.objects.get(code=unit),
            position=Position.objects.get(code=position),
            due_on=add_workdays(day, days),
            reason="旺季前把收件、退补、加封三件事再学一遍",
            given_by=self._person(TRAINER),
            given_at=self.clock.tick(),
        )
        carry_out(allotment=allotment, now=self.clock.tick(), progress=lambda done, total: None)

    def _do_a_role_course(self) -> None:
        cycles = Enrollment.objects.open().filter(
            course__kind=CourseKind.ROLE, duties__sources__allotment__unit__code=CLASS_UNIT
        )
        for enrollment in cycles.select_related("course", "employee").order_by("pk")[:6]:
            for step in standing_of(enrollment).lessons:
                mark_attended(
                    enrollment=enrollment,
                    lesson=step.lesson,
                    by=self._person(TRAINER),
                    now=self.clock.tick(),
                )
            self._score(enrollment, 86)

    def _read(self, enrollment: Enrollment, *, count: int) -> None:
        for step in standing_of(enrollment).lessons[:count]:
            progress = open_course_lesson(
                enrollment=enrollment, lesson=step.lesson, now=self.clock.tick()
            )
            for check in step.lesson.checks:
                right = [option["key"] for option in check["options"] if option["right"]]
                answer_check(
                    progress=progress, code=check["code"], chosen=right, now=self.clock.tick()
                )
            finish_lesson(progress=progress, now=self.clock.tick(minutes=10))

    def _pass(self, attempt: Attempt) -> None:
        for answer in attempt.answers.select_related("version").order_by("number"):
            right = answer.asked.right_keys()
            letters = [
                letter for letter, option in answer.shown_options() if option["key"] in right
            ]
            save_answer(
                attempt=attempt,
                number=answer.number,
                response=letters or [str(answer.asked.answers[0])],
                sequence=1,
                now=self.clock.tick(seconds=40),
            )
        submit_attempt(attempt=attempt, now=self.clock.tick())

    def _score(self, enrollment: Enrollment, score: int) -> None:
        enter_paper_score(
            enrollment=enrollment,
            score=score,
            taken_on=self.clock.now.date(),
            by=self._person(TRAINER),
            now=self.clock.tick(),
        )

    def _cycles(self, code: str) -> list[Enrollment]:
        """Return the open cycles of the class on a level, by staff number."""
        return list(
            Enrollment.objects.open()
            .filter(course__code=code, employee__in=self._members())
            .select_related("course", "employee")
            .order_by("employee__emp_no")
        )

    def _members(self) -> list[Employee]:
        unit = OrgUnit.objects.get(code=CLASS_UNIT)
        joined = Employee.objects.posted_under(unit, on=self.formed_on)
        return list(
            joined.filter(postings__kind="trainee")
            .distinct()
            .order_by("emp_no")[: len(FIRST_SCORES)]
        )

    def _colleague(self, person: Employee, codes: list[str]) -> Employee:
        post = person.current_postings(on=self.formed_on)[0]
        found = Employee.objects.employed(on=self.formed_on).filter(
            postings__unit=post.unit, postings__position__code__in=codes, postings__valid_to=None
        )
        return found.order_by("pk")[0]

    def _person(self, name: str) -> Employee:
        return Employee.objects.filter(name=name).order_by("pk")[0]
