"""What runs by the clock, and what an officer asks for that takes longer than a request."""

from datetime import date, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assignments import services
from assignments.models import Allotment, AssignmentStatus
from assignments.services import training
from assignments.services.reminding import ExtensionRefused, extend_many, remind
from assignments.services.training import Question
from assignments.workbooks import training_workbook, workbook_name
from jobs.files import folder_of
from jobs.models import Job
from jobs.registry import JobRefused, Progress, register
from people.models import Employee, User


@register("assignments.daily", title="布置岗位学习和廉政三分钟", daily_at=time(5, 0))
def assign_due_learning_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Assign what the day asks for; duties that exist already are not assigned again."""
    now = timezone.now()
    return {
        **services.recompute(now=now),
        "joiners": services.open_paths_of_joiners(now=now),
        **services.assign_due_learning(now=now),
    }


@register("assignments.sweep", title="补记完成的学习", every=timedelta(minutes=5))
def sweep_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Repeat what a lost signal left undone."""
    now = timezone.now()
    return {**services.sweep(now=now), **services.sweep_courses(now=now)}


@register("assignments.allot", title="布置课程")
def allot_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Give a course to everybody whom an officer meant; going on where it stopped."""
    allotment = Allotment.objects.select_related("course", "unit", "position", "given_by").get(
        pk=job.params["allotment"]
    )
    people = services.carry_out(
        allotment=allotment,
        now=timezone.now(),
        progress=lambda done, total: progress(done, total, f"已布置{done}人"),
    )
    return {"sentence": f"已布置给{people}人", "url": reverse("assignments:allotments")}


@register("assignments.export", title="导出培训台账")
def export_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the ledger that an officer asked for, as far as their scope reaches by now."""
    question = Question.from_json(job.params["question"])
    user, _ = _officer_of(job)
    progress(0, 1, "正在收集名单")
    name = workbook_name(question)
    book = training_workbook(user, question, by=job.params["by"])
    (folder_of(job) / name).write_bytes(book)
    return {"file": name, "sentence": "台账已导出，数字和页面上一样"}


@register("assignments.remind", title="提醒没学完的")
def remind_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Remind those whom an officer meant; who was told today is not told again."""
    question = Question.from_json(job.params["question"])
    user, by = _officer_of(job)
    if job.params["late"]:
        duties = training.late(user, question).select_related("lesson", "risk_point")
    else:
        duties = training.listed(user, question).filter(status=AssignmentStatus.OPEN)
    done = remind(
        duties=duties,
        by=by,
        now=timezone.now(),
        progress=lambda told, people: progress(told, people, f"已提醒{told}人"),
    )
    return {"sentence": done.sentence, "url": job.params["back_url"]}


@register("assignments.extend", title="批量延期")
def extend_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Put off what an officer meant; what ends on that day already is left alone."""
    question = Question.from_json(job.params["question"])
    user, by = _officer_of(job)
    duties = training.listed(user, question).filter(status=AssignmentStatus.OPEN)
    progress(0, 1, "正在延期")
    try:
        number = extend_many(
            duties=duties.exclude(employee=by),
            due_on=date.fromisoformat(job.params["due_on"]),
            reason=job.params["reason"],
            by=by,
            now=timezone.now(),
        )
    except ExtensionRefused as refusal:
        raise JobRefused(str(refusal)) from refusal
    return {"sentence": f"{number}项已延期，本人收到了消息", "url": job.params["back_url"]}


def _officer_of(job: Job) -> tuple[User, Employee]:
    asker = User.objects.select_related("employee").filter(pk__in=[job.owner_id]).first()
    if asker is None or asker.employee is None:
        raise JobRefused("这个账号没有对应的员工了，没有办理；请联系系统管理员。")
    return asker, asker.employee
