"""The log can be added to and checked, and nothing else."""

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditEntry
from audit.services import first_broken, record
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


def test_a_chain_of_entries_holds(now) -> None:
    person = EmployeeFactory()
    for action in ("a.was_done", "b.was_done", "c.was_done"):
        record(actor_id=1, action=action, subject=person, now=now, data={"状态": "已办"})

    assert first_broken(AuditEntry.objects.order_by("pk")) is None


def test_a_changed_or_missing_entry_is_named(now) -> None:
    entries = [
        record(actor_id=1, action="a.was_done", subject=("people.employee", n), now=now)
        for n in range(3)
    ]
    entries[1].subject_id = "99"

    assert first_broken(entries) == entries[1]
    assert first_broken([entries[0], entries[2]]) == entries[2]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_an_entry(now, change: str) -> None:
    record(actor_id=1, action="a.was_done", subject=("people.employee", 1), now=now)
    rows = AuditEntry.objects.all()

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(action="other") if change == "update" else rows.delete()

    assert rows.get().action == "a.was_done"
