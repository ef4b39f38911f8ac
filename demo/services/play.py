"""The play: what officers, heads and the people asked do from day to day, through the services.

Whether, when and how something is done follows from the number of the warning alone, so that the
same world plays the same way, and a day that broke off is taken up where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from common.calendar import is_workday, workdays_between
from common.formats import day_of
from demo.draws import draw
from demo.services import sentences
from demo.services.clock import Clock
from demo.world import World
from people.models import Employee
from risk_warnings import services as warnings
from risk_warnings.models import (
    ADVERSE_CONCLUSIONS,
    Conclusion,
    DismissalReason,
    Objection,
    OrderStatus,
    Reassignment,
    Rectification,
    RiskWarning,
    Verification,
    WarningStatus,
    WorkOrder,
)

# The county of the walk-through is left to whoever tries it out.
OWN_COUNTY = "JC01"
LEFT_ALONE_DAYS = 12
BACKFILL_DAYS = 57
# In the days before loading one order stands still in each of these, so that all can be seen.
STILL_DAYS = 8
STANDING_STILL = frozenset(
    {
        OrderStatus.ISSUED,
        OrderStatus.ACCEPTED,
        OrderStatus.VERIFYING,
        OrderStatus.SUBMITTED,
        OrderStatus.REVIEWING,
        OrderStatus.RETURNED,
        OrderStatus.RECTIFIED,
    }
)

# What becomes of a warning in triage, in per cent: dismiss, notify, ticket.
FATES = {
    ("low", True): (68, 32, 0),
    ("medium", True): (69, 22, 9),
    ("high", True): (32, 10, 58),
    ("low", False): (30, 70, 0),
    ("medium", False): (25, 55, 20),
    ("high", False): (15, 15, 70),
}
TRIAGE_WITHIN = {"high": 2, "medium": 3, "low": 5}

# The conclusions that reviews come to, in turn.
CONCLUSIONS = (
    (Conclusion.BUSINESS_ERROR, False),
    (Conclusion.CONTROL_WEAKNESS, True),
    (Conclusion.FALSE_POSITIVE, False),
    (Conclusion.BUSINESS_ERROR, False),
    (Conclusion.BUSINESS_ERROR, True),
    (Conclusion.VIOLATION_CONFIRMED, True),
    (Conclusion.BUSINESS_ERROR, False),
    (Conclusion.DATA_ISSUE, False),
    (Conclusion.CONTROL_WEAKNESS, True),
    (Conclusion.BUSINESS_ERROR, False),
)
# Which orders take a turn of their own, by their running number.
RETURN_EVERY, INTERVIEW_EVERY, OBJECT_EVERY = 7, 6, 8
TRANSFERRED_NUMBERS, CANCELLED_NUMBERS = frozenset({11}), frozenset({9})


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one warning in triage, and when."""

    action: str
    on: date


