"""The whitelist: subjects that a person has looked into and cleared, for a while."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from risk_engine.errors import UsageError
from risk_engine.results import Reject

REQUIRED = ("theme", "subject", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class WhitelistEntry:
    """Clear one subject of one rule, or with no rule of all; both ends are inclusive."""

    theme: str
    subject: str
    rule: str | None
    valid_from: date
    valid_to: date
    reason: str = ""
    approver: str = ""


def read_whitelist(
    path: Path, rules: Mapping[str, Collection[str]]
) -> tuple[list[WhitelistEntry], list[Reject]]:
    """Read whitelist.csv; a bad row is a reject and clears nobody.

    `rules` holds the rule codes of every theme.

    :raises UsageError: if the file cannot be read or lacks a column.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"白名单 {path} 打不开，请检查路径。") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise UsageError(f"白名单 {path} 不是 UTF-8 或 GBK 编码，请重新导出。") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise UsageError(f"白名单 {path} 缺少 {'、'.join(missing)} 列，请补上后重试。")
    reader.fieldnames = header
    entries: list[WhitelistEntry] = []
    rejects: list[Reject] = []
    for number, row in enumerate(reader, start=2):
        cells = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
        entry = _entry(cells, rules)
        if isinstance(entry, WhitelistEntry):
            entries.append(entry)
        else:
            column, reason = entry
            rejects.append(
                Reject(
                    table="whitelist",
                    file=path.name,
                    row=number,
                    column=column,
                    value=cells.get(column, ""),
                    reason=reason,
                )
            )
    return entries, rejects


def _entry(
    cells: Mapping[str, str], rules: Mapping[str, Collection[str]]
) -> WhitelistEntry | tuple[str, str]:
    theme = cells["theme"]
    if theme not in rules:
        return "theme", "没有这个主题"
    if not cells["subject"]:
        return "subject", "必填列为空"
    rule = cells.get("rule", "").removeprefix(f"{theme}-")
    if rule and rule not in rules[theme]:
        return "rule", f"{theme} 没有这条规则"
    days: dict[str, date] = {}
    for column in ("valid_from", "valid_to"):
        try:
            days[column] = date.fromisoformat(cells[column])
        except ValueError:
            return column, "不是有效的日期，应写成 YYYY-MM-DD"
    return WhitelistEntry(
        theme=theme,
        subject=cells["subject"],
        rule=rule or None,
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
        reason=cells.get("reason", ""),
        approver=cells.get("approver", ""),
    )
