"""No text of a case is published before a second person has confirmed that it names nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from wagtail.models import Page

from audit.services import record
from cases.exceptions import HitsOpen, NoSuchHit, NotAChecker, NotChecked, OwnText, TextChanged
from cases.identities import Hit, IdentityKind, Roster, scan
from cases.models import AcceptedHit, CasePage, DeidentificationCheck
from cases.models.pages import KEEPERS
from people.models import Employee, OrgUnit, Role, User


@dataclass(frozen=True, slots=True)
class FoundHit:
    """A hit of the scan, and why it counts as a false alarm, if somebody said so."""

    hit: Hit
    accepted: AcceptedHit | None


def read_roster() -> Roster:
    """Return everybody who was ever employed and all units; three queries."""
    return Roster(
        names=frozenset(Employee.objects.values_list("name", flat=True)),
        emp_nos=frozenset(Employee.objects.values_list("emp_no", flat=True)),
        units=frozenset(OrgUnit.objects.values_list("name", flat=True)),
    )


def draft_of(case: CasePage) -> CasePage:
    """Return the text editors are working on: the latest revision, else the page itself."""
    draft: CasePage = case.get_latest_revision_as_object()
    return draft


def found_in(case: CasePage, *, roster: Roster) -> list[FoundHit]:
    """Return what the scan finds in this text, with the false alarms marked; one query or two."""
    accepted = {
        (hit.kind, hit.text): hit
        for hit in case.accepted_hits.select_related("accepted_by__employee")
    }
    return [
        FoundHit(hit, accepted.get((hit.kind, hit.text)))
        for hit in scan(case.texts(), roster=roster)
    ]


def writers_of(case: CasePage) -> set[int]:
    """Return the accounts that wrote anything since a text of the case was last confirmed.

    Costs some queries for each revision since then.
    """
    confirmed = set(case.checks.values_list("digest", flat=True))
    chain: list[tuple[int | None, str]] = []
    for revision in case.revisions.order_by("-created_at", "-pk").iterator():
        chain.append((revision.user_id, revision.as_object().text_digest()))
        if chain[-1][1] in confirmed:
            break
    writers: set[int] = set()
    before = ""
    for user_id, digest in reversed(chain):
        if digest != before and digest not in confirmed and user_id is not None:
            writers.add(user_id)
        before = digest
    return writers


def accept_hit(
    *, case: CasePage, kind: IdentityKind, text: str, reason: str, by: User, now: datetime
) -> AcceptedHit:
    """Say that a hit is no identity, and why; whoever confirms the text sees both.

    :raises NotAChecker: if the person holds no role that checks.
    :raises NoSuchHit: if the scan does not find it in the draft.
    """
    _require_checker(by)
    with transaction.atomic():
        draft = draft_of(_held(case))
        hits = {(hit.kind, hit.text) for hit in scan(draft.texts(), roster=read_roster())}
        if (kind, text) not in hits:
            raise NoSuchHit
        accepted, is_new = AcceptedHit.objects.get_or_create(
            case_id=case.pk,
            kind=kind,
            text=text,
            defaults={"reason": reason, "accepted_by": by, "accepted_at": now},
        )
        if is_new:
            record(
                actor_id=by.pk,
                action="cases.hit.accepted",
                subject=case,
                now=now,
                data={"kind": kind, "hit": accepted.pk},
            )
    return accepted


def take_back_acceptance(*, accepted: AcceptedHit, by: User, now: datetime) -> None:
    """Let a hit count again; a confirmation that was given stays, the next one asks.

    :raises NotAChecker: if the person holds no role that checks.
    """
    _require_checker(by)
    with transaction.atomic():
        record(
            actor_id=by.pk,
            action="cases.hit.reopened",
            subject=accepted.case,
            now=now,
            data={"kind": accepted.kind, "hit": accepted.pk},
        )
        accepted.delete()


def confirm_deidentified(
    *, case: CasePage, digest: str, by: User, now: datetime
) -> DeidentificationCheck:
    """Confirm that nobody can be told from the draft; confirming twice returns the first.

    ``digest`` is that of the text the person has read.

    :raises NotAChecker: if the person holds no role that checks.
    :raises OwnText: if the person wrote a part of it since it was last confirmed.
    :raises TextChanged: if the draft is no longer the text that was read.
    :raises HitsOpen: if the scan finds what nobody has accepted.
    """
    _require_checker(by)
    with transaction.atomic():
        draft = draft_of(_held(case))
        if draft.text_digest() != digest:
            raise TextChanged
        check = draft.confirmed_check()
        if check is not None:
            return check
        if by.pk in writers_of(case):
            raise OwnText
        still_open = [
            found for found in found_in(draft, roster=read_roster()) if not found.accepted
        ]
        if still_open:
            raise HitsOpen(
                f"扫描还有{len(still_open)}处可能是身份信息，请改掉，或写明理由认定为误报，再确认。"
            )
        check = DeidentificationCheck.objects.create(
            case_id=case.pk,
            digest=digest,
            visibility=draft.visibility,
            checked_by=by,
            checked_at=now,
        )
        record(
            actor_id=by.pk,
            action="cases.case.checked",
            subject=case,
            now=now,
            data={"digest": digest, "visibility": draft.visibility},
        )
    return check


def keep_loaded_check(*, case: CasePage, now: datetime) -> None:
    """Note that the text came with the demonstration edition, which has no writer and checker."""
    DeidentificationCheck.objects.get_or_create(
        case_id=case.pk,
        digest=case.text_digest(),
        visibility=case.visibility,
        defaults={"checked_by": None, "checked_at": now},
    )


def publish_case(*, case: CasePage, by: User, now: datetime) -> None:
    """Publish the draft of a case.

    :raises NotAChecker: if the person is no editor.
    :raises NotChecked: if no second person has confirmed this very text.
    """
    if not by.scope.has(Role.EDITOR):
        raise NotAChecker("案例由内容编辑发布；请告诉他们已经核对好。")
    with transaction.atomic():
        held = _held(case)
        draft = draft_of(held)
        refuse_unchecked(draft)
        revision = held.get_latest_revision() or held.save_revision(user=by)
        # Wagtail knows of the role only who has been in the back office.
        revision.publish(user=by, skip_permission_checks=True)
        record(actor_id=by.pk, action="cases.case.published", subject=case, now=now)


def refuse_unchecked(case: CasePage) -> None:
    """Let pass what a second person confirmed; one query.

    :raises NotChecked: if nobody has confirmed this very text for readers as wide as these.
    """
    if case.confirmed_check() is None:
        raise NotChecked(
            f"“{case.title}”还没有发布，已存为草稿：这份文本要先由没有写过它的人做去标识核对。"
        )


def unchecked(pages: Iterable[Page]) -> CasePage | None:
    """Return a draft at or below the pages that nobody has confirmed, or None."""
    for page in pages:
        below = CasePage.objects.filter(path__startswith=page.path).order_by("path")
        for case in below:
            draft = draft_of(case)
            if draft.confirmed_check() is None:
                return draft
    return None


def cases_to_check() -> list[CasePage]:
    """Return the drafts that wait for a second person, by code; two queries for each draft."""
    waiting = CasePage.objects.filter(has_unpublished_changes=True) | CasePage.objects.not_live()
    drafts = [draft_of(case) for case in waiting.order_by("code")]
    return [draft for draft in drafts if draft.confirmed_check() is None]


def _require_checker(by: User) -> None:
    if not by.scope.has(*KEEPERS):
        raise NotAChecker


def _held(case: CasePage) -> CasePage:
    """Queue those who decide on the same case."""
    held: CasePage = CasePage.objects.select_for_update(of=("self",)).get(pk=case.pk)
    return held
