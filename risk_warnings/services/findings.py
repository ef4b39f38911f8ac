"""From a run's findings to warnings: new, joined, changed, gone. One run adds nothing twice."""

import hashlib
import json
import logging
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q

from people.models import Role
from risk_engine import Finding, Theme, ThemeResult
from risk_manual.models import RiskPointPage
from risk_warnings.limits import day_of, due_after, due_for, limits
from risk_warnings.models import (
    FindingChange,
    FindingVersion,
    Level,
    OrderStatus,
    RiskWarning,
    RuleRun,
    StoredFinding,
    TipTime,
    WarningStatus,
    WhitelistEntry,
)
from risk_warnings.presentation import title_of
from risk_warnings.services import notices
from risk_warnings.services.acting import hold_order, hold_warning, log, move_warning
from risk_warnings.services.addressees import Addressees
from risk_warnings.services.numbers import warning_numbers
from risk_warnings.services.taking_back import CORRECTED, take_back
from risk_warnings.services.tips import announce_tip

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """What a run changed; all zero where it was seen before."""

    new_findings: int = 0
    new_warnings: int = 0
    joined: int = 0
    changed: int = 0
    higher: int = 0
    lower: int = 0
    gone: int = 0
    returned: int = 0


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it exactly: decimals as text, days and moments in ISO."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def digest_of(finding: Finding) -> str:
    """Return the sha256 of what a finding says.

    Where its rows stood in which file does not count: a full delivery a day later says the same.
    """
    body = {
        "rules": finding.rules,
        "level": finding.level,
        "org": finding.org_code,
        "receiver": finding.receiver_emp_no,
        "amount": finding.amount,
        "measures": finding.measures,
        "evidence": [[row.table, row.key, row.values] for row in finding.evidence],
    }
    text = json.dumps(plain(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _policy(theme: Theme, level: Level) -> TipTime:
    tip = theme.tip
    return TipTime({"high": tip.high, "medium": tip.medium, "low": tip.low}[level.value])


class _Store:
    """One theme's findings on their way into the database; loads once what it compares with."""

    def __init__(self, *, theme: Theme, run: RuleRun, now: datetime) -> None:
        self.theme = theme
        self.run = run
        self.now = now
        self.addressees = Addressees(on=day_of(now))
        self.points = {
            page.code: page for page in RiskPointPage.objects.filter(code__in=theme.risk_points)
        }
        self.stored = {
            finding.fingerprint: finding
            for finding in StoredFinding.objects.filter(theme=theme.code).select_related(
                "warning__order", "warning__merged_into__order"
            )
        }
        self.numbers = dict(
            FindingVersion.objects.filter(finding__theme=theme.code)
            .values_list("finding")
            .annotate(Max("number"))
            .values_list("finding", "number__max")
        )

    def version(
        self, finding: Finding, *, row: StoredFinding, warning: RiskWarning, change: FindingChange
    ) -> FindingVersion:
        number = self.numbers.get(row.pk, 0) + 1
        self.numbers[row.pk] = number
        return FindingVersion(
            finding=row,
            number=number,
            warning=warning,
            run=self.run,
            change=change,
            stored_at=self.now,
            rules=list(finding.rules),
            level=finding.level,
            receiver_emp_no=finding.receiver_emp_no or "",
            amount=finding.amount,
            occurred_on=finding.occurred_on,
            measures=plain(finding.measures),
            evidence=[plain(asdict(evidence)) for evidence in finding.evidence],
            sentence=finding.warning,
            explanation=finding.explanation,
            rule_version=finding.rule_version,
            parameters=plain(finding.parameters),
            batches=[plain(asdict(batch)) for batch in finding.batches],
        )

    def row(self, finding: Finding, warning: RiskWarning) -> StoredFinding:
        return StoredFinding(
            fingerprint=finding.fingerprint,
            theme=finding.theme,
            subject=finding.subject,
            period=finding.period,
            org_code=finding.org_code or "",
            rules=list(finding.rules),
            level=finding.level,
            amount=finding.amount,
            occurred_on=finding.occurred_on,
            digest=digest_of(finding),
            warning=warning,
            first_stored_at=self.now,
        )

    def new_warning(self, finding: Finding, *, follows: RiskWarning | None) -> RiskWarning:
        unit = self.addressees.unit(finding.org_code)
        addressee = self.addressees.resolve(
            unit=unit,
            emp_no=finding.receiver_emp_no,
            position=finding.receiver_position,
            level=self.theme.receiver.level,
        )
        warning = RiskWarning(
            theme=finding.theme,
            subject=finding.subject,
            rules=list(finding.rules),
            unit=unit,
            risk_point=self.points[finding.risk_point],
            receiver=addressee.receiver,
            named_person=addressee.named_person,
            receiver_position=finding.receiver_position,
            stored_at=self.now,
            is_backfill=self.run.is_backfill,
            follows=follows,
            finding_count=0,
        )
        self.add_to(warning, finding)
        return warning

    def add_to(self, warning: RiskWarning, finding: Finding) -> None:
        """Let a finding join a warning that is being made: the last shows, the worst counts."""
        warning.finding_count += 1
        warning.rules = sorted(set(warning.rules) | set(finding.rules))
        warning.title = title_of(
            theme=finding.theme,
            rules=finding.rules,
            period=finding.period,
            amount=finding.amount,
            measures=finding.measures,
            year=day_of(self.now).year,
        )
        warning.amount = finding.amount
        warning.occurred_on = finding.occurred_on
        level = Level(finding.level)
        if warning.finding_count > 1 and Level(warning.level).weight >= level.weight:
            return
        warning.level = warning.first_level = level
        warning.risk_point = self.points[finding.risk_point]
        warning.tip_policy = _policy(self.theme, level)
        warning.sealed_at = self.now if warning.tip_policy == TipTime.SEALED else None
        warning.triage_due_at = (
            due_after(self.now, workdays=limits().backfill_triage_workdays)
            if self.run.is_backfill
            else due_for("triage", level, now=self.now)
        )


def store_findings(
    *,
    theme: Theme,
    result: ThemeResult,
    run: RuleRun,
    since: date | None,
    now: datetime,
    whitelist: Iterable[WhitelistEntry] = (),
) -> StoredCounts:
    """Store what a theme that ran has found; the caller holds the transaction.

    New findings join an open warning of the same theme and subject that shares a rule, or make a
    new one. Known ones follow the table of changed findings. Costs a fixed number of queries and a
    few more for each warning that changes.
    """
    store = _Store(theme=theme, run=run, now=now)
    fresh: list[tuple[Finding, RiskWarning | None]] = []
    counts = dict.fromkeys(FindingChange, 0)
    for finding in result.findings:
        row = store.stored.get(finding.fingerprint)
        if row is None:
            fresh.append((finding, None))
            continue
        change = _change_of(row, finding)
        if change is None:
            continue
        counts[change] += 1
        successor_of = _apply_change(store, row, finding, change)
        if successor_of is not None:
            fresh.append((finding, successor_of))
    gone = _gone(store, result, since=since, whitelist=whitelist)
    for row in gone:
        _apply_gone(store, row)
    made, joined = _store_fresh(store, fresh)
    run.stored_new = len(fresh)
    run.save(update_fields=["stored_new", "braked_at"])
    counted = StoredCounts(
        new_findings=len(fresh),
        new_warnings=made,
        joined=joined,
        changed=counts[FindingChange.CHANGED],
        higher=counts[FindingChange.HIGHER],
        lower=counts[FindingChange.LOWER],
        gone=len(gone),
        returned=counts[FindingChange.RETURNED],
    )
    log("run.stored", run, by=None, now=now, theme=theme.code, **asdict(counted))
    logger.info("Rule run %s stored %d warnings of %s", run.pk, made, theme.code)
    return counted


def _change_of(row: StoredFinding, finding: Finding) -> FindingChange | None:
    if row.gone_at is not None:
        return FindingChange.RETURNED
    old, new = Level(row.level).weight, Level(finding.level).weight
    if new != old:
        return FindingChange.HIGHER if new > old else FindingChange.LOWER
    return None if row.digest == digest_of(finding) else FindingChange.CHANGED


def _apply_change(
    store: _Store, row: StoredFinding, finding: Finding, change: FindingChange
) -> RiskWarning | None:
    """Follow the table; return the ended warning that a new one has to follow, if any."""
    warning = row.warning
    ended = not warning.is_open and warning.status != WarningStatus.DISMISSED
    if ended and change in {FindingChange.HIGHER, FindingChange.RETURNED}:
        return warning
    version = store.version(finding, row=row, warning=warning, change=change)
    version.save(force_insert=True)
    _rewrite(row, finding)
    if warning.status == WarningStatus.DISMISSED:
        if change in {FindingChange.HIGHER, FindingChange.RETURNED}:
            _reconsider(store, warning, version)
        return None
    if not ended:
        _refresh(store, warning, latest=version)
    return None


def _rewrite(row: StoredFinding, finding: Finding) -> None:
    row.rules = list(finding.rules)
    row.level = finding.level
    row.amount = finding.amount
    row.occurred_on = finding.occurred_on
    row.org_code = finding.org_code or ""
    row.digest = digest_of(finding)
    row.gone_at = None
    row.save()


def _reconsider(store: _Store, warning: RiskWarning, version: FindingVersion) -> None:
    """Bring a dismissed warning whose finding grew back to triage: marked, and without a tip."""
    held = hold_warning(warning)
    move_warning(
        "raise",
        warning=held,
        by=None,
        now=store.now,
        level=_level_of(held),
        raised_at=store.now,
        closed_at=None,
        tip_at=None,
        head_told_at=None,
        replied_at=None,
        reply_due_at=None,
        resolve_at=None,
        taken_back_at=None,
        taken_back_because="",
        taken_back_announced_at=None,
        triage_due_at=due_for("triage", _level_of(held), now=store.now),
        latest=version,
        amount=version.amount,
        occurred_on=version.occurred_on,
    )


def _level_of(warning: RiskWarning) -> Level:
    levels = (
        StoredFinding.objects.standing().filter(warning=warning).values_list("level", flat=True)
    )
    return max((Level(level) for level in levels), key=lambda level: level.weight)


def _refresh(store: _Store, warning: RiskWarning, *, latest: FindingVersion | None) -> None:
    """Bring an open warning up to its findings: level, count, evidence, and what follows."""
    held = hold_warning(warning)
    standing = list(StoredFinding.objects.standing().filter(warning=held))
    held.finding_count = len(standing)
    held.rules = sorted({rule for row in standing for rule in row.rules})
    if latest is not None:
        _show(held, latest, now=store.now)
    before = Level(held.level)
    after = max((Level(row.level) for row in standing), key=lambda level: level.weight)
    held.level = after
    held.revision += 1
    held.save()
    if after.weight > before.weight:
        _raise(store, held, before=before, after=after)
    elif after.weight < before.weight:
        log(
            "warning.lowered",
            held,
            by=None,
            now=store.now,
            **{"from": before.value, "to": after.value},
        )


def _show(warning: RiskWarning, version: FindingVersion, *, now: datetime) -> None:
    warning.latest = version
    warning.amount = version.amount
    warning.occurred_on = version.occurred_on
    warning.title = title_of(
        theme=warning.theme,
        rules=version.rules,
        period=version.finding.period,
        amount=version.amount,
        measures=version.measures,
        year=day_of(now).year,
    )


def _raise(store: _Store, warning: RiskWarning, *, before: Level, after: Level) -> None:
    """Follow a rise: back to triage, or, where an order runs, the order and its officer."""
    log(
        "warning.raised",
        warning,
        by=None,
        now=store.now,
        **{"from": before.value, "to": after.value},
    )
    if warning.status == WarningStatus.NOTIFIED:
        move_warning(
            "raise",
            warning=warning,
            by=None,
            now=store.now,
            raised_at=store.now,
            resolve_at=None,
            triage_due_at=due_for("triage", after, now=store.now),
        )
        return
    warning.raised_at = store.now
    fields = ["raised_at"]
    if warning.status == WarningStatus.PENDING:
        warning.triage_due_at = due_for("triage", after, now=store.now)
        fields.append("triage_due_at")
        policy = _policy(store.theme, after)
        if policy == TipTime.SEALED and warning.tip_at is None and warning.sealed_at is None:
            warning.sealed_at, warning.tip_policy = store.now, policy
            fields += ["sealed_at", "tip_policy"]
    warning.save(update_fields=fields)
    if warning.order is not None and warning.order.is_open:
        order = hold_order(warning.order)
        if Level(order.level).weight < after.weight:
            order.level = after
            order.save(update_fields=["level"])
            log("order.raised", order, by=None, now=store.now, to=after.value)
        notices.tell(
            "raised",
            order=order,
            people=[order.drafter],
            title="工单的预警级别升高",
            body=f"{order}对应的预警由{before.label}升为{after.label}，请看最新证据。",
            now=store.now,
        )


def _gone(
    store: _Store,
    result: ThemeResult,
    *,
    since: date | None,
    whitelist: Iterable[WhitelistEntry],
) -> list[StoredFinding]:
    """Return the stored findings that the same window no longer shows.

    What could not be judged, lies in a station without data, or was cleared by the whitelist is not
    gone: nobody knows better than before.
    """
    seen = {finding.fingerprint for finding in (*result.findings, *result.findings_grey)}
    unknown = {(entry.subject, entry.period) for entry in result.inconclusive}
    cleared = [entry for entry in whitelist if entry.theme == result.theme]

    def is_gone(row: StoredFinding) -> bool:
        in_window = row.occurred_on <= store.run.as_of and (
            since is None or row.occurred_on >= since
        )
        return (
            in_window
            and row.gone_at is None
            and row.fingerprint not in seen
            and not {(row.subject, row.period), (row.subject, "")} & unknown
            and row.org_code not in result.gate.grey_stations
            and not any(
                entry.subject == row.subject
                and (not entry.rule or entry.rule in row.rules)
                and entry.valid_from <= row.occurred_on <= entry.valid_to
                for entry in cleared
            )
        )

    return [row for row in store.stored.values() if is_gone(row)]


def _apply_gone(store: _Store, row: StoredFinding) -> None:
    """Follow the row “gone”: an open warning is withdrawn, an ended one keeps the note."""
    warning = row.warning
    row.gone_at = store.now
    row.save(update_fields=["gone_at"])
    log("finding.gone", row, by=None, now=store.now, warning=warning.pk)
    order = warning.order
    if not warning.is_open:
        if order is not None and order.is_adverse and order.concluded_by is not None:
            notices.tell(
                "corrected_late",
                order=order,
                people=[order.concluded_by],
                title="已结论工单的数据已更正",
                body=f"{order}的数据已更正，原发现不再出现，请复核结论。",
                now=store.now,
            )
        return
    if StoredFinding.objects.standing().filter(warning=warning).exists():
        _refresh(store, warning, latest=None)
        return
    held = hold_warning(warning)
    move_warning("withdraw", warning=held, by=None, now=store.now, closed_at=store.now)
    take_back(warning=held, sentence=CORRECTED, now=store.now)
    if order is not None and order.is_open and order.status != OrderStatus.TRANSFERRED:
        _offer_correction(store, held)


def _offer_correction(store: _Store, warning: RiskWarning) -> None:
    """Show an order to the officer, to close as a data issue, once all its warnings are gone."""
    order = hold_order(warning.order) if warning.order is not None else None
    if order is None or RiskWarning.objects.filter(order=order).open().exists():
        return
    order.data_corrected_at = store.now
    order.save(update_fields=["data_corrected_at"])
    officers = notices.supervisors_of(order, Role.DISCIPLINE_OFFICER, now=store.now)
    notices.ask("correct", order=order, people=officers or [order.drafter], now=store.now)


def _store_fresh(
    store: _Store, fresh: Sequence[tuple[Finding, RiskWarning | None]]
) -> tuple[int, int]:
    """Store new findings; return how many warnings were made and how many findings joined one."""
    if not fresh:
        return 0, 0
    ordered = sorted(fresh, key=lambda pair: (pair[0].occurred_on, pair[0].period, pair[0].subject))
    open_ones = _open_by_subject(store, {finding.subject for finding, _ in ordered})
    made: list[RiskWarning] = []
    groups: list[tuple[Finding, RiskWarning, RiskWarning | None]] = []
    touched: set[int] = set()
    for finding, follows in ordered:
        target = next(
            (
                warning
                for warning in open_ones.get(finding.subject, ())
                if set(warning.rules) & set(finding.rules)
            ),
            None,
        )
        if target is None:
            target = store.new_warning(finding, follows=follows)
            made.append(target)
            open_ones.setdefault(finding.subject, []).append(target)
        elif target in made:
            store.add_to(target, finding)
        else:
            target.rules = sorted(set(target.rules) | set(finding.rules))
            touched.add(target.pk)
        groups.append((finding, target, follows))
    _decide_tips(store, made, new_findings=len(fresh))
    _insert(store, made, groups)
    for warning in RiskWarning.objects.filter(pk__in=touched).order_by("pk"):
        latest = (
            FindingVersion.objects.filter(warning=warning, run=store.run).order_by("-pk").first()
        )
        _refresh(store, warning, latest=latest)
    return len(made), len(fresh) - len(made)


def _open_by_subject(store: _Store, subjects: set[str]) -> dict[str, list[RiskWarning]]:
    found: dict[str, list[RiskWarning]] = {}
    open_ones = RiskWarning.objects.open().filter(theme=store.theme.code).select_related("order")
    for warning in open_ones.order_by("pk"):
        if warning.subject in subjects:
            found.setdefault(warning.subject, []).append(warning)
    return found


def _insert(
    store: _Store,
    made: Sequence[RiskWarning],
    groups: Sequence[tuple[Finding, RiskWarning, RiskWarning | None]],
) -> None:
    """Write warnings, findings and versions in a handful of statements."""
    for warning, number in zip(
        made, warning_numbers(count=len(made), now=store.now) if made else [], strict=True
    ):
        warning.number = number
    RiskWarning.objects.bulk_create(made)
    known = [(f, w) for f, w, _ in groups if f.fingerprint in store.stored]
    new = [(f, w) for f, w, _ in groups if f.fingerprint not in store.stored]
    rows = StoredFinding.objects.bulk_create([store.row(f, w) for f, w in new])
    pairs = [(f, w, row, FindingChange.NEW) for (f, w), row in zip(new, rows, strict=True)]
    for finding, warning in known:
        row = store.stored[finding.fingerprint]
        change = _change_of(row, finding) or FindingChange.CHANGED
        row.warning = warning
        _rewrite(row, finding)
        pairs.append((finding, warning, row, change))
    versions = FindingVersion.objects.bulk_create(
        [store.version(f, row=row, warning=w, change=change) for f, w, row, change in pairs]
    )
    of_warning: dict[int, list[FindingVersion]] = {}
    for version in versions:
        of_warning.setdefault(version.warning_id, []).append(version)
    for warning in made:
        warning.latest = of_warning[warning.pk][-1]
    RiskWarning.objects.bulk_update(made, ["latest"], batch_size=200)
    for warning in made:
        if warning.tip_at is not None:
            notices.tell_receiver(warning=warning, now=store.now)
            announce_tip(warning=warning, now=store.now)


def _decide_tips(store: _Store, made: Sequence[RiskWarning], *, new_findings: int) -> None:
    """Tell at once what the theme tells at once, unless something holds it back."""
    if store.run.is_backfill:
        return
    if _brakes(store, new_findings):
        store.run.braked_at = store.now
    quiet = _recently_dismissed(store, made)
    for warning in made:
        warning.is_braked = store.run.braked_at is not None
        warning.repeats_dismissed = any(
            key == (warning.subject, warning.receiver_id) and set(rules) & set(warning.rules)
            for key, rules in quiet
        )
        if (
            warning.tip_policy == TipTime.AT_ONCE
            and warning.receiver is not None
            and warning.receiver == warning.named_person
            and not warning.is_braked
            and not warning.repeats_dismissed
        ):
            warning.tip_at = store.now
            warning.reply_due_at = due_for("reply", warning.level, now=store.now)


def _brakes(store: _Store, new_findings: int) -> bool:
    """Return whether the run gave far more than the theme's own median of the last 90 days."""
    brake = limits().brake
    since = store.now - timedelta(days=brake.window_days)
    usual = list(
        RuleRun.objects.counted()
        .filter(
            theme=store.theme.code,
            finished_at__gte=since,
            is_backfill=False,
        )
        .exclude(pk=store.run.pk)
        .values_list("stored_new", flat=True)
    )
    median = statistics.median(usual) if usual else 0
    return new_findings >= brake.least and new_findings > brake.times * median


def _recently_dismissed(
    store: _Store, made: Sequence[RiskWarning]
) -> list[tuple[tuple[str, int | None], list[str]]]:
    since = store.now - timedelta(days=limits().dismissed_quiet_days)
    dismissed = RiskWarning.objects.filter(
        Q(status=WarningStatus.DISMISSED),
        theme=store.theme.code,
        closed_at__gte=since,
        subject__in={warning.subject for warning in made},
    )
    return [
        ((subject, receiver), rules)
        for subject, receiver, rules in dismissed.values_list("subject", "receiver", "rules")
    ]
