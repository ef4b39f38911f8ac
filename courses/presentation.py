"""What the page of a cycle shows: its levels step by step, and the one thing to do now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.urls import reverse
from django.utils import timezone

from common.formats import day_of, zh_date
from courses import services
from courses.models import CourseKind, Enrollment, EnrollmentStatus, ExamResult, SignOff
from courses.registry import due_dates_of
from courses.services import Correction, LessonStep, Outcome, SignStep, Standing
from people.models import Role, User

# One study hour is 45 minutes.
STUDY_HOUR = 45
NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads the page, and what they may do on it and know of it."""

    is_self: bool
    is_mentor: bool
    may_confirm: bool
    trains: bool

    @classmethod
    def of(cls, user: User, enrollment: Enrollment) -> Self:
        """Return what the user is to the cycle."""
        scope = user.scope
        me = scope.employee
        is_self = me is not None and me.pk == enrollment.employee_id
        trained = Enrollment.objects.trained_by(user).filter(pk=enrollment.pk)
        trains = not is_self and scope.has(Role.TRAINING_OFFICER) and trained.exists()
        return cls(
            is_self=is_self,
            is_mentor=me is not None and me.pk == enrollment.mentor_id,
            may_confirm=services.may_confirm(enrollment, scope),
            trains=trains,
        )

    @property
    def sees_scores(self) -> bool:
        """Whether scores are shown: to the person, and to who trains them."""
        return self.is_self or self.trains


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a level; ``state`` is done, now or empty."""

    title: str
    note: str
    state: str
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class SignRow:
    """One item of the sign-off sheet: who shows it to whom, by when, and where it stands."""

    step: SignStep
    due_on: date | None
    sign_url: str
    confirm_url: str


@dataclass(frozen=True, slots=True)
class Level:
    """One course of the page."""

    standing: Standing
    heading: str
    due_on: date | None
    tag: str
    colour: str
    note: str
    steps: list[Step]
    sign_rows: list[SignRow]
    bunched: int
    is_resit: bool

    @property
    def enrollment(self) -> Enrollment:
        """The cycle that the level shows."""
        return self.standing.enrollment


@dataclass(frozen=True, slots=True)
class NextAct:
    """The one thing to do now; without ``url`` it waits for somebody else."""

    title: str
    meta: str
    url: str = ""
    action: str = ""
    icon: str = "play"
    due_on: date | None = None


def levels_of(enrollments: Sequence[Enrollment], *, viewer: Viewer, now: datetime) -> list[Level]:
    """Return the levels of a page in their order; about seven queries each."""
    dues = due_dates_of(enrollments)
    is_path = len(enrollments) > 1
    return [
        _level(
            enrollment,
            heading=(
                f"{NUMERALS[number]}级　{enrollment.course.level_name}" if is_path else "课时和考核"
            ),
            due_on=dues.get(enrollment.pk),
            viewer=viewer,
            now=now,
        )
        for number, enrollment in enumerate(enrollments)
    ]


def next_act(levels: Sequence[Level], *, now: datetime) -> NextAct | None:
    """Return what the learner does next: a lesson, the examination, or wait; None where all done.

    Levels come one after the other; later lessons may be read early, but are never the next act.
    """
    waiting = None
    for level in levels:
        if not level.enrollment.is_open:
            continue
        step = next((step for step in level.steps if step.state == "now"), None)
        if step is not None:
            return NextAct(
                title=step.title,
                meta=f"{level.heading} · {step.note}",
                url=step.url,
                action=step.action,
                icon="clipboard-check" if step.action.endswith("考") else "play",
                due_on=level.due_on,
            )
        waiting = waiting or _wait(level)
    return waiting


def study_hours(levels: Sequence[Level]) -> tuple[str, str]:
    """Return how many study hours of lessons are done, and of how many."""
    steps = [step for level in levels for step in level.standing.lessons]
    done = sum(step.lesson.minutes for step in steps if step.is_done)
    total = sum(step.lesson.minutes for step in steps)
    return f"{done / STUDY_HOUR:.3g}", f"{total / STUDY_HOUR:.3g}"


def _wait(level: Level) -> NextAct:
    unconfirmed = [row for row in level.sign_rows if row.confirm_url]
    if unconfirmed:
        return NextAct(
            title=f"确认{len(unconfirmed)}项实操签认",
            meta="师傅写的是不是您做的，看清楚再确认",
            url="#sign-off",
            action="去确认",
            icon="clipboard-check",
            due_on=level.due_on,
        )
    if any(not row.step.is_done for row in level.sign_rows):
        return NextAct(title="跟师傅做实操", meta="做一项，师傅签一项", due_on=level.due_on)
    if level.enrollment.course.has_exam:
        return NextAct(title="等下一次考试", meta=level.steps[-1].note, due_on=level.due_on)
    return NextAct(title="等所长确认", meta="课时和实操都完成了", due_on=level.due_on)


def _level(
    enrollment: Enrollment, *, heading: str, due_on: date | None, viewer: Viewer, now: datetime
) -> Level:
    standing = services.standing_of(enrollment)
    steps = _steps(standing, viewer=viewer, now=now)
    tag, colour = _tag(standing, due_on=due_on, today=timezone.localdate(now))
    return Level(
        standing=standing,
        heading=heading,
        due_on=due_on,
        tag=tag,
        colour=colour,
        note=enrollment.course.form,
        steps=steps,
        sign_rows=[_sign_row(standing, step, viewer=viewer) for step in standing.sign_steps],
        is_resit=enrollment.renews is not None and enrollment.renews.lost_its_pass(),
        bunched=bunched([step.sign_off for step in standing.sign_steps if step.sign_off]),
    )


def bunched(signed: Sequence[SignOff]) -> int:
    """Return how many items were signed on the last day of signing, where that is most of them.

    A mentor who signs item by item leaves several days; three or more at once are worth a question.
    """
    if not signed:
        return 0
    days = [day_of(row.signed_at) for row in signed]
    on_last = days.count(max(days))
    return on_last if on_last >= 3 and on_last * 2 > len(days) else 0


def _tag(standing: Standing, *, due_on: date | None, today: date) -> tuple[str, str]:
    enrollment = standing.enrollment
    if enrollment.status == EnrollmentStatus.COMPLETED and enrollment.settled_at is not None:
        if enrollment.course.has_exam and standing.exams and standing.passed is None:
            return "成绩更正后不合格", "red"
        return f"{zh_date(enrollment.settled_at, today=today)}完成", "green"
    if not enrollment.is_open:
        return enrollment.get_status_display(), "green"
    if due_on is not None and due_on < today:
        return f"已超期 {standing.done} / {standing.total}", "red"
    if standing.done:
        return f"进行中 {standing.done} / {standing.total}", "amber"
    return "未开始", ""


def _steps(standing: Standing, *, viewer: Viewer, now: datetime) -> list[Step]:
    enrollment = standing.enrollment
    today = timezone.localdate(now)
    here = enrollment.is_open and viewer.is_self and standing.blocked_by is None
    steps: list[Step] = []
    first = True
    for each in standing.lessons:
        is_now = here and first and not each.is_done and not standing.skips_lessons
        first = first and each.is_done
        url = (
            reverse("courses:course_lesson", args=[enrollment.pk, each.lesson.code])
            if viewer.is_self
            else ""
        )
        steps.append(
            Step(
                title=each.lesson.title,
                note=_lesson_note(each, starts_on=enrollment.starts_on, today=today),
                state="done" if each.is_done else "now" if is_now else "",
                url=url,
                action="再看" if each.is_done else "去学",
            )
        )
    for micro in standing.micro_lessons:
        is_now = here and first and not micro.is_done and not standing.skips_lessons
        first = first and micro.is_done
        back = reverse("courses:cycle", args=[enrollment.pk])
        done_at = micro.view.completed_at if micro.view is not None else None
        steps.append(
            Step(
                title=f"微课：{micro.lesson.title}",
                note=f"{zh_date(done_at, today=today)}学完"
                if done_at
                else "约3分钟，看、听、读都行",
                state="done" if micro.is_done else "now" if is_now else "",
                url=(
                    f"{reverse('courses:lesson', args=[micro.lesson.code])}?next={back}"
                    if viewer.is_self
                    else ""
                ),
                action="再看" if micro.is_done else "去学",
            )
        )
    if enrollment.course.has_exam:
        steps.append(_exam_step(standing, viewer=viewer, is_turn=here and first, now=now))
    return steps


def _lesson_note(step: LessonStep, *, starts_on: date, today: date) -> str:
    progress = step.progress
    if progress is not None and progress.completed_at is not None:
        return f"{zh_date(progress.completed_at, today=today)}，{progress.get_way_display()}"
    words = [f"{step.lesson.minutes}分钟"]
    if step.lesson.due_days_after_joining is not None:
        due = starts_on + timedelta(days=step.lesson.due_days_after_joining)
        words.insert(0, f"{zh_date(due, today=today)}前")
    return "，".join(words)


def _exam_step(standing: Standing, *, viewer: Viewer, is_turn: bool, now: datetime) -> Step:
    enrollment = standing.enrollment
    course = enrollment.course
    title = f"{course.get_assessment_display()}考试"
    passed = standing.passed
    if passed is not None:
        words = [zh_date(passed.taken_on, today=timezone.localdate(now)), "已通过"]
        if viewer.sees_scores:
            words[1:] = [f"{passed.score}分", f"{passed.pass_mark}分合格"]
        return Step(title=title, note="，".join(words), state="done")
    url = reverse("courses:exam", args=[enrollment.pk])
    if viewer.is_self and services.open_exam_of(enrollment) is not None:
        return Step(title, "考了一半，时间还在走", "now", url, "接着考")
    reason = services.why_no_exam(standing, now=now)
    if reason:
        return Step(title, reason.removesuffix("。"), "")
    note = f"{course.exam_minutes}分钟，{course.pass_mark}分合格"
    if not standing.is_learnt:
        note = f"先考一次，{course.pass_mark}分就不用再看课时"
    can_sit = viewer.is_self
    is_now = is_turn or (can_sit and course.kind == CourseKind.REFRESHER)
    return Step(title, note, "now" if is_now else "", url if can_sit else "", "去考")


def _sign_row(standing: Standing, step: SignStep, *, viewer: Viewer) -> SignRow:
    enrollment = standing.enrollment
    days = enrollment.course.sign_off.get("due_days_after_joining")
    can_sign = viewer.is_mentor and enrollment.is_open and standing.blocked_by is None
    signed = step.sign_off
    return SignRow(
        step=step,
        due_on=enrollment.starts_on + timedelta(days=days) if days else None,
        sign_url=(
            reverse("courses:sign", args=[enrollment.pk, step.seq])
            if can_sign and signed is None
            else ""
        ),
        confirm_url=(
            reverse("courses:confirm_item", args=[signed.pk])
            if viewer.is_self and signed is not None and signed.confirmed_at is None
            else ""
        ),
    )


def scores_in_words(result: ExamResult, *, today: date) -> str:
    """Return the score of a paper with what it was before; a query for each correction."""
    chain = [result]
    while chain[0].replaces is not None:
        chain.insert(0, chain[0].replaces)
    words = [f"登记的是{chain[0].score}分"]
    words += [
        f"{zh_date(row.recorded_at, today=today)}更正为{row.score}分（{row.reason}）"
        for row in chain[1:]
    ]
    return "，".join(words)


def changes_of(plan: Correction, result: ExamResult) -> list[str]:
    """Return what correcting a paper score would change, a sentence each."""
    cycle = result.enrollment.cycle
    level = result.enrollment.course.level_name or "这门课"
    words = {
        Outcome.SAME: "合格与否不变，只更正分数。",
        Outcome.PASSES: f"更正后合格；{level}还有别的没做完，做完就办结。",
        Outcome.SETTLES: f"更正后合格，{level}立即办结。",
        Outcome.FAILS: f"更正后不合格；{level}还没有办结，要再考一次。",
        Outcome.REOPENS: f"{level}是凭这个成绩办结的。第{cycle}轮的记录保留，"
        f"另开第{cycle + 1}轮：学过的课时带过去，只要补考。",
        Outcome.SUPERSEDED: f"{level}是凭这个成绩办结的。"
        "后面已有新的一轮，或者人已离职，不再另开。",
        Outcome.RESTORES: f"更正后又合格，为补考另开的第{cycle + 1}轮按折抵办结，不用再考。",
    }
    papers = [
        f"证书{paper.number}依据这个成绩。证书不会自动撤销：更正后请看过，"
        "在学员页面用“撤销证书”办理，写明原因。"
        for paper in plan.certificates
    ]
    return [
        f"{result.score}分改为{plan.score}分。{words[plan.outcome]}",
        *papers,
        "原来的成绩和更正的原因留档，不删除；本人会收到消息。",
    ]
