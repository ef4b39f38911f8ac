"""Purchase orders day by day: the ordinary ones, and the stories behind T11.

A story plays in one unit and one category where nothing else is bought without a tender, so that
what must be found is the sum of its own orders.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from demo.deliveries import Row, delivered_on
from demo.draws import draw
from demo.months import day_in, days_between, first_of, label, last_of, month_of
from demo.truth import ExpectedFinding, ExpectedGap
from demo.world import World

CATEGORIES = (
    "BG01",
    "GJ02",
    "LB03",
    "CX04",
    "LH05",
    "FX06",
    "YS07",
    "JS08",
    "DL09",
    "JJ10",
    "PB11",
    "YW12",
)
SMALL_A_DAY, ASKED_A_DAY, TENDERED_A_DAY, FRAMEWORK_A_DAY = 6, 3, 2, 1
CONTRACT_LEAD_DAYS = 12
STORIES_A_MONTH = 9


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase order; several lines make one order."""

    po_no: str
    station: str
    category: str
    supplier: str | None
    amounts: tuple[Decimal | None, ...]
    method: str | None
    day: date
    contract_no: str | None = None
    emergency: bool = False
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of the law system."""

    contract_no: str
    title: str
    station: str
    supplier: str
    amount: Decimal
    kind: str
    signed_on: date
    project: str | None = None
    package: str | None = None
    framework: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What must be found of a month from a day on, until the next outcome of that month."""

    since: date
    period: str
    rules: tuple[str, ...]
    level: str
    amount: Decimal
    occurred_on: date
    asked: str | None


@dataclass(slots=True)
class Tale:
    """Some orders at one unit in one category, and what must come of them."""

    world: World
    name: str
    station: str
    category: str
    orders: list[Order] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    gap: tuple[date, str] | None = None

    @property
    def subject(self) -> str:
        """The unit and the category."""
        return f"{self.station}/{self.category}"

    def buy(
        self,
        day: date,
        *amounts: str | int | None,
        method: str | None = "petty",
        supplier: str | None = "",
        contract: Contract | None = None,
        contract_no: str | None = None,
        approved_on: date | None = None,
        emergency: bool = False,
    ) -> None:
        """Place an order; without a word about the supplier, each order has its own."""
        number = len(self.orders) + 1
        self.orders.append(
            Order(
                po_no=f"PO{self.name}{number}",
                station=self.station,
                category=self.category,
                supplier=f"GYS{self.name[-4:]}{number}" if supplier == "" else supplier,
                amounts=tuple(None if a is None else Decimal(a) for a in amounts),
                method=method,
                day=day,
                contract_no=contract.contract_no if contract else contract_no,
                emergency=emergency,
                approved_on=approved_on,
            )
        )
        if contract is not None and contract not in self.contracts:
            self.contracts.append(contract)

    def find(
        self,
        rules: str,
        level: str,
        amount: str | int,
        *,
        since: date | None = None,
    ) -> None:
        """Say that the orders so far must be found, from the last one on or from a later day."""
        last = self.orders[-1]
        self.outcomes.append(
            Outcome(
                since=since or last.day,
                period=label(month_of(last.day)),
                rules=tuple(rules.split()),
                level=level,
                amount=Decimal(amount).quantize(Decimal("0.01")),
                occurred_on=last.day,
                asked=requester(self.world, self.station, last.day),
            )
        )

    def contract(self, kind: str, title: str, **fields: object) -> Contract:
        """Return a contract of this tale, signed three weeks before its first order."""
        number = len(self.contracts) + 1
        return Contract(
            contract_no=f"HT{self.name}{number}",
            title=title,
            station=self.station,
            supplier=f"GYS{self.name[-4:]}1",
            amount=Decimal(3000000),
            kind=kind,
            **fields,  # type: ignore[arg-type]  # the caller names fields of Contract
        )


def requester(world: World, station: str, day: date) -> str | None:
    """Return who asks for purchases at the station; nobody while the post is vacant."""
    return world.only_holder(unit=station, position="admin_officer", on=day)


def rows(world: World, *, after: date | None, until: date) -> Iterator[Row]:
    """Yield every row that becomes known after one day and by the end of another."""
    start = date.min if after is None else after + timedelta(days=1)
    first = max(world.first_day, start)
    for tale in _tales(world, first=first, last=until):
        for contract in tale.contracts:
            if start <= contract.signed_on <= until:
                yield _contract_row(contract)
        for order in tale.orders:
            for row in _order_rows(world, order):
                if start <= row.day <= until:
                    yield row
    for day in days_between(first, until + timedelta(days=CONTRACT_LEAD_DAYS)):
        for order, its_contract in _ordinary(world, day):
            if its_contract is not None and start <= its_contract.signed_on <= until:
                yield _contract_row(its_contract)
            if day <= until:
                yield from _order_rows(world, order)


