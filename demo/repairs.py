"""Fault repairs day by day: the ordinary ones, and the stories behind T09."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random

from demo.deliveries import Row, delivered_on
from demo.draws import draw
from demo.months import days_between
from demo.truth import ExpectedFinding, ExpectedGap
from demo.world import World

ORDERS_A_DAY = 29
# Before that, fewer stories are told: the past is there to be looked up, not to be worked off.
RECENT_DAYS = 120
JUDGED_AFTER = timedelta(hours=72)
FAULTS = ("跌落式熔断器熔断", "低压断线", "台区跳闸", "表后线烧坏", "避雷器击穿", "电缆头故障")
# Material, price: what an ordinary repair takes.
MATERIALS = (
    ("RDQ-100", Decimal("286.50")),
    ("DLQ-250", Decimal("165.00")),
    ("JKLYJ-70", Decimal("12.80")),
    ("BLQ-17", Decimal("210.00")),
    ("DLT-95", Decimal("318.40")),
    ("DZ-50", Decimal("8.50")),
)
METRE_OF_LATITUDE = 1 / 111195
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Signing:
    """One person on the spot, as the hand-held terminal wrote it down."""

    emp_no: str | None
    role: str
    at: datetime | None
    lon: float | None
    lat: float | None
    device: str


@dataclass(frozen=True, slots=True)
class Issue:
    """Material that left the store for the repair."""

    code: str
    qty: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair order with everything around it, and what must come of it."""

    order_no: str
    station: str
    source: str
    fault: str
    device_no: str | None
    accepted_at: datetime
    finished_at: datetime
    need_material: bool | None
    outsourced: bool
    leader: str
    crew: tuple[Signing, ...]
    issues: tuple[Issue, ...] = ()
    registered_at: tuple[datetime | None, ...] = ()
    outage: tuple[datetime, datetime | None] | None = None
    open_first: bool = False
    rules: tuple[str, ...] = ()
    level: str = ""
    gaps: tuple[str, ...] = ()

    @property
    def issued(self) -> Decimal | None:
        """What the material is worth; None where none was taken."""
        if not self.issues:
            return None
        worth = sum((issue.qty * issue.price for issue in self.issues), Decimal(0))
        return worth.quantize(CENT, ROUND_HALF_UP)

    @property
    def judged_on(self) -> date:
        """The day on which nothing more can be made up for."""
        return (self.finished_at + JUDGED_AFTER).date()


def rows(world: World, *, after: date | None, until: date) -> Iterator[Row]:
    """Yield every row that becomes known after one day and by the end of another."""
    start = world.first_day if after is None else after + timedelta(days=1)
    # A repair may last into the next day and is registered up to four days later.
    for day in days_between(max(world.first_day, start - timedelta(days=6)), until):
        for repair in (*ordinary(world, day), *planted(world, day)):
            for row in _rows(world, repair):
                if start <= row.day <= until:
                    yield row


def expected(world: World, *, as_of: date) -> tuple[list[ExpectedFinding], list[ExpectedGap]]:
    """Return what T09 must find over everything that has been delivered by the end of a day."""
    findings: list[ExpectedFinding] = []
    gaps: list[ExpectedGap] = []
    for day in days_between(world.first_day, as_of):
        for repair in planted(world, day):
            if repair.judged_on > as_of:
                continue
            gaps.extend(ExpectedGap("T09", repair.order_no, "", column) for column in repair.gaps)
            if repair.rules:
                findings.append(
                    ExpectedFinding(
                        theme="T09",
                        subject=repair.order_no,
                        period="",
                        rules=repair.rules,
                        level=repair.level,
                        amount=repair.issued if "R3" in repair.rules else None,
                        org_code=repair.station,
                        receiver=repair.leader,
                        occurred_on=repair.judged_on,
                    )
                )
    return findings, gaps


def whitelisted_day(world: World) -> date:
    """Return the day of the one repair that a deputy head vouched for."""
    return world.first_day + timedelta(days=200)


