"""How often a branch is to hold what: one row a rule, with its source. Read it as a table.

``verified`` tells whether the number stands in the source as quoted; what does not is shown with
待核 and has to be checked by the Party committee's office before it is relied on.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from education_sessions.models import Audience, Period, SessionKind

BRANCH_RULES = "《中国共产党支部工作条例（试行）》"
HOUSE = "企业做法，可调整"


@dataclass(frozen=True, slots=True)
class Cadence:
    """At least so many times a period, for at least that list of people."""

    kind: SessionKind
    times: int
    period: Period
    audience: Audience
    source: str
    verified: bool

    @property
    def label(self) -> str:
        """The rule in words: 每季度1次."""
        return f"{self.period.label}{self.times}次"


_K, _P, _A = SessionKind, Period, Audience

# fmt: off
CADENCES = (
    Cadence(_K.MEMBER_MEETING,    1, _P.QUARTER,    _A.MEMBERS,   BRANCH_RULES, verified=True),
    Cadence(_K.COMMITTEE,         1, _P.MONTH,      _A.COMMITTEE, f"{BRANCH_RULES}第十二条", verified=True),  # noqa: E501
    Cadence(_K.PARTY_DAY,         1, _P.MONTH,      _A.MEMBERS,   f"{BRANCH_RULES}第十六条", verified=True),  # noqa: E501
    Cadence(_K.PARTY_LECTURE,     1, _P.QUARTER,    _A.MEMBERS,   f"{BRANCH_RULES}第十六条写“定期”，每季度为演示口径", verified=False),  # noqa: E501
    Cadence(_K.LIFE_MEETING,      1, _P.YEAR,       _A.MEMBERS,   f"{BRANCH_RULES}第十七条", verified=True),  # noqa: E501
    Cadence(_K.APPRAISAL,         1, _P.YEAR,       _A.MEMBERS,   f"{BRANCH_RULES}，条号未核", verified=False),  # noqa: E501
    Cadence(_K.HEART_TALK_DAY,    1, _P.YEAR,       _A.MEMBERS,   f"谈心谈话每年一般不少于1次；“谈心日”为{HOUSE}", verified=False),  # noqa: E501
    Cadence(_K.WARNING_EDUCATION, 1, _P.TWO_MONTHS, _A.ALL_STAFF, f"年度教育节奏，{HOUSE}", verified=False),  # noqa: E501
    Cadence(_K.FILM,              1, _P.QUARTER,    _A.ALL_STAFF, f"公司一年11次，每支部次数为演示口径，{HOUSE}", verified=False),  # noqa: E501
    Cadence(_K.CASE_LECTURE,      1, _P.QUARTER,    _A.ALL_STAFF, f"公司一年26次，每支部次数为演示口径，{HOUSE}", verified=False),  # noqa: E501
    Cadence(_K.MICRO_LESSON,      1, _P.MONTH,      _A.ALL_STAFF, f"每月定期，{HOUSE}", verified=False),  # noqa: E501
)
# fmt: on


def period_of(period: Period, day: date) -> tuple[date, date]:
    """Return the first and the last day of the period of the calendar year that the day lies in."""
    first_month = (day.month - 1) // period.months * period.months + 1
    first = date(day.year, first_month, 1)
    after = first_month + period.months
    end = date(day.year + 1, 1, 1) if after > 12 else date(day.year, after, 1)
    return first, end - timedelta(days=1)
