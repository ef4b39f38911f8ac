"""Loading the YAML of ``content/``: rows that know their line, and what became of each.

A loader is ``load(source: ContentFolder, *, now: datetime) -> None`` in an app's ``loading.py``. It
reads lists with ``source.rows``, takes fields with ``text``, ``lines``, ``number``, ``choice`` and
``pick``, which report what is wrong, and hands each row to ``source.settle``, which creates it,
brings it up to date, or leaves it alone because an editor changed or deleted it. ``home.loading``
runs all loaders in one transaction and takes everything back where a row was bad.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from yaml.nodes import MappingNode, ScalarNode

from common.models import LoadedRow

T = TypeVar("T")


class Row(dict[str, Any]):
    """A mapping of a YAML file that knows the line it starts on, and the row it is a part of."""

    line: int = 0
    owner: str = ""

    @property
    def name(self) -> str:
        """Its code, or the code of the row it is a part of."""
        return str(self.get("code") or self.owner)


class _RowLoader(yaml.CSafeLoader):
    """The safe loader, making each mapping a ``Row``; dates stay text."""


def _construct_row(loader: _RowLoader, node: MappingNode) -> Iterable[Row]:
    row = Row()
    row.line = node.start_mark.line + 1
    yield row
    row.update({str(key): value for key, value in loader.construct_mapping(node).items()})


def _construct_text(loader: _RowLoader, node: ScalarNode) -> str:
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
        super().__init__("；".join(map(str, rows)))
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
    _rejected_codes: set[str] = field(default_factory=set)
    _digests: dict[tuple[str, str], str] | None = None
    _changed: dict[tuple[str, str], str] = field(default_factory=dict)

    # Reading

    def document(self, name: str) -> Row:
        """Read one file.

        :raises BadContent: if it is missing or no YAML; without it nothing else can be judged.
        """
        try:
            text = (self.path / name).read_text(encoding="utf-8")
            document = yaml.load(text, Loader=_RowLoader)  # noqa: S506 - derives from the safe one
        except FileNotFoundError:
            problem = BadRow(name, 1, "", "文件不存在，请从安装包恢复这个文件。")
        except UnicodeDecodeError:
            problem = BadRow(name, 1, "", "文件不是UTF-8编码，请另存为UTF-8后重试。")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            problem = BadRow(name, line, "", "这里不合YAML格式，请检查缩进、冒号和引号。")
        else:
            if isinstance(document, Row):
                return document
            problem = BadRow(name, 1, "", "文件开头应是“名称: 内容”的形式，请检查。")
        raise BadContent([*self.bad, problem])

    def rows(self, name: str, key: str, *, required: Iterable[str]) -> list[Row]:
        """Return the rows of a file's list that have their required fields and a code of their own.

        The others are reported.
        """
        return self.check_rows(name, self.document(name).get(key), required=required)

    def check_rows(self, name: str, rows: Any, *, required: Iterable[str]) -> list[Row]:
        """Return the good rows of a list that was read already; see ``rows``."""
        if not isinstance(rows, list):
            self.bad.append(BadRow(name, 1, "", "文件里没有应有的列表，请检查文件内容。"))
            return []
        needed = list(required)
        good: list[Row] = []
        lines: dict[str, int] = {}
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, Row):
                reason = f"第{number}项应是一组“名称: 内容”，请检查缩进。"
                self.bad.append(BadRow(name, good[-1].line if good else 1, "", reason))
                continue
            missing = [key for key in needed if _is_empty(row.get(key))]
            code = str(row.get("code", ""))
            _name_parts(row, code)
            if missing:
                self.reject(name, row, f"缺少{'、'.join(missing)}，请补上。")
            elif code in lines:
                self.reject(name, row, f"编码与第{lines[code]}行重复，请改成唯一的编码。")
            else:
                lines[code] = row.line
                good.append(row)
        return good

    # Judging a row

    def reject(self, name: str, row: Row, reason: str) -> None:
        """Report a row of a file as bad, with a whole sentence."""
        self._rejected_codes.add(row.name)
        self.bad.append(BadRow(name, row.line, row.name, reason))

    def text(self, name: str, row: Row, key: str) -> str:
        """Return a field as text, empty where it is missing; report what is not text."""
        value = row.get(key)
        if isinstance(value, str):
            return value.strip()
        if value is not None:
            self.reject(name, row, f"{key}应是一段文字，请检查缩进和引号。")
        return ""

    def lines(self, name: str, row: Row, key: str) -> list[str]:
        """Return a field as a list of texts; report what is not."""
        value = row.get(key) or []
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return [item.strip() for item in value]
        self.reject(name, row, f"{key}应是一列文字，每项一行、以“- ”开头，请检查。")
        return []

    def number(self, name: str, row: Row, key: str) -> int:
        """Return a field as a whole number of at least 0; report what is not."""
        value = row.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.reject(name, row, f"{key}应是不小于0的整数，现在是“{value}”，请改正。")
        return 0

    def choice(self, name: str, row: Row, key: str, known: Mapping[str, str]) -> str:
        """Return the stored value of a word; report an unknown one and return an empty string."""
        word = str(row.get(key))
        if word in known:
            return known[word]
        self.reject(name, row, f"{key}的值“{word}”不认识，只能是{'、'.join(known)}之一。")
        return ""

    def pick(self, name: str, row: Row, key: str, known: Mapping[str, T], *, what: str) -> list[T]:
        """Return what the codes under ``key`` stand for; report each unknown one.

        A code whose own row was rejected is not reported a second time, and the row that leans on
        it is left out by ``settle``. What an editor has deleted is left out of what is returned.
        """
        codes = row.get(key) or []
        found = []
        for code in codes if isinstance(codes, list) else [codes]:
            if isinstance(code, str) and code in known:
                found.append(known[code])
            elif code in self._rejected_codes:
                self._rejected_codes.add(row.name)
            elif code not in self._loaded_codes():
                self.reject(name, row, f"{key}里的{what}“{code}”不存在，请改成已有的编码。")
        return found

    def check(self, name: str, row: Row, instance: models.Model, fields: Iterable[str]) -> None:
        """Report the fields that the model refuses, a text that is too long above all.

        Empty ones were reported as missing or as unknown words already.
        """
        wanted = {key for key in fields if not _is_empty(getattr(instance, key))}
        others = [f.name for f in instance._meta.get_fields() if f.name not in wanted]
        try:
            instance.clean_fields(exclude=others)
        except ValidationError as error:
            for key, messages in error.message_dict.items():
                self.reject(name, row, f"{key}不合要求：{''.join(messages)}")

    # Writing

    def settle(
        self,
        *,
        model: type[models.Model],
        code: str,
        wanted: Mapping[str, Any],
        stored: Mapping[str, Any] | None,
        write: Callable[[], object],
        has_draft: bool = False,
    ) -> None:
        """Create, update or keep one row.

        ``wanted`` and ``stored`` are its fields in the file and in the database, in the same shape;
        ``write`` saves the wanted ones. ``has_draft`` says that an unpublished draft exists.
        """
        if code in self._rejected_codes:
            return
        kind = str(model._meta.verbose_name)
        count = self.counts.setdefault(kind, Counter())
        key = (model._meta.label_lower, code)
        loaded = self._loaded_digests().get(key)
        digest = digest_of(wanted)
        present = digest_of(stored) if stored is not None else None
        if present is None and loaded is None:
            write()
            count["created"] += 1
        elif present is None:
            self.kept.append(KeptRow(kind, code, "编辑已删除，不再导入。"))
            count["kept"] += 1
            return
        elif has_draft:
            self.kept.append(KeptRow(kind, code, "有未发布的修改，保留现在的内容。"))
            count["kept"] += 1
            return
        elif present == digest:
            count["unchanged"] += 1
        elif present != loaded:
            self.kept.append(KeptRow(kind, code, "编辑改过，保留现在的内容。"))
            count["kept"] += 1
            return
        else:
            write()
            count["updated"] += 1
        if loaded != digest:
            self._changed[key] = digest

    @property
    def wrote_something(self) -> bool:
        """Whether any row was created or updated."""
        return any(count["created"] or count["updated"] for count in self.counts.values())

    def _loaded_digests(self) -> dict[tuple[str, str], str]:
        if self._digests is None:
            rows = LoadedRow.objects.values_list("kind", "code", "digest")
            self._digests = {(kind, code): digest for kind, code, digest in rows}
        return self._digests

    def _loaded_codes(self) -> set[str]:
        return {code for _, code in self._loaded_digests()}

    def remember(self) -> None:
        """Write down what was loaded, so that the next run can tell what editors changed."""
        LoadedRow.objects.bulk_create(
            [
                LoadedRow(kind=kind, code=code, digest=digest)
                for (kind, code), digest in self._changed.items()
            ],
            update_conflicts=True,
            unique_fields=["kind", "code"],
            update_fields=["digest"],
        )


def _is_empty(value: object) -> bool:
    return value in (None, []) or (isinstance(value, str) and not value.strip())


def _name_parts(part: Any, code: str) -> None:
    """Tell every mapping inside a row whose part it is."""
    if isinstance(part, Row):
        part.owner = code
    for inner in part.values() if isinstance(part, Row) else part:
        if isinstance(inner, (Row, list)):
            _name_parts(inner, code)


def digest_of(fields: Mapping[str, Any]) -> str:
    """Return sha256 of the fields as canonical JSON, in hexadecimal."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
