"""Loads the positions, the bases, the manual with its sixty points, and the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from common.loading import ContentFolder, Row
from common.pages import assign, index_page, plain_fields, save_loaded
from people.models import Position, PositionLevel
from risk_manual.citations import citation_fields, citations_from, citations_in
from risk_manual.models import (
    ControlOrigin,
    LegalArticle,
    LegalBasis,
    ManualEdition,
    ManualIndexPage,
    MonitoringKind,
    PointCitation,
    PointControl,
    RegisterMapping,
    RegisterPoint,
    RegisterRelation,
    RiskAreaPage,
    RiskLevel,
    RiskPointPage,
    Verification,
)
from risk_manual.services import freeze_point

POINTS_FILE = "risk_points.yaml"
BASIS_FILE = "basis.yaml"
REGISTER_FILE = "register115.yaml"

LEVELS = {level.value: level.value for level in RiskLevel}
POSITION_LEVELS = {level.value: level.value for level in PositionLevel}
KINDS = {kind.value: kind.value for kind in MonitoringKind}
ORIGINS = {origin.value: origin.value for origin in ControlOrigin}
RELATIONS = {relation.value: relation.value for relation in RegisterRelation}
VERIFICATIONS = {state.label: state.value for state in Verification}

BASIS_FIELDS = ("title", "number", "effective", "status", "checked", "note")
ARTICLE_FIELDS = ("number", "gist", "status", "source", "as_of")
POINT_TEXTS = ("title", "process", "power", "risk_description", "training_hint")
POINT_LINES = ("typical_behaviours", "evidence", "questions_to_ask")
POINT_FIELDS = (*POINT_TEXTS, *POINT_LINES, "level", "monitoring_kind", "themes", "monitoring_note")
REGISTER_TEXTS = ("profession", "title", "risk", "department", "scope")
REGISTER_FIELDS = (*REGISTER_TEXTS, "level", "controls", "monitoring_kind", "themes")


def load(source: ContentFolder, *, now: datetime) -> None:
    """Load everything of the manual."""
    document = source.document(POINTS_FILE)
    positions = _load_positions(source, document)
    bases = _load_bases(source)
    edition = _load_edition(source, document)
    known = _Known(positions, bases, _load_areas(source, document), edition, now)
    points = _load_points(source, document, known)
    _load_register(source, points)


def _load_positions(source: ContentFolder, document: Row) -> dict[str, Position]:
    required = ("code", "name", "level")
    stored = {position.code: position for position in Position.objects.all()}
    rows = source.check_rows(POINTS_FILE, document.get("positions"), required=required)
    for order, row in enumerate(rows, start=1):
        position = stored.setdefault(row["code"], Position(code=row["code"]))
        position.name = source.text(POINTS_FILE, row, "name")
        position.duty = source.text(POINTS_FILE, row, "duty")
        position.level = source.choice(POINTS_FILE, row, "level", POSITION_LEVELS)
        position.order = order
        source.check(POINTS_FILE, row, position, ("code", "name", "duty"))
        position.save()
    return stored


def _load_bases(source: ContentFolder) -> dict[str, LegalBasis]:
    stored = {basis.code: basis for basis in LegalBasis.objects.prefetch_related("articles")}
    for row in source.rows(BASIS_FILE, "basis", required=("code", "title", "status")):
        _load_basis(source, row, stored)
    return stored


def _load_basis(source: ContentFolder, row: Row, stored: dict[str, LegalBasis]) -> None:
    before = len(source.bad)
    texts = ("title", "number", "effective", "checked", "note")
    wanted: dict[str, Any] = {key: source.text(BASIS_FILE, row, key) for key in texts}
    wanted["status"] = source.choice(BASIS_FILE, row, "status", VERIFICATIONS)
    articles = [
        {
            "number": source.text(BASIS_FILE, article, "no"),
            "gist": source.text(BASIS_FILE, article, "gist"),
            "status": source.choice(BASIS_FILE, article, "verified", VERIFICATIONS),
            "source": source.text(BASIS_FILE, article, "source"),
            "as_of": source.text(BASIS_FILE, article, "as_of"),
        }
        for article in row.get("articles") or []
    ]
    present = stored.get(row["code"])
    basis = present or LegalBasis(code=row["code"])
    source.check(BASIS_FILE, row, LegalBasis(code=row["code"], **wanted), ("code", *wanted))
    if len(source.bad) > before:
        return

    def write() -> None:
        assign(basis, wanted)
        basis.articles = [
            LegalArticle(sort_order=order, **fields) for order, fields in enumerate(articles)
        ]
        basis.save()
        stored[basis.code] = basis

    source.settle(
        model=LegalBasis,
        code=row["code"],
        wanted={**wanted, "articles": articles},
        stored=_basis_fields(present) if present else None,
        write=write,
    )


def _basis_fields(basis: LegalBasis) -> dict[str, Any]:
    articles = [plain_fields(article, ARTICLE_FIELDS) for article in basis.articles.all()]
    return {**plain_fields(basis, BASIS_FIELDS), "articles": articles}


def _load_edition(source: ContentFolder, document: Row) -> ManualEdition | None:
    """Open the edition of the file, closing an older one; None where its row was rejected."""
    meta = document.get("meta")
    if not isinstance(meta, Row):
        source.reject(POINTS_FILE, document, "缺少meta，请补上手册的名称、版本和施行日期。")
        return None
    fields = {
        "title": "title",
        "label": "label",
        "edition_label": "edition",
        "publisher": "publisher",
        "statement": "statement",
        "level_rule": "risk_level_rule",
        "one_to_one": "one_to_one",
        "pending_note": "pending_note",
    }
    code = source.text(POINTS_FILE, meta, "code")
    try:
        valid_from = date.fromisoformat(source.text(POINTS_FILE, meta, "valid_from"))
    except ValueError:
        source.reject(POINTS_FILE, meta, "valid_from应是“2026-01-01”这样的日期，请改正。")
        return None
    edition = ManualEdition.objects.filter(code=code).first()
    if edition is None:
        older = ManualEdition.objects.filter(valid_to=None)
        if older.filter(valid_from__gte=valid_from).exists():
            source.reject(POINTS_FILE, meta, "valid_from不晚于现行手册的施行日期，请改正。")
            return None
        older.update(valid_to=valid_from - timedelta(days=1))
        edition = ManualEdition(code=code, valid_from=valid_from)
    assign(edition, {key: source.text(POINTS_FILE, meta, name) for key, name in fields.items()})
    source.check(POINTS_FILE, meta, edition, ("code", *fields))
    edition.save()
    return edition


def _load_areas(source: ContentFolder, document: Row) -> dict[str, RiskAreaPage]:
    manual = index_page(ManualIndexPage, title="风险手册", slug="manual")
    stored = {area.code: area for area in RiskAreaPage.objects.all()}
    areas = (document.get("meta") or Row()).get("areas")
    for row in source.check_rows(POINTS_FILE, areas, required=("code", "name")):
        if row["code"] not in stored:
            area = RiskAreaPage(code=row["code"], title=row["name"], slug=row["code"].lower())
            stored[area.code] = manual.add_child(instance=area)
    return stored


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows of points may refer to, by code."""

    positions: Mapping[str, Position]
    bases: Mapping[str, LegalBasis]
    areas: Mapping[str, RiskAreaPage]
    edition: ManualEdition | None
    now: datetime

    def starts_at(self) -> datetime:
        """Return when the texts of a first load have been in force since."""
        if self.edition is None:
            return self.now
        midnight = datetime.combine(self.edition.valid_from, time.min)
        return min(timezone.make_aware(midnight), self.now)


