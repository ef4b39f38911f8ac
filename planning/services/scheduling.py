"""Which minutes of a person's claims belong to this week; no row is read here.

A week asks for fifteen minutes. What has a last day is spread evenly over the weeks until then; it
goes above fifteen only where it could not be done otherwise, and then by as little as possible.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from common.formats import zh_minutes
from planning.registry import Claim, Part, Rank, Span

WEEK_SECONDS = 15 * 60
# Below this it is not worth sitting down for a course.
SHORTEST_SLICE = 5 * 60
FULL_WEEK_DAYS = 5
HORIZON = timedelta(weeks=54)
NAMED_PARTS = 2

ENOUGH = "这周的学习够了，剩下的下周再来。"
ENOUGH_WITH_THESE = "这周学这些就够了，剩下的下周再来。"
MORE_THAN_USUAL = "有的学习快到最迟完成日了，这周会比平常多几分钟。"
AWAY = "请假期间不安排学习，回来以后再接着来。"
DAYS_OFF = "这周休息，不安排学习，下周再来。"


@dataclass(frozen=True, slots=True)
class Share:
    """What this week asks of one claim."""

    claim: Claim
    parts: tuple[Part, ...]

    @property
    def seconds(self) -> int:
        """About how long it takes."""
        return sum(part.seconds for part in self.parts)

    @property
    def is_slice(self) -> bool:
        """Whether something of it is left for later weeks."""
        return self.seconds < self.claim.left

    @property
    def in_words(self) -> str:
        """What of it, and about how long: 这周学课时“…”，约10分钟."""
        names = [part.name for part in self.parts]
        more = f"等{len(names)}样" if len(names) > NAMED_PARTS else ""
        return f"这周学{'、'.join(names[:NAMED_PARTS])}{more}，{zh_minutes(self.seconds)}"


@dataclass(frozen=True, slots=True)
class Week:
    """A person's week: what it still asks, what waits, what was done, and why, in one sentence.

    ``waiting`` holds what has no share this week, with what only waits for somebody else.
    """

    shares: list[Share]
    waiting: list[Claim]
    done: int
    budget: int
    reason: str

    @property
    def seconds(self) -> int:
        """How many seconds are still asked for this week."""
        return sum(share.seconds for share in self.shares)

    def share_of(self, key: str) -> Share | None:
        """Return what is asked of a claim this week, by its key."""
        return next((share for share in self.shares if share.claim.key == key), None)


@dataclass(slots=True)
class _Taken:
    """What was taken into the week so far."""

    parts: dict[str, list[Part]] = field(default_factory=dict)
    seconds: int = 0

    def left_of(self, claim: Claim) -> int:
        return claim.left - sum(part.seconds for part in self.parts.get(claim.key, ()))

    def take(self, claim: Claim, most: int) -> int:
        """Take parts of a claim in their order until so much is taken; return how much that is.

        The last one is taken whole if it cannot be broken off, or little would be left of it.
        """
        taken = sum(part.seconds for part in self.parts.get(claim.key, ()))
        added = 0
        for part in claim.parts:
            if added >= most:
                break
            if taken >= part.seconds:
                taken -= part.seconds
                continue
            rest, taken = part.seconds - taken, 0
            piece = rest
            if part.splits:
                wanted = max(most - added, SHORTEST_SLICE)
                piece = wanted if rest - wanted >= SHORTEST_SLICE else rest
            self._add(claim, replace(part, seconds=piece))
            added += piece
        self.seconds += added
        return added

    def _add(self, claim: Claim, piece: Part) -> None:
        pieces = self.parts.setdefault(claim.key, [])
        if pieces and piece.splits and pieces[-1].name == piece.name:
            piece = replace(piece, seconds=pieces.pop().seconds + piece.seconds)
        pieces.append(piece)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A person's days of learning: working days without leave, from Monday on."""

    span: Span
    workdays: list[date]
    learning: list[date]

    @classmethod
    def of(
        cls, span: Span, workdays: list[date], away: Sequence[tuple[date, date | None]]
    ) -> "Calendar":
        """Return the days of a person who is away from and to these days."""
        if not away:
            return cls(span, workdays, workdays)
        present = [
            day
            for day in workdays
            if not any(first <= day and (last is None or day <= last) for first, last in away)
        ]
        return cls(span, workdays, present)

    @property
    def ahead(self) -> list[date]:
        """The days that are left, today included."""
        return self.learning[bisect_left(self.learning, self.span.today) :]

    @property
    def is_today(self) -> bool:
        """Whether today is one of them."""
        return bool(self.ahead) and self.ahead[0] == self.span.today

    def room(self, week: int, until: date | None = None) -> int:
        """Return how many seconds a week may ask for, to its end or until a day; 0 is this week.

        A week asks for less where it has fewer days of learning.
        """
        monday = self.span.monday + timedelta(weeks=week)
        after = monday + timedelta(days=7) if until is None else until + timedelta(days=1)
        days = bisect_left(self.learning, after) - bisect_left(self.learning, monday)
        return WEEK_SECONDS * min(days, FULL_WEEK_DAYS) // FULL_WEEK_DAYS

    def week_of(self, day: date) -> int:
        """Return in which week a day lies."""
        return (day - self.span.monday).days // 7

    def last_day(self, done_by: date) -> date | None:
        """Return the last day on which something can still be done in time.

        Days of leave to come will put the last day off, so they are reckoned with already. None
        for who is not coming back as far as anybody knows: the clock stands still.
        """
        ahead = self.ahead
        if not ahead:
            return None
        start = self.span.today if self.is_today else self.span.today + timedelta(days=1)
        days = bisect_right(self.workdays, done_by) - bisect_left(self.workdays, start)
        return ahead[min(max(days, 1), len(ahead)) - 1]


