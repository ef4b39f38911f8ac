"""A quarter of a small company under a moving clock, through the services the product uses."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from assignments.models import SourceKind, TrainingAssignment
from benchmarks.year import MEDIAN_MINUTES, MESSAGES, P95_MINUTES, simulate, summary
from people.models import Absence

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, DAYS = 30, 91


def test_a_quarter_keeps_to_the_minutes_and_the_messages_and_misses_no_duty():
    """April to June: two holidays, a course for a quarter of them, leave, orders and a joiner."""
    call_command("load_content", stdout=StringIO())

    seen = simulate(people=PEOPLE, first=date(2026, 4, 1), days=DAYS, seed=4)
    figures = summary([seen])

    for name, minutes in figures["minutes"].items():
        assert minutes["median"] <= MEDIAN_MINUTES, name
        assert minutes["p95"] <= P95_MINUTES, name
    assert max(figures["messages"]) <= MESSAGES
    assert figures["missed"] == []
    # It was no idle quarter: everything that can bring learning brought some.
    kinds = set(TrainingAssignment.objects.values_list("sources__kind", flat=True))
    assert kinds >= {
        SourceKind.POSITION, SourceKind.MONTHLY, SourceKind.MANUAL,
        SourceKind.RENEWAL, SourceKind.ORDER,
    }  # fmt: skip
    assert Absence.objects.exists()
    assert figures["missed_by_others"] > 0