def _load_points(source: ContentFolder, document: Row, known: _Known) -> dict[str, RiskPointPage]:
    pages = RiskPointPage.objects.with_posts().prefetch_related("controls", "citations__basis")
    stored = {point.code: point for point in pages}
    rows = source.check_rows(
        POINTS_FILE,
        document.get("risk_points"),
        required=(
            "code",
            "area_code",
            "title",
            "risk_level",
            "position",
            "reviewer",
            "process",
            "power",
            "risk_description",
            "typical_behaviours",
            "controls",
            "evidence",
            "monitoring",
        ),
    )
    for row in rows:
        _load_point(source, row, stored, known)
    return stored


def _load_point(
    source: ContentFolder, row: Row, stored: dict[str, RiskPointPage], known: _Known
) -> None:
    wanted = _point_in(source, row, known)
    if wanted is None:
        return
    present = stored.get(row["code"])
    point = present or RiskPointPage(code=row["code"], slug=row["code"].lower())

    def write() -> None:
        assign(point, {key: wanted[key] for key in POINT_FIELDS})
        point.position = known.positions[wanted["position"]]
        point.reviewer = known.positions[wanted["reviewer"]]
        controls = [
            PointControl(sort_order=order, **control)
            for order, control in enumerate(wanted["controls"])
        ]
        citations = citations_from(PointCitation, wanted["citations"], known.bases)
        assign(point, {"controls": controls, "citations": citations})
        save_loaded(point, under=known.areas[row["area_code"]])
        freeze_point(point=point, now=known.now if present else known.starts_at())
        stored[point.code] = point

    source.settle(
        model=RiskPointPage,
        code=row["code"],
        wanted=wanted,
        stored=_point_fields(present) if present else None,
        write=write,
        has_draft=present is not None and present.has_unpublished_changes,
    )


