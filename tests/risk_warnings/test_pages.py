"""Board, lists and forms in the browser's eyes, and what they cost."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from risk_warnings.models import OrderStatus, RiskWarning, RunStatus, WorkOrder
from risk_warnings.services import issue_order, ticket_warning
from tests.factories import CountyFactory, RuleRunFactory, StationFactory

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
OPINION = "看过差额和变更单，情况需要说明清楚。"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(client, name, *args, query=""):
    page = client.get(reverse(f"risk_warnings:{name}", args=args) + query)
    assert page.status_code == 200
    return page.content.decode()


class TestBoard:
    def test_it_shows_what_is_open_by_level_age_and_station(self, world, sign_in):
        warning = world.warning(level="high")

        page = text_of(sign_in(world.officer), "board")

        assert warning.title in page
        assert world.station.name in page
        assert "入库4天" in page

    def test_filters_narrow_it(self, world, sign_in):
        high = world.warning(level="high", title="高的一件")
        low = world.warning(level="low", title="低的一件", stored_at=NOW - timedelta(days=40))
        elsewhere = world.warning(
            title="别所一件", unit=StationFactory(parent=world.county), receiver=world.stranger
        )
        client = sign_in(world.officer)

        def shown(query):
            page = text_of(client, "board", query=query)
            return {w.title for w in (high, low, elsewhere) if w.title in page}

        assert shown("") == {"高的一件", "低的一件", "别所一件"}
        assert shown("?level=high") == {"高的一件"}
        assert shown("?age=older") == {"低的一件"}
        assert shown("?age=10") == {"高的一件", "别所一件"}
        assert shown(f"?unit={world.station.code}") == {"高的一件", "低的一件"}
        assert shown(f"?unit={world.county.code}") == {"高的一件", "低的一件", "别所一件"}
        assert shown("?area=GC") == set()
        assert shown("?level=nonsense&age=x&theme=T99") == {"高的一件", "低的一件", "别所一件"}

    def test_another_countys_warnings_are_not_on_it(self, world, sign_in):
        other = StationFactory(parent=CountyFactory(parent=world.city))
        RiskWarning.objects.all().delete()
        world.warning(unit=other, title="邻县的一件")

        assert "邻县的一件" not in text_of(sign_in(world.officer), "board")
        assert "邻县的一件" in text_of(sign_in(world.city_head), "board")

    def test_an_empty_board_is_never_green_without_data(self, world, sign_in):
        page = text_of(sign_in(world.officer), "board")

        assert "没有运行" in page
        assert "没有待办，不等于没有问题" in page
        assert '正常</span></span></span><span class="nm"' not in page

    def test_a_grey_theme_says_why(self, world, sign_in):
        RuleRunFactory(theme="T09", status=RunStatus.GREY, reasons=["抢修工单超过3天没有新数据。"])
        RuleRunFactory(theme="T01")

        page = text_of(sign_in(world.officer), "board")

        assert "抢修工单超过3天没有新数据。" in page
        assert "正常" in page

    def test_heat_counts_high_and_medium_of_this_year(self, world, sign_in):
        world.warning(level="high")
        world.warning(level="medium")
        world.warning(level="low")

        page = text_of(sign_in(world.officer), "board")

        assert "高1件、中1件，合计2件；低1件另计" in page

    @pytest.mark.parametrize(
        "person", ["receiver", "head", "secretary", "reviewer", "system_admin", "stranger"]
    )
    def test_it_is_closed_to_everybody_else_and_says_who_opens_it(self, world, sign_in, person):
        page = sign_in(getattr(world, person)).get(reverse("risk_warnings:board"))

        assert page.status_code == 403
        assert "预警台只对纪检专责和纪委办公室负责人开放" in page.content.decode()

    def test_a_stranger_to_the_system_is_sent_to_the_door(self, client, db):
        page = client.get(reverse("risk_warnings:board"))

        assert page.url.startswith("/login/")


class TestCost:
    """A page costs the same with many rows as with few."""

    @pytest.fixture
    def many(self, world):
        for number in range(12):
            station = StationFactory(parent=world.county)
            world.warning(unit=station, level="high" if number % 2 else "medium")

    @pytest.mark.parametrize("name", ["board", "triage", "orders"])
    def test_lists(self, world, sign_in, many, name, django_assert_max_num_queries):
        client = sign_in(world.officer)
        client.get(reverse(f"risk_warnings:{name}"))

        with django_assert_max_num_queries(19):
            text_of(client, name)

    def test_the_receivers_page(self, world, sign_in, django_assert_max_num_queries):
        warning = world.warning(triaged=True)
        client = sign_in(world.receiver)

        with django_assert_max_num_queries(19):
            text_of(client, "warning", warning.pk)

    def test_the_order_page(self, world, sign_in, django_assert_max_num_queries):
        warning = world.warning()
        order = ticket_warning(warning=warning, by=world.officer, opinion=OPINION, now=NOW).order
        issue_order(order=order, by=world.officer, demands="请说明", now=NOW)
        client = sign_in(world.receiver)

        with django_assert_max_num_queries(19):
            text_of(client, "order", order.pk)


class TestForms:
    """The steps of an order as a person takes them, page by page."""

    @pytest.fixture
    def order(self, world, sign_in):
        warning = world.warning()
        sign_in(world.officer).post(
            reverse("risk_warnings:triage"),
            {
                "warning": warning.pk,
                "revision": warning.revision,
                "opinion": OPINION,
                "action": "ticket",
                "idempotency_key": uuid4(),
            },
        )
        return WorkOrder.objects.get()

    def act(self, client, order, verb, **data):
        return client.post(
            reverse("risk_warnings:act", args=[order.pk, verb]),
            {"idempotency_key": uuid4()} | data,
            follow=True,
        )

    def test_from_draft_to_closed(self, world, order, sign_in):
        officer, receiver = sign_in(world.officer), sign_in(world.receiver)
        head, first, second = (
            sign_in(person) for person in (world.head, world.first, world.second)
        )
        verification = {
            "visited_on": "2026-11-24",
            "method": "现场查看",
            "facts": "封印照片是17日。",
        }

        self.act(officer, order, "issue", demands="请说明启封日期", revision=1)
        self.act(receiver, order, "accept")
        self.act(head, order, "name", first=world.first.pk, second=world.second.pk)
        self.act(
            first, order, "verify", **verification, files=SimpleUploadedFile("a.pdf", b"%PDF-1.4")
        )
        self.act(second, order, "verify", **verification)
        self.act(receiver, order, "answer", choice="entry_error", text="录错了日期。")
        self.act(head, order, "sign", opinion="情况属实。")
        self.act(officer, order, "review")
        order.refresh_from_db()
        last = self.act(
            officer,
            order,
            "conclude",
            conclusion="business_error",
            reason="封印照片与录入日期不一致，系统录入有误。",
            then="close",
            learner=world.receiver.pk,
            revision=order.revision,
        )

        order.refresh_from_db()
        assert order.status == OrderStatus.CLOSED
        assert "业务差错" in last.content.decode()
        assert "a.pdf" in last.content.decode()

    def test_a_step_with_errors_is_shown_in_its_place(self, world, order, sign_in):
        self.act(sign_in(world.officer), order, "issue", demands="请说明", revision=1)
        self.act(sign_in(world.receiver), order, "accept")

        page = self.act(
            sign_in(world.head), order, "name", first=world.first.pk, second=world.first.pk
        )

        assert page.status_code == 422
        assert "两名核查人不能是同一个人" in page.content.decode()

    def test_a_second_click_is_the_same_submission(self, world, order, sign_in):
        client, key = sign_in(world.officer), uuid4()

        for _ in range(2):
            page = self.act(
                client, order, "issue", demands="请说明", revision=1, idempotency_key=key
            )

        order.refresh_from_db()
        assert order.status == OrderStatus.ISSUED
        assert order.steps.count() == 1
        assert page.status_code == 200

    def test_a_step_that_is_not_ones_own_is_refused_in_one_sentence(self, world, order, sign_in):
        self.act(sign_in(world.officer), order, "issue", demands="请说明", revision=1)

        page = self.act(sign_in(world.head), order, "accept")

        assert "签收由接收人办理，您不能办理这一步" in page.content.decode()
        order.refresh_from_db()
        assert order.status == OrderStatus.ISSUED

    def test_an_order_of_others_is_not_there(self, world, order, sign_in):
        page = self.act(sign_in(world.colleague), order, "accept")

        assert page.status_code == 404

    def test_only_ones_own_steps_are_offered(self, world, order, sign_in):
        self.act(sign_in(world.officer), order, "issue", demands="请说明", revision=1)

        assert "轮到您签收" in text_of(sign_in(world.receiver), "order", order.pk)
        assert "轮到您签收" not in text_of(sign_in(world.head), "order", order.pk)
        assert "撤销工单" in text_of(sign_in(world.discipline_head), "order", order.pk)
        assert "撤销工单" not in text_of(sign_in(world.officer), "order", order.pk)

    def test_the_list_leads_each_to_what_waits_for_them(self, world, order, sign_in):
        assert order.title in text_of(sign_in(world.officer), "orders", query="?show=mine")
        self.act(sign_in(world.officer), order, "issue", demands="请说明", revision=1)

        assert order.title in text_of(sign_in(world.receiver), "orders", query="?show=mine")
        assert order.title not in text_of(sign_in(world.head), "orders", query="?show=mine")
        assert order.title in text_of(sign_in(world.head), "orders", query="?show=open")


class TestFacts:
    """The sentence of a theme is filled and masked for the one who reads it."""

    def with_sentence(self, world, sentence, **fields):
        from risk_warnings.models import FindingVersion

        warning = world.warning(triaged=True, **fields)
        old = warning.latest
        warning.latest = FindingVersion.objects.create(
            finding=old.finding,
            number=2,
            warning=warning,
            run=old.run,
            change="changed",
            stored_at=NOW,
            rules=old.rules,
            level=old.level,
            occurred_on=old.occurred_on,
            measures=old.measures,
            evidence=old.evidence,
            sentence=sentence,
            explanation=old.explanation,
            rule_version=old.rule_version,
        )
        warning.save()
        return warning

    def test_places_are_filled_with_person_unit_and_day(self, world, sign_in):
        warning = self.with_sentence(world, "{org_name}的{manager_name}，请于{due_date}前说明。")

        page = text_of(sign_in(world.receiver), "warning", warning.pk)

        assert "城东供电所的周敏，请于11月27日前说明。" in page

    def test_the_receiver_reads_masked_names_and_codes_the_officer_the_full_ones(
        self, world, sign_in
    ):
        warning = self.with_sentence(
            world, "江城塑料制品厂（330100012345）疑似少收。", subject="330100012345"
        )

        own = text_of(sign_in(world.receiver), "warning", warning.pk)
        officer = text_of(sign_in(world.officer), "warning", warning.pk)

        assert "江**料制品厂（3301****2345）疑似少收。" in own
        assert "330100012345" not in own
        assert "江城塑料制品厂" not in own
        assert "江城塑料制品厂（330100012345）疑似少收。" in officer

    def test_what_should_be_stands_beside_what_is(self, world, sign_in):
        page = text_of(sign_in(world.receiver), "warning", world.warning(triaged=True).pk)

        assert "<dt>复算应收</dt><dd>30,900.00<small>元</small></dd>" in page
        assert "<dt>相差</dt><dd>4,000.00<small>元</small></dd>" in page

    def test_a_norm_that_came_later_is_not_held_against_the_day(self, world, sign_in):
        from datetime import date

        from tests.factories import LegalBasisFactory

        LegalBasisFactory(code="GYGZ", title="供电营业规则", effective="2024-06-01")
        before = world.warning(triaged=True, occurred_on=date(2024, 5, 31))
        after = world.warning(triaged=True, occurred_on=date(2024, 6, 1))
        client = sign_in(world.receiver)

        assert "2024-06-01起施行" not in text_of(client, "warning", before.pk)
        assert "2024-06-01起施行" in text_of(client, "warning", after.pk)


def test_an_interview_is_recorded_on_its_own_page(world, sign_in):
    warning = world.warning()
    order = ticket_warning(warning=warning, by=world.officer, opinion=OPINION, now=NOW).order
    issue_order(order=order, by=world.officer, demands="请说明", now=NOW)
    client = sign_in(world.officer)
    url = reverse("risk_warnings:act", args=[order.pk, "interview"])
    assert "记录一次约谈" in client.get(url).content.decode()

    page = client.post(
        url,
        {
            "person": world.receiver.pk,
            "second_officer": world.second_officer.pk,
            "held_at": "2026-11-24T08:30",
            "place": "会议室",
            "statement": "录错了。",
            "demands": "补交照片。",
        },
        follow=True,
    )

    assert "约谈已记录" in page.content.decode()
    assert sign_in(world.head).get(url).status_code == 404
