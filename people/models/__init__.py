"""Who works where, in which posts and roles, and which Party branch answers for them.

Stores accounts, employees, rosters as they came, units, branches, posts, postings with dates,
roles with scope and dates, commitments, declarations, recusals and absences. Stores nothing about
learning or warnings.
个人信息：姓名、工号、党员身份、亲属与利益申报、请假。
"""

from people.models.accounts import (
    FirstCode,
    LoginFailure,
    SignedInRequest,
    TextSize,
    ThemeChoice,
    User,
)
from people.models.organisation import BranchCoverage, OrgUnit, PartyBranch, UnitKind
from people.models.persons import (
    Absence,
    AbsenceKind,
    Declaration,
    DeclarationKind,
    Employee,
    EmploymentType,
    Recusal,
)
from people.models.posts import Position, PositionLevel, Posting, PostingKind
from people.models.roles import Role, RoleGrant
from people.models.statements import (
    Commitment,
    CommitmentText,
    InterestEntry,
    InterestStatement,
    Relation,
)
from people.models.uploads import RosterUpload

__all__ = [
    "Absence",
    "AbsenceKind",
    "BranchCoverage",
    "Commitment",
    "CommitmentText",
    "Declaration",
    "DeclarationKind",
    "Employee",
    "EmploymentType",
    "FirstCode",
    "InterestEntry",
    "InterestStatement",
    "LoginFailure",
    "OrgUnit",
    "PartyBranch",
    "Position",
    "PositionLevel",
    "Posting",
    "PostingKind",
    "Recusal",
    "Relation",
    "Role",
    "RoleGrant",
    "RosterUpload",
    "SignedInRequest",
    "TextSize",
    "ThemeChoice",
    "UnitKind",
    "User",
]
