"""The time limits and thresholds of parameters.yaml, and what they mean on the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import yaml
from django.utils import timezone

from common.calendar import add_workdays, workdays_between
from risk_warnings.models import Level, OrderStatus

PARAMETERS = Path(__file__).with_name("parameters.yaml")

# Which limit runs while an order is in a state; the limit of 核查 starts with 签收.
STEP_OF_STATUS = {
    OrderStatus.ISSUED: "accept",
    OrderStatus.ACCEPTED: "verify",
    OrderStatus.VERIFYING: "verify",
    OrderStatus.SUBMITTED: "review",
    OrderStatus.REVIEWING: "review",
    OrderStatus.RETURNED: "verify",
    OrderStatus.RECTIFYING: "rectify",
    OrderStatus.RECTIFIED: "review",
    OrderStatus.REOPENED: "review",
}


@dataclass(frozen=True, slots=True)
class Brake:
    """When a run gives so much more than usual that its tips wait for an officer."""

    times: int
    least: int
    window_days: int


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """How many files, bytes a file and pixels a picture are taken."""

    files: int
    bytes: int
    pixels: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The parameters as they stand in the file."""

    end_of_day: time
    workdays: Mapping[str, Mapping[str, int]]
    look_back_days: Mapping[str, int]
    reassign_workdays: int
    resolve_low_workdays: int
    objection_workdays: int
    objection_answer_workdays: int
    extension_workdays: int
    undo: timedelta
    dismissed_quiet_days: int
    brake: Brake
    escalate_after_workdays: tuple[int, ...]
    opinion_length: int
    whitelist_days: int
    backfill_triage_workdays: int
    attachments: AttachmentLimits


@cache
def limits() -> Limits:
    """Read the parameters once."""
    raw = yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))
    return Limits(
        end_of_day=time.fromisoformat(raw["end_of_day"]),
        workdays=raw["workdays"],
        look_back_days=raw["look_back_days"],
        reassign_workdays=raw["reassign_workdays"],
        resolve_low_workdays=raw["resolve_low_workdays"],
        objection_workdays=raw["objection_workdays"],
        objection_answer_workdays=raw["objection_answer_workdays"],
        extension_workdays=raw["extension_workdays"],
        undo=timedelta(seconds=raw["undo_seconds"]),
        dismissed_quiet_days=raw["dismissed_quiet_days"],
        brake=Brake(**raw["brake"]),
        escalate_after_workdays=tuple(raw["escalate_after_workdays"]),
        opinion_length=raw["opinion_length"],
        whitelist_days=raw["whitelist_days"],
        backfill_triage_workdays=raw["backfill_triage_workdays"],
        attachments=AttachmentLimits(**raw["attachments"]),
    )


def day_of(moment: datetime) -> date:
    """Return the calendar day of a moment in the time zone of the site."""
    return timezone.localtime(moment).date()


def due_after(moment: datetime, *, workdays: int) -> datetime:
    """Return the end of the n-th working day after a moment."""
    day = add_workdays(day_of(moment), workdays)
    return timezone.make_aware(datetime.combine(day, limits().end_of_day))


def limit_of(step: str, level: str) -> int:
    """Return the working days of a step (triage, reply, accept, verify, review, rectify)."""
    return limits().workdays[step][Level(level).value]


def due_for(step: str, level: str, *, now: datetime) -> datetime:
    """Return when a step of a level that starts now has to be done."""
    return due_after(now, workdays=limit_of(step, level))


def workdays_late(due_at: datetime, *, now: datetime) -> int:
    """Return by how many working days a limit has been missed; 0 while it stands."""
    return max(0, workdays_between(day_of(due_at), day_of(now))) if due_at < now else 0


def workdays_left(due_at: datetime, *, now: datetime) -> int:
    """Return how many working days are left, the last day included; 0 on it."""
    return max(0, workdays_between(day_of(now), day_of(due_at)))
