"""What every test may ask for."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.snapshots import django_db_setup  # noqa: F401


@pytest.fixture
def now() -> datetime:
    """A working Tuesday morning; services take it as an argument."""
    return timezone.make_aware(datetime(2026, 11, 24, 9, 0))


@pytest.fixture
def sign_in() -> Any:
    """A function that gives an employee an account and returns a signed-in client."""
    from tests.factories import UserFactory

    def _sign_in(employee: Any) -> Client:
        user = getattr(employee, "user", None) or UserFactory(employee=employee)
        client = Client()
        client.force_login(user)
        return client

    return _sign_in
