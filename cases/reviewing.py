"""Which cases want a look from their owner, and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max
from django.db.models.functions import Coalesce

from cases.identities import scan
from cases.models import AcceptedHit, CasePage, DeidentificationCheck
from cases.services import read_roster

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One case with what is to be done about it, in words; no faults is a case in order."""

    case: CasePage
    faults: list[str]
    use_count: int
    last_used_at: datetime | None


def review_of_cases(*, on: date) -> list[ReviewRow]:
    """Return all published cases, the longest overdue first; nine queries, however many there are.

    The scan is run again: who was hired since may bear a name of the text.
    """
    cases = list(
        CasePage.objects.live()
        .select_related("owner_employee")
        .prefetch_related("turning_points")
        .annotate(use_count=Count("uses"), last_used_at=Max("uses__used_at"))
        .order_by(Coalesce("review_on", F("expires_on")).asc(nulls_last=True), "code")
    )
    confirmed = set(DeidentificationCheck.objects.values_list("case", "digest"))
    accepted = set(AcceptedHit.objects.values_list("case", "kind", "text"))
    roster = read_roster()
    rows = []
    for case in cases:
        hits = [
            hit
            for hit in scan(case.texts(), roster=roster)
            if (case.pk, hit.kind, hit.text) not in accepted
        ]
        faults = [
            *_dates(case, on=on),
            *([] if case.owner_employee else ["没有负责人"]),
            *([] if (case.pk, case.text_digest()) in confirmed else ["文本没有人核对过"]),
            *([f"扫描又发现{len(hits)}处可能的身份信息"] if hits else []),
        ]
        rows.append(ReviewRow(case, faults, case.use_count, case.last_used_at))
    return sorted(rows, key=lambda row: not row.faults)


def _dates(case: CasePage, *, on: date) -> list[str]:
    faults = []
    if case.is_expired(on=on) and case.expires_on is not None:
        faults.append(f"已过有效期{(on - case.expires_on).days}天")
    elif case.expires_on is not None and case.expires_on - on <= SOON:
        faults.append(f"{(case.expires_on - on).days}天后过有效期")
    if case.review_on is None:
        faults.append("没有复核日期")
    elif case.review_on < on:
        faults.append(f"该复核，已过{(on - case.review_on).days}天")
    return faults
