"""Loads ``content/cases.yaml`` into the case library."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.models import (
    AmountBand,
    CaseCitation,
    CaseControl,
    CaseIndexPage,
    CasePage,
    Ending,
    FoundBy,
    TurningPoint,
    Visibility,
)
from cases.services import keep_loaded_check
from common.loading import ContentFolder, Row
from common.pages import assign, index_page, plain_fields, save_loaded
from people.models import Position
from risk_manual.citations import citation_fields, citations_from, citations_in
from risk_manual.models import LegalBasis, RiskPointPage

FILE = "cases.yaml"
TEXTS = (
    "title",
    "edition_label",
    "disclaimer",
    "story",
    "consequences",
    "handled",
    "lesson",
)
LINES = ("themes", "discussion_questions")
CHOICES = {
    "amount_band": {band.value: band.value for band in AmountBand},
    "found_by": {way.value: way.value for way in FoundBy},
    "ending": {ending.value: ending.value for ending in Ending},
}
FIELDS = (*TEXTS, *LINES, *CHOICES, "reading_minutes")
# What a row need not say. Where it stands as it is by default it changes no digest, so that what
# was loaded before these fields existed does not look as if an editor had changed it.
OPTIONAL = {"visibility": Visibility.ALL.value, "expires_on": None}
TURN_FIELDS = ("at", "question", "options", "comment")
REQUIRED = ("code", *TEXTS, *CHOICES, "reading_minutes", "risk_points", "positions")


@dataclass(frozen=True, slots=True)
class _Known:
    """What cases may refer to, by code; read once."""

    points: Mapping[str, RiskPointPage]
    positions: Mapping[str, Position]
    bases: Mapping[str, LegalBasis]
    control_seqs: Mapping[str, set[int]]

    @classmethod
    def read(cls) -> "_Known":
        points = RiskPointPage.objects.prefetch_related("controls")
        return cls(
            points={point.code: point for point in points},
            positions={position.code: position for position in Position.objects.all()},
            bases={basis.code: basis for basis in LegalBasis.objects.all()},
            control_seqs={
                point.code: {control.seq for control in point.controls.all()} for point in points
            },
        )


def load(source: ContentFolder, *, now: datetime) -> None:
    """Load the cases."""
    library = index_page(CaseIndexPage, title="案例库", slug="cases")
    known = _Known.read()
    pages = CasePage.objects.prefetch_related(
        "risk_points", "positions", "turning_points", "controls__point", "citations__basis"
    )
    stored = {case.code: case for case in pages}
    for row in source.rows(FILE, "cases", required=REQUIRED):
        _load_case(source, row, stored.get(row["code"]), library, known, now)


def _load_case(
    source: ContentFolder,
    row: Row,
    present: CasePage | None,
    library: CaseIndexPage,
    known: _Known,
    now: datetime,
) -> None:
    wanted = _case_in(source, row, known)
    if wanted is None:
        return
    case = present or CasePage(code=row["code"], slug=row["code"].lower())

    def write() -> None:
        assign(case, {key: wanted[key] for key in FIELDS} | _optional_values(wanted))
        related = {
            "risk_points": [known.points[code] for code in wanted["risk_points"]],
            "positions": [known.positions[code] for code in wanted["positions"]],
            "turning_points": [
                TurningPoint(sort_order=order, **fields)
                for order, fields in enumerate(wanted["turning_points"])
            ],
            "controls": [
                CaseControl(sort_order=order, point=known.points[code], seq=seq, held=held)
                for order, (code, seq, held) in enumerate(wanted["controls"])
            ],
            "citations": citations_from(CaseCitation, wanted["citations"], known.bases),
        }
        assign(case, related)
        if case.pk is not None:
            # Before it is published, and without a second person there is no publication.
            keep_loaded_check(case=case, now=now)
        save_loaded(case, under=library)
        keep_loaded_check(case=case, now=now)

    stored = _case_fields(present) if present else None
    if present is not None and stored == wanted:
        # Also what was loaded before texts were checked.
        keep_loaded_check(case=present, now=now)
    source.settle(
        model=CasePage,
        code=row["code"],
        wanted=wanted,
        stored=stored,
        write=write,
        has_draft=present is not None and present.has_unpublished_changes,
    )


def _case_in(source: ContentFolder, row: Row, known: _Known) -> dict[str, Any] | None:
    """Return the row in the shape of ``_case_fields``; report what is wrong and return None."""
    before = len(source.bad)
    points = source.pick(FILE, row, "risk_points", known.points, what="风险点")
    positions = source.pick(FILE, row, "positions", known.positions, what="岗位")
    wanted: dict[str, Any] = {key: source.text(FILE, row, key) for key in TEXTS}
    wanted |= {key: source.lines(FILE, row, key) for key in LINES}
    wanted |= {key: source.choice(FILE, row, key, words) for key, words in CHOICES.items()}
    wanted["reading_minutes"] = source.number(FILE, row, "reading_minutes")
    wanted |= _optional_in(source, row)
    fields = {"code": row["code"], **wanted}
    source.check(FILE, row, CasePage(**fields), fields)
    wanted["turning_points"] = [
        _turn_in(source, turn, wanted["story"]) for turn in row.get("turning_points") or []
    ]
    wanted["controls"] = [
        control
        for key, held in (("failed_controls", False), ("held_controls", True))
        for control in _controls_in(source, row, key, held, known)
    ]
    wanted["citations"] = citations_in(source, FILE, row, "discipline", known.bases)
    if len(source.bad) > before:
        return None
    wanted["risk_points"] = sorted(point.code for point in points)
    wanted["positions"] = sorted(position.code for position in positions)
    return wanted


def _optional_in(source: ContentFolder, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "visibility" in row:
        words = {level.value: level.value for level in Visibility}
        found["visibility"] = source.choice(FILE, row, "visibility", words)
    if "expires_on" in row:
        found["expires_on"] = source.text(FILE, row, "expires_on")
        try:
            date.fromisoformat(found["expires_on"])
        except ValueError:
            source.reject(FILE, row, "expires_on应是2027-12-31这样的日期，请改正。")
    return {key: value for key, value in found.items() if value != OPTIONAL[key]}


def _optional_values(wanted: Mapping[str, Any]) -> dict[str, Any]:
    last_day = wanted.get("expires_on")
    return {
        "visibility": wanted.get("visibility", OPTIONAL["visibility"]),
        "expires_on": date.fromisoformat(last_day) if last_day else None,
    }


def _turn_in(source: ContentFolder, turn: Row, story: str) -> dict[str, Any]:
    at = source.text(FILE, turn, "at")
    if not at or at not in story:
        source.reject(FILE, turn, f"转折点“{at}”不是经过里的原文，请照抄经过里的一句。")
    return {
        "at": at,
        "question": source.text(FILE, turn, "question"),
        "options": source.lines(FILE, turn, "options"),
        "comment": source.text(FILE, turn, "comment"),
    }


def _controls_in(
    source: ContentFolder, row: Row, key: str, held: bool, known: _Known
) -> list[list[Any]]:
    found = []
    for control in row.get(key) or []:
        for point in source.pick(FILE, control, "risk_point", known.points, what="风险点"):
            seq = control.get("seq")
            if seq in known.control_seqs[point.code]:
                found.append([point.code, seq, held])
            else:
                source.reject(FILE, control, f"{point.code}没有第{seq}条措施，请改成已有的序号。")
    return found


def _case_fields(case: CasePage) -> dict[str, Any]:
    optional = {
        "visibility": case.visibility,
        "expires_on": case.expires_on.isoformat() if case.expires_on else None,
    }
    return {
        **plain_fields(case, FIELDS),
        **{key: value for key, value in optional.items() if value != OPTIONAL[key]},
        "risk_points": sorted(point.code for point in case.risk_points.all()),
        "positions": sorted(position.code for position in case.positions.all()),
        "turning_points": [plain_fields(turn, TURN_FIELDS) for turn in case.turning_points.all()],
        "controls": [
            [control.point.code, control.seq, control.held] for control in case.controls.all()
        ],
        "citations": citation_fields(case.citations.all()),
    }
