"""What the inspector's board shows: figures, rows, health of themes, where things gather.

Every figure is taken from what the person supervises; the number of queries does not grow with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone

from common.formats import zh_date, zh_moment
from people.models import OrgUnit, Position, UnitKind
from risk_warnings.limits import day_of, workdays_late, workdays_left
from risk_warnings.models import (
    OPEN_ORDER_STATUSES,
    Level,
    OrderStatus,
    RiskWarning,
    RuleRun,
    RunStatus,
    SourceBatch,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.models.warnings import RiskWarningQuerySet
from risk_warnings.presentation import Figure, rules_of, themes

PAGE_SIZE = 25
AREAS = {"GF": "供电服务", "GC": "工程管理", "CW": "财务资产", "ZH": "综合管理"}
AGES = {
    "3": ("3天内", 0, 3),
    "10": ("4—10天", 4, 10),
    "30": ("11—30天", 11, 30),
    "older": ("30天以上", 31, None),
}
SHOWS = ("open", "overdue", "mine", "pending", "closed")
# The steps of heat, by share of the hottest cell.
HEAT_CLASSES = ("h0", "h1", "h2_", "h3", "h4")


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the reader asked to see; empty is everything."""

    show: str = "open"
    level: str = ""
    age: str = ""
    unit: str = ""
    theme: str = ""
    area: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "BoardFilter":
        """Read the filter from an address; what is not known is left out."""

        def known(name: str, values: Iterable[str]) -> str:
            value = query.get(name, "")
            return value if value in values else ""

        return cls(
            show=known("show", SHOWS) or "open",
            level=known("level", Level.values),
            age=known("age", AGES),
            unit=query.get("unit", "")[:20],
            theme=known("theme", themes()),
            area=known("area", AREAS),
        )

    def address(self, **changes: str) -> str:
        """Return the board's address with this filter and some changes."""
        values = {
            name: changes.get(name, getattr(self, name))
            for name in ("show", "level", "age", "unit", "theme", "area")
        }
        kept = {name: value for name, value in values.items() if value and value != "open"}
        query = f"?{urlencode(kept)}" if kept else ""
        return f"{reverse('risk_warnings:board')}{query}"

    def rows(self, supervised: RiskWarningQuerySet, *, now: datetime) -> RiskWarningQuerySet:
        """Return the warnings that match."""
        found = {
            "open": supervised.open().exclude(status=WarningStatus.MERGED),
            "overdue": supervised.overdue(now=now),
            "mine": supervised.filter(
                order__status__in=[
                    OrderStatus.SUBMITTED,
                    OrderStatus.REVIEWING,
                    OrderStatus.RECTIFIED,
                ],
                status=WarningStatus.TICKETED,
            ),
            "pending": supervised.awaiting_triage(),
            "closed": supervised.filter(status=WarningStatus.RESOLVED),
        }[self.show]
        if self.level:
            found = found.filter(level=self.level)
        if self.theme:
            found = found.filter(theme=self.theme)
        if self.area:
            found = found.filter(risk_point__code__startswith=f"{self.area}-")
        if self.unit:
            found = found.filter(Q(unit__code=self.unit) | Q(unit__parent__code=self.unit))
        if self.age:
            _, youngest, oldest = AGES[self.age]
            day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
            found = found.filter(stored_at__lt=day - timedelta(days=youngest - 1))
            if oldest is not None:
                found = found.filter(stored_at__gte=day - timedelta(days=oldest))
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values, for a form that carries the filter on."""
        names = ("show", "level", "age", "unit", "theme", "area")
        return [(name, getattr(self, name)) for name in names]

    @property
    def narrows(self) -> bool:
        """Whether anything but the chips has been chosen."""
        return bool(self.level or self.age or self.unit or self.theme or self.area)


@dataclass(frozen=True, slots=True)
class Due:
    """A limit as the board writes it: 超期2天, 今天到期, 1天."""

    text: str
    state: str


def due_of(moment: datetime | None, *, now: datetime) -> Due:
    """Write a limit by working days."""
    if moment is None:
        return Due("", "")
    if moment < now:
        late = max(1, workdays_late(moment, now=now))
        return Due(f"超期{late}天", "over")
    left = workdays_left(moment, now=now)
    return Due("今天到期" if left == 0 else f"{left}天", "today" if left == 0 else "")


@dataclass(frozen=True, slots=True)
class Row:
    """One warning on the board."""

    pk: int
    level: str
    title: str
    url: str
    point: str
    position: str
    station: str
    county: str
    progress: str
    due: Due
    steps: tuple[dict[str, str], ...]
    age: int
    is_selected: bool
    mark: str


ORDER_MARKS = ("签收", "核查", "审核", "销号")
WARNING_MARKS = ("研判", "说明", "办结")


def _steps(warning: RiskWarning) -> tuple[dict[str, str], ...]:
    """Return the four short steps of a row."""
    labels: tuple[str, ...] = WARNING_MARKS
    if warning.status == WarningStatus.TICKETED and warning.order is not None:
        labels = ORDER_MARKS
        place = {
            OrderStatus.DRAFT: -1,
            OrderStatus.ISSUED: 0,
            OrderStatus.ACCEPTED: 1,
            OrderStatus.VERIFYING: 1,
            OrderStatus.RETURNED: 1,
            OrderStatus.REOPENED: 1,
        }.get(OrderStatus(warning.order.status), 2)
    else:
        place = {WarningStatus.PENDING: 0, WarningStatus.NOTIFIED: 1}.get(
            WarningStatus(warning.status), 3
        )
    return tuple(
        {"label": label, "state": "done" if n < place else "now" if n == place else "todo"}
        for n, label in enumerate(labels)
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """The selected warning in short: no fact of it, so that looking is not reading."""

    warning: RiskWarning
    heading: str
    title: str
    where: str
    steps: tuple[dict[str, str], ...]
    rules: tuple[Figure, ...]
    rows: tuple[tuple[str, str], ...]
    url: str
    action: str


def panel_of(warning: RiskWarning | None, *, now: datetime) -> Panel | None:
    """Return the side panel of the board; costs no query."""
    if warning is None:
        return None
    hidden = warning.order is not None and warning.order.is_transferred
    today = day_of(now)
    action = {
        WarningStatus.PENDING: "去研判",
        WarningStatus.TICKETED: "打开工单",
    }.get(WarningStatus(warning.status), "打开预警")
    return Panel(
        warning=warning,
        heading=f"{warning.get_level_display()} · {progress_of(warning)}",
        title=title_of(warning),
        where=f"{warning.risk_point} · {warning.unit.name if warning.unit else '公司收件箱'}",
        steps=_steps(warning),
        rules=() if hidden else rules_of(warning.theme, warning.rules),
        rows=(
            ("发生日", zh_date(warning.occurred_on, today=today)),
            ("入库", f"{warning.age_days(today=today)}天"),
            ("发现", f"{warning.finding_count}条"),
            ("时限", due_of(warning.due_at(), now=now).text or "—"),
        ),
        url=url_of(warning),
        action=action,
    )


def progress_of(warning: RiskWarning) -> str:
    """Return where a warning stands, in the words of its order once there is one."""
    if warning.status == WarningStatus.TICKETED and warning.order is not None:
        order = warning.order
        if order.status == OrderStatus.DRAFT:
            return "待批准" if order.awaits_approval else "待下发"
        return "待批准结论" if order.awaits_approval else order.get_status_display()
    if warning.status == WarningStatus.NOTIFIED:
        if warning.reassignments_open:
            return "待确认由谁说明"
        return "已说明，待认可" if warning.replied_at else "待说明"
    return warning.get_status_display()


def url_of(warning: RiskWarning) -> str:
    """Return where an officer goes on with a warning."""
    if warning.status == WarningStatus.TICKETED and warning.order_id is not None:
        return reverse("risk_warnings:order", args=[warning.order_id])
    if warning.status == WarningStatus.PENDING:
        return f"{reverse('risk_warnings:triage')}?w={warning.pk}"
    return reverse("risk_warnings:warning", args=[warning.pk])


def title_of(warning: RiskWarning) -> str:
    """Return the title, or only that it has been transferred."""
    if warning.order is not None and warning.order.is_transferred:
        return "已移交"
    return warning.title


def _mark(warning: RiskWarning) -> str:
    if warning.is_sealed:
        return "封存"
    if warning.raised_at is not None and warning.status == WarningStatus.PENDING:
        return "级别升高"
    if warning.is_backfill and warning.status == WarningStatus.PENDING:
        return "首次导入"
    return ""


def by_urgency(rows: QuerySet[RiskWarning]) -> QuerySet[RiskWarning]:
    """Sort by level, then by the limit of what comes next."""
    weight = Case(
        *[When(level=level.value, then=Value(level.weight)) for level in Level],
        output_field=IntegerField(),
    )
    due = Case(
        When(status=WarningStatus.PENDING, then=F("triage_due_at")),
        When(status=WarningStatus.TICKETED, then=F("order__due_at")),
        When(replied_at=None, then=F("reply_due_at")),
        default=None,
    )
    return rows.annotate(weight=weight, next_due=due).order_by(
        "-weight", F("next_due").asc(nulls_last=True), "pk"
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of the board."""

    page: Page[RiskWarning]
    rows: tuple[Row, ...]
    selected: RiskWarning | None


