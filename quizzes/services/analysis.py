"""How questions do, from each person's first answer; nothing in here names a person.

Figures by version, so that a correction starts anew: facility p, the corrected item–rest
correlation, how often each option was chosen, and KR-20 of the quizzes they stood in. Formulas:
Crocker and Algina, Introduction to Classical and Modern Test Theory (1986), chapters 5, 7 and 14.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Cast, RowNumber
from django.urls import reverse

from notifications.models import NotificationCategory
from notifications.services import notify, settle
from quizzes.models import (
    Answer,
    Attempt,
    Confidence,
    FlagKind,
    Question,
    QuestionFlag,
    QuestionStatus,
    QuestionVersion,
)

# Under this many first answers a figure is shown with a warning, and flags nothing.
ENOUGH = 30
# So often wrong by one person, with the explanation read in between: the question is at fault.
LEECH_TIMES = 3
# Under this many it is not shown: it would speak of persons.
FEWEST_SHOWN = 5
TOO_EASY, TOO_HARD = 0.95, 0.30
TOO_FLAT = 0.10
RARELY_CHOSEN = 0.05


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """One option of a question: how many chose it, of all who answered."""

    key: str
    text: str
    right: bool
    share: float

    @property
    def is_idle(self) -> bool:
        """Whether a wrong option attracts next to nobody."""
        return not self.right and self.share < RARELY_CHOSEN


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One question in its present version.

    ``facility`` is the share of first answers that are right, 0 to 1. ``discrimination`` is the
    correlation, −1 to 1, between getting it right and the share right of the rest of the sitting;
    None where neither varies.
    """

    question: Question
    version: QuestionVersion
    shown: int
    facility: float
    discrimination: float | None
    options: list[ChosenOption]

    @property
    def is_enough(self) -> bool:
        """Whether there are answers enough to conclude anything from."""
        return self.shown >= ENOUGH

    def flags(self) -> list[FlagKind]:
        """Return what an owner should look at; nothing while there are too few answers."""
        if not self.is_enough:
            return []
        found = []
        if self.facility > TOO_EASY:
            found.append(FlagKind.TOO_EASY)
        if self.facility < TOO_HARD:
            found.append(FlagKind.TOO_HARD)
        if self.discrimination is not None and self.discrimination < 0:
            found.append(FlagKind.INVERTED)
        elif self.discrimination is not None and self.discrimination < TOO_FLAT:
            found.append(FlagKind.FLAT)
        rights = [option.share for option in self.options if option.right]
        wrongs = [option.share for option in self.options if not option.right]
        if rights and wrongs and max(wrongs) > max(rights):
            found.append(FlagKind.DISTRACTING)
        return found


@dataclass(frozen=True, slots=True)
class Reliability:
    """KR-20 of quizzes of one length on one point (or on all points of a post).

    The forms are drawn anew for each person, so they are taken as randomly parallel: Σpq is the
    mean over the sittings. None where the scores do not vary.
    """

    point: str
    questions: int
    sittings: int
    kr20: float | None

    @property
    def is_enough(self) -> bool:
        """Whether there are sittings enough to conclude anything from."""
        return self.sittings >= ENOUGH