def _point_in(source: ContentFolder, row: Row, known: _Known) -> dict[str, Any] | None:
    """Return the row in the shape of ``_point_fields``; report what is wrong and return None."""
    before = len(source.bad)
    monitoring, controls = row["monitoring"], row["controls"]
    if not isinstance(monitoring, Row) or not all(isinstance(item, Row) for item in controls):
        source.reject(POINTS_FILE, row, "controls或monitoring的写法不对，请对照其他风险点改正。")
        return None
    source.pick(POINTS_FILE, row, "area_code", known.areas, what="方面")
    source.pick(POINTS_FILE, row, "position", known.positions, what="岗位")
    source.pick(POINTS_FILE, row, "reviewer", known.positions, what="岗位")
    if row["position"] == row["reviewer"]:
        source.reject(POINTS_FILE, row, "复核岗位不能是责任岗位本身，请另写一个复核岗位。")
    wanted: dict[str, Any] = {key: source.text(POINTS_FILE, row, key) for key in POINT_TEXTS}
    wanted |= {key: source.lines(POINTS_FILE, row, key) for key in POINT_LINES}
    wanted["level"] = source.choice(POINTS_FILE, row, "risk_level", LEVELS)
    wanted["monitoring_kind"] = source.choice(POINTS_FILE, monitoring, "kind", KINDS)
    wanted["themes"] = source.lines(POINTS_FILE, monitoring, "themes")
    wanted["monitoring_note"] = source.text(POINTS_FILE, monitoring, "note")
    fields = {"code": row["code"], **wanted}
    source.check(POINTS_FILE, row, RiskPointPage(**fields), fields)
    wanted["position"], wanted["reviewer"] = row["position"], row["reviewer"]
    wanted["controls"] = [
        {
            "seq": source.number(POINTS_FILE, control, "seq"),
            "text": source.text(POINTS_FILE, control, "text"),
            "origin": source.choice(POINTS_FILE, control, "origin", ORIGINS),
        }
        for control in controls
    ]
    numbers = [control["seq"] for control in wanted["controls"]]
    if len(set(numbers)) < len(numbers):
        source.reject(POINTS_FILE, row, "controls里的seq有重复，请让每条措施的序号各不相同。")
    wanted["citations"] = citations_in(source, POINTS_FILE, row, "basis", known.bases)
    return wanted if len(source.bad) == before else None


def _point_fields(point: RiskPointPage) -> dict[str, Any]:
    return {
        **plain_fields(point, POINT_FIELDS),
        "position": point.position.code,
        "reviewer": point.reviewer.code,
        "controls": [
            plain_fields(control, ("seq", "text", "origin")) for control in point.controls.all()
        ],
        "citations": citation_fields(point.citations.all()),
    }


def _load_register(source: ContentFolder, points: Mapping[str, RiskPointPage]) -> None:
    entries = RegisterPoint.objects.prefetch_related("mappings__point")
    stored = {entry.code: entry for entry in entries}
    required = ("code", "profession", "title", "risk", "level", "department", "monitoring")
    for row in source.rows(REGISTER_FILE, "register", required=required):
        _load_entry(source, row, stored.get(row["code"]), points)


def _load_entry(
    source: ContentFolder,
    row: Row,
    present: RegisterPoint | None,
    points: Mapping[str, RiskPointPage],
) -> None:
    before = len(source.bad)
    monitoring = row["monitoring"]
    wanted: dict[str, Any] = {key: source.text(REGISTER_FILE, row, key) for key in REGISTER_TEXTS}
    wanted["level"] = source.choice(REGISTER_FILE, row, "level", LEVELS)
    wanted["controls"] = source.lines(REGISTER_FILE, row, "controls")
    wanted["monitoring_kind"] = source.choice(REGISTER_FILE, monitoring, "kind", KINDS)
    wanted["themes"] = source.lines(REGISTER_FILE, monitoring, "themes")
    fields = {"code": row["code"], **wanted}
    source.check(REGISTER_FILE, row, RegisterPoint(**fields), fields)
    mappings = row.get("maps_to") or []
    for mapping in mappings:
        source.pick(REGISTER_FILE, mapping, "point", points, what="风险点")
        source.choice(REGISTER_FILE, mapping, "relation", RELATIONS)
    if len(source.bad) > before:
        return
    entry = present or RegisterPoint(code=row["code"])

    def write() -> None:
        assign(entry, wanted)
        entry.mappings = [
            RegisterMapping(
                sort_order=order, point=points[mapping["point"]], relation=mapping["relation"]
            )
            for order, mapping in enumerate(mappings)
        ]
        entry.save()

    source.settle(
        model=RegisterPoint,
        code=row["code"],
        wanted={
            **wanted,
            "mappings": [[mapping["point"], mapping["relation"]] for mapping in mappings],
        },
        stored=_entry_fields(present) if present else None,
        write=write,
    )


def _entry_fields(entry: RegisterPoint) -> dict[str, Any]:
    mappings = [[mapping.point.code, mapping.relation] for mapping in entry.mappings.all()]
    return {**plain_fields(entry, REGISTER_FIELDS), "mappings": mappings}
