"""The kinds of job. An app registers its own in its tasks module.

    @register("reports.export", title="导出学习记录", stages=("收集记录", "排版成 PDF", "存档"))
    def export_learning_task(job: Job, progress: Progress) -> dict[str, Any]:
        ...

A kind with ``every`` or ``daily_at`` is periodic: its one row is armed again after each run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.utils import timezone

if TYPE_CHECKING:
    from jobs.models import Job

PERIODIC_KEY = "periodic"


class Progress(Protocol):
    """What a running job calls to say how far it is; each call also renews its lease."""

    def __call__(self, done: int, total: int, label: str) -> None:
        """Say how much of the present stage is done."""

    def stage(self, number: int, note: str = "") -> None:
        """Say that a stage, counted from 1, has begun, and leave a note on the one before."""


Handler = Callable[["Job", Progress], dict[str, Any]]


class JobRefused(Exception):
    """An expected failure; the message is one whole Chinese sentence for the owner. Not retried."""


class UnknownKind(Exception):
    """Raised for a kind of job that no app registered."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job and how it is run."""

    name: str
    handler: Handler
    title: str
    stages: tuple[str, ...]
    lease: timedelta
    max_tries: int
    every: timedelta | None
    daily_at: time | None

    @property
    def is_periodic(self) -> bool:
        """Whether the kind runs by the clock."""
        return self.every is not None or self.daily_at is not None

    def first_run(self, *, now: datetime) -> datetime:
        """Return when a periodic kind runs first: at once, or at its time of day."""
        return now if self.every is not None else self.next_run(now=now)

    def next_run(self, *, now: datetime) -> datetime:
        """Return when a periodic kind runs next after that moment."""
        if self.every is not None:
            return now + self.every
        if self.daily_at is None:
            raise UnknownKind(f"{self.name} is not periodic")
        local = timezone.localtime(now)
        due = local.replace(
            hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0
        )
        return due if due > local else due + timedelta(days=1)


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    title: str = "后台任务",
    stages: tuple[str, ...] = (),
    lease: timedelta = timedelta(minutes=5),
    max_tries: int = 3,
    every: timedelta | None = None,
    daily_at: time | None = None,
) -> Callable[[Handler], Handler]:
    """Register the decorated function as a kind of job.

    The function runs outside a transaction, must be safe to run twice, and must call ``progress``
    at least once within its ``lease``: when that runs out, another worker starts the job again.
    It returns what JSON can hold; ``{"file": …}`` offers a download (see ``jobs.files``) and
    ``{"url": …, "sentence": …}`` leads on to a page.
    """

    def decorate(handler: Handler) -> Handler:
        _kinds[name] = Kind(
            name=name,
            handler=handler,
            title=title,
            stages=stages,
            lease=lease,
            max_tries=max_tries,
            every=every,
            daily_at=daily_at,
        )
        return handler

    return decorate


def kind_of(name: str) -> Kind:
    """Return a registered kind.

    :raises UnknownKind: if no app registered it.
    """
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"no job kind {name!r} is registered") from None


def kind_names() -> list[str]:
    """Return the names of all kinds."""
    return sorted(_kinds)


def periodic_kinds() -> list[Kind]:
    """Return the kinds that run by the clock."""
    return [kind for _, kind in sorted(_kinds.items()) if kind.is_periodic]
