"""Who is asked to explain a finding, and who must not be asked to look into it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from people.models import (
    Declaration,
    DeclarationKind,
    Employee,
    OrgUnit,
    Posting,
    Recusal,
    Role,
    RoleGrant,
    UnitKind,
)
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION
from people.services import declared_with, related_colleagues


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is asked, whom the data name, and whether the data name the one who is asked."""

    receiver: Employee | None
    named_person: Employee | None

    @property
    def is_named_by_data(self) -> bool:
        """Whether the data themselves say who should explain."""
        return self.named_person is not None and self.named_person == self.receiver


class Addressees:
    """Resolves receivers on one day; loads posts and roles once, so that a run stays cheap."""

    def __init__(self, *, on: date) -> None:
        self.on = on
        self._units = {unit.code: unit for unit in OrgUnit.objects.all()}
        self._units_by_id = {unit.pk: unit for unit in self._units.values()}
        self._employees = {e.emp_no: e for e in Employee.objects.all()}
        self._holders: dict[tuple[int, str], list[Employee]] = {}
        postings = (
            Posting.objects.in_force(on=on)
            .select_related("employee", "position")
            .order_by("-is_main", "pk")
        )
        for posting in postings:
            key = (posting.unit_id, posting.position.code)
            self._holders.setdefault(key, []).append(posting.employee)
        self._officers: dict[int, Employee] = {}
        grants = RoleGrant.objects.in_force(on=on).filter(role=Role.DISCIPLINE_OFFICER)
        for grant in grants.select_related("employee").order_by("pk"):
            if grant.unit_id is not None:
                self._officers.setdefault(grant.unit_id, grant.employee)

    def unit(self, org_code: str | None) -> OrgUnit | None:
        """Return the unit of a code of the business systems."""
        return self._units.get(org_code) if org_code else None

    def resolve(
        self, *, unit: OrgUnit | None, emp_no: str | None, position: str, level: str
    ) -> Addressee:
        """Return who is asked: the person the data name, else by post, else by role.

        By post: the only holder of the position at the station, else the station head, else (the
        head is the subject, or missing) the county officer, else (no station) the city officer.
        """
        named = self._employees.get(emp_no) if emp_no else None
        if named is not None and self._is_employed(named):
            return Addressee(receiver=named, named_person=named)
        if unit is None:
            return Addressee(receiver=self._city_officer(), named_person=named)
        seat = self._county_of(unit) if level == "county" else unit
        holders = self._holders.get((seat.pk, position), []) if seat is not None else []
        if len(holders) == 1 and holders[0] != named:
            return Addressee(receiver=holders[0], named_person=named)
        heads = [h for h in self._holders.get((unit.pk, HEAD_POSITION), []) if h != named]
        if heads:
            return Addressee(receiver=heads[0], named_person=named)
        return Addressee(receiver=self._county_officer(unit), named_person=named)

    def head_of(self, unit: OrgUnit | None) -> Employee | None:
        """Return the head of a station."""
        holders = self._holders.get((unit.pk, HEAD_POSITION), []) if unit is not None else []
        return holders[0] if holders else None

    def _is_employed(self, employee: Employee) -> bool:
        return employee.joined_on <= self.on and (
            employee.left_on is None or employee.left_on > self.on
        )

    def _county_of(self, unit: OrgUnit) -> OrgUnit | None:
        walker: OrgUnit | None = unit
        while walker is not None and walker.kind == UnitKind.STATION:
            walker = self._units_by_id.get(walker.parent_id or 0)
        return walker

    def _county_officer(self, unit: OrgUnit) -> Employee | None:
        walker: OrgUnit | None = unit
        while walker is not None:
            if walker.pk in self._officers:
                return self._officers[walker.pk]
            walker = self._units_by_id.get(walker.parent_id or 0)
        return None

    def _city_officer(self) -> Employee | None:
        for unit in self._units.values():
            if unit.kind == UnitKind.CITY:
                return self._officers.get(unit.pk)
        return None


def head_of(unit: OrgUnit | None, *, on: date) -> Employee | None:
    """Return the head of a station on a day; costs one query."""
    return _holder(unit, HEAD_POSITION, on=on)


def deputy_head_of(unit: OrgUnit | None, *, on: date) -> Employee | None:
    """Return the deputy head of a station on a day; costs one query."""
    return _holder(unit, DEPUTY_HEAD_POSITION, on=on)


def _holder(unit: OrgUnit | None, code: str, *, on: date) -> Employee | None:
    if unit is None:
        return None
    posting = (
        Posting.objects.at(unit_id=unit.pk, position_code=code, on=on)
        .select_related("employee")
        .order_by("-is_main", "pk")
        .first()
    )
    return posting.employee if posting is not None else None


def officer_for(unit: OrgUnit | None, *, on: date) -> Employee | None:
    """Return the discipline officer nearest to a unit: its county's, else the city's."""
    grants = (
        RoleGrant.objects.in_force(on=on)
        .filter(role=Role.DISCIPLINE_OFFICER, unit__isnull=False)
        .select_related("employee", "unit")
        .order_by("pk")
    )
    nearest: tuple[int, Employee] | None = None
    for grant in grants:
        if grant.unit is None:
            continue
        prefix = grant.unit.path
        reaches = unit.path.startswith(prefix) if unit is not None else prefix.count("/") == 1
        if reaches and (nearest is None or len(prefix) > nearest[0]):
            nearest = (len(prefix), grant.employee)
    return nearest[1] if nearest is not None else None


def stand_in_for(receiver: Employee | None, *, unit: OrgUnit | None, on: date) -> Employee | None:
    """Return who handles an order instead of its receiver; None while the receiver is there.

    An absent receiver's deputy by the posting, else the station head; for a vacant post the
    station head.
    """
    if receiver is not None and not receiver.is_absent(on=on):
        return None
    if receiver is not None and unit is not None:
        posting = (
            Posting.objects.in_force(on=on)
            .filter(employee=receiver, unit=unit, deputy__isnull=False)
            .select_related("deputy")
            .order_by("-is_main", "pk")
            .first()
        )
        if posting is not None and posting.deputy is not None:
            return posting.deputy
    head = head_of(unit, on=on)
    if head is None or head == receiver:
        deputy = deputy_head_of(unit, on=on)
        return deputy if deputy != receiver else None
    return head


def standing_aside(
    *, about: frozenset[int], on: date, counterparties: Iterable[str] = ()
) -> set[int]:
    """Return who has to keep away from any of these people or firms; costs four queries.

    Declared relatives, whichever of the two declared it and where, who recused himself, and who
    declared a post or a share in one of the firms.
    """
    related = (
        Declaration.objects.in_force(on=on)
        .filter(kind=DeclarationKind.RELATIVE)
        .filter(Q(relative__in=about) | Q(employee__in=about), relative__isnull=False)
        .values_list("employee", "relative")
    )
    recused = Recusal.objects.in_force(on=on).filter(about__in=about)
    aside = {pk for pair in related for pk in pair if pk not in about}
    aside |= related_colleagues(about=about) | declared_with(counterparties)
    return aside | set(recused.values_list("employee", flat=True))


def must_stand_aside(person: Employee, *, about: frozenset[int], on: date) -> bool:
    """Return whether a declaration or a recusal keeps a person away from any of these people."""
    return person.pk in standing_aside(about=about, on=on)