def plan_week(claims: Iterable[Claim], calendar: Calendar) -> Week:
    """Return what a person's week asks for.

    In this order: what must be done this week or it is missed; learning that a work order brought;
    an even share of what is due later; what is overdue, as far as the budget goes; small things
    that fit; and reviews in what is left of the budget.
    """
    claims = sorted(claims, key=lambda claim: _urgency(claim, calendar.span.today))
    budget = calendar.room(0)
    done = sum(claim.done for claim in claims)
    taken = _Taken()
    duties = [claim for claim in claims if claim.rank < Rank.REVIEW]
    dated = [
        claim for claim in duties if claim.due_on is not None and not _is_late(claim, calendar)
    ]
    late = [claim for claim in duties if _is_late(claim, calendar)]
    last_days = {
        claim.key: last
        for claim in dated
        if claim.done_by is not None and (last := calendar.last_day(claim.done_by)) is not None
    }
    for claim in dated:
        if claim.key in last_days and calendar.week_of(last_days[claim.key]) == 0:
            taken.take(claim, claim.left)
    level = _level(dated, last_days, calendar)
    _fill(taken, dated, most=level - sum(claim.done for claim in dated) - taken.seconds)
    _fill(taken, late, most=budget - sum(claim.done for claim in late))
    for claim in duties:
        left = taken.left_of(claim)
        small = len(claim.parts) == 1 and not claim.parts[0].splits
        if small and left and done + taken.seconds + left <= budget:
            taken.take(claim, left)
    for claim in claims:
        if claim.rank >= Rank.REVIEW:
            _fit(taken, claim, calendar, room=budget - done - taken.seconds)
    shares = [
        Share(claim, tuple(taken.parts[claim.key])) for claim in claims if claim.key in taken.parts
    ]
    waiting = [claim for claim in claims if claim.key not in taken.parts and not claim.is_over]
    return Week(
        shares=shares,
        waiting=waiting,
        done=done,
        budget=budget,
        reason=_reason(shares, waiting, calendar, over=done + taken.seconds - budget),
    )


def _urgency(claim: Claim, today: date) -> tuple[bool, Rank, date, str]:
    is_late = claim.due_on is not None and claim.due_on < today
    return not is_late, claim.rank, claim.due_on or date.max, claim.key


def _is_late(claim: Claim, calendar: Calendar) -> bool:
    return claim.due_on is not None and claim.due_on < calendar.span.today


def _level(dated: list[Claim], last_days: dict[str, date], calendar: Calendar) -> int:
    """Return how much of what has a last day this week must take so that no week need take more.

    For the work due by each last day: its share of the room until then. The greatest one counts.
    """
    by_day: dict[date, int] = {}
    for claim in dated:
        if claim.key in last_days:
            day = last_days[claim.key]
            by_day[day] = by_day.get(day, 0) + claim.left + claim.done
    level, work, room, seen = 0, 0, 0, 0
    this_week = calendar.room(0)
    for day in sorted(by_day):
        work += by_day[day]
        week = calendar.week_of(day)
        room += sum(calendar.room(each) for each in range(seen, week))
        seen = week
        until = room + calendar.room(week, until=day)
        level = max(level, work if week == 0 else -(-work * this_week // until))
    return level


def _fill(taken: _Taken, claims: Iterable[Claim], *, most: int) -> None:
    for claim in claims:
        if most <= 0:
            return
        most -= taken.take(claim, min(most, taken.left_of(claim)))


def _fit(taken: _Taken, claim: Claim, calendar: Calendar, *, room: int) -> None:
    """Take as many parts as there is room for, and as the days that are left may ask for."""
    if claim.daily is not None:
        sunday = calendar.span.monday + timedelta(days=6)
        days = bisect_right(calendar.ahead, sunday)
        room = min(room, days * claim.daily - (claim.done_today if calendar.is_today else 0))
    fitting = 0
    for part in claim.parts:
        if fitting + part.seconds > room:
            break
        fitting += part.seconds
    if fitting:
        taken.take(claim, fitting)


def _reason(shares: list[Share], waiting: list[Claim], calendar: Calendar, *, over: int) -> str:
    waits = any(claim.parts for claim in waiting)
    if not shares and waits and not calendar.room(0):
        return AWAY if calendar.workdays != calendar.learning else DAYS_OFF
    if over > 0 and shares:
        return MORE_THAN_USUAL
    if waits or any(share.is_slice for share in shares):
        return ENOUGH_WITH_THESE if shares else ENOUGH
    return ""