def whitelisted_order(world: World) -> str:
    """Return the number of the repair that a deputy head vouched for."""
    return f"QX{whitelisted_day(world):%Y%m%d}901"


# --- ordinary repairs ----------------------------------------------------------------------------


def ordinary(world: World, day: date) -> Iterator[Repair]:
    """Yield the day's repairs of which nothing must come."""
    rng = draw(world.seed, "repairs", day)
    for number in range(ORDERS_A_DAY + rng.randint(-2, 2)):
        yield _repair(world, day, number + 1, rng)


def _repair(
    world: World, day: date, number: int, rng: Random, *, station: str | None = None
) -> Repair:
    """Return a repair in order: two people sign at the spot, material is registered in time."""
    code = station or rng.choice(world.stations).code
    fitters = world.holders(unit=code, position="om_repair", on=day)
    leader = rng.choice(fitters)
    others = [emp_no for emp_no in _hands(world, code, day) if emp_no != leader]
    if rng.random() < 0.04:
        accepted_at = datetime.combine(day, time(22, rng.randint(10, 50)))
    else:
        accepted_at = datetime.combine(day, time(rng.randint(6, 19), rng.randint(0, 59)))
    finished_at = accepted_at + timedelta(minutes=rng.randint(70, 200))
    signed_at = accepted_at + timedelta(minutes=rng.randint(15, 45), seconds=rng.randint(0, 59))
    lon, lat = _spot(world, code, rng)
    crew = [Signing(leader, "leader", signed_at, lon, lat, _device(leader))]
    for other in rng.sample(others, 1 if rng.random() < 0.7 else 2):
        crew.append(
            Signing(
                other,
                "member",
                signed_at + timedelta(seconds=rng.randint(20, 600)),
                lon,
                round(lat + rng.randint(3, 60) * METRE_OF_LATITUDE, 6),
                _device(other),
            )
        )
    takes_material = number % 2 == 0
    issues: tuple[Issue, ...] = ()
    registered_at: tuple[datetime | None, ...] = ()
    if takes_material:
        issues = tuple(
            Issue(material, rng.randint(1, 4), price)
            for material, price in rng.sample(MATERIALS, rng.randint(1, 2))
        )
        minutes = rng.randint(10, 40) if rng.random() < 0.8 else rng.randint(300, 1380)
        registered_at = (finished_at + timedelta(minutes=minutes),)
    noticed_by_customer = number % 3 != 0
    return Repair(
        order_no=f"QX{day:%Y%m%d}{number:03d}",
        station=code,
        source="customer" if noticed_by_customer else rng.choice(("monitor", "dispatch")),
        fault=rng.choice(FAULTS),
        device_no=f"{code}-TQ{rng.randint(1, 80):03d}",
        accepted_at=accepted_at,
        finished_at=finished_at,
        need_material=takes_material,
        outsourced=number % 10 == 0,
        leader=leader,
        crew=tuple(crew),
        issues=issues,
        registered_at=registered_at,
        outage=None
        if noticed_by_customer
        else (
            accepted_at - timedelta(minutes=rng.randint(5, 60)),
            finished_at - timedelta(minutes=rng.randint(1, 20)),
        ),
        open_first=number == 7 and day.weekday() == 2,
    )


def _hands(world: World, station: str, day: date) -> list[str]:
    hands: dict[str, None] = {}
    for position in ("om_repair", "metering_tech", "safety_officer", "usage_inspector"):
        hands.update(dict.fromkeys(world.holders(unit=station, position=position, on=day)))
    return list(hands)


def _spot(world: World, station: str, rng: Random) -> tuple[float, float]:
    county, number = int(station[2:4]), int(station[4:6])
    lon = 120.0 + county * 0.11 + rng.randint(0, 40000) / 1e6
    lat = 30.0 + number * 0.045 + rng.randint(0, 30000) / 1e6
    return round(lon, 6), round(lat, 6)


def _device(emp_no: str) -> str:
    return f"SD{emp_no[-5:]}"


