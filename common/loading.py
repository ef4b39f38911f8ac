"""Loading the YAML of ``content/``: rows that know their line, and what became of each.

A loader is a function ``load(source: ContentFolder, *, now: datetime) -> None`` in an app's
``loading.py``. It reads files with ``source.rows``, says of each bad row what is wrong with
``source.reject``, and hands good ones to ``source.settle``, which decides whether a row is created,
brought up to date or left alone because an editor changed it. The command that runs all loaders
does so in one transaction, and takes everything back where a row was rejected.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import models
from yaml.nodes import MappingNode


class LoadedModel(models.Model):
    """A row that comes from ``content/``; the digest tells whether an editor changed it since."""

    loaded_digest = models.CharField("导入校验值", max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class Row(dict[str, Any]):
    """A mapping of a YAML file that knows the line it starts on."""

    line: int = 0


class _RowLoader(yaml.CSafeLoader):
    """The safe loader, making each mapping a ``Row``; dates stay text."""


def _construct_row(loader: _RowLoader, node: MappingNode) -> Iterable[Row]:
    row = Row()
    row.line = node.start_mark.line + 1
    yield row
    row.update(loader.construct_mapping(node))


def _construct_text(loader: _RowLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_RowLoader.add_constructor("tag:yaml.org,2002:map", _construct_row)
_RowLoader.add_constructor("tag:yaml.org,2002:timestamp", _construct_text)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that cannot be loaded: where it is and why."""

    file: str
    line: int
    code: str
    reason: str

    def __str__(self) -> str:
        name = f"（{self.code}）" if self.code else ""
        return f"{self.file} 第{self.line}行{name}：{self.reason}"


class BadContent(Exception):
    """Some rows are bad, so nothing was loaded."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        super().__init__(f"{len(rows)} bad rows")
        self.rows = list(rows)


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One row that was left as editors made it."""

    kind: str
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind} {self.code}：{self.reason}"


@dataclass(slots=True)
class ContentFolder:
    """The folder that is loaded, and what has become of its rows so far."""

    path: Path
    bad: list[BadRow] = field(default_factory=list)
    kept: list[KeptRow] = field(default_factory=list)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def document(self, name: str) -> Row:
        """Read one file; a missing or broken file is one bad row and an empty document."""
        try:
            text = (self.path / name).read_text(encoding="utf-8")
            document = yaml.load(text, Loader=_RowLoader)  # noqa: S506 - derives from the safe one
        except FileNotFoundError:
            self.bad.append(BadRow(name, 1, "", "文件不存在，请从安装包恢复这个文件。"))
            return Row()
        except UnicodeDecodeError:
            self.bad.append(BadRow(name, 1, "", "文件不是 UTF-8 编码，请另存为 UTF-8 后重试。"))
            return Row()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            self.bad.append(
                BadRow(name, line, "", "这一行不合 YAML 格式，请检查缩进、冒号和引号。")
            )
            return Row()
        if not isinstance(document, Row):
            self.bad.append(BadRow(name, 1, "", "文件开头应是“名称: 内容”的形式，请检查。"))
            return Row()
        return document

    def rows(self, name: str, key: str, *, required: Iterable[str]) -> list[Row]:
        """Return the rows of a file's list that have their required fields and a code of their own.

        The others are reported.
        """
        return self.check_rows(name, self.document(name).get(key), required=required)

    def check_rows(self, name: str, rows: Any, *, required: Iterable[str]) -> list[Row]:
        """Return the good rows of a list that was read already; see ``rows``."""
        if not isinstance(rows, list):
            if not any(bad.file == name for bad in self.bad):
                self.bad.append(BadRow(name, 1, "", "文件里没有应有的列表，请检查文件内容。"))
            return []
        needed = list(required)
        good: list[Row] = []
        lines: dict[str, int] = {}
        for row in rows:
            if not isinstance(row, Row):
                self.bad.append(BadRow(name, 1, "", f"“{row}”应是一组“名称: 内容”，请检查缩进。"))
                continue
            missing = [key for key in needed if row.get(key) in (None, "", [])]
            code = str(row.get("code", ""))
            if missing:
                self.reject(name, row, f"缺少{'、'.join(missing)}，请补上。")
            elif code in lines:
                self.reject(name, row, f"编码与第{lines[code]}行重复，请改成唯一的编码。")
            else:
                lines[code] = row.line
                good.append(row)
        return good

    def reject(self, name: str, row: Row, reason: str) -> None:
        """Report a row of a file as bad, with a whole sentence."""
        self.bad.append(BadRow(name, row.line, str(row.get("code", "")), reason))

    def pick(
        self, name: str, row: Row, key: str, known: Mapping[str, Any], *, what: str
    ) -> list[Any]:
        """Return what the codes under ``key`` stand for; report each unknown one."""
        codes = row.get(key) or []
        found = []
        for code in codes if isinstance(codes, list) else [codes]:
            if code in known:
                found.append(known[code])
            else:
                self.reject(name, row, f"{key}里的{what}“{code}”不存在，请改成已有的编码。")
        return found

    def choice(self, name: str, row: Row, key: str, known: Mapping[str, str]) -> str:
        """Return the stored value of a word; report an unknown one and return an empty string."""
        word = str(row.get(key))
        if word in known:
            return known[word]
        self.reject(name, row, f"{key}的值“{word}”不认识，只能是{'、'.join(known)}之一。")
        return ""

    def settle(
        self,
        *,
        kind: str,
        code: str,
        wanted: Mapping[str, Any],
        stored: Mapping[str, Any] | None,
        loaded_digest: str,
        write: Callable[[str], None],
        draft: bool = False,
    ) -> None:
        """Create, update or keep one row.

        ``wanted`` and ``stored`` are the row's fields in the file and in the database, in the same
        shape. ``write`` saves the wanted fields and is given the digest to keep beside them.
        ``draft`` says that an editor's unpublished draft exists.
        """
        count = self.counts.setdefault(kind, Counter())
        digest = digest_of(wanted)
        if stored is None:
            write(digest)
            count["created"] += 1
        elif digest_of(stored) == digest and loaded_digest == digest:
            count["unchanged"] += 1
        elif digest_of(stored) != loaded_digest or draft:
            if loaded_digest != digest or digest_of(stored) != digest:
                self.kept.append(KeptRow(kind, code, "编辑改过，保留现在的内容。"))
            count["kept"] += 1
        else:
            write(digest)
            count["updated"] += 1


def digest_of(fields: Mapping[str, Any]) -> str:
    """Return sha256 of the fields as canonical JSON, in hexadecimal."""
    body = json.dumps(
        fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )
    return hashlib.sha256(body.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{value!r} has no plain form")
