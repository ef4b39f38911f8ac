"""The weeks of people: their claims, their working days and their leave."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

from common.calendar import is_workday
from people.models import Absence, Employee
from planning.registry import Claim, Span, claims_on
from planning.services.scheduling import HORIZON, Calendar, Week, plan_week


def week_of(*, employee: Employee, now: datetime) -> Week:
    """Return what a person's week asks for, from rows as they are now."""
    return weeks_of(employees=[employee.pk], now=now)[employee.pk]


def weeks_of(*, employees: Sequence[int], now: datetime) -> dict[int, Week]:
    """Return the weeks of these employees by key; as many queries for a thousand as for one."""
    span = Span.at(now)
    claims: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims_on(employees, span):
        claims[claim.employee_id].append(claim)
    away: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    absences = Absence.objects.filter(employee__in=employees, valid_from__lte=span.monday + HORIZON)
    for employee, first, last in absences.exclude(valid_to__lt=span.monday).values_list(
        "employee", "valid_from", "valid_to"
    ):
        away[employee].append((first, last))
    workdays = list(_workdays_from(span.monday))
    return {
        employee: plan_week(claims[employee], Calendar.of(span, workdays, away[employee]))
        for employee in employees
    }


@cache
def _workdays_from(monday: date) -> tuple[date, ...]:
    days = (monday + timedelta(days=n) for n in range(HORIZON.days))
    return tuple(day for day in days if is_workday(day))