class Play:
    """One demonstration being played; holds what does not change from day to day."""

    def __init__(self, world: World, *, clock: Clock) -> None:
        self.world = world
        self.clock = clock

    def work(self, day: date) -> None:
        """Let everybody do what they do on a working day."""
        if not is_workday(day):
            return
        self.clock.set(day, 9, 5)
        self._triage(day)
        self._replies(day)
        self._orders(day)
        self._objections(day)

    def close(self, day: date) -> None:
        """Let the evening bring what the clock alone brings: notices, limits, expiry."""
        warnings.sweep(now=self.clock.set(day, 17, 45))

    # --- people -----------------------------------------------------------------------------

    @cached_property
    def _people(self) -> dict[str, Employee]:
        return {employee.emp_no: employee for employee in Employee.objects.all()}

    def _holders(self, unit: str, position: str, day: date) -> list[Employee]:
        holders = self.world.holders(unit=unit, position=position, on=day)
        return [self._people[emp_no] for emp_no in holders]

    def _officer(self, warning: RiskWarning, day: date) -> Employee | None:
        """Return one of the county's officers who has nothing to do with the warning."""
        unit = warning.unit.code[:4] if warning.unit is not None else "JC"
        clerks = self._holders(unit, "discipline_clerk", day)
        concerned = {warning.receiver_id, warning.named_person_id}
        aside = {
            self._people[recusal.emp_no].pk
            for recusal in self.world.recusals
            if self._people[recusal.about].pk in concerned
        }
        free = [clerk for clerk in clerks if clerk.pk not in aside | concerned]
        if not free:
            return None
        return draw(self.world.seed, "officer", warning.number).choice(free)

    def _discipline_head(self, order: WorkOrder, day: date) -> Employee:
        unit = order.unit.code[:4] if order.unit is not None else "JC"
        return self._holders(unit, "discipline_director", day)[0]

    def _is_left_alone(self, warning: RiskWarning, day: date) -> bool:
        """Return whether this one waits for the person who tries the demonstration."""
        if warning.unit is None or not warning.unit.code.startswith(OWN_COUNTY):
            return False
        fresh_from = self.world.as_of - timedelta(days=LEFT_ALONE_DAYS)
        return day > self.world.as_of or day_of(warning.stored_at) > fresh_from

    # --- triage and replies -----------------------------------------------------------------

    def _fate(self, warning: RiskWarning) -> Fate:
        rng = draw(self.world.seed, "fate", warning.number)
        actions = ("dismiss", "notify", "ticket")
        weights = FATES[warning.level, warning.is_backfill]
        action = rng.choices(actions, weights)[0]
        stored_on = day_of(warning.stored_at)
        days = BACKFILL_DAYS if warning.is_backfill else TRIAGE_WITHIN[warning.level]
        return Fate(action, stored_on + timedelta(days=rng.randint(1, days)))

    def _triage(self, day: date) -> None:
        pending = (
            RiskWarning.objects.awaiting_triage()
            .filter(stored_at__lt=self.clock.now)
            .select_related("unit", "receiver", "named_person")
            .order_by("pk")
        )
        for warning in pending:
            fate = self._fate(warning)
            if fate.on > day or self._is_left_alone(warning, day) or warning.is_sealed:
                continue
            officer = self._officer(warning, day)
            if officer is not None:
                self._decide(warning, fate.action, officer)

    def _decide(self, warning: RiskWarning, action: str, officer: Employee) -> None:
        rng = draw(self.world.seed, "triage", warning.number)
        theme = warning.theme
        order = self._order_about_the_same(warning)
        if order is not None and action != "dismiss":
            warnings.merge_warning(
                warning=warning,
                into=order,
                by=officer,
                opinion=sentences.MERGED,
                now=self.clock.tick(),
            )
            return
        if action == "dismiss":
            warnings.dismiss_warning(
                warning=warning,
                by=officer,
                reason=rng.choice(list(DismissalReason)),
                opinion=rng.choice(sentences.DISMISSED[theme]),
                now=self.clock.tick(),
            )
        elif action == "notify" and warning.receiver is not None:
            warnings.notify_receiver(
                warning=warning,
                by=officer,
                opinion=sentences.NOTIFIED[theme],
                now=self.clock.tick(),
            )
        else:
            triage = warnings.ticket_warning(
                warning=warning,
                by=officer,
                opinion=sentences.TICKETED[theme],
                now=self.clock.tick(),
            )
            if triage.order is not None:
                self._issue(triage.order)

    def _order_about_the_same(self, warning: RiskWarning) -> WorkOrder | None:
        """Return an order that already asks the same person about the same theme."""
        if warning.receiver is None:
            return None
        return (
            WorkOrder.objects.open()
            .filter(theme=warning.theme, receiver=warning.receiver, unit=warning.unit)
            .filter(transferred_to="")
            .order_by("pk")
            .first()
        )

    def _replies(self, day: date) -> None:
        told = (
            RiskWarning.objects.filter(
                status__in=[WarningStatus.NOTIFIED, WarningStatus.PENDING],
                tip_at__lte=self.clock.now,
            )
            .select_related("unit", "receiver", "named_person")
            .order_by("pk")
        )
        for warning in told:
            if self._is_left_alone(warning, day) or warning.tip_at is None:
                continue
            rng = draw(self.world.seed, "reply", warning.number)
            will, days, accepted_after = rng.random(), rng.randint(1, 4), rng.randint(1, 3)
            told_for = workdays_between(day_of(warning.tip_at), day)
            if warning.reassignments_open:
                self._reassign(warning, day)
            elif warning.replied_at is None:
                if told_for >= days and will < 0.85 and warning.receiver is not None:
                    self._reply(warning, warning.receiver, disowns=will < 0.03)
            elif (
                warning.status == WarningStatus.NOTIFIED
                and workdays_between(day_of(warning.replied_at), day) >= accepted_after
            ):
                self._answer_reply(warning, day, upheld=rng.random() < 0.75)

    def _reply(self, warning: RiskWarning, receiver: Employee, *, disowns: bool) -> None:
        rng = draw(self.world.seed, "text", warning.number)
        once = not Reassignment.objects.filter(warning=warning).exists()
        if disowns and once:
            warnings.disown(
                warning=warning, by=receiver, reason=sentences.DISOWNED, now=self.clock.tick()
            )
            return
        choice, text = rng.choice(sentences.REPLIES[warning.theme])
        warnings.submit_reply(
            warning=warning, by=receiver, choice=choice, text=text, now=self.clock.tick()
        )

    def _answer_reply(self, warning: RiskWarning, day: date, *, upheld: bool) -> None:
        officer = self._officer(warning, day)
        if officer is None:
            return
        if upheld:
            warnings.accept_reply(warning=warning, by=officer, now=self.clock.tick())
        else:
            warnings.dismiss_warning(
                warning=warning,
                by=officer,
                reason=DismissalReason.EXPLAINED,
                opinion=sentences.DISMISSED[warning.theme][0],
                now=self.clock.tick(),
            )

    def _reassign(self, warning: RiskWarning, day: date) -> None:
        asked = Reassignment.objects.filter(warning=warning, decided_at=None).first()
        officer = self._officer(warning, day)
        if asked is None or officer is None or warning.unit is None:
            return
        others = [
            colleague
            for colleague in self._holders(warning.unit.code, warning.receiver_position, day)
            if colleague.pk not in {warning.receiver_id, warning.named_person_id}
        ]
        warnings.decide_reassignment(
            reassignment=asked,
            by=officer,
            named=others[0] if others else None,
            note=sentences.REASSIGNED if others else "",
            now=self.clock.tick(),
        )

    # --- orders -----------------------------------------------------------------------------

    def _orders(self, day: date) -> None:
        open_ones = (
            WorkOrder.objects.open()
            .select_related("unit", "receiver", "stand_in", "drafter", "risk_point")
            .order_by("pk")
        )
        for order in open_ones:
            if not self._is_orders_turn(order, day):
                continue
            step = self._STEPS.get(OrderStatus(order.status))
            if step is not None:
                step(self, order, day)

    def _is_orders_turn(self, order: WorkOrder, day: date) -> bool:
        first = RiskWarning.objects.filter(order=order).select_related("unit").order_by("pk")[:1]
        if any(self._is_left_alone(warning, day) for warning in first):
            return False
        if self._stands_still(order, day):
            return False
        changed_on = day_of(order.status_changed_at)
        if order.status == OrderStatus.DRAFT and order.approval_asked_at is not None:
            changed_on = day_of(order.approval_asked_at)
        waits = {OrderStatus.ACCEPTED: 1, OrderStatus.VERIFYING: 2, OrderStatus.RECTIFYING: 12}
        rng = draw(self.world.seed, "pace", order.created_at, order.status, order.round)
        wait = waits.get(OrderStatus(order.status), 1) + rng.randint(0, 1)
        return workdays_between(changed_on, day) >= wait

    def _stands_still(self, order: WorkOrder, day: date) -> bool:
        if not self._is_close_to_loading(day):
            return False
        if order.status == OrderStatus.DRAFT:
            return day > self.world.as_of - timedelta(days=3)
        alike = WorkOrder.objects.filter(status=order.status).order_by("pk")
        if order.status == OrderStatus.RECTIFYING:
            # One has to be put right first, so that one waits to be looked at.
            done = WorkOrder.objects.filter(status=OrderStatus.RECTIFIED)
            return done.exists() and order == alike.first()
        return order.status in STANDING_STILL and order == alike.first()

    def _is_close_to_loading(self, day: date) -> bool:
        return self.world.as_of - timedelta(days=STILL_DAYS) < day <= self.world.as_of

    def _is_returned(self, order: WorkOrder, day: date) -> bool:
        if order.round > 1:
            return False
        if self._turn(order) % RETURN_EVERY == 4:
            return True
        returned = WorkOrder.objects.filter(status=OrderStatus.RETURNED)
        return self._is_close_to_loading(day) and not returned.exists()

    def _turn(self, order: WorkOrder) -> int:
        """Return the running number of the order, by which its course is chosen."""
        return int((order.number or "-0").rpartition("-")[2])

    def _issue(self, order: WorkOrder) -> None:
        warnings.issue_order(
            order=order,
            by=order.drafter,
            demands=sentences.DEMANDS[order.theme],
            now=self.clock.tick(minutes=2),
        )

    def _draft(self, order: WorkOrder, day: date) -> None:
        if order.approval_asked_at is None:
            self._issue(order)
        else:
            head = self._discipline_head(order, day)
            warnings.approve_order(order=order, by=head, now=self.clock.tick())

    def _issued(self, order: WorkOrder, day: date) -> None:
        if self._turn(order) in CANCELLED_NUMBERS:
            warnings.cancel_order(
                order=order,
                by=self._discipline_head(order, day),
                reason=sentences.CANCELLED,
                now=self.clock.tick(),
            )
            return
        handler = order.handler or self._free_head(order, day)
        if handler is not None:
            warnings.accept_order(order=order, by=handler, now=self.clock.tick())

    def _heads(self, order: WorkOrder, day: date) -> tuple[list[Employee], list[Employee]]:
        """Return the heads and the deputy heads who are neither asked nor named."""
        if order.unit is None:
            return [], []
        named = RiskWarning.objects.filter(order=order, named_person__isnull=False)
        concerned = {
            order.receiver_id,
            order.stand_in_id,
            *named.values_list("named_person", flat=True),
        }
        heads = self._holders(order.unit.code, "station_head", day)
        deputies = self._holders(order.unit.code, "deputy_head", day)
        return (
            [head for head in heads if head.pk not in concerned],
            [deputy for deputy in deputies if deputy.pk not in concerned],
        )

    def _free_head(self, order: WorkOrder, day: date) -> Employee | None:
        heads, deputies = self._heads(order, day)
        return next(iter(heads + deputies), None)

    def _accepted(self, order: WorkOrder, day: date) -> None:
        heads, _ = self._heads(order, day)
        namer = heads[0] if heads else order.drafter
        rng = draw(self.world.seed, "verifiers", order.number, order.round)
        candidates = warnings.verifier_candidates(order, on=day)
        here = {
            posting.emp_no
            for posting in self.world.postings
            if order.unit is not None and posting.unit == order.unit.code and posting.holds_on(day)
        }
        station = [person for person in candidates if person.emp_no in here and person != namer]
        others = [person for person in candidates if person != namer]
        pool = station if len(station) > 1 else others
        if len(pool) < 2:
            return
        first, second = rng.sample(pool, 2)
        warnings.name_verifiers(
            order=order, first=first, second=second, by=namer, now=self.clock.tick()
        )

    def _verifying(self, order: WorkOrder, day: date) -> None:
        waiting = Verification.objects.of_round(order).filter(submitted_at=None)
        verification = waiting.select_related("verifier").order_by("pk").first()
        if verification is not None:
            warnings.submit_verification(
                order=order,
                by=verification.verifier,
                visited_on=day,
                method=sentences.METHODS[verification.pk % 2],
                facts=sentences.FACTS[order.theme],
                evidence="现场照片、系统截图、相关单据",
                now=self.clock.tick(minutes=5),
            )
        elif not warnings.has_answer(order):
            self._answer(order, day)
        else:
            heads, deputies = self._heads(order, day)
            signer = next(iter(heads or deputies), None)
            if signer is not None:
                warnings.sign_feedback(
                    order=order, by=signer, opinion=sentences.SIGNED, now=self.clock.tick()
                )

    def _answer(self, order: WorkOrder, day: date) -> None:
        handler = order.handler or self._free_head(order, day)
        if handler is None:
            return
        rng = draw(self.world.seed, "answer", order.number, order.round)
        choice, text = rng.choice(sentences.REPLIES[order.theme])
        warnings.answer_order(
            order=order,
            by=handler,
            text=text,
            choice=choice,
            remedy=sentences.REMEDY,
            now=self.clock.tick(minutes=3),
        )

    def _submitted(self, order: WorkOrder, day: date) -> None:
        warnings.start_review(order=order, by=order.drafter, now=self.clock.tick())

    def _reviewing(self, order: WorkOrder, day: date) -> None:
        turn = self._turn(order)
        head = self._discipline_head(order, day)
        if order.awaits_approval:
            warnings.approve_conclusion(order=order, by=head, now=self.clock.tick())
        elif turn in TRANSFERRED_NUMBERS:
            warnings.transfer_order(
                order=order, by=head, to="市公司纪委监督检查室", now=self.clock.tick()
            )
        elif self._is_returned(order, day):
            warnings.return_order(
                order=order, by=order.drafter, reason=sentences.RETURNED, now=self.clock.tick()
            )
        else:
            if turn % INTERVIEW_EVERY == 2 and not order.interviews.exists():
                self._interview(order, head)
            self._conclude(order, day)

    def _interview(self, order: WorkOrder, head: Employee) -> None:
        if order.receiver is None:
            return
        held_at = self.clock.tick(minutes=40)
        warnings.record_interview(
            order=order,
            by=order.drafter,
            second_officer=head,
            person=order.receiver,
            held_at=held_at,
            place=sentences.PLACE,
            statement=sentences.STATEMENT,
            demands=sentences.INTERVIEW_DEMANDS,
            signed_by_person=True,
            signed_by_officers=True,
            now=self.clock.tick(minutes=15),
        )

    def _conclude(self, order: WorkOrder, day: date) -> None:
        conclusion, rectified = CONCLUSIONS[self._turn(order) % len(CONCLUSIONS)]
        learner, must_name = warnings.learner_proposed(order, on=day)
        heads, deputies = self._heads(order, day)
        responsible = next(iter(deputies + heads), None)
        plan = None
        if rectified and responsible is not None:
            plan = warnings.RectificationPlan(responsible=responsible, measures=sentences.MEASURES)
        warnings.conclude_order(
            order=order,
            by=order.drafter,
            conclusion=conclusion,
            reason=sentences.CONCLUDED[conclusion.value],
            learner=learner if must_name and conclusion in ADVERSE_CONCLUSIONS else None,
            rectification=plan,
            now=self.clock.tick(),
        )

    def _rectifying(self, order: WorkOrder, day: date) -> None:
        planned = Rectification.objects.filter(order=order, done_at=None)
        plan = planned.select_related("responsible").order_by("pk").first()
        if plan is not None:
            warnings.report_rectified(
                order=order,
                by=plan.responsible,
                text=sentences.RECTIFIED,
                now=self.clock.tick(),
            )

    def _rectified(self, order: WorkOrder, day: date) -> None:
        warnings.accept_rectification(
            order=order, by=order.drafter, opinion=sentences.ACCEPTED, now=self.clock.tick()
        )

    _STEPS: dict[OrderStatus, Callable[["Play", WorkOrder, date], None]] = {
        OrderStatus.DRAFT: _draft,
        OrderStatus.ISSUED: _issued,
        OrderStatus.ACCEPTED: _accepted,
        OrderStatus.VERIFYING: _verifying,
        OrderStatus.SUBMITTED: _submitted,
        OrderStatus.REVIEWING: _reviewing,
        OrderStatus.RETURNED: _accepted,
        OrderStatus.RECTIFYING: _rectifying,
        OrderStatus.RECTIFIED: _rectified,
    }

    # --- objections -------------------------------------------------------------------------

    def _objections(self, day: date) -> None:
        concluded = (
            WorkOrder.objects.filter(
                conclusion__in=ADVERSE_CONCLUSIONS,
                effective_at__isnull=False,
                effective_at__gt=self.clock.now - timedelta(days=8),
            )
            .select_related("receiver", "learner", "unit")
            .order_by("pk")
        )
        for order in concluded:
            person = order.receiver
            if (
                self._turn(order) % OBJECT_EVERY == 3
                and person is not None
                and order.effective_at is not None
                and workdays_between(day_of(order.effective_at), day) >= 2
                and warnings.may_object(order, person=person, now=self.clock.now)
            ):
                warnings.file_objection(
                    order=order, by=person, text=sentences.OBJECTION, now=self.clock.tick()
                )
        for objection in Objection.objects.open().select_related("order__unit").order_by("pk"):
            if workdays_between(day_of(objection.filed_at), day) >= 5:
                city_head = self._holders("JC", "discipline_director", day)[0]
                warnings.decide_objection(
                    objection=objection,
                    by=city_head,
                    is_upheld=self._turn(objection.order) % 5 == 3,
                    answer=sentences.ANSWERED,
                    now=self.clock.tick(),
                )
