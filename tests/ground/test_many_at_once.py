"""Fifty people act in the same moment, on the database that the environment names."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from audit.services import first_broken, record
from people.models import TextSize, User
from tests.factories import UserFactory

PEOPLE = 50

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(act, things):
    """Call ``act`` for each thing in a thread of its own, together, and return what went wrong."""
    gate = threading.Barrier(len(things))
    errors = []

    def one(thing):
        gate.wait()
        try:
            act(thing)
        except Exception as error:  # noqa: BLE001  the assertion shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[thing]) for thing in things]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_fifty_people_submit_at_once_and_nobody_is_turned_away():
    clients = []
    for user in UserFactory.create_batch(PEOPLE):
        client = Client()
        client.force_login(user)
        clients.append(client)

    def submit(client):
        answer = client.post("/preferences/", {"text_size": TextSize.LARGE, "next": "/"})
        assert answer.status_code == 302, answer.status_code

    assert all_at_once(submit, clients) == []
    assert User.objects.filter(text_size=TextSize.LARGE).count() == PEOPLE


def test_fifty_entries_written_at_once_make_one_unbroken_chain():
    def write(number):
        record(actor_id=number, action="a.was_done", subject=("x.y", number), now=timezone.now())

    assert all_at_once(write, range(PEOPLE)) == []
    entries = list(AuditEntry.objects.order_by("pk"))
    assert len(entries) == PEOPLE
    assert first_broken(entries) is None
