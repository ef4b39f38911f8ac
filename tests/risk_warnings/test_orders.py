"""A work order from draft to closure, with everyone who may and everyone who may not."""

from datetime import date, timedelta

import pytest

from audit.models import AuditEntry
from audit.services import first_broken
from notifications.models import Notification
from people.models import Absence, AbsenceKind, Declaration, DeclarationKind, Recusal, Role
from people.services.statements import Interest, declare_interests
from risk_warnings.models import (
    Conclusion,
    Explanation,
    OrderStatus,
    RiskWarning,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.services import (
    ConclusionRefused,
    FeedbackIncomplete,
    InterviewRefused,
    NothingToDecide,
    NotYours,
    ObjectionRefused,
    RectificationPlan,
    StillSealed,
    TransitionRefused,
    VerifierRefused,
    accept_order,
    accept_rectification,
    answer_order,
    approve_conclusion,
    approve_order,
    cancel_order,
    close_corrected,
    conclude_order,
    decide_objection,
    decline_conclusion,
    decline_order,
    escalate_overdue,
    file_objection,
    issue_order,
    name_verifiers,
    record_interview,
    refresh_stand_ins,
    reject_rectification,
    release_due_triage,
    reopen_order,
    report_rectified,
    return_order,
    settle_transfer,
    sign_feedback,
    start_review,
    submit_reply,
    submit_verification,
    ticket_warning,
    transfer_order,
    verifier_candidates,
)
from risk_warnings.signals import cause_taken_back, order_concluded
from tests.factories import RiskPointPageFactory, RoleGrantFactory, UserFactory
from tests.risk_warnings.findings import finding, run

OPINION = "看过差额和变更单，情况需要说明清楚。"
REASON = "封印照片与录入日期不一致，系统录入有误。"


@pytest.fixture
def heard():
    facts = []

    def hear_conclusion(order, learner, **kwargs):
        facts.append(("concluded", learner))

    def hear_taken_back(warning, reason, **kwargs):
        facts.append(("taken_back", warning))

    order_concluded.connect(hear_conclusion)
    cause_taken_back.connect(hear_taken_back)
    yield facts
    order_concluded.disconnect(hear_conclusion)
    cause_taken_back.disconnect(hear_taken_back)


class Play:
    """Plays an order forward, one step after another."""

    def __init__(self, world, now, **fields):
        self.world = world
        self.now = now
        self.warning = world.warning(**fields)
        before = now - timedelta(minutes=1)
        self.order = ticket_warning(
            warning=self.warning, by=world.officer, opinion=OPINION, now=before
        ).order
        release_due_triage(now=before + timedelta(seconds=10))

    def issued(self):
        self.order = issue_order(
            order=self.order, by=self.world.officer, demands="请说明启封日期。", now=self.now
        )
        return self

    def accepted(self):
        self.issued()
        accept_order(order=self.order, by=self.world.receiver, now=self.now)
        return self

    def verifying(self):
        self.accepted()
        self.name()
        return self

    def name(self, first=None, second=None, by=None):
        return name_verifiers(
            order=self.order,
            first=first or self.world.first,
            second=second or self.world.second,
            by=by or self.world.head,
            now=self.now,
        )

    def check(self, who):
        return submit_verification(
            order=self.order,
            by=who,
            visited_on=self.now.date(),
            method="现场查看",
            facts="封印照片是17日，系统录成12日。",
            now=self.now,
        )

    def answer(self):
        return answer_order(
            order=self.order, by=self.world.receiver, text="录入时看错了日期。", now=self.now
        )

    def submitted(self):
        self.verifying()
        self.check(self.world.first)
        self.check(self.world.second)
        self.answer()
        sign_feedback(order=self.order, by=self.world.head, opinion="属实", now=self.now)
        return self

    def reviewing(self):
        self.submitted()
        start_review(order=self.order, by=self.world.officer, now=self.now)
        return self

    def conclude(self, conclusion=Conclusion.BUSINESS_ERROR, by=None, **more):
        more.setdefault("learner", self.world.receiver)
        return conclude_order(
            order=self.order,
            by=by or self.world.officer,
            conclusion=conclusion,
            reason=REASON,
            now=self.now,
            **more,
        )

    def fresh(self):
        return WorkOrder.objects.get(pk=self.order.pk)


@pytest.fixture
def play(world, now):
    return Play(world, now)


class TestTheWholeWay:
    def test_medium_goes_from_draft_to_closed_with_who_when_and_why(
        self, play, world, now, heard, django_capture_on_commit_callbacks
    ):
        play.reviewing()
        with django_capture_on_commit_callbacks(execute=True):
            play.conclude()

        order = play.fresh()
        assert order.status == OrderStatus.CLOSED
        assert order.effective_at == now
        assert order.review_on == date(2027, 1, 23)
        steps = list(order.steps.order_by("pk").values_list("label", "by__name", "capacity"))
        assert steps == [
            ("下发", "林致远", "纪检专责"),
            ("签收", "周敏", "客户经理（台区经理）"),
            ("核查", "许建平", "供电所所长"),
            ("反馈", "许建平", "供电所所长"),
            ("审核", "林致远", "纪检专责"),
            ("销号", "林致远", "纪检专责"),
        ]
        assert RiskWarning.objects.get().status == WarningStatus.RESOLVED
        assert heard == [("concluded", world.receiver)]

    def test_every_step_is_in_the_log_and_the_chain_holds(self, play):
        play.reviewing()
        play.conclude()

        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert actions >= {
            f"risk_warnings.order.{key}"
            for key in ("issue", "accept", "verify", "submit", "review", "close")
        }
        assert first_broken(AuditEntry.objects.order_by("pk")) is None

    def test_the_database_refuses_to_change_a_step(self, play):
        from django.db import DatabaseError

        play.issued()

        with pytest.raises(DatabaseError, match="append-only"):
            play.order.steps.update(reason="改")

    def test_the_number_is_given_when_it_is_issued(self, play):
        assert play.order.number is None

        play.issued()

        assert play.order.number == "2026-001"

    def test_an_earlier_reply_becomes_the_first_feedback(self, play, world, now):
        play.warning.refresh_from_db()
        reply = submit_reply(
            warning=play.warning,
            by=world.receiver,
            choice="entry_error",
            text="录错了。",
            now=now,
        )
        play.issued()

        reply.refresh_from_db()
        assert (reply.order, reply.round) == (play.order, 1)

        accept_order(order=play.order, by=world.receiver, now=now)
        play.name()
        play.check(world.first)
        play.check(world.second)
        sign_feedback(order=play.order, by=world.head, opinion="属实", now=now)
        assert play.fresh().status == OrderStatus.SUBMITTED

    def test_each_is_asked_for_the_next_step(self, play, world):
        play.issued()
        assert self.asked(world.receiver) == ["有一张预警工单，请您签收"]

        accept_order(order=play.order, by=world.receiver, now=play.now)
        assert self.asked(world.receiver) == ["请就预警工单反馈情况"]
        assert "请为预警工单指定两名核查人" in self.asked(world.head)

        play.name()
        assert self.asked(world.first) == ["请您核查一张预警工单"]

        play.check(world.first)
        play.check(world.second)
        play.answer()
        assert self.asked(world.first) == []
        assert self.asked(world.head) == ["核查和反馈已齐，请您签字"]

        sign_feedback(order=play.order, by=world.head, opinion="属实", now=play.now)
        assert self.asked(world.officer) == ["有一张预警工单待审核"]

    def asked(self, person):
        return list(
            Notification.objects.filter(recipient=person)
            .todo()
            .filter(withdrawn_at=None)
            .order_by("pk")
            .values_list("title", flat=True)
        )


class TestHigh:
    def test_it_is_issued_with_a_heads_approval(self, world, now):
        play = Play(world, now, level="high").issued()
        assert play.fresh().status == OrderStatus.DRAFT
        assert Notification.objects.filter(recipient=world.discipline_head).exists()

        approve_order(order=play.order, by=world.discipline_head, now=now)

        order = play.fresh()
        assert order.status == OrderStatus.ISSUED
        assert order.approver == world.discipline_head

    def test_the_drafter_does_not_approve_even_as_head(self, world, now):
        play = Play(world, now, level="high").issued()
        RoleGrantFactory(employee=world.officer, role=Role.DISCIPLINE_HEAD, unit=world.county)

        with pytest.raises(TransitionRefused, match="起草人"):
            approve_order(order=play.order, by=world.officer, now=now)

    def test_an_officer_does_not_approve(self, world, now):
        play = Play(world, now, level="high").issued()

        with pytest.raises(TransitionRefused):
            approve_order(order=play.order, by=world.second_officer, now=now)

    def test_a_head_can_send_it_back_with_the_reason(self, world, now):
        play = Play(world, now, level="high").issued()

        decline_order(order=play.order, by=world.discipline_head, reason="证据不足", now=now)

        assert play.fresh().approval_asked_at is None
        assert Notification.objects.filter(
            recipient=world.officer, body__contains="证据不足"
        ).exists()

    @pytest.fixture
    def concluded(self, world, now):
        play = Play(world, now, level="high").issued()
        approve_order(order=play.order, by=world.discipline_head, now=now)
        accept_order(order=play.order, by=world.receiver, now=now)
        play.name()
        play.check(world.first)
        play.check(world.second)
        play.answer()
        sign_feedback(order=play.order, by=world.head, opinion="属实", now=now)
        start_review(order=play.order, by=world.officer, now=now)
        play.conclude()
        return play

    def test_its_conclusion_takes_effect_with_a_heads_approval(
        self, concluded, world, now, heard, django_capture_on_commit_callbacks
    ):
        assert concluded.fresh().status == OrderStatus.REVIEWING
        assert concluded.fresh().effective_at is None
        assert heard == []

        with django_capture_on_commit_callbacks(execute=True):
            approve_conclusion(order=concluded.order, by=world.discipline_head, now=now)

        order = concluded.fresh()
        assert (order.status, order.effective_at) == (OrderStatus.CLOSED, now)
        assert heard == [("concluded", world.receiver)]

    def test_who_proposed_it_does_not_approve_it(self, concluded, world, now):
        RoleGrantFactory(employee=world.officer, role=Role.DISCIPLINE_HEAD, unit=world.county)

        with pytest.raises(TransitionRefused, match="认定人自己"):
            approve_conclusion(order=concluded.order, by=world.officer, now=now)

    def test_while_it_waits_nothing_else_is_decided(self, concluded, world, now):
        with pytest.raises(NothingToDecide):
            return_order(order=concluded.order, by=world.officer, reason="再看看", now=now)

    def test_a_head_can_send_the_conclusion_back(self, concluded, world, now):
        decline_conclusion(
            order=concluded.order, by=world.discipline_head, reason="依据不够", now=now
        )

        order = concluded.fresh()
        assert (order.conclusion, order.status) == ("", OrderStatus.REVIEWING)


class TestVerifiers:
    def test_two_people_are_needed(self, play, world):
        play.accepted()

        with pytest.raises(VerifierRefused, match="两名不同"):
            play.name(second=world.first)

    @pytest.mark.parametrize("person", ["receiver", "head"])
    def test_neither_the_receiver_nor_who_signs(self, play, world, person):
        play.accepted()

        with pytest.raises(VerifierRefused):
            play.name(second=getattr(world, person))

    @pytest.mark.parametrize("who", ["verifier", "receiver"])
    def test_a_declared_relative_stands_aside(self, play, world, who):
        pair = (world.second, world.receiver)
        declarer, relative = pair if who == "verifier" else pair[::-1]
        Declaration.objects.create(
            employee=declarer,
            relative=relative,
            kind=DeclarationKind.RELATIVE,
            description="夫妻",
            valid_from="2026-01-01",
        )
        play.accepted()

        with pytest.raises(VerifierRefused, match="应当回避"):
            play.name()

    @pytest.mark.parametrize("who", ["verifier", "receiver"])
    def test_who_is_related_by_the_yearly_declaration_stands_aside(self, play, world, who, now):
        pair = (world.second, world.receiver)
        declarer, relative = pair if who == "verifier" else pair[::-1]
        declare_interests(
            employee=declarer,
            interests=[Interest("spouse", relative.name, colleague_id=relative.pk)],
            by=getattr(declarer, "user", None) or UserFactory(employee=declarer),
            now=now,
        )
        play.accepted()

        with pytest.raises(VerifierRefused, match="应当回避"):
            play.name()

    @pytest.mark.parametrize(
        ("firm", "aside"), [("江城塑料制品厂", True), ("江城昌盛塑料制品厂", False)]
    )
    def test_who_declared_a_share_in_the_customer_stands_aside(self, play, world, now, firm, aside):
        declare_interests(
            employee=world.second,
            interests=[Interest("spouse", "王五", firm)],
            by=getattr(world.second, "user", None) or UserFactory(employee=world.second),
            now=now,
        )
        play.accepted()

        candidates = verifier_candidates(play.order, on=now.date())

        assert (world.second not in candidates) is aside
        if aside:
            with pytest.raises(VerifierRefused, match="应当回避"):
                play.name()

    def test_a_declaration_of_the_past_does_not_bind(self, play, world):
        Declaration.objects.create(
            employee=world.second,
            relative=world.receiver,
            kind=DeclarationKind.RELATIVE,
            description="原夫妻",
            valid_from="2020-01-01",
            valid_to="2026-11-23",
        )

        play.verifying()

        assert play.fresh().status == OrderStatus.VERIFYING

    def test_who_recused_himself_is_not_named(self, play, world):
        Recusal.objects.create(
            employee=world.first, about=world.receiver, reason="同学", valid_from="2026-01-01"
        )
        play.accepted()

        with pytest.raises(VerifierRefused):
            play.name()

    def test_a_colleague_who_was_not_named_cannot_verify(self, play, world):
        play.verifying()

        with pytest.raises(NotYours):
            play.check(world.colleague)

    def test_where_the_head_is_asked_the_officer_names_and_the_deputy_signs(self, world, now):
        play = Play(world, now, receiver=world.head).issued()
        accept_order(order=play.order, by=world.head, now=now)
        with pytest.raises(TransitionRefused):
            play.name(by=world.head)

        play.name(by=world.officer)
        play.check(world.first)
        play.check(world.second)
        answer_order(order=play.order, by=world.head, text="按期启封。", now=now)
        with pytest.raises(TransitionRefused):
            sign_feedback(order=play.order, by=world.head, opinion="属实", now=now)
        sign_feedback(order=play.order, by=world.deputy, opinion="属实", now=now)

        assert play.fresh().status == OrderStatus.SUBMITTED


class TestFeedback:
    def test_it_is_not_signed_before_all_have_written(self, play, world):
        play.verifying()
        play.check(world.first)

        with pytest.raises(FeedbackIncomplete, match="1名核查人的核查和接收人的反馈"):
            sign_feedback(order=play.order, by=world.head, opinion="属实", now=play.now)

    def test_a_verification_stands_once_handed_in(self, play, world):
        play.verifying()
        first = play.check(world.first)

        again = submit_verification(
            order=play.order,
            by=world.first,
            visited_on=play.now.date(),
            method="改",
            facts="改口",
            now=play.now,
        )

        assert again == first
        assert again.facts != "改口"

    def test_somebody_else_does_not_answer_for_the_receiver(self, play, world):
        play.accepted()

        with pytest.raises(NotYours):
            answer_order(order=play.order, by=world.colleague, text="我来说", now=play.now)

    def test_a_vacant_post_is_handled_by_the_head_and_signed_by_the_deputy(self, world, now):
        play = Play(world, now, receiver=None, named_person=None).issued()

        accept_order(order=play.order, by=world.head, now=now)

        order = play.fresh()
        assert order.stand_in == world.head
        assert order.deputy_signs

    def test_an_absent_receivers_deputy_stands_in(self, play, world, now):
        world.receiver.postings.update(deputy=world.colleague)
        Absence.objects.create(
            employee=world.receiver, kind=AbsenceKind.SICK, valid_from="2026-11-20"
        )
        play.issued()

        accept_order(order=play.order, by=world.colleague, now=now)

        assert play.fresh().status == OrderStatus.ACCEPTED

    def test_an_absence_that_begins_later_is_noticed_by_the_sweep(self, play, world, now):
        play.issued()
        Absence.objects.create(
            employee=world.receiver, kind=AbsenceKind.LEAVE, valid_from="2026-11-24"
        )

        refresh_stand_ins(now=now)

        assert play.fresh().stand_in == world.head


class TestReturn:
    def test_it_needs_a_reason_and_starts_another_round(self, play, world, now):
        play.reviewing()
        with pytest.raises(TransitionRefused, match="理由"):
            return_order(order=play.order, by=world.officer, reason=" ", now=now)

        return_order(order=play.order, by=world.officer, reason="请补封印照片。", now=now)
        assert play.fresh().status == OrderStatus.RETURNED
        play.name()

        order = play.fresh()
        assert (order.status, order.round) == (OrderStatus.VERIFYING, 2)
        assert Explanation.objects.filter(order=order, round=2).count() == 0
        with pytest.raises(FeedbackIncomplete):
            sign_feedback(order=order, by=world.head, opinion="属实", now=now)


class TestConclusion:
    def test_a_clearing_one_takes_everything_back(
        self, play, world, now, heard, django_capture_on_commit_callbacks
    ):
        play.reviewing()

        with django_capture_on_commit_callbacks(execute=True):
            play.conclude(Conclusion.FALSE_POSITIVE)

        warning = RiskWarning.objects.get()
        assert warning.status == WarningStatus.DISMISSED
        assert warning.taken_back_at == now
        assert ("taken_back", warning) in heard
        said = Notification.objects.filter(recipient=world.receiver, title__contains="撤回")
        assert said.get().body.count("。") == 1

    def test_suspected_violation_is_no_conclusion_of_the_platform(self, play):
        play.reviewing()

        with pytest.raises(ConclusionRefused, match="移交"):
            play.conclude(Conclusion.SUSPECTED_VIOLATION)

    def test_a_learner_is_named_where_the_receiver_does_not_hold_the_position(self, world, now):
        point = RiskPointPageFactory(position__code="billing_clerk", position__name="电费核算员")
        play = Play(world, now, risk_point=point)
        play.reviewing()

        with pytest.raises(ConclusionRefused, match="指定学习人"):
            play.conclude(learner=None)
        play.conclude(learner=world.first)

        assert play.fresh().learner == world.first

    def test_the_receiver_who_holds_the_position_learns_without_being_named(self, play, world):
        play.reviewing()

        play.conclude(learner=None)

        assert play.fresh().learner is None

    @pytest.mark.parametrize("person", ["rule_admin", "discipline_head", "head", "receiver"])
    def test_others_do_not_conclude(self, play, world, person):
        play.reviewing()

        with pytest.raises(TransitionRefused):
            play.conclude(by=getattr(world, person))

    def test_with_a_rectification_it_goes_on_to_rectifying_and_is_accepted(self, play, world, now):
        play.reviewing()
        play.conclude(
            Conclusion.CONTROL_WEAKNESS,
            rectification=RectificationPlan(responsible=world.deputy, measures="补签告知书。"),
        )
        assert play.fresh().status == OrderStatus.RECTIFYING

        report_rectified(order=play.order, by=world.deputy, text="已补签4份。", now=now)
        reject_rectification(order=play.order, by=world.officer, reason="缺1份", now=now)
        report_rectified(order=play.order, by=world.deputy, text="已补齐。", now=now)
        with pytest.raises(TransitionRefused):
            accept_rectification(order=play.order, by=world.deputy, now=now)
        accept_rectification(order=play.order, by=world.officer, now=now)

        assert play.fresh().status == OrderStatus.CLOSED

    def test_a_closed_order_can_be_reopened_and_verified_again(self, play, world, now):
        play.reviewing()
        play.conclude()

        reopen_order(order=play.order, by=world.officer, reason="同一户又少收", now=now)
        play.name(by=world.officer)

        assert play.fresh().status == OrderStatus.VERIFYING


class TestTransferAndCancel:
    def test_after_the_transfer_nothing_starts_until_the_answer(
        self, play, world, now, heard, django_capture_on_commit_callbacks
    ):
        play.reviewing()
        with django_capture_on_commit_callbacks(execute=True):
            transfer_order(order=play.order, by=world.discipline_head, to="县纪委监委", now=now)
        assert heard == []
        assert play.fresh().conclusion == Conclusion.SUSPECTED_VIOLATION

        with django_capture_on_commit_callbacks(execute=True):
            settle_transfer(
                order=play.order,
                by=world.discipline_head,
                outcome=Conclusion.VIOLATION_CONFIRMED,
                reason="县纪〔2026〕8号",
                now=now,
            )

        assert heard == [("concluded", world.receiver)]
        assert play.fresh().status == OrderStatus.CLOSED

    def test_a_cancelled_order_leads_its_warning_back_to_triage(self, play, world, now):
        play.issued()

        cancel_order(order=play.order, by=world.discipline_head, reason="误发", now=now)

        warning = RiskWarning.objects.get()
        assert (warning.status, warning.order) == (WarningStatus.PENDING, None)

    def test_an_officer_does_not_cancel(self, play, world, now):
        play.issued()

        with pytest.raises(TransitionRefused):
            cancel_order(order=play.order, by=world.officer, reason="误发", now=now)

    def test_a_sealed_warnings_order_is_not_issued(self, world, now):
        play = Play(world, now, sealed=True)

        with pytest.raises(StillSealed):
            play.issued()


class TestDataCorrection:
    @pytest.mark.parametrize("upto", ["", "issued", "verifying", "reviewing"])
    def test_any_open_order_is_closed_as_data_issue(self, world, now, upto, risk_point):
        run(finding(org_code=world.station.code, emp_no=world.receiver.emp_no), now=now)
        play = Play.__new__(Play)
        play.world, play.now = world, now
        play.warning = RiskWarning.objects.get()
        play.order = ticket_warning(
            warning=play.warning, by=world.officer, opinion=OPINION, now=now
        ).order
        if upto:
            getattr(play, upto)()
        with pytest.raises(NothingToDecide):
            close_corrected(order=play.order, by=world.officer, now=now)

        run(now=now + timedelta(days=1))
        close_corrected(order=play.order, by=world.officer, now=now + timedelta(days=1))

        order = play.fresh()
        assert (order.status, order.conclusion) == (OrderStatus.CLOSED, Conclusion.DATA_ISSUE)


class TestObjection:
    @pytest.fixture
    def concluded(self, play):
        play.reviewing()
        play.conclude()
        return play

    def test_upheld_it_takes_everything_back(
        self, concluded, world, now, heard, django_capture_on_commit_callbacks
    ):
        objection = file_objection(
            order=concluded.order, by=world.receiver, text="不是我录的。", now=now
        )

        with django_capture_on_commit_callbacks(execute=True):
            decide_objection(
                objection=objection,
                by=world.discipline_head,
                is_upheld=True,
                answer="核对录入账号，确非本人。",
                now=now,
            )

        assert not concluded.fresh().is_adverse
        assert RiskWarning.objects.get().taken_back_at == now
        assert [fact for fact, _ in heard] == ["taken_back"]

    def test_it_comes_within_ten_working_days(self, concluded, world, now):
        late = now + timedelta(days=15)

        with pytest.raises(ObjectionRefused):
            file_objection(order=concluded.order, by=world.receiver, text="异议", now=late)

    def test_a_colleague_does_not_object(self, concluded, world, now):
        with pytest.raises(ObjectionRefused):
            file_objection(order=concluded.order, by=world.colleague, text="异议", now=now)

    def test_who_concluded_does_not_answer(self, concluded, world, now):
        objection = file_objection(
            order=concluded.order, by=world.receiver, text="不是我录的。", now=now
        )
        RoleGrantFactory(employee=world.officer, role=Role.DISCIPLINE_HEAD, unit=world.county)

        with pytest.raises(TransitionRefused):
            decide_objection(
                objection=objection, by=world.officer, is_upheld=False, answer="维持", now=now
            )


class TestInterview:
    def interview(self, play, world, **more):
        fields = {
            "order": play.order,
            "by": world.officer,
            "second_officer": world.second_officer,
            "person": world.receiver,
            "held_at": play.now,
            "place": "会议室",
            "statement": "录错了。",
            "demands": "补交照片。",
            "now": play.now,
        }
        return record_interview(**(fields | more))

    def test_two_officers_are_needed(self, play, world):
        play.issued()

        with pytest.raises(InterviewRefused, match="两名约谈人"):
            self.interview(play, world, second_officer=world.officer)
        with pytest.raises(InterviewRefused, match="不是纪检专责"):
            self.interview(play, world, second_officer=world.colleague)

    def test_only_people_of_the_order_are_interviewed(self, play, world):
        play.issued()

        with pytest.raises(InterviewRefused, match="不是本件"):
            self.interview(play, world, person=world.colleague)

    def test_the_head_does_not_record_one(self, play, world):
        play.issued()

        with pytest.raises(TransitionRefused):
            self.interview(play, world, by=world.head)


class TestLimits:
    def test_the_limits_run_in_working_days(self, play, world):
        play.issued()
        assert play.fresh().due_at.date() == date(2026, 11, 26)

        accept_order(order=play.order, by=world.receiver, now=play.now)
        due = play.fresh().due_at
        assert due.date() == date(2026, 12, 8)

        play.name()
        assert play.fresh().due_at == due

    @pytest.mark.parametrize(
        ("day", "level", "told"),
        [
            (26, 0, set()),
            (27, 1, {"receiver", "head"}),
            (1, 2, {"receiver", "head", "officer"}),
            (3, 3, {"receiver", "head", "officer", "discipline_head"}),
        ],
    )
    def test_a_late_order_rises_step_by_step(self, play, world, now, day, level, told):
        play.issued()
        Notification.objects.all().delete()
        later = now.replace(month=11 if day > 20 else 12, day=day, hour=10)

        escalate_overdue(now=later)
        escalate_overdue(now=later)

        assert play.fresh().escalation == level
        names = {"receiver", "head", "officer", "discipline_head"}
        assert {
            name
            for name in names
            if Notification.objects.filter(recipient=getattr(world, name)).exists()
        } == told
