"""The fictional company as plain values: who works where, in which posts, roles and branches.

The world is worked out from a seed and the day it is first loaded. It knows no Django, so that the
extracts and their truth can be made and tested without a database.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from demo import places
from demo.draws import draw
from demo.names import person_names

FIRST_IMPORT_DAYS = 60
HISTORY_MONTHS = 24
NON_MEMBER_SHARE = 0.4
EARLIEST = date(2025, 6, 1)


@dataclass(frozen=True, slots=True)
class Unit:
    """The city company, a county company or a station."""

    code: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A Party branch; a joint one covers several units."""

    code: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A fact that holds from one day to another, both included; no end is open."""

    valid_from: date
    valid_to: date | None = field(default=None, kw_only=True)

    def holds_on(self, day: date) -> bool:
        """Return whether the fact holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Coverage(Dated):
    """That a branch answers for everyone posted in a unit."""

    branch: str
    unit: str


@dataclass(frozen=True, slots=True)
class Person:
    """One employee. 个人信息：姓名（虚构）。"""

    emp_no: str
    name: str
    employment_type: str
    is_party_member: bool
    joined_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Posting(Dated):
    """That a person holds a position at a unit."""

    emp_no: str
    unit: str
    position: str
    kind: str = "regular"
    is_main: bool = True
    deputy: str | None = None


@dataclass(frozen=True, slots=True)
class Grant(Dated):
    """That a person holds a role over a unit or a branch."""

    emp_no: str
    role: str
    unit: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Absence(Dated):
    """Days on which a person is away."""

    emp_no: str
    kind: str


@dataclass(frozen=True, slots=True)
class Declaration(Dated):
    """What a person declared of relatives and interests."""

    emp_no: str
    kind: str
    description: str
    relative: str | None = None


@dataclass(frozen=True, slots=True)
class Recusal(Dated):
    """That a person stands aside from everything about another."""

    emp_no: str
    about: str
    reason: str


