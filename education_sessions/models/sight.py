"""Whose branches a person may look at, and whose rolls a person keeps."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from people.models import BranchCoverage, PartyBranch, Role
from people.models.roles import BRANCH_ROLES

if TYPE_CHECKING:
    from people.scope import Scope

COUNTY_ROLES = (Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)


def kept_branches(scope: "Scope") -> frozenset[int]:
    """Return the branches whose secretary or discipline member the person is today."""
    return frozenset().union(*(scope.branch_ids.get(role, frozenset()) for role in BRANCH_ROLES))


def seen_branches(scope: "Scope") -> "QuerySet[PartyBranch]":
    """Return the branches whose plan and sessions the person sees.

    Secretary and discipline member see their own, the head of a station the one that answers for
    it, discipline officers and heads of the county or city those in their scope.
    """
    headed = BranchCoverage.objects.in_force(on=scope.on).filter(unit__in=scope.headed_unit_ids())
    return PartyBranch.objects.filter(
        Q(pk__in=kept_branches(scope))
        | Q(pk__in=headed.values("branch"))
        | scope.units(*COUNTY_ROLES, path="unit__path")
    )
