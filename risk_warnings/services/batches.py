"""Importing a delivery: the engine judges it, its findings become warnings."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

import risk_engine
from people.models import Employee
from risk_engine import RunResult, Theme, ThemeResult
from risk_warnings.models import (
    DataSource,
    RowError,
    RuleRun,
    RunStatus,
    SourceBatch,
    WhitelistEntry,
)
from risk_warnings.services.acting import log
from risk_warnings.services.errors import OutdatedBatch
from risk_warnings.services.findings import plain, store_findings

logger = logging.getLogger(__name__)

# More than this is no row error any more but a broken delivery; the counts still say how many.
ROW_ERRORS_KEPT = 2000
CHUNK = 1 << 20

Progress = Callable[[int, int, str], None]


def _silent(done: int, total: int, label: str) -> None:
    return None


def import_batch(
    *,
    extracts: Path,
    as_of: date,
    now: datetime,
    by: Employee | None = None,
    since: date | None = None,
    themes: Iterable[str] | None = None,
    progress: Progress = _silent,
) -> SourceBatch:
    """Import a folder of extracts as it stood at the end of a day.

    The same files, day, rules and whitelist again return the first batch and add nothing. The
    engine runs outside the transaction; what it found is stored in one.

    :raises OutdatedBatch: if a later day has been stored already.
    :raises risk_engine.UsageError: if a theme is unknown.
    """
    wanted = [
        theme for theme in risk_engine.themes() if themes is None or theme.code in set(themes)
    ]
    whitelist = list(WhitelistEntry.objects.filter(revoked_at=None).order_by("pk"))
    progress(0, 4, "核对文件")
    digest = _digest(extracts, as_of=as_of, since=since, themes=wanted, whitelist=whitelist)
    known = SourceBatch.objects.filter(digest=digest).first()
    if known is not None:
        return known
    later = (
        RuleRun.objects.filter(theme__in=[theme.code for theme in wanted], as_of__gt=as_of)
        .order_by("-as_of")
        .first()
    )
    if later is not None:
        raise OutdatedBatch(
            f"这批数据截至{as_of:%Y年%m月%d日}，早于已入库的{later.as_of:%Y年%m月%d日}，没有入库；"
            "补送旧数据请并入最新一批重新导入。"
        )
    progress(1, 4, "运行规则")
    result = risk_engine.run(
        extracts=extracts,
        as_of=as_of,
        since=since,
        themes=[theme.code for theme in wanted],
        whitelist=[_entry(row) for row in whitelist],
    )
    progress(2, 4, "保存结果")
    with transaction.atomic():
        batch = _store_batch(result, digest=digest, by=by, now=now)
        _store_runs(batch, result, themes={t.code: t for t in wanted}, whitelist=whitelist, now=now)
        batch.finished_at = now
        batch.save(update_fields=["finished_at"])
        log(
            "batch.imported",
            batch,
            by=by,
            now=now,
            files=batch.file_count,
            rows=batch.row_count,
            rejected=batch.rejected_count,
        )
    progress(4, 4, "完成")
    logger.info("Batch %s imported with %d files", batch.pk, batch.file_count)
    return batch


def _entry(row: WhitelistEntry) -> risk_engine.WhitelistEntry:
    return risk_engine.WhitelistEntry(
        theme=row.theme,
        subject=row.subject,
        rule=row.rule or None,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        reason=row.reason,
        approver=row.approver.emp_no,
    )


def _digest(
    extracts: Path,
    *,
    as_of: date,
    since: date | None,
    themes: list[Theme],
    whitelist: list[WhitelistEntry],
) -> str:
    files = {}
    for path in sorted(extracts.rglob("*")):
        if path.is_file():
            sha = hashlib.sha256()
            with path.open("rb") as handle:
                while chunk := handle.read(CHUNK):
                    sha.update(chunk)
            files[path.relative_to(extracts).as_posix()] = sha.hexdigest()
    body = {
        "files": files,
        "as_of": as_of.isoformat(),
        "since": since.isoformat() if since else None,
        "rules": {theme.code: theme.rule_version for theme in themes},
        "whitelist": [
            [w.theme, w.subject, w.rule, w.valid_from.isoformat(), w.valid_to.isoformat()]
            for w in whitelist
        ],
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _store_batch(
    result: RunResult, *, digest: str, by: Employee | None, now: datetime
) -> SourceBatch:
    batch = SourceBatch.objects.create(
        digest=digest,
        as_of=result.as_of,
        imported_at=now,
        imported_by=by,
        engine_backend=result.backend.partition(":")[0],
        files=[
            {
                "table": file.table,
                "file": file.file,
                "sha256": file.sha256,
                "rows": file.rows,
                "rejected": file.rejected,
                "normalised": file.normalised,
                "encoding": file.encoding,
                "extra_columns": list(file.extra_columns),
                "delivered_on": plain(file.delivered_on),
            }
            for file in result.batches
        ],
        file_count=len(result.batches),
        row_count=sum(file.rows for file in result.batches),
        rejected_count=sum(file.rejected for file in result.batches),
        duplicate_count=_duplicates(result),
        corrected_count=len(result.corrections),
        notes=list(result.notes),
    )
    RowError.objects.bulk_create(
        [
            RowError(
                batch=batch,
                table=reject.table,
                file=reject.file,
                row=reject.row,
                column=reject.column,
                value=str(reject.value)[:200],
                reason=reject.reason[:300],
                themes=list(reject.themes),
            )
            for reject in result.rejects[:ROW_ERRORS_KEPT]
        ],
        batch_size=500,
    )
    return batch


def _duplicates(result: RunResult) -> int:
    """Count rows delivered twice; themes that read the same table saw the same ones."""
    most: dict[str, int] = {}
    for theme in result.themes:
        for report in theme.tables:
            most[report.table] = max(most.get(report.table, 0), report.duplicates)
    return sum(most.values())


def _store_runs(
    batch: SourceBatch,
    result: RunResult,
    *,
    themes: dict[str, Theme],
    whitelist: list[WhitelistEntry],
    now: datetime,
) -> None:
    first_time = _note_sources(result, now=now)
    for outcome in result.themes:
        theme = themes[outcome.theme]
        run = _store_run(batch, outcome, theme=theme, now=now, as_of=result.as_of)
        ran_before = RuleRun.objects.counted().filter(theme=theme.code).exclude(pk=run.pk).exists()
        systems = {source.system for source in theme.sources if not source.optional}
        run.is_backfill = not ran_before or bool(systems & first_time)
        run.save(update_fields=["is_backfill"])
        if run.status == RunStatus.RAN:
            store_findings(
                theme=theme,
                result=outcome,
                run=run,
                since=result.since,
                now=now,
                whitelist=whitelist,
            )


def _store_run(
    batch: SourceBatch, outcome: ThemeResult, *, theme: Theme, now: datetime, as_of: date
) -> RuleRun:
    return RuleRun.objects.create(
        batch=batch,
        theme=outcome.theme,
        status=RunStatus(outcome.gate.status),
        reasons=list(outcome.gate.reasons),
        grey_stations=dict(outcome.gate.grey_stations),
        rule_version=outcome.rule_version,
        parameters={p.key: plain(p.on(as_of)) for p in theme.parameters},
        as_of=as_of,
        finished_at=now,
        seconds=outcome.seconds,
        tables=[asdict(report) for report in outcome.tables],
        subjects_seen=outcome.subjects_seen,
        excluded=dict(outcome.excluded),
        whitelisted=outcome.whitelisted,
        inconclusive=len(outcome.inconclusive),
        found=len(outcome.findings),
        found_grey=len(outcome.findings_grey),
    )


def _note_sources(result: RunResult, *, now: datetime) -> set[str]:
    """Note which systems delivered, and return those that did so for the first time."""
    delivered: dict[str, list[Any]] = {}
    systems = {table.name: system for system in risk_engine.systems() for table in system.tables}
    for file in result.batches:
        system = systems.get(file.table)
        if system is not None:
            delivered.setdefault(system.code, []).append(file.delivered_on)
    first_time: set[str] = set()
    for system in risk_engine.systems():
        if system.code not in delivered:
            continue
        source, _ = DataSource.objects.get_or_create(
            code=system.code,
            defaults={"name": system.name, "owner_department": system.owner_department},
        )
        if source.first_imported_at is None:
            source.first_imported_at = now
            first_time.add(system.code)
        source.last_imported_at = now
        days = [day for day in delivered[system.code] if day is not None]
        if days:
            source.last_delivered_on = max(days)
        source.save()
    return first_time