# --- what must be found --------------------------------------------------------------------------

Teller = Callable[[Repair, Random], Repair]


def _without_material(repair: Repair) -> Repair:
    return replace(repair, need_material=False, issues=(), registered_at=())


def _with_material(repair: Repair, worth: Decimal) -> Repair:
    """Take material worth exactly so much."""
    return replace(
        repair, need_material=True, issues=(Issue("DLT-95", 1, worth),), registered_at=()
    )


def _own(repair: Repair) -> Repair:
    return replace(repair, outsourced=False, source="customer", outage=None)


def _alone(repair: Repair, rng: Random) -> Repair:
    leader = repair.crew[0]
    crew: tuple[Signing, ...] = (leader,)
    if rng.random() < 0.3 and leader.at is not None:
        crew += (replace(leader, at=leader.at + timedelta(minutes=5)),)
    repair = _without_material(_own(repair))
    return replace(repair, crew=crew, rules=("R1",), level="medium")


def _signed_for(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    kind = rng.randrange(3)
    if kind == 0 or leader.at is None or leader.lat is None:
        other = replace(other, device=leader.device)
    elif kind == 1:
        other = replace(
            other, at=leader.at + timedelta(minutes=30, seconds=1 + rng.randint(0, 900))
        )
    else:
        other = replace(other, lat=round(leader.lat + 540 * METRE_OF_LATITUDE, 6))
    repair = _without_material(_own(repair))
    return replace(repair, crew=(leader, other), rules=("R2",), level="medium")


def _late(repair: Repair, rng: Random) -> Repair:
    late = (
        timedelta(hours=24, seconds=1)
        if rng.random() < 0.1
        else timedelta(minutes=rng.randint(1500, 4200))
    )
    repair = _with_material(_own(repair), Decimal(rng.randint(4000, 160000)) / 100)
    if rng.random() < 0.25:
        repair = replace(repair, issues=())
    return replace(repair, registered_at=(repair.finished_at + late,), rules=("R3",), level="low")


def _never(repair: Repair, rng: Random) -> Repair:
    worth = Decimal("1999.99") if rng.random() < 0.1 else Decimal(rng.randint(6000, 180000)) / 100
    repair = _with_material(_own(repair), worth)
    if rng.random() < 0.3:
        # Registered a second after the last moment: as if it had never been.
        repair = replace(
            repair, registered_at=(repair.finished_at + JUDGED_AFTER + timedelta(seconds=1),)
        )
    return replace(repair, rules=("R3",), level="medium")


def _never_and_dear(repair: Repair, rng: Random) -> Repair:
    worth = Decimal("2000.00") if rng.random() < 0.2 else Decimal(rng.randint(210000, 900000)) / 100
    return replace(_with_material(_own(repair), worth), rules=("R3",), level="high")


def _alone_and_late(repair: Repair, rng: Random) -> Repair:
    repair = _late(_alone(repair, rng), rng)
    return replace(repair, rules=("R1", "R3"), level="high")


def _signed_for_and_late(repair: Repair, rng: Random) -> Repair:
    repair = _late(_signed_for(repair, rng), rng)
    return replace(repair, rules=("R2", "R3"), level="medium")


def _no_fault_seen(repair: Repair, rng: Random) -> Repair:
    repair = replace(
        _without_material(repair),
        outsourced=True,
        source=rng.choice(("monitor", "dispatch")),
        device_no=f"{repair.station}-WX{repair.order_no[-7:]}",
        crew=repair.crew[:1],
        outage=None,
        rules=("R4",),
        level="high",
    )
    if rng.random() < 0.5 and repair.device_no is not None:
        # The outage ended one second too early to be this one.
        ended_at = repair.accepted_at - timedelta(hours=2, seconds=1)
        repair = replace(repair, outage=(ended_at - timedelta(minutes=50), ended_at))
    return repair


_FINDINGS: tuple[tuple[Teller, int], ...] = (
    (_late, 46),
    (_alone, 13),
    (_signed_for, 13),
    (_never, 12),
    (_never_and_dear, 4),
    (_alone_and_late, 4),
    (_no_fault_seen, 4),
    (_signed_for_and_late, 4),
)


# --- what looks like it and is not ---------------------------------------------------------------


def _in_the_last_second(repair: Repair, rng: Random) -> Repair:
    repair = _with_material(_own(repair), Decimal("640.00"))
    return replace(repair, registered_at=(repair.finished_at + timedelta(hours=24),))


def _before_the_end(repair: Repair, rng: Random) -> Repair:
    repair = _with_material(_own(repair), Decimal("2400.00"))
    return replace(repair, registered_at=(repair.finished_at - timedelta(minutes=15),))


def _half_an_hour_apart(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    if leader.at is not None:
        other = replace(other, at=leader.at + timedelta(minutes=30))
    return replace(_without_material(_own(repair)), crew=(leader, other))


def _within_500_metres(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    if leader.lat is not None:
        other = replace(other, lat=round(leader.lat + 489 * METRE_OF_LATITUDE, 6))
    return replace(_without_material(_own(repair)), crew=(leader, other))


def _third_came_late(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    third = Signing(
        f"WB{repair.order_no[-5:]}",
        "guard",
        repair.finished_at,
        leader.lon,
        leader.lat,
        leader.device,
    )
    return replace(_without_material(_own(repair)), crew=(leader, other, third))


def _outage_just_before(repair: Repair, rng: Random) -> Repair:
    ended_at = repair.accepted_at - timedelta(hours=2)
    return replace(
        _no_fault_seen(repair, rng),
        outage=(ended_at - timedelta(hours=1), ended_at),
        rules=(),
        level="",
    )


def _outage_goes_on(repair: Repair, rng: Random) -> Repair:
    return replace(
        _no_fault_seen(repair, rng),
        outage=(repair.accepted_at - timedelta(minutes=10), None),
        rules=(),
        level="",
    )


_LOOK_ALIKES: tuple[Teller, ...] = (
    _in_the_last_second,
    _before_the_end,
    _half_an_hour_apart,
    _within_500_metres,
    _third_came_late,
    _outage_just_before,
    _outage_goes_on,
)


# --- what cannot be told -------------------------------------------------------------------------


def _nobody_signed(repair: Repair, rng: Random) -> Repair:
    repair = _without_material(_own(repair))
    return replace(repair, crew=(), gaps=("dsc_repair_crew.order_no",))


def _nameless_second(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    repair = _without_material(_own(repair))
    return replace(
        repair, crew=(leader, replace(other, emp_no=None)), gaps=("dsc_repair_crew.emp_no",)
    )


def _no_position(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    repair = _without_material(_own(repair))
    return replace(
        repair,
        crew=(leader, replace(other, lon=None, lat=None)),
        gaps=("dsc_repair_crew.sign_lat", "dsc_repair_crew.sign_lon"),
    )


def _unsigned_second(repair: Repair, rng: Random) -> Repair:
    leader, other = repair.crew[:2]
    repair = _without_material(_own(repair))
    return replace(
        repair, crew=(leader, replace(other, at=None)), gaps=("dsc_repair_crew.sign_time",)
    )


def _material_unknown(repair: Repair, rng: Random) -> Repair:
    repair = replace(_without_material(_own(repair)), need_material=None)
    return replace(repair, gaps=("dsc_repair_order.need_material",))


def _registered_sometime(repair: Repair, rng: Random) -> Repair:
    repair = _with_material(_own(repair), Decimal("320.00"))
    return replace(repair, registered_at=(None,), gaps=("dsc_repair_material.register_time",))


def _device_unknown(repair: Repair, rng: Random) -> Repair:
    return replace(
        _no_fault_seen(repair, rng),
        device_no=None,
        outage=None,
        rules=(),
        level="",
        gaps=("dsc_repair_order.device_no",),
    )


_GAPS: tuple[Teller, ...] = (
    _nobody_signed,
    _nameless_second,
    _no_position,
    _unsigned_second,
    _material_unknown,
    _registered_sometime,
    _device_unknown,
)


@lru_cache(maxsize=2048)
def planted(world: World, day: date) -> tuple[Repair, ...]:
    """Return the day's repairs that a story tells of; lately every other day one must be found."""
    return tuple(_planted(world, day))


def _planted(world: World, day: date) -> Iterator[Repair]:
    rng = draw(world.seed, "planted repairs", day)
    tellers, weights = zip(*_FINDINGS, strict=True)
    is_old = day < world.as_of - timedelta(days=RECENT_DAYS)
    for number in range(rng.choices((0, 1, 2), (84, 15, 1) if is_old else (62, 33, 5))[0]):
        teller = rng.choices(tellers, weights)[0]
        yield teller(_repair(world, day, 501 + number, rng), rng)
    if rng.random() < 0.5:
        yield rng.choice(_LOOK_ALIKES)(_repair(world, day, 601, rng), rng)
    if rng.random() < 0.2:
        yield rng.choice(_GAPS)(_repair(world, day, 701, rng), rng)
    for number, (days_ago, teller) in enumerate(_WALK):
        if day == world.as_of - timedelta(days=days_ago):
            yield teller(_repair(world, day, 801 + number, rng, station="JC0101"), rng)
    if day == whitelisted_day(world):
        told = _alone(_repair(world, day, 901, rng), rng)
        yield replace(told, rules=(), level="")


# What the station of the walk-through did in the days before the world is loaded.
_WALK: tuple[tuple[int, Teller], ...] = ((6, _alone), (5, _alone_and_late), (5, _late))


# --- rows ----------------------------------------------------------------------------------------


def _rows(world: World, repair: Repair) -> Iterator[Row]:
    accepted_on, finished_on = repair.accepted_at.date(), repair.finished_at.date()
    if repair.open_first:
        # Delivered unfinished on the evening of its day, and once more when it is done.
        finished_on = max(finished_on, accepted_on + timedelta(days=1))
        if delivered_on(world, accepted_on) < delivered_on(world, finished_on):
            yield Row("dsc_repair_order", accepted_on, _order(repair, finished=False))
    yield Row("dsc_repair_order", finished_on, _order(repair, finished=True))
    for signing in repair.crew:
        yield Row(
            "dsc_repair_crew",
            (signing.at or repair.accepted_at).date(),
            (
                repair.order_no,
                signing.emp_no,
                signing.role,
                signing.at,
                signing.lon,
                signing.lat,
                signing.device,
            ),
        )
    for number, issue in enumerate(repair.issues, start=1):
        yield Row(
            "erp_goods_issue",
            accepted_on,
            (
                f"CK{repair.order_no[2:]}{number}",
                repair.order_no,
                issue.code,
                issue.qty,
                issue.price,
                accepted_on,
                repair.leader,
                f"CK-{repair.station}",
                repair.station,
            ),
        )
    for registered_at in repair.registered_at:
        yield Row(
            "dsc_repair_material",
            (registered_at or repair.finished_at).date(),
            (
                repair.order_no,
                repair.issues[0].code if repair.issues else "DZ-50",
                sum(issue.qty for issue in repair.issues),
                repair.leader,
                registered_at,
            ),
        )
    if repair.outage is not None:
        started_at, ended_at = repair.outage
        yield Row(
            "pms_outage",
            (ended_at or started_at).date(),
            (
                f"TD{repair.order_no[2:]}",
                repair.device_no,
                started_at,
                ended_at,
                repair.fault,
            ),
        )


def _order(repair: Repair, *, finished: bool) -> tuple[object, ...]:
    return (
        repair.order_no,
        repair.station,
        repair.source,
        repair.fault,
        repair.device_no,
        repair.accepted_at,
        repair.accepted_at + timedelta(minutes=2),
        repair.accepted_at + timedelta(minutes=14),
        repair.finished_at if finished else None,
        repair.need_material,
        repair.outsourced,
        repair.leader,
    )