def figures(*, risk_point: str = "") -> list[ItemFigures]:
    """Return the figures of the questions that at least five persons answered, by code.

    A constant number of queries; the sums are the database's.
    """
    first = _first_answers()
    if risk_point:
        first = first.filter(version__question__primary_risk_point__code=risk_point)
    rows = {row["version"]: row for row in _sums(first) if row["shown"] >= FEWEST_SHOWN}
    versions = QuestionVersion.objects.filter(pk__in=rows, question__version=F("pk"))
    chosen = _chosen(first.filter(version__in=rows))
    return [
        ItemFigures(
            question=version.question,
            version=version,
            shown=rows[version.pk]["shown"],
            facility=rows[version.pk]["right"] / rows[version.pk]["shown"],
            discrimination=_correlation(rows[version.pk]),
            options=_options(version, chosen[version.pk], rows[version.pk]["shown"]),
        )
        for version in versions.select_related(
            "question__primary_risk_point", "question__owner"
        ).order_by("question__code")
    ]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often answers of one degree of confidence are right; ``shown`` is how many there are."""

    label: str
    shown: int
    right: int

    @property
    def share(self) -> float:
        """The share that is right, 0 to 1."""
        return self.right / self.shown if self.shown else 0.0

    @property
    def is_enough(self) -> bool:
        """Whether there are answers enough to conclude anything from."""
        return self.shown >= ENOUGH


def calibration(*, risk_point: str = "") -> list[Calibration]:
    """Return how often first answers are right, by how sure the person was; one query."""
    first = _first_answers().filter(confidence__isnull=False)
    if risk_point:
        first = first.filter(version__question__primary_risk_point__code=risk_point)
    rows = {
        confidence: (shown, right)
        for confidence, shown, right in first.values_list("confidence").annotate(
            shown=Count("pk"), right=Count("pk", filter=Q(is_right=True))
        )
    }
    return [Calibration(degree.label, *rows.get(degree.value, (0, 0))) for degree in Confidence]


def reliabilities() -> list[Reliability]:
    """Return the reliability of quizzes, by point and length; three queries."""
    first = _first_answers()
    easy = {row["version"]: row["right"] / row["shown"] for row in _sums(first)}
    varied: dict[tuple[str, int], float] = defaultdict(float)
    sittings = Attempt.objects.counted().filter(question_count__gte=2)
    asked = (
        Answer.objects.filter(attempt__in=sittings)
        .values_list("attempt__risk_point__code", "attempt__question_count", "version")
        .annotate(times=Count("pk"))
    )
    for point, length, version, times in asked:
        p = easy.get(version, 0.0)
        varied[point or "", length] += times * p * (1 - p)
    scores = sittings.values_list("risk_point__code", "question_count").annotate(
        sittings=Count("pk"),
        total=Sum("right_count"),
        squares=Sum(F("right_count") * F("right_count")),
    )
    found = []
    for point, length, n, total, squares in scores:
        if n < FEWEST_SHOWN:
            continue
        variance = squares / n - (total / n) ** 2
        within = varied[point or "", length] / n
        kr20 = length / (length - 1) * (1 - within / variance) if variance > 0 else None
        found.append(Reliability(point or "", length, n, kr20))
    return sorted(found, key=lambda one: (one.point, one.questions))


def raise_flags(*, now: datetime) -> dict[str, int]:
    """Flag the questions that want a look, and tell each owner once; clear what is over.

    A flag stands while the figures of the present version say so.
    """
    leeches = _leeches()
    wanted = {
        (item.question.pk, kind): item
        for item in figures()
        if item.question.status == QuestionStatus.PUBLISHED
        for kind in [
            *item.flags(),
            *([FlagKind.LEECH] if item.version.pk in leeches else []),
        ]
    }
    raised = 0
    with transaction.atomic():
        standing = QuestionFlag.objects.select_for_update(of=("self",)).filter(cleared_at=None)
        have = {(flag.question_id, flag.kind): flag for flag in standing}
        for key, flag in have.items():
            if key not in wanted:
                flag.cleared_at = now
                flag.save(update_fields=["cleared_at"])
                settle(event=_event(flag), now=now)
        for (question_id, kind), item in wanted.items():
            if (question_id, kind) in have:
                continue
            flag = QuestionFlag.objects.create(
                question=item.question,
                version=item.version,
                kind=kind,
                shown=item.shown,
                facility=item.facility,
                discrimination=item.discrimination,
                raised_at=now,
            )
            raised += 1
            _tell_owner(flag, now=now)
    return {"raised": raised, "cleared": len(have.keys() - wanted.keys())}


def _leeches() -> set[int]:
    """Return the versions that somebody got wrong again and again, explanation and all."""
    wrong = (
        Answer.objects.filter(attempt__in=Attempt.objects.counted(), is_right=False)
        .values("version", "attempt__employee")
        .annotate(times=Count("pk"))
        .filter(times__gte=LEECH_TIMES)
    )
    return set(wrong.values_list("version", flat=True))


def _first_answers() -> QuerySet[Answer]:
    """Return each person's first counted answer to each question, whichever version it was."""
    ranked = (
        Answer.objects.filter(attempt__in=Attempt.objects.counted(), is_right__isnull=False)
        .annotate(
            nth=Window(
                RowNumber(),
                partition_by=[F("attempt__employee"), F("version__question")],
                order_by=[F("answered_at"), F("pk")],
            )
        )
        .filter(nth=1)
    )
    return Answer.objects.filter(pk__in=ranked.values("pk"))


def _sums(answers: QuerySet[Answer]) -> Iterable[Any]:
    """Return the sums that facility and correlation need: x is right or not, y the rest's share."""
    x = Case(When(is_right=True, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    rest = Cast(F("attempt__question_count") - 1, FloatField())
    y = (Cast(F("attempt__right_count"), FloatField()) - x) / rest
    several = Q(attempt__question_count__gte=2)
    return answers.values("version").annotate(
        shown=Count("pk"),
        right=Count("pk", filter=Q(is_right=True)),
        pairs=Count("pk", filter=several),
        x=Sum(x, filter=several),
        y=Sum(y, filter=several),
        xy=Sum(x * y, filter=several),
        yy=Sum(y * y, filter=several),
    )


def _correlation(row: dict[str, Any]) -> float | None:
    """Return Pearson's r of x (0 or 1, so that Σx² is Σx) and y."""
    n = row["pairs"]
    if not n:
        return None
    spread = (n * row["x"] - row["x"] ** 2) * (n * row["yy"] - row["y"] ** 2)
    # Sums of fractions leave a rest where there is no spread at all.
    if spread < 1e-9:
        return None
    return float((n * row["xy"] - row["x"] * row["y"]) / sqrt(spread))


def _chosen(answers: QuerySet[Answer]) -> dict[int, Counter[str]]:
    chosen: dict[int, Counter[str]] = defaultdict(Counter)
    for version, response, times in answers.values_list("version", "response").annotate(
        times=Count("pk")
    ):
        for key in response or []:
            chosen[version][key] += times
    return chosen


def _options(version: QuestionVersion, chosen: Counter[str], shown: int) -> list[ChosenOption]:
    return [
        ChosenOption(option["key"], option["text"], option["right"], chosen[option["key"]] / shown)
        for option in version.options
    ]


def _event(flag: QuestionFlag) -> str:
    return f"quizzes.questionflag:{flag.pk}"


def _tell_owner(flag: QuestionFlag, *, now: datetime) -> None:
    owner = flag.question.owner
    if owner is None:
        return
    notify(
        recipient=owner,
        event=_event(flag),
        category=NotificationCategory.TODO,
        title=f"请看一道题：{flag.question.code}",
        body=f"{flag.get_kind_display()}。{flag.advice}",
        url=reverse("wagtailsnippets_quizzes_question:edit", args=[flag.question_id]),
        icon="file-text",
        now=now,
    )
