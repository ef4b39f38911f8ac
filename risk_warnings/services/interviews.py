"""约谈: two officers and the person; every opening by somebody else is written to the log."""

from datetime import datetime

from django.db import transaction

from people.models import Employee, Role
from risk_warnings.limits import day_of
from risk_warnings.models import Interview, OrderStatus, WorkOrder
from risk_warnings.services.acting import hold_order, log, require_supervisor
from risk_warnings.services.errors import InterviewRefused
from risk_warnings.transitions import OrderCase, standing_of

SUPERVISORS = (Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)


@transaction.atomic
def record_interview(
    *,
    order: WorkOrder,
    by: Employee,
    second_officer: Employee,
    person: Employee,
    held_at: datetime,
    place: str,
    statement: str,
    demands: str,
    now: datetime,
    signed_by_person: bool = False,
    signed_by_officers: bool = False,
) -> Interview:
    """Record an interview that took place; it asks for nothing and decides nothing.

    :raises InterviewRefused: if there are not two officers, or the person is not part of the order.
    :raises TransitionRefused: if who records is no officer or head in scope.
    """
    held = hold_order(order)
    case = require_supervisor(held, by=by, roles=SUPERVISORS, now=now)
    _require_three(held, case, by=by, second=second_officer, person=person, now=now)
    if held_at > now:
        raise InterviewRefused("约谈时间不能晚于现在，请改正后再保存。")
    if not (place.strip() and statement.strip() and demands.strip()):
        raise InterviewRefused("地点、本人陈述和提出的要求都要写，请补齐后再保存。")
    interview = Interview.objects.create(
        order=held,
        held_at=held_at,
        place=place.strip()[:60],
        officer=by,
        second_officer=second_officer,
        person=person,
        statement=statement.strip(),
        demands=demands.strip(),
        signed_by_person=signed_by_person,
        signed_by_officers=signed_by_officers,
        recorded_by=by,
        recorded_at=now,
    )
    log("interview.recorded", interview, by=by, now=now, order=held.pk)
    return interview


def _require_three(
    order: WorkOrder,
    case: OrderCase,
    *,
    by: Employee,
    second: Employee,
    person: Employee,
    now: datetime,
) -> None:
    if order.status == OrderStatus.DRAFT or order.is_transferred:
        raise InterviewRefused("工单下发之后、移交之前才能记录约谈，请刷新页面看最新情况。")
    if second == by or second.pk in case.concerned:
        raise InterviewRefused("约谈须有两名约谈人，且都不是本件的接收人，请另选第二约谈人。")
    if not standing_of(second, on=day_of(now)).has(*SUPERVISORS):
        raise InterviewRefused(f"{second}不是纪检专责或纪委办公室负责人，不能约谈，请另选一人。")
    if person.pk not in case.concerned:
        raise InterviewRefused(f"{person}不是本件的接收人或数据指向的人，不能记在这张工单下。")


def open_interview(*, interview: Interview, by: Employee, now: datetime) -> Interview:
    """Write down that somebody opened an interview, and return it; each opening is one entry."""
    log("interview.read", interview, by=by, now=now, order=interview.order_id)
    return interview
