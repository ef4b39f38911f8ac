"""The one rule of who may see what: a scope is worked out once and every queryset asks it.

``visible_to(user)`` of a queryset builds on ``user.scope``. Access is judged by today's date and by
nothing else; the superuser flag is ignored on purpose.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from people.models.organisation import OrgUnit
from people.models.posts import Posting
from people.models.roles import Role, RoleGrant

if TYPE_CHECKING:
    from people.models.accounts import User
    from people.models.persons import Employee

HEAD_POSITION = "station_head"
DEPUTY_HEAD_POSITION = "deputy_head"


@dataclass(frozen=True, slots=True)
class Scope:
    """Today's posts and roles of one account, as sets to ask questions of."""

    employee: "Employee | None"
    on: date
    unit_paths: dict[Role, tuple[str, ...]] = field(default_factory=dict)
    branch_ids: dict[Role, frozenset[int]] = field(default_factory=dict)
    postings: tuple[Posting, ...] = ()

    @classmethod
    def of(cls, user: "User") -> "Scope":
        """Return the scope of an account today; an account without an employee sees nothing."""
        today = timezone.localdate()
        if not user.is_active or user.employee is None:
            return cls(employee=None, on=today)
        return cls.held_by(user.employee, on=today)

    @classmethod
    def held_by(cls, employee: "Employee", *, on: date) -> "Scope":
        """Return the posts and roles of a person on a day: what a service asks who may act."""
        if employee.left_on is not None and employee.left_on <= on:
            return cls(employee=None, on=on)
        unit_paths: dict[Role, list[str]] = {}
        branch_ids: dict[Role, set[int]] = {}
        grants = RoleGrant.objects.of(employee, on=on).select_related("unit")
        for grant in grants.order_by("pk"):
            role = Role(grant.role)
            if grant.unit is not None:
                unit_paths.setdefault(role, []).append(grant.unit.path)
            if grant.branch_id is not None:
                branch_ids.setdefault(role, set()).add(grant.branch_id)
        return cls(
            employee=employee,
            on=on,
            unit_paths={role: tuple(paths) for role, paths in unit_paths.items()},
            branch_ids={role: frozenset(ids) for role, ids in branch_ids.items()},
            postings=tuple(employee.current_postings(on=on)),
        )

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held today."""
        return frozenset(self.unit_paths) | frozenset(self.branch_ids)

    def has(self, *roles: Role) -> bool:
        """Return whether any of the roles is held today."""
        return any(role in self.unit_paths or role in self.branch_ids for role in roles)

    def units(self, *roles: Role, path: str = "path") -> Q:
        """Return the condition that a unit lies in the scope of one of the roles.

        ``path`` is the lookup that leads to ``OrgUnit.path``; without a role nothing matches.
        """
        condition = Q(pk__in=[])
        for role in roles:
            for prefix in self.unit_paths.get(role, ()):
                condition |= Q(**{f"{path}__startswith": prefix})
        return condition

    def reaches(self, unit: OrgUnit | None, *roles: Role) -> bool:
        """Return whether one of the roles reaches the unit.

        A missing unit belongs to the company's own inbox: only a city-wide role reaches it.
        """
        path = unit.path if unit is not None else ""
        return any(
            path.startswith(prefix) if path else prefix.count("/") == 1
            for role in roles
            for prefix in self.unit_paths.get(role, ())
        )

    def headed_unit_ids(self) -> set[int]:
        """Return the stations whose head this person is today, acting heads included."""
        return self.unit_ids_held_as([HEAD_POSITION])

    def unit_ids_held_as(self, position_codes: Iterable[str]) -> set[int]:
        """Return the units where one of the positions is held today."""
        codes = set(position_codes)
        return {p.unit_id for p in self.postings if p.position.code in codes}

    def position_ids(self) -> set[int]:
        """Return the positions held today."""
        return {p.position_id for p in self.postings}
