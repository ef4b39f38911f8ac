"""What happens to the basic fee of each customer in each month: the stories behind T01.

A story says what the right fee is, what the bill says, and which rules that must break. It is told
from the tariff as people know it, not from the rules: the engine has to find out by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random

from demo.customers import Customer, customers, manager_on
from demo.deliveries import snapshot_day
from demo.draws import draw
from demo.months import day_in, label, last_of, month_of
from demo.truth import ExpectedFinding, ExpectedGap
from demo.world import World

CENT = Decimal("0.01")
CAPACITY_PRICE = {Decimal(10): 30, Decimal(35): 28}
DEMAND_PRICE = {Decimal(10): Decimal(48), Decimal(110): Decimal("41.6")}
# What is left of the demand price at 260 kWh a kVA and month.
DISCOUNT, DISCOUNT_KWH = Decimal("0.9"), 260
NEXT_SMALLER = {
    400: 315,
    500: 400,
    630: 500,
    800: 630,
    1000: 800,
    1250: 1000,
    1600: 1250,
    2000: 1600,
}
# A pause of fewer than 15 days does not lower the fee.
LEGAL_PAUSE, SHORT_PAUSE = 19, 11


@dataclass(frozen=True, slots=True)
class Stop:
    """One transformer sealed for some days: two rows of the ledger, or one entered afterwards."""

    transformer: int
    kind: str
    sealed_on: date
    unsealed_on: date
    seal_no: str
    alone: bool = False
    photo_shift: int | None = 0
    entered_late: bool = False


@dataclass(slots=True)
class Story:
    """One customer in one month, and what must come of it."""

    customer: Customer
    month: int
    fee: Decimal
    billed: Decimal | None
    billed_kva: int | None
    tariff: str
    bill_day: date | None
    energy_kwh: int = 0
    demands: list[tuple[str, Decimal, int | None]] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    demand_changed_on: date | None = None
    recovered: tuple[Decimal, date] | None = None
    loads: dict[date, Decimal] = field(default_factory=dict)
    unread: frozenset[date] = frozenset()
    underbilled: bool = False
    recovery_matches: bool = False
    capacity_wrong: bool = False
    untariffed: bool = False
    over_days: int = 0
    over_streak: int = 0
    stop_faults: str = ""
    bill_gap: str | None = None
    other_gaps: tuple[str, ...] = ()
    excluded: bool = False

    @property
    def short(self) -> Decimal:
        """How much the bill is short of the right fee."""
        return self.fee - (self.billed or 0)

    @property
    def tolerance(self) -> Decimal:
        """What a bill may be short without anybody asking."""
        return max(Decimal(1), self.fee / 1000)

    def bill_short_of(self, amount: Decimal | int, *, kva: int | None = None) -> None:
        """Let the bill be too low by so much; a lower billed capacity breaks a second rule."""
        self.billed = (self.fee - amount).quantize(CENT, ROUND_HALF_UP)
        self.underbilled = True
        if kva is not None:
            self.billed_kva = kva
            self.capacity_wrong = True


def stories(world: World, customer: Customer, *, last_month: int) -> Iterator[Story]:
    """Yield the customer's stories from the first month of the extracts to the last."""
    first = max(month_of(world.first_day), month_of(customer.opened_on))
    if customer.closed_on is not None:
        last_month = min(last_month, month_of(customer.closed_on))
    for month in range(first, last_month + 1):
        yield story(world, customer, month)


@lru_cache(maxsize=16384)
def story(world: World, customer: Customer, month: int) -> Story:
    """Return what happens to the customer in that month."""
    plain = _plain(world, customer, month)
    teller = _TELLERS.get(customer.pool)
    if teller is not None:
        teller(world, plain, draw(world.seed, customer.cust_no, month))
    return plain


def walk_month(world: World) -> int:
    """Return the month whose late bills are fresh on the day the world is loaded."""
    return month_of(world.as_of - timedelta(days=6)) - 1


# --- the months in which nothing is wrong -------------------------------------------------------


