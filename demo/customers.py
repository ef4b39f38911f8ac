"""The customers of the demonstration: 169 at 10 kV and above, and a crowd of ordinary ones.

Every high-voltage customer belongs to a pool; the pool says which stories may happen to it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from demo.draws import draw
from demo.months import day_in, month_of
from demo.names import company_name
from demo.world import World

HIGH_VOLTAGE = 169
ORDINARY = 331

# Pool → how many of the 169. "walk" comes first: these belong to people the walk-through knows.
POOLS: dict[str, int] = {
    "walk": 7,
    "simple": 63,
    "contract": 13,
    "actual": 13,
    "streak": 8,
    "cumulative": 4,
    "stop": 28,
    "long_stop": 2,
    "single": 10,
    "two_lines": 5,
    "kv35": 3,
    "kv110": 2,
    "floor": 2,
    "whitelisted": 2,
    "opened": 2,
    "closed": 1,
    "faulty": 3,
    "line_gap": 1,
    "no_voltage": 1,
}
WALK_STATIONS = ("JC0101", "JC0101", "JC0101", "JC0102", "JC0103", "JC0104", "JC0105")
WALK_CUST_NO = "330100010427"

SIZES = (400, 500, 630, 800, 1000, 1250, 1600, 2000)


@dataclass(frozen=True, slots=True, eq=False)
class Customer:
    """One high-voltage customer as the customer file knows it."""

    number: int
    cust_no: str
    name: str
    pool: str
    index: int
    station: str
    manager: str
    voltage_kv: Decimal | None
    transformers: tuple[int, ...]
    contract_kva: int
    tariff: str
    mode: str
    lines: int
    opened_on: date
    contract_demand_kw: int | None = None
    hv_motor_kw: int | None = None
    single_choice: bool = False
    closed_on: date | None = None

    @property
    def kva(self) -> int:
        """The capacity of all its transformers."""
        return sum(self.transformers)


@lru_cache(maxsize=4)
def customers(world: World) -> tuple[Customer, ...]:
    """Return the high-voltage customers, and after them the one whose voltage is not recorded."""
    made: list[Customer] = []
    for pool, count in POOLS.items():
        for index in range(count):
            made.append(_customer(world, number=len(made), pool=pool, index=index))
    return tuple(made)


def manager_on(world: World, customer: Customer, day: date) -> str | None:
    """Return who looks after the customer on that day: the usual one, else a colleague."""
    holders = world.holders(unit=customer.station, position="account_manager", on=day)
    return customer.manager if customer.manager in holders else next(iter(holders), None)


def _customer(world: World, *, number: int, pool: str, index: int) -> Customer:
    rng = draw(world.seed, "customer", number)
    station = world.stations[(number * 7 + 3) % len(world.stations)].code
    if pool == "walk":
        station = WALK_STATIONS[index]
    managers = world.holders(unit=station, position="account_manager", on=world.as_of)
    manager = managers[(number // 7) % len(managers)]
    if pool == "walk" and station == WALK_STATIONS[0]:
        manager = world.named("周敏").emp_no
    transformers, contract_kva = _equipment(pool, index, rng.choice(SIZES), rng.choice((315, 400)))
    opened_on, closed_on = _lifetime(world, pool, index, rng.randint(1300, 4000))
    return Customer(
        number=number,
        cust_no=WALK_CUST_NO if number == 0 else f"3301{number * 6007 + 20011:08d}",
        name=company_name(seed=world.seed, number=number),
        pool=pool,
        index=index,
        station=station,
        manager=manager,
        voltage_kv=_VOLTAGES.get(pool, Decimal(10)) if pool != "no_voltage" else None,
        transformers=transformers,
        contract_kva=contract_kva,
        tariff="single" if pool == "single" else "two_part",
        mode=_mode(pool),
        lines=2 if pool in {"two_lines", "line_gap"} else 1,
        opened_on=opened_on,
        contract_demand_kw=_contract_demand(pool, transformers),
        hv_motor_kw=250 if (pool, index) == ("floor", 0) else None,
        single_choice=pool == "single" and index in {6, 7},
        closed_on=closed_on,
    )


_VOLTAGES = {"kv35": Decimal(35), "kv110": Decimal(110)}


def _equipment(pool: str, index: int, size: int, second: int) -> tuple[tuple[int, ...], int]:
    if pool == "walk":
        transformers: tuple[int, ...] = (
            (630, 400),
            (800, 400),
            (630, 400),
            (500, 400),
            (1000,),
            (1600,),
            (800,),
        )[index]
    elif pool in {"contract", "actual"}:
        transformers = (max(size, 800),)
    elif pool == "streak":
        transformers = ((800,), (1000,), (1250,))[index % 3]
    elif pool == "cumulative":
        transformers = ((1600,), (2000,))[index % 2]
    elif pool in {"stop", "long_stop"}:
        transformers = (max(630, min(size, 1250)), second)
    elif pool == "single":
        small = (100, 125, 160, 200, 250, 160)
        transformers = (small[index],) if index < 6 else ((400,) if index < 8 else (250, 250))
    elif pool in {"two_lines", "line_gap"}:
        transformers = (630, 630)
    elif pool == "kv35":
        transformers = ((3150,), (5000,), (6300,))[index]
    elif pool == "kv110":
        transformers = (20000,)
    elif pool == "floor":
        transformers = ((1000,), (1250,))[index]
    elif (pool, index) == ("faulty", 0):
        return (500, 500), 800
    else:
        transformers = (size,)
    return transformers, sum(transformers)


def _mode(pool: str) -> str:
    if pool == "single":
        return "none"
    if pool in {"contract", "two_lines", "line_gap", "floor"}:
        return "contract_demand"
    return "actual_demand" if pool in {"actual", "kv110"} else "capacity"


def _contract_demand(pool: str, transformers: tuple[int, ...]) -> int | None:
    if pool == "contract":
        return transformers[0] * 6 // 10
    return {"floor": 400, "two_lines": 800, "line_gap": 800}.get(pool)


def _lifetime(world: World, pool: str, index: int, days: int) -> tuple[date, date | None]:
    opened_on = world.as_of - timedelta(days=days)
    if pool == "opened":
        opened_on = day_in(month_of(world.as_of) - (7, 3)[index], (15, 10)[index])
    closed_on = day_in(month_of(world.as_of) - 5, 18) if pool == "closed" else None
    return opened_on, closed_on
