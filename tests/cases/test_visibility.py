"""Who may read a case, until when, and everywhere it is linked."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from cases.models import CasePage, Visibility
from cases.registry import dependants_of
from cases.services import make_lecture_pack
from people.models import Role
from tests.cases.conftest import account
from tests.factories import (
    CasePageFactory,
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def repair():
    return PositionFactory(code="om_repair", name="配电运维抢修员")


@pytest.fixture
def point(repair):
    """A point that repair crews answer for and the deputy head reviews."""
    return RiskPointPageFactory(code="GC-12", position=repair)


def case_for(visibility: Visibility, **fields) -> CasePage:
    return CasePageFactory(code="AL-07", title="一个人的抢修", visibility=visibility, **fields)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def holding(**position):
    return UserFactory(employee=PostingFactory(position=PositionFactory(**position)).employee)


READERS = {
    Visibility.ALL: {"clerk", "crew", "reviewer", "secretary", "trainer", "officer", "editor"},
    Visibility.PROFESSION: {"crew", "reviewer", "officer", "editor"},
    Visibility.DISCIPLINE: {"officer", "editor"},
}


@pytest.mark.parametrize("visibility", Visibility)
def test_a_case_is_read_by_its_circle_and_does_not_exist_for_others(visibility, point, repair):
    case = case_for(visibility, risk_points=[point])
    people = {
        "clerk": account(),
        "crew": holding(code="om_repair"),
        "reviewer": holding(code="deputy_head"),
        "secretary": account(Role.BRANCH_SECRETARY),
        "trainer": account(Role.TRAINING_OFFICER),
        "officer": account(Role.DISCIPLINE_OFFICER),
        "editor": account(Role.EDITOR),
    }

    for name, user in people.items():
        client = signed_in(user)
        reads = name in READERS[visibility]
        assert client.get(case.url).status_code == (200 if reads else 404), name
        for address in (reverse("cases:list"), reverse("home:search") + "?q=抢修", point.url):
            shown = re.sub("</?mark>", "", client.get(address).content.decode())
            assert ("一个人的抢修" in shown) == reads, address


def test_the_posts_a_case_names_are_of_its_profession(repair):
    case = case_for(Visibility.PROFESSION, positions=[repair])

    assert signed_in(holding(code="om_repair")).get(case.url).status_code == 200
    assert signed_in(account()).get(case.url).status_code == 404


def test_a_post_that_has_ended_opens_nothing_any_more(repair):
    case = case_for(Visibility.PROFESSION, positions=[repair])
    user = holding(code="om_repair")
    user.employee.postings.update(valid_to=timezone.localdate() - timedelta(days=1))

    assert signed_in(user).get(case.url).status_code == 404


def test_what_can_be_chosen_in_the_list_tells_nothing_of_hidden_cases(point):
    case_for(Visibility.DISCIPLINE, risk_points=[point], themes=["T09"])
    hidden = signed_in(account()).get(reverse("cases:list"))

    assertContains(hidden, "0个案例")
    assertNotContains(hidden, "GC-12")
    assertNotContains(hidden, "T09")


def test_a_hidden_case_is_not_suggested_beside_a_similar_one(point):
    case_for(Visibility.DISCIPLINE, risk_points=[point])
    shown = CasePageFactory(code="AL-08", risk_points=[point])

    assertNotContains(signed_in(account()).get(shown.url), "一个人的抢修")
    assertContains(signed_in(account(Role.EDITOR)).get(shown.url), "一个人的抢修")


def test_a_lesson_does_not_lead_to_a_case_that_is_hidden_from_its_learner(point):
    case = case_for(Visibility.DISCIPLINE)
    lesson = MicroLessonPageFactory(code="WK-01")
    lesson.cases.set([case])
    lesson.save()
    address = f"{reverse('courses:lesson', args=['WK-01'])}?mode=read"

    assertNotContains(signed_in(account()).get(address), "一个人的抢修")


class TestExpiry:
    def test_the_last_day_still_counts_and_the_next_does_not(self, reader):
        case = case_for(Visibility.ALL, expires_on=timezone.localdate())
        client = signed_in(reader)
        assertContains(client.get(reverse("cases:list")), "一个人的抢修")

        CasePage.objects.update(expires_on=timezone.localdate() - timedelta(days=1))

        assertNotContains(client.get(reverse("cases:list")), "一个人的抢修")
        assertNotContains(client.get(reverse("home:search") + "?q=抢修"), "一个人的抢修")
        assert client.get(case.url).status_code == 404

    def test_an_expired_case_stays_readable_where_a_lecture_rests_on_it(self, reader, editor, now):
        case = case_for(Visibility.ALL)
        make_lecture_pack(case=case, by=editor, now=now)
        CasePage.objects.update(expires_on=timezone.localdate() - timedelta(days=1))

        page = signed_in(reader).get(case.url)

        assertContains(page, "不再用于学习和讲课")
        assertNotContains(signed_in(reader).get(reverse("cases:list")), "一个人的抢修")

    def test_that_something_rests_on_it_widens_no_circle(self, reader, editor, now):
        case = case_for(Visibility.DISCIPLINE)
        make_lecture_pack(case=case, by=editor, now=now)
        CasePage.objects.update(expires_on=timezone.localdate() - timedelta(days=1))

        assert signed_in(reader).get(case.url).status_code == 404

    def test_its_keepers_still_find_it_and_no_lecture_is_made_from_it(self, editor):
        case = case_for(Visibility.ALL, expires_on=timezone.localdate() - timedelta(days=1))
        client = signed_in(editor)

        assertNotContains(client.get(case.url), "做成讲课包")
        made = client.post(reverse("cases:make_lecture", args=[case.code]))
        assert made.status_code == 404
        assert dependants_of(case) == []
