"""The yearly commitment, the declaration of interests, and who stands aside because of it."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from audit.services import record
from people.models import (
    Commitment,
    CommitmentText,
    Employee,
    InterestEntry,
    InterestStatement,
    Posting,
    User,
)

# A demonstration wording of our own; what was signed stays as it was signed when this changes.
COMMITMENT_TEXT = """【教学示例】廉洁承诺书（演示版，自编内容）

我承诺：
一、办业务按规定和流程来，不收客户、施工单位、供应商的钱物和宴请；推不掉的，当天告诉纪检人员。
二、公家的车、油卡、材料、印章只用在公事上，经手的数据如实填写，不替别人签字。
三、亲属或关系密切的人与经手的业务有关，主动说明，主动回避。
四、看到不对的苗头及时提醒、及时报告；自己做错了，尽早说清楚。
五、认真学习岗位风险点，每年重新对照一次。

我知道：提示和预警只是线索，不是结论；说明情况是我的权利，主动说明会被认真听取。"""
# Short names are in too many other names to say anything.
SHORTEST_NAME = 4


class StatementRefused(Exception):
    """Nothing was signed or declared; the message is one sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Interest:
    """One thing a person declares."""

    relation: str
    relative_name: str
    company: str = ""
    company_code: str = ""
    role: str = ""
    deals_with_us: bool = False
    colleague_id: int | None = None


@dataclass(frozen=True, slots=True)
class FileState:
    """When a person last signed and declared, as far as anybody may know who may not read it."""

    year: int
    committed_on: date | None
    declared_on: date | None
    transferred_on: date | None

    @property
    def is_commitment_due(self) -> bool:
        """Whether this year's commitment is not signed."""
        return self.committed_on is None

    @property
    def is_declaration_due(self) -> bool:
        """Whether a declaration is due: none this year, or none since the last transfer."""
        return self.declaration_reason != ""

    @property
    def declaration_reason(self) -> str:
        """Why a declaration is due, or nothing."""
        if self.declared_on is None or self.declared_on.year < self.year:
            return f"{self.year}年还没有申报"
        if self.transferred_on is not None and self.transferred_on > self.declared_on:
            return (
                f"{self.transferred_on.month}月{self.transferred_on.day}日起换了岗位，请再申报一次"
            )
        return ""


def with_file_state(employees: QuerySet[Employee], *, on: date) -> QuerySet[Employee]:
    """Annotate when each signed this year's commitment, last declared and began the main post."""
    signed = Commitment.objects.filter(employee=OuterRef("pk"), year=on.year)
    stated = InterestStatement.objects.filter(employee=OuterRef("pk"), declared_on__lte=on)
    mains = Posting.objects.in_force(on=on).filter(employee=OuterRef("pk"), is_main=True)
    return employees.annotate(
        committed_on=Subquery(signed.values("signed_on")[:1]),
        declared_on=Subquery(stated.order_by("-declared_on").values("declared_on")[:1]),
        transferred_on=Subquery(mains.order_by("-valid_from").values("valid_from")[:1]),
    )


def something_due(*, on: date) -> Q:
    """Return the condition, on annotated employees, that one of the two is due."""
    return (
        Q(committed_on=None)
        | Q(declared_on=None)
        | Q(declared_on__lt=date(on.year, 1, 1))
        | Q(transferred_on__gt=F("declared_on"))
    )


def state_of_row(employee: Employee, *, on: date) -> FileState:
    """Return the state of an employee that ``with_file_state`` annotated; costs no query."""
    return FileState(
        year=on.year,
        committed_on=employee.committed_on,  # type: ignore[attr-defined]  # annotated
        declared_on=employee.declared_on,  # type: ignore[attr-defined]  # annotated
        transferred_on=employee.transferred_on,  # type: ignore[attr-defined]  # annotated
    )


def file_state_of(employee: Employee, *, on: date) -> FileState:
    """Return when a person signed and declared, without what; costs one query."""
    row = with_file_state(Employee.objects.filter(pk=employee.pk), on=on).get()
    return state_of_row(row, on=on)


