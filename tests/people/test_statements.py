"""What a person signs and declares each year, and who sees how much of it."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from people.models import Commitment, CommitmentText, InterestStatement, Recusal, Role
from people.services import declared_with, file_state_of, related_colleagues
from people.services.statements import Interest, declare_interests
from tests.factories import (
    EmployeeFactory,
    PostingFactory,
    RoleGrantFactory,
    StationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
COMMITMENT = "people:commitment"
DECLARATION = "people:declaration"


@pytest.fixture(autouse=True)
def on_the_day(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def person():
    return PostingFactory(employee__name="周敏").employee


@pytest.fixture
def client(sign_in, person):
    return sign_in(person)


@pytest.fixture
def officer():
    """Answers for the whole city."""
    return RoleGrantFactory(role=Role.DISCIPLINE_OFFICER, employee__name="林致远").employee


def entries(*rows, has_any="yes", **more):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0, "has_any": has_any, **more}
    for number, row in enumerate(rows):
        data |= {f"form-{number}-{name}": value for name, value in row.items()}
    return data


BROTHER = {"relation": "sibling", "relative_name": "周强", "company": "江城宏远电力安装有限公司"}


def declare(client, *rows, **more):
    return client.post(reverse(DECLARATION), entries(*rows, **more))


class TestCommitment:
    def test_it_is_signed_by_ones_own_name_once_a_year(self, client, person):
        url = reverse(COMMITMENT)

        assert "我承诺" in client.get(url).content.decode()
        assert client.post(url, {"name": "周敏"}).status_code == 302
        client.post(url, {"name": "周敏"})

        signed = Commitment.objects.get(employee=person)
        assert (signed.year, signed.signed_on) == (2026, TODAY)
        assert "我承诺" in signed.text.text
        assert "今天09:00已签" in client.get(url).content.decode()
        assert AuditEntry.objects.filter(action="people.commitment.signed").count() == 1

    @pytest.mark.parametrize("typed", ["王建国", "", "  "])
    def test_another_name_signs_nothing(self, client, typed):
        answer = client.post(reverse(COMMITMENT), {"name": typed})

        assert answer.status_code == 422
        assert "您本人的姓名" in answer.content.decode()
        assert not Commitment.objects.exists()

    def test_what_was_signed_stays_and_the_new_year_wants_a_new_one(self, client, person):
        old = CommitmentText.objects.create(digest="old", text="去年的文本")
        Commitment.objects.create(
            employee=person,
            year=2025,
            text=old,
            signed_at=timezone.make_aware(datetime(2025, 1, 8, 9)),
            signed_on=date(2025, 1, 8),
        )

        client.post(reverse(COMMITMENT), {"name": "周敏"})

        texts = Commitment.objects.order_by("year").values_list("text__text", flat=True)
        assert texts[0] == "去年的文本"
        assert texts[1] != "去年的文本"
        assert file_state_of(person, on=date(2027, 1, 4)).is_commitment_due


class TestDeclaring:
    def test_nothing_to_declare_is_a_declaration(self, client, person):
        assert file_state_of(person, on=TODAY).declaration_reason == "2026年还没有申报"

        declare(client, {}, has_any="no")

        assert not file_state_of(person, on=TODAY).is_declaration_due
        assert "已申报“没有”" in client.get(reverse(DECLARATION)).content.decode()

    def test_a_correction_replaces_and_keeps_what_was_declared(self, client, person):
        declare(client, BROTHER)
        page = client.get(reverse(DECLARATION)).content.decode()
        declare(client, {**BROTHER, "role": "项目经理", "deals_with_us": "on"})

        first, second = InterestStatement.objects.filter(employee=person).order_by("pk")
        assert "江城宏远电力安装有限公司" in page
        assert "写“有”不丢人" in page
        assert second.replaces == first
        assert first.entries.get().role == ""
        assert second.entries.get().deals_with_us

    def test_a_double_click_declares_once(self, client):
        declare(client, BROTHER)
        declare(client, BROTHER)

        assert InterestStatement.objects.count() == 1

    def test_an_entry_can_be_taken_out(self, client, person):
        declare(client, BROTHER)

        answer = client.post(
            reverse(DECLARATION),
            entries({**BROTHER, "DELETE": "on"}, has_any="no") | {"form-INITIAL_FORMS": 1},
        )

        assert answer.status_code == 302
        assert not InterestStatement.objects.current().get(employee=person).entries.exists()

    @pytest.mark.parametrize(
        ("rows", "has_any", "says"),
        [
            ([], "", "请选“有”或“没有”"),
            ([{}], "yes", "请在下面至少填一项"),
            ([BROTHER], "no", "却选了“没有”"),
            ([{**BROTHER, "relation": ""}], "yes", "请选关系"),
            ([{**BROTHER, "company": ""}], "yes", "请填企业名称"),
            ([{**BROTHER, "colleague": "4040"}], "yes", "工号4040不在名册里"),
        ],
    )
    def test_what_is_not_clear_is_asked_for_and_loses_nothing(self, client, rows, has_any, says):
        answer = declare(client, *rows, has_any=has_any)

        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert all(row.get("relative_name", "") in answer.content.decode() for row in rows)
        assert not InterestStatement.objects.exists()

    def test_nobody_is_a_relative_of_himself(self, client, person):
        answer = declare(client, {**BROTHER, "colleague": person.emp_no})

        assert "填成了您自己的" in answer.content.decode()

    def test_a_form_that_was_tampered_with_is_no_error_of_ours(self, client):
        answer = client.post(reverse(DECLARATION), {"has_any": "no", "form-TOTAL_FORMS": "x"})

        assert answer.status_code == 422

    def test_one_more_entry_declares_nothing_and_keeps_what_is_typed(self, client):
        answer = declare(client, BROTHER, more="1")

        assert answer.status_code == 200
        assert "第2项" in answer.content.decode()
        assert "周强" in answer.content.decode()
        assert not InterestStatement.objects.exists()

    def test_a_transfer_and_a_new_year_make_it_due_again(self, client, person):
        declare(client, {}, has_any="no")
        main = person.postings.get()
        moved = TODAY + timedelta(days=7)

        main.valid_to = moved - timedelta(days=1)
        main.save()
        PostingFactory(employee=person, valid_from=moved)

        assert not file_state_of(person, on=moved - timedelta(days=1)).is_declaration_due
        assert "12月1日起换了岗位" in file_state_of(person, on=moved).declaration_reason
        assert file_state_of(person, on=date(2027, 1, 1)).is_declaration_due

    def test_declaring_the_same_after_a_transfer_is_a_new_declaration(self, person, now):
        by = UserFactory(employee=person)
        first = declare_interests(employee=person, interests=[], by=by, now=now)
        person.postings.update(valid_from=TODAY + timedelta(days=1))

        later = declare_interests(employee=person, interests=[], by=by, now=now + timedelta(days=2))

        assert later.replaces == first


class TestReading:
    def test_an_officer_in_scope_reads_it_and_the_person_sees_that(
        self, client, person, officer, sign_in
    ):
        declare(client, BROTHER)

        page = sign_in(officer).get(reverse("people:interests_of", args=[person.pk]))

        assert "江城宏远电力安装有限公司" in page.content.decode()
        mine = client.get(reverse("home:me")).content.decode()
        assert "林致远" in mine
        assert "看了您的从业和持股申报" in mine
        entry = AuditEntry.objects.get(action="people.interests.read")
        assert entry.data == {}

    def test_ones_own_reading_is_not_noted(self, client, person):
        declare(client, BROTHER)

        answer = client.get(reverse("people:interests_of", args=[person.pk]))

        assert answer.status_code == 200
        assert not AuditEntry.objects.filter(action="people.interests.read").exists()

    @pytest.mark.parametrize(
        "role", [Role.TRAINING_OFFICER, Role.LEADER, Role.SYSTEM_ADMIN, Role.AUDITOR]
    )
    def test_others_do_not_even_learn_that_it_is_there(self, client, person, sign_in, role):
        declare(client, BROTHER)
        other = sign_in(RoleGrantFactory(role=role).employee)

        assert other.get(reverse("people:interests_of", args=[person.pk])).status_code == 404
        refusal = other.get(reverse("people:interests"))
        assert refusal.status_code == 403
        assert "请联系本单位纪检专责" in refusal.content.decode()

    def test_neither_head_nor_colleague_nor_another_countys_officer(self, client, person, sign_in):
        declare(client, BROTHER)
        unit = person.main_posting(on=TODAY).unit
        head = PostingFactory(unit=unit, position__code="station_head").employee
        stranger = RoleGrantFactory(unit=StationFactory().parent).employee

        for other in (head, PostingFactory(unit=unit).employee, stranger):
            answer = sign_in(other).get(reverse("people:interests_of", args=[person.pk]))
            assert answer.status_code == 404

    def test_who_stands_aside_from_a_person_does_not_read_it(
        self, client, person, officer, sign_in
    ):
        declare(client, BROTHER)
        Recusal.objects.create(
            employee=officer, about=person, reason="表亲", valid_from="2026-01-01"
        )

        answer = sign_in(officer).get(reverse("people:interests_of", args=[person.pk]))

        assert answer.status_code == 404

    def test_the_list_says_who_is_due_and_names_no_relative(self, client, person, officer, sign_in):
        declare(client, BROTHER)
        late = PostingFactory(employee__name="王建国").employee
        reader = sign_in(officer)

        everybody = reader.get(reverse("people:interests")).content.decode()
        client.post(reverse(COMMITMENT), {"name": "周敏"})
        due = reader.get(reverse("people:interests") + "?due=1")

        assert "周敏" in everybody
        assert "周强" not in everybody
        assert [employee for employee, _, _ in due.context["rows"]] == [late]

    def test_queries_do_not_grow_with_the_people(
        self, officer, sign_in, django_assert_max_num_queries
    ):
        PostingFactory.create_batch(12)
        reader = sign_in(officer)

        with django_assert_max_num_queries(14):
            reader.get(reverse("people:interests"))

    def test_my_page_says_how_things_stand(self, client):
        before = client.get(reverse("home:me")).content.decode()
        client.post(reverse(COMMITMENT), {"name": "周敏"})
        after = client.get(reverse("home:me")).content.decode()

        assert "2026年还没签" in before
        assert "今天已签" in after or "11月24日已签" in after


class TestStandingAside:
    @pytest.mark.parametrize(
        ("counterparty", "aside"),
        [
            ("江城宏远电力安装有限公司", True),
            ("江城 宏远电力安装有限公司（城东项目部）", True),
            ("宏远电力安装", True),
            ("91330000MA0000001X", True),
            ("江城昌盛电力安装有限公司", False),
            ("公司", False),
            ("", False),
        ],
    )
    def test_a_declared_firm_keeps_a_person_away(self, person, now, counterparty, aside):
        interest = Interest("sibling", "周强", "江城宏远电力安装有限公司", "91330000MA0000001X")
        declare_interests(
            employee=person, interests=[interest], by=UserFactory(employee=person), now=now
        )

        assert declared_with([counterparty]) == ({person.pk} if aside else set())

    def test_what_was_replaced_no_longer_binds(self, person, now):
        by = UserFactory(employee=person)
        colleague = EmployeeFactory()
        interest = Interest("spouse", "王五", "江城宏远", colleague_id=colleague.pk)
        declare_interests(employee=person, interests=[interest], by=by, now=now)
        assert related_colleagues(about=[colleague.pk]) == {person.pk}
        assert related_colleagues(about=[person.pk]) == {colleague.pk}

        declare_interests(employee=person, interests=[], by=by, now=now)

        assert related_colleagues(about=[colleague.pk]) == set()
        assert declared_with(["江城宏远"]) == set()
