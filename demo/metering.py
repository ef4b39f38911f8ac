"""The rows of the marketing and metering systems that T01 reads."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from demo.basic_fee import Story, long_stop, stories, unsealed_request_day
from demo.customers import ORDINARY, Customer, customers, manager_on
from demo.deliveries import Row, snapshot_days
from demo.draws import draw
from demo.months import days_between, first_of, label, last_of, month_of
from demo.names import person_names
from demo.world import World

UNREAD_SHARE = 0.004


def rows(world: World, *, after: date | None, until: date) -> Iterator[Row]:
    """Yield every row that becomes known after one day and by the end of another."""
    start = world.first_day if after is None else after + timedelta(days=1)
    told = {
        customer.cust_no: list(stories(world, customer, last_month=month_of(until)))
        for customer in customers(world)
    }
    yield from _snapshots(world, told, start=start, until=until)
    for customer in customers(world):
        for story in told[customer.cust_no]:
            yield from _within(_bill(world, customer, story), start, until)
            yield from _within(_demands(customer, story), start, until)
            yield from _within(_recovery(world, customer, story), start, until)
    yield from _ordinary_bills(world, start=start, until=until)
    yield from _ordinary_adjustments(world, start=start, until=until)
    yield from _daily_loads(world, told, start=start, until=until)


def _within(rows: Iterator[Row], start: date, until: date) -> Iterator[Row]:
    return (row for row in rows if start <= row.day <= until)


# --- customer file and ledger, delivered as a whole ---------------------------------------------


def _snapshots(
    world: World, told: dict[str, list[Story]], *, start: date, until: date
) -> Iterator[Row]:
    ordinary = list(_ordinary_customers(world))
    ledger = sorted(_ledger(world, told), key=lambda row: (row.day, str(row.values[0])))
    for day in snapshot_days(world, until=until):
        if day < start:
            continue
        for customer in customers(world):
            if customer.opened_on <= day:
                yield Row("mkt_customer", day, _customer(world, customer, day))
        for values in ordinary:
            yield Row("mkt_customer", day, values)
        for row in ledger:
            if row.day > day:
                break
            yield row._replace(day=day)


def _customer(world: World, customer: Customer, day: date) -> tuple[object, ...]:
    closed_on = customer.closed_on
    return (
        customer.cust_no,
        customer.name,
        customer.station,
        manager_on(world, customer, day),
        customer.voltage_kv,
        customer.contract_kva,
        customer.hv_motor_kw,
        customer.tariff,
        customer.single_choice,
        "large",
        customer.mode,
        customer.contract_demand_kw,
        customer.lines,
        customer.opened_on,
        closed_on if closed_on is not None and closed_on <= day else None,
    )


def _ordinary_number(number: int) -> str:
    return f"3302{number * 7919 + 100003:08d}"


def _ordinary_customers(world: World) -> Iterator[tuple[object, ...]]:
    names = person_names(seed=world.seed + 1)
    for number in range(ORDINARY):
        station = world.stations[number % len(world.stations)].code
        resident = number % 5 != 0
        yield (
            _ordinary_number(number),
            next(names),
            station,
            world.holders(unit=station, position="account_manager", on=world.first_day)[0],
            Decimal("0.22") if resident else Decimal("0.38"),
            8 if resident else 40,
            None,
            "single",
            None,
            "resident" if resident else "general",
            "none",
            None,
            1,
            world.as_of - timedelta(days=1000 + number),
            None,
        )


def _ledger(world: World, told: dict[str, list[Story]]) -> Iterator[Row]:
    for customer in customers(world):
        for number, kva in enumerate(customer.transformers, start=1):
            yield _event(
                customer,
                f"A{customer.number:03d}{number}",
                number,
                kva,
                "install",
                day=customer.opened_on,
                effective_date=customer.opened_on,
            )
        if customer.pool == "single" and len(customer.transformers) == 2:
            sealed_on = world.first_day - timedelta(days=200)
            yield _stop_event(world, customer, f"R{customer.number:03d}", 2, "reduce", sealed_on)
        if (customer.pool, customer.index) == ("faulty", 1):
            asked_on = unsealed_request_day(world)
            yield _event(
                customer,
                f"P{customer.number:03d}",
                1,
                customer.kva,
                "pause",
                day=asked_on,
                apply_date=asked_on,
            )
        if customer.pool == "long_stop":
            yield from _long_stops(world, customer, told[customer.cust_no])
        for story in told[customer.cust_no]:
            yield from _stops(world, customer, story)


def _long_stops(world: World, customer: Customer, told: list[Story]) -> Iterator[Row]:
    for year in range(world.first_day.year, told[-1].month // 12 + 1):
        sealed_on, unsealed_on = long_stop(customer, year)
        number = f"L{customer.number:03d}{year}"
        yield _stop_event(world, customer, number, 2, "pause", sealed_on)
        yield _release_event(customer, f"{number}E", 2, "pause", unsealed_on)


def _stops(world: World, customer: Customer, story: Story) -> Iterator[Row]:
    if story.demand_changed_on is not None:
        yield _event(
            customer,
            f"D{customer.number:03d}{label(story.month)}",
            None,
            None,
            "demand_change",
            day=story.demand_changed_on,
            apply_date=story.demand_changed_on - timedelta(days=6),
            effective_date=story.demand_changed_on,
            new_contract_demand_kw=story.demands[0][2],
        )
    for stop in story.stops:
        number = f"S{customer.number:03d}{label(story.month)}"
        yield _stop_event(
            world,
            customer,
            number,
            stop.transformer,
            stop.kind,
            stop.sealed_on,
            unsealed_on=stop.unsealed_on if stop.entered_late else None,
            seal_no=stop.seal_no,
            alone=stop.alone,
            photo_shift=stop.photo_shift,
        )
        if not stop.entered_late:
            yield _release_event(
                customer, f"{number}E", stop.transformer, stop.kind, stop.unsealed_on
            )


def _stop_event(
    world: World,
    customer: Customer,
    number: str,
    transformer: int,
    kind: str,
    sealed_on: date,
    *,
    unsealed_on: date | None = None,
    seal_no: str | None = None,
    alone: bool = False,
    photo_shift: int | None = 0,
) -> Row:
    inspectors = world.holders(unit=customer.station, position="usage_inspector", on=sealed_on)
    fitters = world.holders(unit=customer.station, position="metering_tech", on=sealed_on)
    photo_time = None
    if photo_shift is not None:
        photo_day = sealed_on - timedelta(days=photo_shift)
        photo_time = datetime.combine(photo_day, time(9, 40))
    return _event(
        customer,
        number,
        transformer,
        customer.transformers[transformer - 1],
        kind,
        day=unsealed_on or sealed_on,
        apply_date=sealed_on - timedelta(days=5),
        seal_date=sealed_on,
        unseal_date=unsealed_on,
        seal_no=seal_no or f"FY{number}",
        photo_time=photo_time,
        operator_emp_no=next(iter(inspectors), None),
        second_emp_no=None if alone else (fitters or inspectors or [customer.manager])[0],
    )


def _release_event(
    customer: Customer, number: str, transformer: int, kind: str, unsealed_on: date
) -> Row:
    return _event(
        customer,
        number,
        transformer,
        customer.transformers[transformer - 1],
        "resume" if kind == "pause" else "restore",
        day=unsealed_on,
        apply_date=unsealed_on - timedelta(days=1),
        unseal_date=unsealed_on,
    )


def _event(
    customer: Customer,
    number: str,
    transformer: int | None,
    kva: int | None,
    kind: str,
    *,
    day: date,
    **fields: object,
) -> Row:
    return Row(
        "mkt_transformer_event",
        day,
        (
            number,
            customer.cust_no,
            f"{customer.cust_no}-{transformer}" if transformer else None,
            kva,
            kind,
            fields.get("apply_date"),
            fields.get("seal_date"),
            fields.get("unseal_date"),
            fields.get("seal_no"),
            fields.get("photo_time"),
            fields.get("new_contract_demand_kw"),
            fields.get("operator_emp_no"),
            fields.get("second_emp_no"),
            fields.get("effective_date"),
        ),
    )


# --- bills, demand, what was collected later -----------------------------------------------------


def _bill(world: World, customer: Customer, story: Story) -> Iterator[Row]:
    if story.bill_day is None:
        return
    opened_now = month_of(customer.opened_on) == story.month
    closed_on = customer.closed_on
    closed_now = closed_on is not None and month_of(closed_on) == story.month
    yield Row(
        "mkt_bill",
        story.bill_day,
        (
            f"B{customer.cust_no}{label(story.month)}",
            customer.cust_no,
            label(story.month),
            customer.opened_on if opened_now else first_of(story.month),
            closed_on if closed_now else last_of(story.month),
            story.tariff,
            "large",
            customer.mode if story.tariff == "two_part" else "none",
            story.billed_kva,
            story.billed,
            story.energy_kwh,
        ),
    )


def _demands(customer: Customer, story: Story) -> Iterator[Row]:
    for line, max_demand_kw, contract_demand_kw in story.demands:
        yield Row(
            "ami_month_demand",
            last_of(story.month),
            (customer.cust_no, line, label(story.month), max_demand_kw, contract_demand_kw),
        )


def _recovery(world: World, customer: Customer, story: Story) -> Iterator[Row]:
    if story.recovered is None:
        return
    amount, approved_on = story.recovered
    yield Row(
        "mkt_fee_adjust",
        approved_on,
        (
            f"TB{customer.number:03d}{label(story.month)}",
            customer.cust_no,
            customer.station,
            "recover",
            "basic_fee",
            amount,
            world.only_holder(unit=customer.station, position="deputy_head", on=approved_on),
            datetime.combine(approved_on, time(15, 20)),
        ),
    )


def _ordinary_bills(world: World, *, start: date, until: date) -> Iterator[Row]:
    for month in range(month_of(start), month_of(until) + 1):
        if not start <= last_of(month) <= until:
            continue
        rng = draw(world.seed, "ordinary bills", month)
        for number in range(ORDINARY):
            yield Row(
                "mkt_bill",
                last_of(month),
                (
                    f"B{_ordinary_number(number)}{label(month)}",
                    _ordinary_number(number),
                    label(month),
                    first_of(month),
                    last_of(month),
                    "single",
                    "resident" if number % 5 else "general",
                    "none",
                    None,
                    "0.00",
                    rng.randint(90, 1400),
                ),
            )


def _ordinary_adjustments(world: World, *, start: date, until: date) -> Iterator[Row]:
    for day in days_between(start, until):
        rng = draw(world.seed, "adjustments", day)
        for number in range(rng.randint(0, 2)):
            customer = rng.randrange(ORDINARY)
            station = world.stations[customer % len(world.stations)].code
            yield Row(
                "mkt_fee_adjust",
                day,
                (
                    f"TP{day:%Y%m%d}{number}",
                    _ordinary_number(customer),
                    station,
                    rng.choice(("refund", "refund", "recover", "waive")),
                    rng.choice(("reading", "price", "late_fee")),
                    f"{rng.randint(500, 40000) / 100:.2f}",
                    world.only_holder(unit=station, position="deputy_head", on=day),
                    datetime.combine(day, time(9 + number * 3, rng.randint(0, 59))),
                ),
            )


# --- daily loads ---------------------------------------------------------------------------------


def _daily_loads(
    world: World, told: dict[str, list[Story]], *, start: date, until: date
) -> Iterator[Row]:
    special: dict[tuple[str, date], Decimal] = {}
    unread: set[tuple[str, date]] = set()
    for cust_no, stories_told in told.items():
        for story in stories_told:
            special.update({(cust_no, day): load for day, load in story.loads.items()})
            unread.update((cust_no, day) for day in story.unread)
    for day in days_between(start, until):
        rng = draw(world.seed, "loads", day)
        text = day.isoformat()
        for customer in customers(world):
            # Below what the first transformer alone may carry, so that a stop looks like one.
            share, luck = rng.random(), rng.random()
            if customer.opened_on > day or (customer.closed_on and customer.closed_on < day):
                continue
            key = (customer.cust_no, day)
            load: object = special.get(key)
            if load is None:
                load = round(customer.transformers[0] * (0.3 + 0.55 * share), 1)
                if luck < UNREAD_SHARE or key in unread:
                    yield Row("ami_daily_energy", day, (customer.cust_no, text, None, None, False))
                    continue
            energy = round(customer.transformers[0] * (3.5 + 6 * share), 1)
            yield Row("ami_daily_energy", day, (customer.cust_no, text, energy, load, True))
