"""Findings and runs as the engine would hand them over."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

import risk_engine
from risk_engine import Evidence, Finding, GateReport, Inconclusive, ThemeResult, fingerprint
from risk_warnings.models import RuleRun
from risk_warnings.services import StoredCounts, store_findings
from tests.factories import RuleRunFactory, SourceBatchFactory


def finding(
    *,
    subject: str = "330100012345",
    period: str = "202610",
    rules: tuple[str, ...] = ("R1",),
    level: str = "medium",
    org_code: str | None = None,
    emp_no: str | None = None,
    amount: str | None = "4000.00",
    occurred_on: date = date(2026, 10, 31),
    row: int = 12,
) -> Finding:
    return Finding(
        theme="T01",
        subject=subject,
        period=period,
        rules=rules,
        level=level,
        org_code=org_code,
        risk_point="GF-09",
        receiver_position="account_manager",
        receiver_emp_no=emp_no,
        amount=Decimal(amount) if amount else None,
        measures={"expected_fee": Decimal("30900.00"), "diff": Decimal(amount or "0")},
        occurred_on=occurred_on,
        evidence=(
            Evidence(
                table="mkt_bill",
                key={"bill_id": f"B{period}"},
                file="mkt_bill/2026-11-23.csv",
                row=row,
                values={"cust_no": subject, "bill_month": period},
            ),
        ),
        fingerprint=fingerprint(theme="T01", subject=subject, period=period),
        warning=f"客户{subject}疑似少收，请于{{due_date}}前说明。",
        explanation="复算应收多于账单。若差额在容差以内，则不会触发。",
        rule_version="T01@1",
        parameters={},
        batches=(),
    )


def run(
    *findings: Finding,
    now: datetime,
    as_of: date = date(2026, 11, 23),
    is_backfill: bool = False,
    grey: tuple[Finding, ...] = (),
    grey_stations: dict[str, str] | None = None,
    inconclusive: tuple[Inconclusive, ...] = (),
    whitelist: Any = (),
) -> tuple[StoredCounts, RuleRun]:
    """Store what a run of T01 found, as an import does."""
    row = RuleRunFactory(
        batch=SourceBatchFactory(as_of=as_of, imported_at=now), is_backfill=is_backfill
    )
    result = ThemeResult(
        theme="T01",
        rule_version="T01@1",
        gate=GateReport(
            theme="T01", status="ran", reasons=(), grey_stations=grey_stations or {}, checks=()
        ),
        findings=findings,
        findings_grey=grey,
        inconclusive=inconclusive,
        subjects_seen=1,
        tables=(),
        excluded={},
        excluded_total=0,
        whitelisted=0,
    )
    with transaction.atomic():
        counts = store_findings(
            theme=risk_engine.theme("T01"),
            result=result,
            run=row,
            since=None,
            now=now,
            whitelist=whitelist,
        )
    return counts, row
