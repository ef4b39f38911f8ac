"""Logging in as a person does it, through the page."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from people import services
from people.models import LoginFailure
from tests.factories import PASSWORD, EmployeeFactory, UserFactory

pytestmark = pytest.mark.django_db

MORNING = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
WRONG = "not-the-password-1"


def log_in(client: Client, username: str, password: str, **extra: str) -> object:
    return client.post(
        reverse("people:login"), {"username": username, "password": password, **extra}
    )


def test_a_person_logs_in_and_returns_to_where_they_were_going(client: Client) -> None:
    user = UserFactory()

    response = log_in(client, user.username, PASSWORD, next="/messages/?kind=todo")

    assert response.status_code == 302
    assert response.url == "/messages/?kind=todo"
    assert AuditEntry.objects.get().action == "people.user.logged_in"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
)
def test_log_in_never_leads_to_another_site(client: Client, target: str) -> None:
    user = UserFactory()

    response = log_in(client, user.username, PASSWORD, next=target)

    assert response.url == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: Client) -> None:
    user = UserFactory()

    wrong = log_in(client, user.username, WRONG)
    unknown = log_in(client, "330199999999", WRONG)

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_the_wait_grows_with_each_failure_and_holds_even_for_the_right_password(
    client: Client,
) -> None:
    user = UserFactory()

    with time_machine.travel(MORNING, tick=False):
        for _ in range(5):
            log_in(client, user.username, WRONG)
        refused = log_in(client, user.username, PASSWORD)
    with time_machine.travel(MORNING + timedelta(seconds=31), tick=False):
        log_in(client, user.username, WRONG)
    with time_machine.travel(MORNING + timedelta(seconds=31 + 59), tick=False):
        still_refused = log_in(client, user.username, PASSWORD)
    with time_machine.travel(MORNING + timedelta(seconds=31 + 61), tick=False):
        admitted = log_in(client, user.username, PASSWORD)

    assert refused.status_code == 422
    assert "30秒" in refused.content.decode() or "31秒" in refused.content.decode()
    assert still_refused.status_code == 422
    assert admitted.status_code == 302
    assert not LoginFailure.objects.exists()


def test_failures_at_one_address_do_not_lock_the_person_out_at_another(client: Client) -> None:
    user = UserFactory()

    for _ in range(8):
        log_in(client, user.username, WRONG)
    elsewhere = Client(REMOTE_ADDR="127.0.0.9")

    assert log_in(elsewhere, user.username, PASSWORD).status_code == 302


def test_a_first_code_works_once_and_then_a_password_must_be_chosen(client: Client) -> None:
    user = UserFactory(password="!")
    with time_machine.travel(MORNING, tick=False):
        code = services.issue_first_code(user=user, actor=None, now=timezone.now())

        log_in(client, user.username, code.lower())
        held = client.get(reverse("notifications:inbox"))
        chosen = client.post(
            held.url, {"password": "shan-shui-tian-yuan-8", "again": "shan-shui-tian-yuan-8"}
        )
        free = client.get(reverse("notifications:inbox"))
        again = log_in(Client(), user.username, code)

    assert held.url.startswith(reverse("people:choose_password"))
    # A scanned sign-in goes on where it was going.
    assert chosen.url == reverse("notifications:inbox")
    assert free.status_code == 200
    assert again.status_code == 422


def test_a_way_back_to_elsewhere_is_not_followed(client: Client) -> None:
    user = UserFactory(password="!")
    with time_machine.travel(MORNING, tick=False):
        log_in(client, user.username, services.issue_first_code(user=user, actor=None, now=MORNING))
        chosen = client.post(
            reverse("people:choose_password") + "?next=//elsewhere.example/",
            {"password": "shan-shui-tian-yuan-8", "again": "shan-shui-tian-yuan-8"},
        )

    assert chosen.url == "/"


def test_a_first_code_ends_after_fourteen_days(client: Client) -> None:
    user = UserFactory(password="!")
    code = services.issue_first_code(user=user, actor=None, now=MORNING)

    with time_machine.travel(MORNING + timedelta(days=14), tick=False):
        response = log_in(client, user.username, code)

    assert response.status_code == 422


@pytest.mark.parametrize(
    "password", ["short-1", "gongdiansuo2026", "111111111111", "password1234", "123456789012"]
)
def test_a_weak_first_password_is_refused_with_a_sentence(client: Client, password: str) -> None:
    user = UserFactory()
    client.force_login(user)

    response = client.post(
        reverse("people:choose_password"), {"password": password, "again": password}
    )

    assert response.status_code == 422
    assert response.context["form"].errors["password"]


def test_who_has_left_is_logged_out_at_the_next_request(client: Client) -> None:
    employee = EmployeeFactory()
    client.force_login(UserFactory(employee=employee))
    with time_machine.travel(MORNING, tick=False):
        before = client.get(reverse("notifications:inbox"))
        employee.left_on = MORNING.date()
        employee.save()

        after = client.get(reverse("notifications:inbox"))

    assert before.status_code == 200
    assert after.url == reverse("people:login")


def test_the_size_of_letters_is_kept_before_and_after_log_in(client: Client) -> None:
    user = UserFactory()

    client.post(reverse("people:preferences"), {"text_size": "care", "next": "/login/"})
    before = client.get(reverse("people:login"))
    client.force_login(user)
    client.post(reverse("people:preferences"), {"text_size": "large"})
    user.refresh_from_db()

    assert 'data-size="care"' in before.content.decode()
    assert user.text_size == "large"


def test_an_unknown_size_changes_nothing(client: Client) -> None:
    response = client.post(reverse("people:preferences"), {"text_size": "<huge>"})

    assert response.status_code == 302
    assert "text_size" not in response.cookies