def expected(world: World, *, as_of: date) -> tuple[list[ExpectedFinding], list[ExpectedGap]]:
    """Return what T11 must find over everything that has been delivered by the end of a day."""
    findings: list[ExpectedFinding] = []
    gaps: list[ExpectedGap] = []
    for tale in _tales(world, first=world.first_day, last=as_of):
        if tale.gap is not None and tale.gap[0] <= as_of:
            period = label(month_of(tale.gap[0]))
            gaps.append(ExpectedGap("T11", tale.subject, period, tale.gap[1]))
        newest = {outcome.period: outcome for outcome in tale.outcomes if outcome.since <= as_of}
        findings.extend(
            ExpectedFinding(
                theme="T11",
                subject=tale.subject,
                period=outcome.period,
                rules=outcome.rules,
                level=outcome.level,
                amount=outcome.amount,
                org_code=tale.station,
                receiver=outcome.asked,
                occurred_on=outcome.occurred_on,
            )
            for outcome in newest.values()
        )
    return findings, gaps


# --- where stories play --------------------------------------------------------------------------

WHITELISTED_PAIR = ("JC0101", "YS07")
_WALK_PAIRS = (("JC0101", "BG01"), ("JC0102", "FX06"))


def _is_quiet(station_number: int, category_number: int) -> bool:
    """Return whether nothing small is bought there, so that a story may play."""
    return (station_number + category_number) % 6 == 0


@lru_cache(maxsize=4)
def _quiet_pairs(world: World) -> list[tuple[str, str]]:
    """Return the units and categories of the stories, in the order in which they take turns."""
    pairs = [
        (station.code, category)
        for station_number, station in enumerate(world.stations)
        for category_number, category in enumerate(CATEGORIES)
        if _is_quiet(station_number, category_number)
    ]
    quiet = [pair for pair in pairs if pair not in (WHITELISTED_PAIR, *_WALK_PAIRS)]
    draw(world.seed, "quiet pairs").shuffle(quiet)
    return quiet


@lru_cache(maxsize=64)
def _lively_categories(world: World, station_number: int) -> list[str]:
    """Return what a station buys in small amounts, in the order in which it does."""
    lively = [
        category
        for category_number, category in enumerate(CATEGORIES)
        if not _is_quiet(station_number, category_number)
    ]
    draw(world.seed, "lively", station_number).shuffle(lively)
    return lively


def _tales(world: World, *, first: date, last: date) -> Iterator[Tale]:
    """Yield every story that may have an order between two days."""
    for month in range(month_of(first) - 1, month_of(last) + 4):
        for tale in _tales_of_month(world, month):
            if all(order.day >= world.first_day for order in tale.orders):
                yield tale
    yield from _walk_tales(world)


def _tales_of_month(world: World, month: int) -> Iterator[Tale]:
    quiet = _quiet_pairs(world)
    for slot, teller in enumerate(_TELLERS):
        station, category = quiet[(month * STORIES_A_MONTH + slot) % len(quiet)]
        tale = Tale(world, f"{label(month)}{slot}", station, category)
        teller(tale, month, draw(world.seed, "purchases", month, slot))
        yield tale
    if month % 4 == 1:
        tale = Tale(world, f"{label(month)}W", *WHITELISTED_PAIR)
        tale.buy(day_in(month, 6), 31000)
        tale.buy(day_in(month, 18), 28500)
        yield tale


def _walk_tales(world: World) -> Iterator[Tale]:
    """Yield what the walk-through's neighbours bought in the days before the world is loaded."""
    large = Tale(world, "WALK1", *_WALK_PAIRS[0])
    large.buy(world.as_of - timedelta(days=9), 41200)
    large.buy(world.as_of - timedelta(days=3), 39600)
    large.find("R1", "medium", 80800)
    yield large
    small = Tale(world, "WALK2", *_WALK_PAIRS[1])
    small.buy(world.as_of - timedelta(days=8), 26000)
    small.buy(world.as_of - timedelta(days=2), 27500)
    small.find("R1", "low", 53500)
    yield small


# --- stories -------------------------------------------------------------------------------------


def _just_over(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(1, 6))
    if month % 3 == 0:
        tale.buy(day, 25000)
        tale.buy(day + timedelta(days=20), 25000, method="direct")
        tale.find("R1", "low", 50000)
    elif month % 3 == 1:
        tale.buy(day, "18200.50")
        tale.buy(day + timedelta(days=7), 21000)
        tale.buy(day + timedelta(days=16), "23333.33", method="direct")
        tale.find("R1", "low", "62533.83")
    else:
        tale.buy(day, 10000, 16000)
        tale.buy(day + timedelta(days=11), 30000)
        tale.find("R1", "low", 56000)


