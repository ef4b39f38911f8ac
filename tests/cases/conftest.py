"""Who looks after the library, who lectures, and who reads."""

from datetime import datetime
from typing import Any

import pytest

from cases.models import CasePage
from people.models import Employee, Role, User
from tests.factories import (
    CasePageFactory,
    CityFactory,
    PartyBranchFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
    UserFactory,
)


def account(role: Role | None = None, **posting: Any) -> User:
    """Return the account of an employee with a post, and with a role of the city or a branch."""
    employee: Employee = PostingFactory(position=PositionFactory(), **posting).employee
    if role in {Role.BRANCH_SECRETARY, Role.BRANCH_DISCIPLINE_MEMBER}:
        RoleGrantFactory(employee=employee, role=role, unit=None, branch=PartyBranchFactory())
    elif role is not None:
        RoleGrantFactory(employee=employee, role=role, unit=CityFactory())
    return UserFactory(employee=employee)


@pytest.fixture
def editor() -> User:
    return account(Role.EDITOR)


@pytest.fixture
def second_editor() -> User:
    return account(Role.EDITOR)


@pytest.fixture
def officer() -> User:
    return account(Role.DISCIPLINE_OFFICER)


@pytest.fixture
def reader() -> User:
    return account()


@pytest.fixture
def draft(editor) -> CasePage:
    """A case that the editor wrote and nobody has published."""
    case = CasePageFactory(
        code="AL-01",
        live=False,
        has_unpublished_changes=True,
        risk_points=[RiskPointPageFactory(code="GF-09")],
        positions=[PositionFactory()],
    )
    case.save_revision(user=editor)
    return case


def rewrite(case: CasePage, by: User, **fields: Any) -> CasePage:
    """Change the draft of a case as a form would, and return the draft."""
    text = CasePage.objects.get(pk=case.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(text, name, value)
    text.save_revision(user=by)
    return text


def confirm(case: CasePage, by: User, now: datetime) -> None:
    """Have the draft of a case confirmed."""
    from cases.services import confirm_deidentified

    digest = CasePage.objects.get(pk=case.pk).get_latest_revision_as_object().text_digest()
    confirm_deidentified(case=case, digest=digest, by=by, now=now)