def sign_commitment(*, employee: Employee, typed: str, by: User, now: datetime) -> Commitment:
    """Sign this year's commitment by one's own name; signing twice returns the first.

    :raises StatementRefused: if the name is not the person's own.
    """
    if typed.strip() != employee.name:
        raise StatementRefused(f"请填您本人的姓名“{employee.name}”，再确认。")
    today = timezone.localdate(now)
    with transaction.atomic():
        commitment, created = Commitment.objects.get_or_create(
            employee=employee,
            year=today.year,
            defaults={"text": current_text(), "signed_at": now, "signed_on": today},
        )
        if created:
            record(actor_id=by.pk, action="people.commitment.signed", subject=commitment, now=now)
    return commitment


def current_text() -> CommitmentText:
    """Return the wording that is signed now, kept since its first signature."""
    digest = hashlib.sha256(COMMITMENT_TEXT.encode()).hexdigest()
    text, _ = CommitmentText.objects.get_or_create(
        digest=digest, defaults={"text": COMMITMENT_TEXT}
    )
    return text


def current_statement(employee: Employee) -> InterestStatement | None:
    """Return what holds of a person's declarations, with its entries; two queries."""
    return (
        InterestStatement.objects.current()
        .filter(employee=employee)
        .prefetch_related("entries__colleague")
        .first()
    )


def declare_interests(
    *, employee: Employee, interests: Sequence[Interest], by: User, now: datetime
) -> InterestStatement:
    """Declare; what was declared before is replaced and kept. The same again changes nothing.

    :raises StatementRefused: if the person names himself as the colleague.
    """
    if any(interest.colleague_id == employee.pk for interest in interests):
        raise StatementRefused("亲属的工号填成了您自己的，请改成亲属的工号。")
    today = timezone.localdate(now)
    with transaction.atomic():
        # Two tabs of one person follow each other.
        Employee.objects.select_for_update().get(pk=employee.pk)
        before = current_statement(employee)
        due = file_state_of(employee, on=today).is_declaration_due
        if before is not None and not due and interests_of(before) == list(interests):
            return before
        statement = InterestStatement.objects.create(
            employee=employee, declared_at=now, declared_on=today, replaces=before
        )
        InterestEntry.objects.bulk_create(
            InterestEntry(
                statement=statement,
                relation=interest.relation,
                relative_name=interest.relative_name,
                company=interest.company,
                company_code=interest.company_code,
                role=interest.role,
                deals_with_us=interest.deals_with_us,
                colleague_id=interest.colleague_id,
            )
            for interest in interests
        )
        record(
            actor_id=by.pk,
            action="people.interests.declared",
            subject=statement,
            now=now,
            data={"entries": len(interests), "replaces": before.pk if before else None},
        )
    return statement


def interests_of(statement: InterestStatement) -> list[Interest]:
    """Return what a statement holds, in its order."""
    return [
        Interest(
            relation=entry.relation,
            relative_name=entry.relative_name,
            company=entry.company,
            company_code=entry.company_code,
            role=entry.role,
            deals_with_us=entry.deals_with_us,
            colleague_id=entry.colleague_id,
        )
        for entry in sorted(statement.entries.all(), key=lambda entry: entry.pk)
    ]


def open_statement(*, statement: InterestStatement, by: User, now: datetime) -> None:
    """Note that somebody reads a statement; one's own is not noted."""
    if statement.employee_id != by.employee_id:
        record(actor_id=by.pk, action="people.interests.read", subject=statement, now=now)


def related_colleagues(*, about: Iterable[int]) -> set[int]:
    """Return the ids of colleagues related to any of these people by what either declared."""
    ids = set(about)
    pairs = InterestEntry.objects.filter(
        Q(statement__employee__in=ids) | Q(colleague__in=ids),
        statement__replaced_by=None,
        colleague__isnull=False,
    ).values_list("statement__employee", "colleague")
    return {pk for pair in pairs for pk in pair} - ids


def declared_with(counterparties: Iterable[str]) -> set[int]:
    """Return the ids of who declared one of these firms, by its name or its credit code.

    Names are compared without blanks and widths; either may be part of the other. One query.
    """
    theirs = [word for word in map(_plain, counterparties) if word]
    if not theirs:
        return set()
    declared = InterestEntry.objects.filter(statement__replaced_by=None).exclude(company="")
    rows = declared.values_list("statement__employee", "company", "company_code")
    return {
        employee
        for employee, name, code in rows
        if any(_is_same(_plain(name), _plain(code), word) for word in theirs)
    }


def _is_same(name: str, code: str, word: str) -> bool:
    if code and code in word:
        return True
    long_enough = min(len(name), len(word)) >= SHORTEST_NAME
    return name == word or (long_enough and (name in word or word in name))


def _plain(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()