def _across_the_month(tale: Tale, month: int, rng: Random) -> None:
    if month % 2:
        return
    tale.buy(last_of(month - 1) - timedelta(days=rng.randint(1, 6)), 26600)
    tale.buy(day_in(month, rng.randint(3, 12)), 29000)
    tale.find("R1", "low", 55600)


def _well_over(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(1, 6))
    if month % 2:
        tale.buy(day, 37500)
        tale.buy(day + timedelta(days=9), 37500, method="direct")
        tale.find("R1", "medium", 75000)
    else:
        tale.buy(day, "33180.00")
        tale.buy(day + timedelta(days=4), "36040.80")
        tale.find("R1", "low", "69220.80")
        tale.buy(day + timedelta(days=13), "38800.00", method="direct")
        tale.find("R1", "medium", "108020.80")


def _always_just_below(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(8, 27))
    for days, amount in ((80, "46000.00"), (42, "48800.00"), (0, "49999.99")):
        tale.buy(day - timedelta(days=days), amount, supplier=f"GYS{tale.name}")
    tale.find("R3", "medium", "144799.99")


def _piece_by_piece(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(1, 6))
    if month % 4 in {1, 2}:
        return
    if month % 2:
        supplier = f"GYS{tale.name}"
        tale.buy(day, 40000, supplier=supplier)
        tale.buy(day + timedelta(days=5), 41000, supplier=supplier)
        tale.find("R1", "medium", 81000)
        tale.buy(day + timedelta(days=12), 44000, supplier=supplier)
        tale.find("R1 R3", "high", 125000)
    else:
        tale.buy(day, 37500)
        tale.buy(day + timedelta(days=5), 37500)
        tale.find("R1", "medium", 75000)
        tale.buy(day + timedelta(days=10), 37500)
        tale.find("R1", "medium", 112500)
        tale.buy(day + timedelta(days=17), 37500)
        tale.find("R1", "high", 150000)


def _no_tender(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(8, 20))
    before = day - timedelta(days=25)
    signed_on = before - timedelta(days=21)
    project = f"GC{tale.name}"
    if month % 6 == 3:
        service = tale.contract(
            "service", "配网改造工程监理服务", signed_on=signed_on, project=project
        )
        tale.buy(before, 640000, method="inquiry", contract=service)
        tale.buy(day, 360000, method="direct", contract=service)
        tale.find("R2", "high", 1000000)
    elif month % 3 == 0:
        goods = tale.contract("purchase", "配电变压器采购", signed_on=signed_on, project=project)
        tale.buy(before, 1500000, method="inquiry", contract=goods)
        tale.buy(day, 500000, method="direct", contract=goods)
        tale.find("R2", "high", 2000000)
    elif month % 3 == 1:
        goods = tale.contract("purchase", "电缆采购", signed_on=signed_on, project=project)
        tale.buy(before, 1500000, method="inquiry", contract=goods)
        tale.buy(day, "499999.99", method="direct", contract=goods)
    else:
        tendered = tale.contract(
            "construct",
            "低压线路改造施工",
            signed_on=signed_on,
            project=project,
            package=f"ZB{tale.name}",
        )
        tale.buy(before, 2600000, method="tender", contract=tendered)
        tale.buy(day, 2400000, method="direct", contract=tendered)


def _close_to_the_limit(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(1, 6))
    kind = month % 5
    if kind == 0:
        tale.buy(day, 25000)
        tale.buy(day + timedelta(days=20), "24999.99")
    elif kind == 1:
        tale.buy(day, 30000)
        tale.buy(day + timedelta(days=30), 30000)
    elif kind == 2:
        tale.buy(day, 30000, method="inquiry")
        tale.buy(day + timedelta(days=8), 30000)
    elif kind == 3:
        tale.buy(day, 50000, method="direct")
        tale.buy(day + timedelta(days=8), 30000)
    else:
        frame = tale.contract(
            "purchase", "劳保用品年度框架", signed_on=day - timedelta(days=40), framework=True
        )
        tale.buy(day, 30000, method="direct", contract=frame)
        tale.buy(day + timedelta(days=8), 30000)


def _emergency(tale: Tale, month: int, rng: Random) -> None:
    # A Monday with four plain working days after it, holidays or not.
    monday = next(
        day for day in days_between(day_in(month, 8), day_in(month, 14)) if day.weekday() == 0
    )
    tale.buy(monday - timedelta(days=4), 30000)
    if first_of(month).month in {3, 7, 8, 11}:
        approved_on = monday + timedelta(days=20)
        tale.buy(monday, 30000, method="direct", emergency=True, approved_on=approved_on)
        tale.find("R1", "low", 60000, since=monday + timedelta(days=4))
    else:
        tale.buy(monday, 30000, method="direct", emergency=True, approved_on=monday)