def _plain(world: World, customer: Customer, month: int) -> Story:
    rng = draw(world.seed, customer.cust_no, month, "plain")
    fee = Decimal(0)
    energy = customer.kva * rng.randint(120, 230)
    demands: list[tuple[str, Decimal, int | None]] = []
    if customer.mode == "capacity":
        price = CAPACITY_PRICE[customer.voltage_kv or Decimal(10)]
        fee = Decimal(customer.kva * price)
        demands = [("L1", Decimal(customer.kva * rng.randint(45, 80)) / 100, None)]
    elif customer.pool == "contract":
        contracted = _contracted(world, customer, month)
        demands = [("L1", Decimal(contracted * rng.randint(72, 104)) / 100, contracted)]
        fee = contracted * DEMAND_PRICE[Decimal(10)]
    elif customer.pool in {"two_lines", "line_gap"}:
        demands = [(f"L{line}", Decimal(rng.randint(280, 415)), 400) for line in (1, 2)]
        fee = 800 * DEMAND_PRICE[Decimal(10)]
    elif customer.pool == "floor":
        # The contract says 400; 40 % of what runs is 500, and that is charged.
        demands = [("L1", Decimal(rng.randint(330, 520)), 400)]
        fee = 500 * DEMAND_PRICE[Decimal(10)]
    elif customer.pool == "actual":
        peak = Decimal(customer.kva * rng.randint(50, 85) // 100)
        demands = [("L1", peak, None)]
        fee = peak * DEMAND_PRICE[Decimal(10)]
    elif customer.pool == "kv110":
        peak = Decimal(rng.randint(8200, 12400))
        demands = [("L1", peak, None)]
        energy = customer.kva * (DISCOUNT_KWH + customer.index)
        fee = peak * DEMAND_PRICE[Decimal(110)] * DISCOUNT
    return Story(
        customer=customer,
        month=month,
        fee=fee,
        billed=fee.quantize(CENT, ROUND_HALF_UP),
        billed_kva=customer.kva if customer.mode == "capacity" else None,
        tariff=customer.tariff,
        bill_day=last_of(month),
        energy_kwh=energy,
        demands=demands,
    )


def _contracted(world: World, customer: Customer, month: int) -> int:
    """Return the contracted demand, which grows by 50 kW with each change."""
    changes = sum(
        1
        for earlier in range(month_of(world.first_day), month + 1)
        if _turn(customer, earlier, slots=1) == 0 and earlier % 4 == 2
    )
    return (customer.contract_demand_kw or 0) + 50 * changes


def _turn(customer: Customer, month: int, *, slots: int) -> int | None:
    """Return which of the pool's stories of that month is this customer's, if any.

    The pool takes turns, so that a customer comes up again only after more than a year.
    """
    size = _POOL_SIZES[customer.pool]
    slot = (customer.index - month * slots) % size
    return slot if slot < slots else None


_POOL_SIZES = {"simple": 63, "contract": 13, "actual": 13, "stop": 28}


# --- capacity: the everyday pool ----------------------------------------------------------------


def _simple(world: World, told: Story, rng: Random) -> None:
    turn = _turn(told.customer, told.month, slots=5)
    if turn is not None:
        (_one_day_less, _wrong_size, _gross, _made_good, _near_the_line)[turn](told, rng)


def _one_day_less(told: Story, rng: Random) -> None:
    told.bill_short_of(told.fee / 30)


def _wrong_size(told: Story, rng: Random) -> None:
    size = told.customer.kva
    if told.month % 2:
        smaller = NEXT_SMALLER[size]
        told.bill_short_of(30 * (size - smaller), kva=smaller)
    else:
        told.bill_short_of(2 * size)  # the price of 35 kV


def _gross(told: Story, rng: Random) -> None:
    kind = told.month % 6
    if kind == 0:
        told.bill_short_of(told.fee)
    elif kind == 1:
        told.billed_kva = NEXT_SMALLER[told.customer.kva]
        told.capacity_wrong = True
    elif kind == 2:
        told.tariff = "single"
        told.billed = Decimal("0.00")
        told.untariffed = True
    elif kind == 3:
        # Ten per cent to the cent; half a year later one cent less.
        told.bill_short_of(told.fee / 10 - (CENT if told.month % 12 == 9 else 0))
    elif kind == 4:
        told.bill_short_of(told.fee, kva=0)
    else:
        told.bill_short_of(10000 if rng.random() < 0.5 else Decimal("10800.60"))


def _made_good(told: Story, rng: Random) -> None:
    """Bill too little, and collect the rest later: in time and in full, or not quite."""
    told.bill_short_of(told.fee / 30)
    kind = told.month % 5
    amount = {1: told.short - told.tolerance, 2: told.short - told.tolerance - CENT}.get(
        kind, told.short
    )
    days = {0: 12, 1: 20, 2: 15, 3: 63, 4: 62}[kind]
    told.recovered = (amount.quantize(CENT), last_of(told.month) + timedelta(days=days))
    told.recovery_matches = kind in {0, 1, 4}


def _near_the_line(told: Story, rng: Random) -> None:
    kind = told.month % 6
    if kind == 0:
        told.bill_short_of(told.tolerance)
        told.underbilled = False
    elif kind == 1:
        told.billed = told.fee + 500
    elif kind == 2:
        told.bill_short_of(told.tolerance + CENT)
    elif kind == 3:
        told.bill_short_of(Decimal("1999.99"))
    elif kind == 4:
        told.bill_short_of(2000)
    else:
        told.billed = None
        told.bill_gap = "mkt_bill.basic_fee_amount"


# --- demand -------------------------------------------------------------------------------------


def _contract(world: World, told: Story, rng: Random) -> None:
    if _turn(told.customer, told.month, slots=1) is None:
        return
    contracted = told.demands[0][2] or 0
    limit = contracted * Decimal("1.05")
    kind = told.month % 4
    if kind == 0:
        over = rng.randint(30, 90)
        told.demands = [("L1", limit + over, contracted)]
        told.fee = (contracted + 2 * over) * DEMAND_PRICE[Decimal(10)]
        told.bill_short_of(2 * over * DEMAND_PRICE[Decimal(10)])
    elif kind == 1:
        told.bill_short_of(20 * DEMAND_PRICE[Decimal(10)])
    elif kind == 2:
        told.demand_changed_on = day_in(told.month, 16)
        told.bill_short_of(25 * DEMAND_PRICE[Decimal(10)])
        told.underbilled = False
        told.excluded = True
    else:
        told.demands = [("L1", limit, contracted)]


def _actual(world: World, told: Story, rng: Random) -> None:
    if _turn(told.customer, told.month, slots=1) is None:
        return
    kind = told.month % 4
    if kind == 0:
        told.energy_kwh = told.customer.kva * DISCOUNT_KWH - 1
        told.bill_short_of(told.fee / 10)
    elif kind == 1:
        told.bill_short_of(15 * DEMAND_PRICE[Decimal(10)])
    elif kind == 2:
        told.energy_kwh = told.customer.kva * DISCOUNT_KWH
        told.fee *= DISCOUNT
        told.billed = told.fee.quantize(CENT, ROUND_HALF_UP)
    else:
        told.billed = told.fee + 960


def _line_gap(world: World, told: Story, rng: Random) -> None:
    if told.month % 3 == 0:
        told.demands.pop()
        told.bill_gap = "ami_month_demand.line_no"


# --- month after month --------------------------------------------------------------------------


def _streak(world: World, told: Story, rng: Random) -> None:
    """Bill too little for three months in a row; a new episode starts every second month."""
    for position in range(3):
        start = told.month - position
        episode = start // 2
        if start % 2 or episode % 8 != told.customer.index:
            continue
        kind = episode % 3
        if kind == 2 and position == 1:
            return  # right in between: no row of three
        told.bill_short_of(1600 if kind == 1 else 1800)


def _cumulative(world: World, told: Story, rng: Random) -> None:
    """Bill 8,000 too little in four months of a year: the fourth passes 30,000."""
    if (told.month - 6 * told.customer.index) % 24 in {0, 2, 4, 6}:
        told.bill_short_of(8000)


# --- stops --------------------------------------------------------------------------------------


def _stop(world: World, told: Story, rng: Random) -> None:
    turn = _turn(told.customer, told.month, slots=2)
    if turn == 0:
        _stop_and_fee(told, rng)
    elif turn == 1:
        _stop_and_papers(world, told)


def _stop_and_fee(told: Story, rng: Random) -> None:
    kind = told.month % 5
    start = 3 + rng.randint(0, 2)
    if kind in {0, 1, 2}:
        _pause(told, start=start, days=LEGAL_PAUSE, entered_late=told.month % 2 == 0)
        _bill_a_stop(told, days=LEGAL_PAUSE)
        over = {0: [], 1: [2, 5, 9, 11], 2: list(range(3, 11))}[kind]
        limit = Decimal(told.customer.transformers[0]) * Decimal("1.05")
        for offset in over:
            day = day_in(told.month, start) + timedelta(days=offset)
            told.loads[day] = limit + Decimal("0.1") * (1 + offset)
        told.over_days = len(over)
        told.over_streak = {0: 0, 1: 1, 2: 8}[kind]
    elif kind == 3:
        _pause(told, start=start, days=SHORT_PAUSE, entered_late=False)
        right = told.fee
        _bill_a_stop(told, days=SHORT_PAUSE)
        reduced, told.fee = told.fee, right
        told.bill_short_of(right - reduced, kva=told.billed_kva)
    else:
        days = 14 if told.month % 10 == 4 else 15
        _pause(told, start=start, days=days, entered_late=True)
        if days == 15:
            _bill_a_stop(told, days=days)


def _stop_and_papers(world: World, told: Story) -> None:
    kind = told.month % 7
    start, days = 5, LEGAL_PAUSE
    if kind == 5:
        _pause(told, start=start, days=10, turn=1, kind="reduce", entered_late=False)
        _bill_a_stop(told, days=10)
        return
    _pause(
        told,
        start=start,
        days=days,
        turn=1,
        alone=kind == 0,
        photo_shift={1: 2, 3: None, 4: 1}.get(kind, 0),
        seal_no=_seal_used_a_month_ago(told) if kind == 2 else None,
        entered_late=kind == 1,
    )
    _bill_a_stop(told, days=days)
    paused = [day_in(told.month, start) + timedelta(days=offset) for offset in range(days + 1)]
    limit = Decimal(told.customer.transformers[0]) * Decimal("1.05")
    if kind == 0:
        told.stop_faults = "a"
    elif kind == 1:
        told.stop_faults = "b"
    elif kind == 2 and told.month > month_of(world.first_day):
        told.stop_faults = "c"
    elif kind == 3:
        told.other_gaps = ("mkt_transformer_event.photo_time",)
    elif kind == 4:
        # At the limit every day, over it on two, and on the days of sealing and unsealing.
        told.loads = dict.fromkeys(paused, limit)
        for offset in (0, 4, 11, days):
            told.loads[paused[offset]] = limit + 20
    elif kind == 6:
        told.unread = frozenset(paused)
        told.other_gaps = ("ami_daily_energy.max_load_kw",)


def _pause(
    told: Story,
    *,
    start: int,
    days: int,
    turn: int = 0,
    kind: str = "pause",
    alone: bool = False,
    photo_shift: int | None = 0,
    seal_no: str | None = None,
    entered_late: bool,
) -> None:
    sealed_on = day_in(told.month, start)
    told.stops.append(
        Stop(
            transformer=2,
            kind=kind,
            sealed_on=sealed_on,
            unsealed_on=sealed_on + timedelta(days=days),
            seal_no=seal_no or _seal_no(told.customer.number, told.month, turn),
            alone=alone,
            photo_shift=photo_shift,
            entered_late=entered_late,
        )
    )


def _seal_no(number: int, month: int, turn: int) -> str:
    return f"FY{number:03d}{label(month)}{turn}"


def _seal_used_a_month_ago(told: Story) -> str:
    """Return the seal of the other stop of the month before, at another customer's."""
    size = _POOL_SIZES["stop"]
    offset = (told.month - 1) * 2 % size - told.customer.index
    return _seal_no(told.customer.number + offset, told.month - 1, 0)


def _bill_a_stop(told: Story, *, days: int) -> None:
    """Charge the second transformer by the thirtieth for the days it ran."""
    first, second = told.customer.transformers
    ran = last_of(told.month).day - days
    told.fee = Decimal(30 * first + min(30, ran) * second)
    told.billed = told.fee.quantize(CENT)
    told.billed_kva = first


def long_stop(customer: Customer, year: int) -> tuple[date, date]:
    """Return when the second transformer is sealed and unsealed in that year.

    One customer stays under the yearly limit of 184 days to the day, the other does not.
    """
    sealed_on = date(year, 1, 5)
    return sealed_on, sealed_on + timedelta(days=184) if customer.index else date(year, 7, 20)


def _long_stop(world: World, told: Story, rng: Random) -> None:
    sealed_on, unsealed_on = long_stop(told.customer, told.month // 12)
    first, second = told.customer.transformers
    if month_of(sealed_on) <= told.month <= month_of(unsealed_on):
        ran = 0
        if told.month == month_of(sealed_on):
            ran = sealed_on.day - 1
        elif told.month == month_of(unsealed_on):
            ran = last_of(told.month).day - unsealed_on.day + 1
            told.stop_faults = "" if told.customer.index else "d"
        told.fee = Decimal(30 * first + min(30, ran) * second)
        told.billed = told.fee.quantize(CENT)
        told.billed_kva = first


# --- people the walk-through knows --------------------------------------------------------------


def _walk(world: World, told: Story, rng: Random) -> None:
    since = told.month - walk_month(world)
    index = told.customer.index
    if since < 0 or (since > 0 and index > 2):
        return
    if index <= 2:
        if since % 3 == index:
            # Sealed on the 1st, unsealed on the 12th: too short for a pause, billed as one.
            _pause(told, start=1, days=SHORT_PAUSE, entered_late=False)
            right = told.fee
            _bill_a_stop(told, days=SHORT_PAUSE)
            reduced, told.fee = told.fee, right
            told.bill_short_of(right - reduced)
            told.billed_kva = told.customer.kva
            told.bill_day = (
                world.as_of - timedelta(days=3) if since == 0 else day_in(told.month + 1, 9)
            )
        return
    told.bill_day = world.as_of - timedelta(days=(2, 4, 3, 2)[index - 3])
    if index == 3:
        told.bill_short_of(Decimal("2700.00"))
    elif index == 5:
        told.bill_short_of(30 * (1600 - 1250), kva=1250)
    else:
        told.bill_short_of(told.fee / 30)


# --- files that are not in order ----------------------------------------------------------------


def _opened(world: World, told: Story, rng: Random) -> None:
    if told.month == month_of(told.customer.opened_on):
        ran = last_of(told.month).day - told.customer.opened_on.day + 1
        told.fee = Decimal(told.customer.kva * min(30, ran))
        told.billed = told.fee.quantize(CENT)


def _closed(world: World, told: Story, rng: Random) -> None:
    closed_on = told.customer.closed_on
    if closed_on is not None and told.month == month_of(closed_on):
        told.fee = Decimal(told.customer.kva * closed_on.day)
        told.billed = told.fee.quantize(CENT)


def unsealed_request_day(world: World) -> date:
    """Return when one customer asked for a pause that nobody has sealed to this day."""
    return world.first_day + timedelta(days=95)


def _faulty(world: World, told: Story, rng: Random) -> None:
    if told.customer.index == 0:
        told.bill_gap = "mkt_customer.contract_capacity_kva"
    elif told.customer.index == 1:
        if last_of(told.month) >= unsealed_request_day(world):
            told.bill_gap = "mkt_transformer_event.seal_date"
    elif told.month % 4 == 0:
        told.billed = None
        told.bill_gap = "mkt_bill.basic_fee_amount"
    elif told.month % 4 == 1 and told.month != month_of(world.first_day):
        told.bill_day = None
    elif told.month % 4 == 2:
        told.billed_kva = None
        told.other_gaps = ("mkt_bill.billed_capacity_kva",)


def _whitelisted(world: World, told: Story, rng: Random) -> None:
    told.bill_short_of(told.fee if told.customer.index else told.fee / 2)
    told.excluded = True


_TELLERS = {
    "simple": _simple,
    "contract": _contract,
    "actual": _actual,
    "line_gap": _line_gap,
    "streak": _streak,
    "cumulative": _cumulative,
    "stop": _stop,
    "long_stop": _long_stop,
    "walk": _walk,
    "opened": _opened,
    "closed": _closed,
    "faulty": _faulty,
    "whitelisted": _whitelisted,
}


# --- what must be found -------------------------------------------------------------------------


def expected(world: World, *, as_of: date) -> tuple[list[ExpectedFinding], list[ExpectedGap]]:
    """Return what T01 must find over everything that has been delivered by the end of a day."""
    findings: list[ExpectedFinding] = []
    gaps: list[ExpectedGap] = []
    last_month = month_of(as_of + timedelta(days=1)) - 1
    file_day = snapshot_day(world, as_of)
    for customer in customers(world):
        if customer.voltage_kv is None:
            gaps.append(ExpectedGap("T01", customer.cust_no, "", "mkt_customer.voltage_kv"))
            continue
        if customer.opened_on <= file_day and month_of(customer.opened_on) > last_month:
            gaps.append(ExpectedGap("T01", customer.cust_no, "", "mkt_bill.bill_month"))
        shorts: dict[int, Decimal] = {}
        for told in stories(world, customer, last_month=last_month):
            known = told.bill_day is not None and told.bill_day <= as_of
            if told.excluded:
                continue
            gaps.extend(
                ExpectedGap("T01", customer.cust_no, label(told.month), column)
                for column in _gaps(told, known=known)
            )
            if known and told.underbilled and not _made_good_by(told, as_of):
                shorts[told.month] = told.short
            rules = _rules(told, known=known, short=told.month in shorts)
            if rules:
                findings.append(
                    ExpectedFinding(
                        theme="T01",
                        subject=customer.cust_no,
                        period=label(told.month),
                        rules=rules,
                        level=_level(told, rules, shorts),
                        amount=_amount(told, rules),
                        org_code=customer.station,
                        receiver=manager_on(world, customer, file_day),
                        occurred_on=last_of(told.month),
                    )
                )
    return findings, gaps


def _gaps(told: Story, *, known: bool) -> Iterator[str]:
    if not known:
        yield "mkt_bill.bill_id"
    elif told.bill_gap is not None:
        yield told.bill_gap
    for column in told.other_gaps:
        if known or not column.startswith("mkt_bill."):
            yield column


def _made_good_by(told: Story, as_of: date) -> bool:
    return told.recovery_matches and told.recovered is not None and told.recovered[1] <= as_of


def _rules(told: Story, *, known: bool, short: bool) -> tuple[str, ...]:
    broken = {
        "R1": short,
        "R2": known and told.capacity_wrong,
        "R3": known and (told.untariffed or (short and told.billed == 0)),
        "R4": told.over_days >= 3,
        "R5": bool(told.stop_faults),
    }
    return tuple(code for code, holds in broken.items() if holds)


def _level(told: Story, rules: tuple[str, ...], shorts: dict[int, Decimal]) -> str:
    in_a_row = 0
    while told.month - in_a_row in shorts:
        in_a_row += 1
    year = sum(shorts.get(month, Decimal(0)) for month in range(told.month - 11, told.month + 1))
    short = "R1" in rules
    if "R3" in rules or ("R4" in rules and told.over_streak >= 7):
        return "high"
    if short and (told.short >= 10000 or year >= 30000 or (in_a_row >= 3 and year >= 5000)):
        return "high"
    a_tenth = told.short * 10 >= told.fee and told.short >= 500
    if short and (told.short >= 2000 or a_tenth or in_a_row >= 2):
        return "medium"
    return "medium" if "R4" in rules or "d" in told.stop_faults else "low"


def _amount(told: Story, rules: tuple[str, ...]) -> Decimal | None:
    if not {"R1", "R3"} & set(rules):
        return None
    return told.short.quantize(CENT, ROUND_HALF_UP)