@dataclass(frozen=True, eq=False)
class World:
    """The company on the day the demonstration is first loaded, with its history before it."""

    seed: int
    as_of: date
    units: tuple[Unit, ...]
    branches: tuple[Branch, ...]
    coverages: tuple[Coverage, ...]
    persons: tuple[Person, ...]
    postings: tuple[Posting, ...]
    grants: tuple[Grant, ...]
    absences: tuple[Absence, ...]
    declarations: tuple[Declaration, ...]
    recusals: tuple[Recusal, ...]

    @property
    def first_day(self) -> date:
        """The first day of the first of the 24 full months that the extracts hold."""
        months = self.as_of.year * 12 + self.as_of.month - 1 - HISTORY_MONTHS
        return date(months // 12, months % 12 + 1, 1)

    @property
    def first_import_day(self) -> date:
        """The day on which the platform took in the past; the days since are played."""
        return self.as_of - timedelta(days=FIRST_IMPORT_DAYS)

    @cached_property
    def stations(self) -> tuple[Unit, ...]:
        """The 60 stations in the order of their codes."""
        return tuple(unit for unit in self.units if unit.kind == "station")

    @cached_property
    def person(self) -> dict[str, Person]:
        """Everyone by staff number."""
        return {person.emp_no: person for person in self.persons}

    @cached_property
    def _tenures(self) -> dict[tuple[str, str], list[Posting]]:
        tenures: dict[tuple[str, str], list[Posting]] = defaultdict(list)
        for posting in self.postings:
            tenures[posting.unit, posting.position].append(posting)
        return dict(tenures)

    def holders(self, *, unit: str, position: str, on: date) -> list[str]:
        """Return who holds the position at the unit on that day, by staff number."""
        return sorted(p.emp_no for p in self._tenures.get((unit, position), ()) if p.holds_on(on))

    def only_holder(self, *, unit: str, position: str, on: date) -> str | None:
        """Return the holder of a post that one person holds; None while it is vacant."""
        holders = self.holders(unit=unit, position=position, on=on)
        return holders[0] if holders else None

    def named(self, name: str) -> Person:
        """Return the first person of that name."""
        return next(person for person in self.persons if person.name == name)

    def employed(self, *, on: date) -> list[Person]:
        """Return who has joined and not left by that day."""
        return [p for p in self.persons if p.joined_on <= on and (p.left_on or date.max) > on]

    def main_posting(self, emp_no: str, *, on: date) -> Posting | None:
        """Return the main post that a person holds on that day."""
        return next(
            (p for p in self._postings_of[emp_no] if p.is_main and p.holds_on(on)),
            None,
        )

    @cached_property
    def _postings_of(self) -> dict[str, list[Posting]]:
        postings: dict[str, list[Posting]] = defaultdict(list)
        for posting in self.postings:
            postings[posting.emp_no].append(posting)
        return postings

    def secretaries(self, emp_no: str, *, on: date) -> list[str]:
        """Return the secretaries of every branch that covers the person's main unit that day."""
        main = self.main_posting(emp_no, on=on)
        if main is None:
            return []
        branches = {c.branch for c in self.coverages if c.unit == main.unit and c.holds_on(on)}
        return [
            grant.emp_no
            for grant in self.grants
            if grant.role == "branch_secretary" and grant.branch in branches and grant.holds_on(on)
        ]

    def vacancies(self, *, on: date) -> list[tuple[str, str]]:
        """Return the station posts that nobody holds on that day, as (unit, position)."""
        positions = places.STATION_STAFF[places.MEDIUM]
        return [
            (station.code, position)
            for station in self.stations
            for position in positions
            if not self.holders(unit=station.code, position=position, on=on)
        ]


class TooEarly(ValueError):
    """The stories know the prices since June 2023, and the extracts go back 24 months."""


def build_world(*, seed: int, as_of: date) -> World:
    """Return the world of a seed on the day it is loaded; the same call gives the same world.

    :raises TooEarly: if the history would begin before the prices that the stories know.
    """
    if as_of < EARLIEST:
        raise TooEarly(f"演示数据最早从{EARLIEST:%Y年%m月%d日}起，请换一个较晚的日期。")
    return _Builder(seed=seed, as_of=as_of).build()


def _units() -> Iterator[Unit]:
    yield Unit(places.CITY_CODE, places.CITY_NAME, "city", None)
    for county_number, (county, stations) in enumerate(places.COUNTIES, start=1):
        county_code = f"{places.CITY_CODE}{county_number:02d}"
        yield Unit(county_code, f"{county}供电公司", "county", places.CITY_CODE)
        for station_number, station in enumerate(stations, start=1):
            yield Unit(
                f"{county_code}{station_number:02d}", f"{station}供电所", "station", county_code
            )


# Small stations that share one branch with a neighbour: the branch belongs to the first.
JOINT_BRANCHES = (
    ("JC0208", "JC0209"),
    ("JC0308", "JC0310"),
    ("JC0409", "JC0411"),
    ("JC0509", "JC0510"),
)
# The last of them joined its neighbour's branch eight months ago; before, it had its own.
YOUNG_JOINT_STATION = "JC0510"

# Branches whose secretary is not the station head but a deputy head.
SECRETARY_IS_DEPUTY = ("JC0101", "JC0106", "JC0203", "JC0305", "JC0402", "JC0407", "JC0504")
# Stations without a head: the deputy head acts.
HEADLESS_STATIONS = ("JC0207", "JC0506")
# Posts that nobody holds.
VACANT_POSTS = (
    ("JC0206", "safety_officer"),
    ("JC0209", "admin_officer"),
    ("JC0309", "safety_officer"),
    ("JC0408", "warehouse_keeper"),
    ("JC0410", "project_manager"),
    ("JC0507", "admin_officer"),
    ("JC0602", "labor_admin"),
)
LARGE_STATIONS = (
    "JC0101",
    "JC0102",
    "JC0103",
    "JC0104",
    "JC0201",
    "JC0301",
    "JC0401",
    "JC0501",
    "JC0601",
)
SMALL_STATIONS = (
    *("JC0109", "JC0110", "JC0111", "JC0112"),
    *("JC0205", "JC0206", "JC0207", "JC0208", "JC0209"),
    *("JC0306", "JC0307", "JC0308", "JC0309", "JC0310"),
    *("JC0408", "JC0409", "JC0410", "JC0411"),
    *("JC0506", "JC0507", "JC0508", "JC0509", "JC0510"),
    *("JC0607", "JC0608"),
)

_RURAL_POSTS = frozenset({"meter_reader", "om_repair", "account_manager", "metering_tech"})
_DIRECT_POSTS = frozenset({"station_head", "deputy_head", "billing_clerk", "project_manager"})


@dataclass
class _Builder:
    seed: int
    as_of: date
    persons: dict[str, Person] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.units = tuple(_units())
        self.names = person_names(seed=self.seed)
        self.long_ago = self.as_of - timedelta(days=1500)

    def build(self) -> World:
        for unit in self.units:
            self._staff(unit)
        self._staff_headless_stations()
        self._second_posts()
        self._transfers()
        self._leavers_and_newcomers()
        self._deputies()
        branches, coverages = self._branches()
        self._department_roles()
        self._party_members(branches)
        absences = self._absences()
        declarations, recusals = self._declarations()
        return World(
            seed=self.seed,
            as_of=self.as_of,
            units=self.units,
            branches=branches,
            coverages=coverages,
            persons=tuple(self.persons.values()),
            postings=tuple(self.postings),
            grants=tuple(self.grants),
            absences=absences,
            declarations=declarations,
            recusals=recusals,
        )

    def _ago(self, days: int) -> date:
        return self.as_of - timedelta(days=days)

    # --- people and posts -------------------------------------------------------------------

    def _staff(self, unit: Unit) -> None:
        if unit.kind == "city":
            staff: Iterable[tuple[str, int]] = places.CITY_STAFF
        elif unit.kind == "county":
            staff = places.COUNTY_STAFF
        else:
            staff = places.STATION_STAFF[_size(unit.code)].items()
        for position, count in staff:
            if (unit.code, position) in VACANT_POSTS:
                continue
            if position == "station_head" and unit.code in HEADLESS_STATIONS:
                continue
            cast = iter(places.CAST.get((unit.code, position), ()))
            for _ in range(count):
                self._hire(unit, position, name=next(cast, None))

    def _hire(
        self,
        unit: Unit,
        position: str,
        *,
        name: str | None = None,
        joined_on: date | None = None,
        kind: str = "regular",
    ) -> str:
        emp_no = f"3301{len(self.persons) + 1:06d}"
        rng = draw(self.seed, "person", emp_no)
        joined_on = joined_on or self._ago(rng.randint(1600, 11000))
        self.persons[emp_no] = Person(
            emp_no=emp_no,
            name=name or next(self.names),
            employment_type=_employment(unit, position, rng.random()),
            is_party_member=True,
            joined_on=joined_on,
        )
        self.postings.append(
            Posting(max(joined_on, self.long_ago), emp_no, unit.code, position, kind)
        )
        return emp_no

    def _staff_headless_stations(self) -> None:
        for number, code in enumerate(HEADLESS_STATIONS):
            unit = next(unit for unit in self.units if unit.code == code)
            vacant_since = self._ago(75 + 40 * number)
            former = self._hire(unit, "station_head")
            retired_on = vacant_since
            self._replace_posting(former, valid_to=retired_on - timedelta(days=1))
            self.persons[former] = replace(self.persons[former], left_on=retired_on)
            deputy = self._holders(code, "deputy_head")[0]
            self.postings.append(
                Posting(vacant_since, deputy, code, "station_head", "acting", is_main=False)
            )

    def _second_posts(self) -> None:
        for code in SMALL_STATIONS:
            for first, second in places.SECOND_POSTS.items():
                if (code, second) in VACANT_POSTS:
                    continue
                for emp_no in self._holders(code, first)[:1]:
                    self.postings.append(
                        Posting(self.long_ago, emp_no, code, second, is_main=False)
                    )

    def _transfers(self) -> None:
        """Move some people who now work beside a colleague in from another station."""
        rng = draw(self.seed, "transfers")
        stations = [unit.code for unit in self.units if unit.kind == "station"]
        cast = {name for names in places.CAST.values() for name in names}
        for position in ("account_manager", "om_repair"):
            for number in range(18):
                code = stations[(number * 7 + len(position)) % len(stations)]
                colleagues = self._holders(code, position)
                mover = colleagues[-1]
                if len(colleagues) < 2 or self.persons[mover].name in cast:
                    continue
                moved_on = self._ago(12 + number * 37 + rng.randint(0, 20))
                origin = stations[(number * 7 + len(position) + 23) % len(stations)]
                self._replace_posting(mover, valid_from=moved_on)
                self.postings.append(
                    Posting(
                        self.long_ago,
                        mover,
                        origin,
                        position,
                        valid_to=moved_on - timedelta(days=1),
                    )
                )

    def _leavers_and_newcomers(self) -> None:
        rng = draw(self.seed, "turnover")
        stations = [unit for unit in self.units if unit.kind == "station"]
        for number in range(16):
            unit = stations[(number * 11 + 5) % len(stations)]
            position = ("om_repair", "counter_clerk", "meter_reader")[number % 3]
            left_on = self._ago(20 + number * 41 + rng.randint(0, 20))
            leaver = self._hire(unit, position)
            self._replace_posting(leaver, valid_to=left_on - timedelta(days=1))
            self.persons[leaver] = replace(self.persons[leaver], left_on=left_on)
        newcomers = [("JC0101", "connection_clerk", "李想", 24)]
        newcomers += [
            (
                stations[(number * 13 + 8) % len(stations)].code,
                "om_repair" if number % 2 else "counter_clerk",
                "",
                24 + number,
            )
            for number in range(11)
        ]
        for code, position, name, days in newcomers:
            unit = next(unit for unit in stations if unit.code == code)
            self._hire(unit, position, name=name or None, joined_on=self._ago(days), kind="trainee")

    def _deputies(self) -> None:
        """Name in each main station post who stands in: a colleague, else the deputy head."""
        stations = {unit.code for unit in self.units if unit.kind == "station"}
        for index, posting in enumerate(self.postings):
            if posting.unit not in stations or not posting.holds_on(self.as_of):
                continue
            if posting.kind != "regular" or not posting.is_main:
                continue
            colleagues = [
                other
                for other in self._holders(posting.unit, posting.position)
                if other != posting.emp_no
            ]
            seconds = [
                other
                for other in self._holders(posting.unit, "deputy_head")
                if other != posting.emp_no
            ]
            stand_in = next(iter(colleagues + seconds), None)
            if stand_in is not None:
                self.postings[index] = replace(posting, deputy=stand_in)

    def _holders(self, unit: str, position: str) -> list[str]:
        return [
            posting.emp_no
            for posting in self.postings
            if posting.unit == unit
            and posting.position == position
            and posting.kind == "regular"
            and posting.holds_on(self.as_of)
        ]

    def _holder(self, unit: str, position: str) -> str:
        return self._holders(unit, position)[0]

    def _replace_posting(
        self, emp_no: str, *, valid_from: date | None = None, valid_to: date | None = None
    ) -> None:
        index = next(i for i, p in enumerate(self.postings) if p.emp_no == emp_no and p.is_main)
        posting = self.postings[index]
        self.postings[index] = replace(
            posting, valid_from=valid_from or posting.valid_from, valid_to=valid_to
        )

    # --- branches and roles -----------------------------------------------------------------

    def _branches(self) -> tuple[tuple[Branch, ...], tuple[Coverage, ...]]:
        branches: list[Branch] = []
        coverages: list[Coverage] = []
        lead_of = {second: first for first, second in JOINT_BRANCHES}
        joined_on = self._ago(243)
        for unit in self.units:
            code = f"Z{unit.code}"
            if unit.kind != "station":
                branches.append(Branch(code, f"{unit.name}机关党支部", unit.code))
                coverages.append(Coverage(self.long_ago, code, unit.code))
                self._grant_branch_roles(
                    code,
                    secretaries=[self._holder(unit.code, "party_affairs")],
                    member=self._holders(unit.code, "clerk")[0],
                )
                continue
            if unit.code in lead_of:
                lead = lead_of[unit.code]
                since = joined_on if unit.code == YOUNG_JOINT_STATION else self.long_ago
                coverages.append(Coverage(since, f"Z{lead}", unit.code))
                if unit.code == YOUNG_JOINT_STATION:
                    branches.append(Branch(code, f"{unit.name}党支部", unit.code))
                    ended = joined_on - timedelta(days=1)
                    coverages.append(Coverage(self.long_ago, code, unit.code, valid_to=ended))
                    self.grants.append(
                        Grant(
                            self.long_ago,
                            self._holder(unit.code, "station_head"),
                            "branch_secretary",
                            branch=code,
                            valid_to=ended,
                        )
                    )
                continue
            partner = next((b for a, b in JOINT_BRANCHES if a == unit.code), None)
            name = unit.name
            if partner is not None:
                other = next(u.name for u in self.units if u.code == partner)
                name = f"{unit.name}{other}联合"
            branches.append(Branch(code, f"{name}党支部", unit.code))
            coverages.append(Coverage(self.long_ago, code, unit.code))
            self._grant_branch_roles(
                code,
                secretaries=self._station_secretaries(unit.code),
                member=self._holder(unit.code, "usage_inspector"),
            )
        return tuple(branches), tuple(coverages)

    def _station_secretaries(self, code: str) -> list[str]:
        """Return the secretary of today, after the one before where there was a change."""
        deputy = self._holders(code, "deputy_head")[-1]
        if code in SECRETARY_IS_DEPUTY or code in HEADLESS_STATIONS:
            return [deputy]
        head = self._holder(code, "station_head")
        changed = draw(self.seed, "secretary", code).random() < 0.12
        return [deputy, head] if changed else [head]

    def _grant_branch_roles(self, branch: str, *, secretaries: list[str], member: str) -> None:
        since = self.long_ago
        days = draw(self.seed, "secretary change", branch).randint(90, 600)
        for secretary in secretaries[:-1]:
            self.grants.append(
                Grant(
                    since,
                    secretary,
                    "branch_secretary",
                    branch=branch,
                    valid_to=self._ago(days + 1),
                )
            )
            since = self._ago(days)
        self.grants.append(Grant(since, secretaries[-1], "branch_secretary", branch=branch))
        self.grants.append(Grant(self.long_ago, member, "branch_discipline_member", branch=branch))

    def _department_roles(self) -> None:
        city = places.CITY_CODE
        counties = [unit.code for unit in self.units if unit.kind == "county"]
        for unit in (city, *counties):
            for position, role in (
                ("discipline_director", "discipline_head"),
                ("discipline_clerk", "discipline_officer"),
                ("training_clerk", "training_officer"),
                ("general_manager", "leader"),
                ("party_secretary", "leader"),
                ("discipline_secretary", "leader"),
            ):
                self._grant_to_holders(unit, position, role)
            for position in places.COUNTY_REVIEWERS:
                self._grant_to_holders(unit, position, "business_reviewer")
        self._grant_to_holders(city, "discipline_deputy", "discipline_head")
        self._grant_to_holders(city, "marketing_dept", "business_reviewer", first=1)
        self._grant_to_holders(city, "publicity", "editor")
        self._grant_to_holders(city, "inspection_clerk", "inspection_liaison")
        self._grant_to_holders(city, "legal_dept", "rule_admin")
        self._grant_to_holders(city, "digital_dept", "system_admin", first=1)
        self._grant_to_holders(city, "security_dept", "security_admin")
        self._grant_to_holders(city, "audit_dept", "auditor", first=1)

    def _grant_to_holders(
        self, unit: str, position: str, role: str, *, first: int | None = None
    ) -> None:
        for emp_no in self._holders(unit, position)[:first]:
            self.grants.append(Grant(self.long_ago, emp_no, role, unit=unit))

    def _party_members(self, branches: Iterable[Branch]) -> None:
        """Make two in five no Party members, never one whose role asks for membership."""
        must = {
            grant.emp_no
            for grant in self.grants
            if grant.role
            in {
                "branch_secretary",
                "branch_discipline_member",
                "discipline_officer",
                "discipline_head",
                "leader",
                "inspection_liaison",
            }
        }
        for branch in branches:
            must.update(self._holders(branch.unit, "station_head"))
        employed = [p for p in self.persons.values() if p.left_on is None]
        # The walk-through shows that the duty to learn does not hang on membership.
        others = {next(p.emp_no for p in employed if p.name == "周敏")}
        free = [p.emp_no for p in employed if p.emp_no not in must | others]
        quota = round(NON_MEMBER_SHARE * len(employed))
        others.update(draw(self.seed, "members").sample(free, quota - len(others)))
        for emp_no in others:
            self.persons[emp_no] = replace(self.persons[emp_no], is_party_member=False)

    # --- absences, relatives, interests -----------------------------------------------------

    def _absences(self) -> tuple[Absence, ...]:
        rng = draw(self.seed, "absences")
        cast = {name for names in places.CAST.values() for name in names}
        pool = [p.emp_no for p in self.persons.values() if p.left_on is None and p.name not in cast]
        people = rng.sample(pool, 36)
        absences = []
        for number, emp_no in enumerate(people):
            if number < 9:
                start, days = self._ago(rng.randint(1, 4)), rng.randint(8, 20)
            elif number < 14:
                start, days = self.as_of + timedelta(days=rng.randint(3, 20)), rng.randint(3, 10)
            else:
                start, days = self._ago(rng.randint(30, 500)), rng.randint(3, 20)
            kind = ("leave", "leave", "sick", "leave", "secondment")[number % 5]
            absences.append(Absence(start, emp_no, kind, valid_to=start + timedelta(days=days)))
        return tuple(absences)

    def _declarations(self) -> tuple[tuple[Declaration, ...], tuple[Recusal, ...]]:
        rng = draw(self.seed, "declarations")
        cast = {name for names in places.CAST.values() for name in names}
        stations = [unit.code for unit in self.units if unit.kind == "station"]
        declarations: list[Declaration] = []
        recusals: list[Recusal] = []
        for number in range(20):
            code = stations[(number * 3 + 1) % len(stations)]
            colleagues = [
                p.emp_no
                for p in self.postings
                if p.unit == code
                and p.is_main
                and p.kind == "regular"
                and p.holds_on(self.as_of)
                and self.persons[p.emp_no].name not in cast
            ]
            first, second = rng.sample(colleagues, 2)
            tie = ("配偶", "兄弟姐妹", "父母子女", "姻亲")[number % 4]
            since = self._ago(rng.randint(60, 1000))
            text = f"与{self.persons[second].name}系{tie}关系"
            declarations.append(Declaration(since, first, "relative", text, relative=second))
            if number % 2:
                text = f"与{self.persons[first].name}系{tie}关系"
                declarations.append(Declaration(since, second, "relative", text, relative=first))
            if number % 5 == 0:
                recusals.append(Recusal(since, first, second, f"{tie}关系"))
        interests = (
            "配偶在辖区一家电力安装公司任职",
            "兄弟经营辖区一家五金建材店，曾供货本单位",
            "本人持有一家物业公司股份",
            "父母名下厂房为辖区10千伏专变客户",
        )
        for number in range(16):
            code = stations[(number * 5 + 2) % len(stations)]
            position = ("account_manager", "admin_officer", "project_manager")[number % 3]
            for emp_no in self._holders(code, position)[-1:]:
                declarations.append(
                    Declaration(
                        self._ago(rng.randint(60, 700)), emp_no, "interest", interests[number % 4]
                    )
                )
        officer = next(p.emp_no for p in self.persons.values() if p.name == "方琳")
        other = self._holders("JC0103", "account_manager")[0]
        since = self._ago(320)
        declarations.append(
            Declaration(since, officer, "relative", "表亲在城南供电所", relative=other)
        )
        recusals.append(Recusal(since, officer, other, "近亲属关系"))
        return tuple(declarations), tuple(recusals)


def _size(code: str) -> str:
    if code in LARGE_STATIONS:
        return places.LARGE
    return places.SMALL if code in SMALL_STATIONS else places.MEDIUM


def _employment(unit: Unit, position: str, chance: float) -> str:
    if unit.kind != "station" or position in _DIRECT_POSTS:
        return "direct" if unit.kind != "station" or chance < 0.85 else "rural"
    rural = 0.75 if position in _RURAL_POSTS else 0.55
    if chance < rural:
        return "rural"
    return "dispatched" if chance < rural + 0.15 else "direct"