def _incomplete(tale: Tale, month: int, rng: Random) -> None:
    day = day_in(month, rng.randint(2, 26))
    kind = month % 4
    column = "erp_purchase_order.amount"
    if kind == 0:
        tale.buy(day, None, method="direct")
    elif kind == 1:
        tale.buy(day, 100, method=None)
        column = "erp_purchase_order.method"
    elif kind == 2:
        tale.buy(day - timedelta(days=1), 30000)
        tale.buy(day, 30000, contract_no=f"HT{tale.name}X")
        column = "law_contract.contract_no"
    else:
        tale.buy(day, 45000, supplier=None)
        column = "erp_purchase_order.supplier_code"
    tale.gap = (day, column)


Teller = Callable[[Tale, int, Random], None]

_TELLERS: tuple[Teller, ...] = (
    _just_over,
    _across_the_month,
    _well_over,
    _always_just_below,
    _piece_by_piece,
    _no_tender,
    _close_to_the_limit,
    _emergency,
    _incomplete,
)


# --- ordinary purchases --------------------------------------------------------------------------


def _ordinary(world: World, day: date) -> Iterator[tuple[Order, Contract | None]]:
    """Yield the day's orders of which nothing must come, each with its contract.

    The stations take turns with small purchases, and so do the categories of each: the same two
    meet again only after a hundred days.
    """
    rng = draw(world.seed, "orders", day)
    for number in range(SMALL_A_DAY):
        round_number, station_number = divmod(
            day.toordinal() * SMALL_A_DAY + number, len(world.stations)
        )
        lively = _lively_categories(world, station_number)
        category = lively[round_number % len(lively)]
        amount = Decimal(rng.randint(30000, 1800000)) / 100
        method = "petty" if number % 3 else "direct"
        station = world.stations[station_number].code
        yield _order(day, number, station, category, rng, amount, method), None
    for number in range(ASKED_A_DAY + TENDERED_A_DAY + FRAMEWORK_A_DAY):
        station = rng.choice(world.stations).code
        category = rng.choice(CATEGORIES)
        amount = Decimal(rng.randint(20000, 180000))
        order = _order(day, SMALL_A_DAY + number, station, category, rng, amount, "inquiry")
        if number < ASKED_A_DAY:
            yield order, None
        elif number < ASKED_A_DAY + TENDERED_A_DAY:
            yield _under_contract(order, "tender", "配网物资采购", package=True)
        else:
            yield _under_contract(order, "direct", "年度物资框架协议", package=False)


def _order(
    day: date,
    number: int,
    station: str,
    category: str,
    rng: Random,
    amount: Decimal,
    method: str,
) -> Order:
    return Order(
        po_no=f"PO{day:%Y%m%d}{number:02d}",
        station=station,
        category=category,
        supplier=f"GYS{rng.randint(1, 240):04d}",
        amounts=(amount,),
        method=method,
        day=day,
    )


def _under_contract(
    order: Order, method: str, title: str, *, package: bool
) -> tuple[Order, Contract]:
    contract = Contract(
        contract_no=f"HT{order.po_no[2:]}",
        title=title,
        station=order.station,
        supplier=order.supplier or "",
        amount=order.amounts[0] or Decimal(0),
        kind="purchase",
        signed_on=order.day - timedelta(days=CONTRACT_LEAD_DAYS),
        project=f"GC{order.po_no[2:]}" if package else None,
        package=f"ZB{order.po_no[2:]}" if package else None,
        framework=not package,
    )
    bought = Order(
        po_no=order.po_no,
        station=order.station,
        category=order.category,
        supplier=order.supplier,
        amounts=order.amounts,
        method=method,
        day=order.day,
        contract_no=contract.contract_no,
    )
    return bought, contract


# --- rows ----------------------------------------------------------------------------------------


def _order_rows(world: World, order: Order) -> Iterator[Row]:
    days = [order.day]
    if order.approved_on is not None and order.approved_on > order.day:
        days.append(order.approved_on)
        if delivered_on(world, order.day) == delivered_on(world, order.approved_on):
            days.remove(order.day)
    for day in days:
        approved_on = order.approved_on
        for line, amount in enumerate(order.amounts, start=1):
            yield Row(
                "erp_purchase_order",
                day,
                (
                    order.po_no,
                    line,
                    order.station,
                    order.category,
                    order.supplier,
                    amount,
                    order.method,
                    order.day,
                    requester(world, order.station, order.day),
                    order.contract_no,
                    order.emergency or None,
                    approved_on if approved_on is not None and approved_on <= day else None,
                ),
            )


def _contract_row(contract: Contract) -> Row:
    return Row(
        "law_contract",
        contract.signed_on,
        (
            contract.contract_no,
            contract.title,
            contract.station,
            contract.supplier,
            contract.amount,
            contract.kind,
            contract.signed_on,
            contract.project,
            contract.package,
            None,
            contract.framework,
        ),
    )
