"""异议: ten working days to object to a conclusion, ten to be answered by another head."""

from datetime import datetime

from django.db import transaction

from notifications.models import NotificationCategory
from notifications.services import notify
from people.models import Employee, Role
from risk_warnings.limits import day_of, due_after, limits
from risk_warnings.models import Objection, WorkOrder
from risk_warnings.services import notices
from risk_warnings.services.acting import hold_order, log, require_supervisor
from risk_warnings.services.errors import NothingToDecide, ObjectionRefused
from risk_warnings.services.orders import warnings_under
from risk_warnings.services.taking_back import UPHELD, take_back_all
from risk_warnings.signals import objection_decided, objection_filed
from risk_warnings.transitions import OrderCase, TransitionRefused


def may_object(order: WorkOrder, *, person: Employee, now: datetime) -> bool:
    """Return whether a person may still object to the conclusion of an order."""
    if not order.is_adverse or order.effective_at is None:
        return False
    until = due_after(order.effective_at, workdays=limits().objection_workdays)
    case = OrderCase.of(order, on=day_of(now))
    asked = case.concerned | ({order.learner_id} if order.learner_id else set())
    objected = order.objections.filter(person=person).exists()
    return now <= until and person.pk in asked and not objected


@transaction.atomic
def file_objection(*, order: WorkOrder, by: Employee, text: str, now: datetime) -> Objection:
    """Object to a conclusion; remedial learning rests until it is answered.

    :raises ObjectionRefused: if it comes too late, twice, from somebody else, or says nothing.
    """
    held = hold_order(order)
    if not may_object(held, person=by, now=now):
        raise ObjectionRefused(
            f"{held}不能提出异议：结论生效后十个工作日内由本人提出一次，请联系本单位纪检专责。"
        )
    if not text.strip():
        raise ObjectionRefused("异议不能是空的，请写明理由再提交。")
    objection = Objection.objects.create(
        order=held,
        person=by,
        text=text.strip(),
        filed_at=now,
        due_at=due_after(now, workdays=limits().objection_answer_workdays),
    )
    heads = notices.supervisors_of(held, Role.DISCIPLINE_HEAD, now=now)
    free = [head for head in heads if head.pk != held.conclusion_approver_id]
    notices.ask("object", order=held, people=free or heads, now=now, due_at=objection.due_at)
    log("order.objected", held, by=by, now=now, objection=objection.pk)
    transaction.on_commit(lambda: objection_filed.send(sender=Objection, objection=objection))
    return objection


@transaction.atomic
def decide_objection(
    *, objection: Objection, by: Employee, is_upheld: bool, answer: str, now: datetime
) -> Objection:
    """Answer an objection, as a head who did not approve the conclusion; upheld takes all back.

    :raises NothingToDecide: if it has been answered.
    :raises ObjectionRefused: if the answer says nothing.
    :raises TransitionRefused: if the person is no such head.
    """
    held = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if not held.is_open:
        raise NothingToDecide("这项异议已经答复，请刷新页面看结果。")
    order = hold_order(held.order)
    require_supervisor(order, by=by, roles=(Role.DISCIPLINE_HEAD,), now=now)
    if by.pk in {order.conclusion_approver_id, order.concluded_by_id}:
        raise TransitionRefused("作出或批准结论的人不能答复异议，请由市公司另一名负责人答复。")
    if not answer.strip():
        raise ObjectionRefused("答复不能是空的，请写明理由再提交。")
    held.decided_by, held.decided_at = by, now
    held.is_upheld, held.answer = is_upheld, answer.strip()
    held.save()
    notices.done("object", order=order, now=now)
    if is_upheld:
        order.overturned_at = now
        order.save(update_fields=["overturned_at"])
        take_back_all(warnings=warnings_under(order), sentence=UPHELD, now=now)
    notify(
        recipient=held.person,
        event=f"risk_warnings.objection:{held.pk}",
        category=NotificationCategory.NOTICE,
        icon="scale",
        title="您的异议已有答复",
        body=f"{order}：异议{'成立，相关内容已撤回' if is_upheld else '未予支持，请看答复'}。",
        url=notices.order_url(order),
        now=now,
    )
    log("order.objection_decided", order, by=by, now=now, objection=held.pk, upheld=is_upheld)
    transaction.on_commit(lambda: objection_decided.send(sender=Objection, objection=held))
    return held
