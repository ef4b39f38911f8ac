"""Every page opens for who has a part in it, and is not there for anybody else."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from people.models import Employee

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_board_shows_what_is_open_by_level_age_and_station(world, sign_in):
    warning = world.warning(level="high")

    page = sign_in(world.officer).get(reverse("risk_warnings:board"))

    assert page.status_code == 200
    text = page.content.decode()
    assert warning.title in text
    assert world.station.name in text
    assert "入库4天" in text