def rows_of(found: QuerySet[RiskWarning], *, page: str, selected: str, now: datetime) -> Rows:
    """Return a page of rows; the first one is selected unless another is asked for."""
    ordered = by_urgency(found).select_related("unit__parent", "risk_point", "order")
    shown = Paginator(ordered, PAGE_SIZE).get_page(page)
    warnings = list(shown.object_list)
    positions = dict(Position.objects.values_list("code", "name"))
    chosen = next((w for w in warnings if str(w.pk) == selected), None) or next(
        iter(warnings), None
    )
    today = day_of(now)
    rows = tuple(
        Row(
            pk=warning.pk,
            level=warning.level,
            title=title_of(warning),
            url=url_of(warning),
            point=warning.risk_point.code,
            position=positions.get(warning.receiver_position, ""),
            station=warning.unit.name if warning.unit else "公司收件箱",
            county=_short(warning.unit.parent) if warning.unit and warning.unit.parent else "",
            progress=progress_of(warning),
            due=due_of(warning.due_at(), now=now),
            steps=_steps(warning),
            age=warning.age_days(today=today),
            is_selected=warning is chosen,
            mark=_mark(warning),
        )
        for warning in warnings
    )
    return Rows(page=shown, rows=rows, selected=chosen)


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure at the head of the board."""

    level: str
    label: str
    value: str
    unit: str
    note: str
    css: str


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def counts(warnings: QuerySet[RiskWarning], *, now: datetime) -> dict[str, int]:
    """Return every figure of warnings in one query."""
    today = day_of(now)
    month = _start_of(today.replace(day=1))
    before = _start_of((today.replace(day=1) - timedelta(days=1)).replace(day=1))
    counted = Q(taken_back_at=None) & ~Q(
        status__in=[WarningStatus.DISMISSED, WarningStatus.WITHDRAWN]
    )
    this_month = counted & Q(stored_at__gte=month, is_backfill=False)
    last_month = counted & Q(stored_at__gte=before, stored_at__lt=month, is_backfill=False)
    overdue = (
        Q(status=WarningStatus.PENDING, triage_due_at__lt=now)
        | Q(
            status=WarningStatus.NOTIFIED,
            reply_due_at__lt=now,
            replied_at=None,
            reassignments_open=0,
        )
        | Q(status=WarningStatus.TICKETED, order__due_at__lt=now)
    )
    to_review = Q(
        status=WarningStatus.TICKETED,
        order__status__in=[OrderStatus.SUBMITTED, OrderStatus.REVIEWING, OrderStatus.RECTIFIED],
    )
    open_ones = Q(
        status__in=[WarningStatus.PENDING, WarningStatus.NOTIFIED, WarningStatus.TICKETED]
    )
    by_level = {
        f"{level.value}_{name}": Count("pk", filter=Q(level=level) & condition)
        for level in Level
        for name, condition in (("now", this_month), ("before", last_month))
    }
    found = warnings.aggregate(
        **by_level,
        year=Count("pk", filter=counted & Q(occurred_on__year=today.year)),
        open=Count("pk", filter=open_ones),
        overdue=Count("pk", filter=overdue),
        mine=Count("pk", filter=to_review),
        pending=Count("pk", filter=Q(status=WarningStatus.PENDING)),
        closed=Count("pk", filter=Q(status=WarningStatus.RESOLVED)),
    )
    return dict(found)


def order_counts(orders: QuerySet[WorkOrder], *, now: datetime) -> dict[str, int]:
    """Return every figure of orders in one query."""
    year = _start_of(day_of(now).replace(month=1, day=1))
    return dict(
        orders.aggregate(
            open=Count("pk", filter=Q(status__in=OPEN_ORDER_STATUSES, issued_at__isnull=False)),
            to_accept=Count("pk", filter=Q(status=OrderStatus.ISSUED)),
            verifying=Count(
                "pk",
                filter=Q(
                    status__in=[
                        OrderStatus.ACCEPTED,
                        OrderStatus.VERIFYING,
                        OrderStatus.RETURNED,
                    ]
                ),
            ),
            rectifying=Count("pk", filter=Q(status=OrderStatus.RECTIFYING)),
            to_review=Count(
                "pk",
                filter=Q(
                    status__in=[
                        OrderStatus.SUBMITTED,
                        OrderStatus.REVIEWING,
                        OrderStatus.RECTIFIED,
                    ]
                ),
            ),
            issued_this_year=Count("pk", filter=Q(issued_at__gte=year)),
            closed_this_year=Count("pk", filter=Q(closed_at__gte=year, status=OrderStatus.CLOSED)),
        )
    )


def kpis(found: Mapping[str, int], orders: Mapping[str, int]) -> list[Kpi]:
    """Return the figures at the head of the board."""

    def change(level: str) -> str:
        difference = found[f"{level}_now"] - found[f"{level}_before"]
        return (
            f"比上月{'＋' if difference > 0 else '−' if difference < 0 else '±'}{abs(difference)}"
        )

    levels = [
        Kpi(level.value, "", str(found[f"{level.value}_now"]), "", change(level.value), "")
        for level in Level
    ]
    return [
        *levels,
        Kpi(
            "",
            "在办工单",
            str(orders["open"]),
            "",
            f"待签收{orders['to_accept']}　核查中{orders['verifying']}　"
            f"整改中{orders['rectifying']}　待审核{orders['to_review']}",
            "desk",
        ),
        Kpi(
            "",
            "本年预警 → 工单 → 销号",
            str(found["year"]),
            f" → {orders['issued_this_year']} → {orders['closed_this_year']}",
            "每一次合并、关闭都有记录",
            "desk",
        ),
    ]


@dataclass(frozen=True, slots=True)
class ThemeHealth:
    """One theme in the strip: its worst open level, calm, or grey with the reason."""

    code: str
    name: str
    mark: str
    word: str
    reason: str
    url: str
    is_calm: bool
    braked_run: RuleRun | None


def theme_strip(warnings: QuerySet[RiskWarning], *, where: BoardFilter) -> list[ThemeHealth]:
    """Return every theme of the engine; one that never ran or whose data miss is grey."""
    runs = {run.theme: run for run in RuleRun.objects.latest_of_each_theme()}
    open_ones: dict[str, dict[str, int]] = {}
    grouped = (
        warnings.filter(
            status__in=[WarningStatus.PENDING, WarningStatus.NOTIFIED, WarningStatus.TICKETED]
        )
        .order_by()
        .values_list("theme", "level")
        .annotate(n=Count("pk"))
    )
    for theme, level, n in grouped:
        open_ones.setdefault(theme, {})[level] = n
    strip = []
    for code, theme in themes().items():
        run = runs.get(code)
        levels = open_ones.get(code, {})
        mark, word, reason = _health(run, levels)
        strip.append(
            ThemeHealth(
                code=code,
                name=theme.name,
                mark=mark,
                word=word,
                reason=reason,
                url=where.address(theme=code, show="open"),
                is_calm=mark == "ok",
                braked_run=run if run is not None and run.is_braked else None,
            )
        )
    return strip


def _health(run: RuleRun | None, levels: Mapping[str, int]) -> tuple[str, str, str]:
    if run is None:
        return "none", "没有运行", "还没有导入过这个主题的数据。"
    if run.status != RunStatus.RAN:
        reason = run.reasons[0] if run.reasons else ""
        return "none", run.get_status_display(), str(reason)
    for level in Level:
        if levels.get(level.value):
            return level.value, f"{level.label}{levels[level.value]}", ""
    if run.grey_stations:
        return (
            "none",
            f"{len(run.grey_stations)}所缺数据",
            str(next(iter(run.grey_stations.values()))),
        )
    return "ok", "正常", ""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell: the number is in it, the colour only repeats it."""

    count: int
    css: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One county company, or one station where the reader sees a single county."""

    name: str
    note: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """Counts of high and medium warnings of the year, unit by area."""

    rows: tuple[HeatRow, ...]
    high: int
    medium: int
    low: int

    @property
    def total(self) -> int:
        """High and medium together."""
        return self.high + self.medium


def heat_map(
    warnings: QuerySet[RiskWarning], *, units: list[OrgUnit], where: BoardFilter, now: datetime
) -> Heat:
    """Return where things gather this year, over the units in scope; costs one query."""
    grouped = (
        warnings.filter(occurred_on__year=day_of(now).year, taken_back_at=None)
        .exclude(status__in=[WarningStatus.DISMISSED, WarningStatus.WITHDRAWN])
        .annotate(area=Substr("risk_point__code", 1, 2))
        .order_by()
        .values_list("unit", "area", "level")
        .annotate(n=Count("pk"))
    )
    by_unit: dict[tuple[int | None, str], int] = {}
    levels = dict.fromkeys(Level.values, 0)
    for unit_id, area, level, n in grouped:
        levels[level] += n
        if level != Level.LOW:
            by_unit[unit_id, area] = by_unit.get((unit_id, area), 0) + n
    counties = [unit for unit in units if unit.kind == UnitKind.COUNTY]
    rows = _heat_rows(counties, units, by_unit, where)
    return Heat(
        rows=rows, high=levels[Level.HIGH], medium=levels[Level.MEDIUM], low=levels[Level.LOW]
    )


def _heat_rows(
    counties: list[OrgUnit],
    units: list[OrgUnit],
    by_unit: Mapping[tuple[int | None, str], int],
    where: BoardFilter,
) -> tuple[HeatRow, ...]:
    stations: dict[int, list[OrgUnit]] = {}
    for unit in units:
        if unit.kind == UnitKind.STATION and unit.parent_id is not None:
            stations.setdefault(unit.parent_id, []).append(unit)
    single = counties[0] if len(counties) == 1 else None
    lines = (
        [(unit, [unit]) for unit in (single, *stations.get(single.pk, []))]
        if single is not None
        else [(county, [county, *stations.get(county.pk, [])]) for county in counties]
    )
    values = {
        (unit.pk, area): sum(by_unit.get((member.pk, area), 0) for member in members)
        for unit, members in lines
        for area in AREAS
    }
    most = max(values.values(), default=0)

    def cell(unit: OrgUnit, area: str) -> HeatCell:
        count = values[unit.pk, area]
        return HeatCell(
            count=count,
            css=_heat_class(count, most),
            url=where.address(show="open", unit=unit.code, area=area, level="", theme="", age=""),
            label=f"{unit.name}{AREAS[area]}{count}件",
        )

    return tuple(
        HeatRow(
            name=_short(unit),
            note=f"{len(members) - 1}所" if single is None else "",
            cells=tuple(cell(unit, area) for area in AREAS),
        )
        for unit, members in lines
    )


def _short(unit: OrgUnit) -> str:
    name = unit.name
    for ending in ("县供电公司", "供电公司", "供电所", "公司"):
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def _heat_class(count: int, most: int) -> str:
    if most == 0 or count == 0:
        return HEAT_CLASSES[0]
    return HEAT_CLASSES[min(4, 1 + (count - 1) * 4 // most)]


@dataclass(frozen=True, slots=True)
class DataState:
    """Whether the data are there: said on every page that may show nothing."""

    as_of: str
    ran: int
    total: int
    missing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The state in one sentence."""
        if not self.as_of:
            return "还没有导入过数据：没有待办，不等于没有问题。"
        if not self.missing:
            return f"{self.as_of}，{self.total}个主题都已运行。"
        names = "、".join(self.missing)
        return (
            f"{self.as_of}，{self.total}个主题运行{self.ran}个；{names}缺数据，"
            "没有预警不等于没有问题。"
        )


def data_state(strip: list[ThemeHealth], *, now: datetime) -> DataState:
    """Return the state of the data; costs one query."""
    batch = SourceBatch.objects.order_by("-imported_at", "-pk").first()
    missing = tuple(theme.name for theme in strip if theme.mark == "none")
    today = day_of(now)
    return DataState(
        as_of=(
            f"数据截至{zh_date(batch.as_of, today=today)}，"
            f"{zh_moment(batch.imported_at, today=today)}导入"
            if batch is not None
            else ""
        ),
        ran=len(strip) - len(missing),
        total=len(strip),
        missing=missing,
    )
