"""Classes of new hires: from a list in a file to persons, posts, mentors and courses."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.services import record
from courses.exceptions import ClassFileRefused
from courses.models import ClassMember, TrainingClass
from courses.services.enrolling import open_path
from people.models import Employee, OrgUnit, User
from people.services.roster import (
    LARGEST_FILE,
    RosterPlan,
    RowFault,
    apply_roster,
    plan_roster,
)


def keep_list(
    *, name: str, unit: OrgUnit, file_name: str, data: bytes, by: User, now: datetime
) -> TrainingClass:
    """Keep a list of new hires as it came; nothing of it is in force before it is formed.

    :raises ClassFileRefused: if it is too large, or the unit has a class of that name.
    """
    if len(data) > LARGEST_FILE:
        raise ClassFileRefused("文件超过5MB，请只留名单这一张表，再上传。")
    if by.employee is None:
        raise ClassFileRefused("这个账号没有对应的员工，不能建班；请联系系统管理员。")
    if TrainingClass.objects.filter(unit=unit, name=name).exists():
        raise ClassFileRefused(f"{unit}已经有一个班叫“{name}”，请换一个班名。")
    return TrainingClass.objects.create(
        name=name,
        unit=unit,
        created_by=by.employee,
        created_at=now,
        file_name=file_name[:120],
        data=data,
    )


def plan_class(training_class: TrainingClass, *, now: datetime) -> RosterPlan:
    """Return what the list of a class would do; nothing is written.

    :raises UnreadableRoster: if the file is no list at all.
    """
    plan = plan_roster(
        name=training_class.file_name,
        data=bytes(training_class.data),
        today=timezone.localdate(now),
    )
    taken = dict(
        ClassMember.objects.filter(
            employee__emp_no__in=[row.emp_no for row in plan.rows]
        ).values_list("employee__emp_no", "training_class__name")
    )
    for row in plan.rows:
        if not row.unit.path.startswith(training_class.unit.path):
            reason = f"{row.unit}不在办班单位{training_class.unit}之内，请核对。"
            plan.faults.append(RowFault(row.line, "单位", reason))
        if row.emp_no in taken:
            reason = f"{row.name}已经在“{taken[row.emp_no]}”里，请删去这一行。"
            plan.faults.append(RowFault(row.line, "工号", reason))
    return plan


def form_class(*, training_class: TrainingClass, by: User, now: datetime) -> TrainingClass:
    """Put the persons of a list on the roster and into the class; forming twice is once.

    Each of them starts on the three levels of the path of new hires, from the joining date.

    :raises ClassFileRefused: if a row of the list is wrong.
    :raises UnreadableRoster: if the file is no list at all.
    :raises RosterBraked: if it would change a large share of who is on the roster.
    """
    with transaction.atomic():
        held = (
            TrainingClass.objects.select_for_update()
            .select_related("unit")
            .get(pk=training_class.pk)
        )
        if held.formed_at is not None:
            return held
        plan = plan_class(held, now=now)
        if plan.faults:
            raise ClassFileRefused(f"名单里有{len(plan.faults)}处要改，改好后重新上传。")
        persons = apply_roster(plan=plan, by=by, now=now)
        numbers = [row.mentor_no for row in plan.rows if row.mentor_no]
        mentors = {mentor.emp_no: mentor for mentor in Employee.objects.filter(emp_no__in=numbers)}
        new = {change.row.emp_no for change in plan.changes if change.is_new}
        ClassMember.objects.bulk_create(
            ClassMember(
                training_class=held,
                employee=person,
                mentor=mentors.get(row.mentor_no),
                is_joiner=row.emp_no in new,
                has_phone=row.has_phone,
            )
            for row, person in zip(plan.rows, persons, strict=True)
        )
        for row, person in zip(plan.rows, persons, strict=True):
            open_path(employee=person, mentor=mentors.get(row.mentor_no), now=now)
        held.formed_at = now
        held.save(update_fields=["formed_at"])
        record(
            actor_id=by.pk,
            action="courses.class.formed",
            subject=held,
            now=now,
            data={"members": len(persons)},
        )
    return held
