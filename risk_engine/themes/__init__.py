"""The themes: one folder each, with its texts and parameters beside its rules; all package data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from risk_engine.catalogue import (
    Basis,
    Choice,
    Exclusion,
    Grading,
    Measure,
    Parameter,
    ParameterValue,
    Receiver,
    Rule,
    Source,
    Texts,
    Theme,
    Tip,
)
from risk_engine.errors import ConfigurationError
from risk_engine.yaml_text import load_yaml

Content = Mapping[str, Any]

FILES = ("theme.yaml", "rules.sql", "vectors.yaml")


@cache
def all_themes() -> Mapping[str, Theme]:
    """Read every theme folder, by theme code."""
    folders = (entry for entry in resources.files(__name__).iterdir() if entry.is_dir())
    complete = (
        folder for folder in folders if all(folder.joinpath(name).is_file() for name in FILES)
    )
    found = [_theme(folder) for folder in sorted(complete, key=lambda folder: folder.name)]
    return {theme.code: theme for theme in sorted(found, key=lambda theme: theme.code)}


@cache
def rules_sql(code: str) -> str:
    """Return the rules of a theme as they were written."""
    return _folder(code).joinpath("rules.sql").read_text(encoding="utf-8")


def vectors(code: str) -> list[Content]:
    """Return the worked examples of a theme."""
    text = _folder(code).joinpath("vectors.yaml").read_text(encoding="utf-8")
    examples: list[Content] = load_yaml(text)["vectors"]
    return examples


def read_parameter(content: Content) -> Parameter:
    """Build a dated parameter from its YAML."""
    key, kind = content["key"], content.get("type", "decimal")
    values = [
        ParameterValue(_day(item["from"]), _value(key, kind, item["value"]))
        for item in content["values"]
    ]
    if values != sorted(values, key=lambda value: value.from_date):
        raise ConfigurationError(f"Parameter {key}: values are not in order of their dates")
    return Parameter(
        key=key,
        label=content["label"],
        unit=content["unit"],
        type=kind,
        values=tuple(values),
        columns=content.get("columns", {}),
        note=content.get("note", ""),
        verified=content["verified"],
    )


def parameter_values(parameter: Parameter, given: object) -> tuple[ParameterValue, ...]:
    """Turn a value, or a list of `{from, value}`, into dated values; a bare value holds always."""
    dated = (
        isinstance(given, list)
        and bool(given)
        and all(isinstance(item, Mapping) and set(item) == {"from", "value"} for item in given)
    )
    items = given if dated and isinstance(given, list) else [{"from": date.min, "value": given}]
    values = [
        ParameterValue(_day(item["from"]), _value(parameter.key, parameter.type, item["value"]))
        for item in items
    ]
    return tuple(sorted(values, key=lambda value: value.from_date))


def _folder(code: str) -> Traversable:
    prefix = f"{code.lower()}_"
    for entry in resources.files(__name__).iterdir():
        if entry.name.startswith(prefix):
            return entry
    raise ConfigurationError(f"No folder {prefix}* in risk_engine/themes")


def _theme(folder: Traversable) -> Theme:
    text = folder.joinpath("theme.yaml").read_text(encoding="utf-8")
    rules = folder.joinpath("rules.sql").read_text(encoding="utf-8")
    content = load_yaml(text)
    code = content["code"]
    version = hashlib.sha256(f"{text}\0{rules}".encode()).hexdigest()[:12]
    texts = content["texts"]
    period = content["period"]
    receiver = content["receiver"]
    tip = content["tip"]
    definitions = content.get("definitions", {})
    try:
        return Theme(
            code=code,
            key=content["key"],
            name=content["name"],
            profession_code=content["profession_code"],
            purpose=content["purpose"],
            schedule=content["schedule"],
            sources=tuple(_source(source) for source in content["sources"]),
            subject_label=content["subject"]["label"],
            subject_key=tuple(content["subject"]["key"]),
            period_kind=period["kind"],
            period_format=period.get("format") or "",
            judged_on=_text(content["judged_on"]),
            occurred_on=content["occurred_on"],
            org_code=content["org_code"],
            receiver=Receiver(
                position=receiver["position"], level=receiver["level"], column=receiver["column"]
            ),
            tip=Tip(high=tip["high"], medium=tip["medium"], low=tip["low"], why=tip["why"]),
            amount=content["amount"],
            parameters=tuple(read_parameter(parameter) for parameter in content["parameters"]),
            definitions=definitions if isinstance(definitions, Mapping) else {"": definitions},
            rules=tuple(_rule(rule) for rule in content["rules"]),
            grading=tuple(Grading(g["level"], g["condition"]) for g in content["grading"]),
            grading_note=content.get("grading_note", ""),
            exclusions=tuple(
                Exclusion(
                    code=exclusion["code"],
                    text=exclusion["text"],
                    logic=exclusion.get("logic", ""),
                    whitelist=exclusion.get("whitelist", False),
                )
                for exclusion in content["exclusions"]
            ),
            exclusion_note=content.get("exclusion_note", ""),
            texts=Texts(
                warning=texts["warning"],
                explanation=texts["explanation"],
                hints=texts.get("hints", {}),
                ifs=texts.get("ifs", {}),
                places=texts.get("places", {}),
            ),
            measures=tuple(
                Measure(key=key, label=measure["label"], unit=measure["unit"])
                for key, measure in content["measures"].items()
            ),
            platform_places=tuple(content.get("platform_places", ())),
            evidence_columns=tuple(content["evidence_columns"]),
            false_positives=tuple(content["false_positives"]),
            checklist=tuple(content["checklist"]),
            cc=tuple(content["cc"]),
            risk_points=tuple(content["risk_points"]),
            basis=tuple(
                Basis(
                    ref=basis["ref"],
                    text=basis["text"],
                    article=basis.get("article", ""),
                    verified=basis["verified"],
                )
                for basis in content["basis"]
            ),
            choices=tuple(
                Choice(question=c["question"], choice=c["choice"], why=c["why"])
                for c in content["choices"]
            ),
            rule_version=f"{code}@{version}",
        )
    except KeyError as error:
        raise ConfigurationError(f"{folder.name}/theme.yaml lacks {error}") from error


def _source(source: Content) -> Source:
    return Source(
        table=source["table"],
        system=source["system"],
        columns=tuple(source["columns"]),
        key=tuple(source["key"]),
        required=tuple(source["required"]),
        event_date=source["event_date"],
        skip_null_event_date=source.get("null_event_date", "keep") == "skip",
        later_as_null=tuple(source.get("later_as_null", ())),
        optional=source.get("optional", False),
        fresh_days=source["fresh_days"],
        fresh_by=source["fresh_by"],
        references=source.get("references", {}),
        note=source.get("note", ""),
    )


def _rule(rule: Content) -> Rule:
    amount = rule["amount"]
    return Rule(
        code=rule["code"],
        name=rule["name"],
        risk_point=rule["risk_point"],
        finds=rule["finds"],
        logic=rule["logic"],
        amount="" if amount is None else str(amount),
        measures=tuple(rule["measures"]),
        evidence=tuple(rule["evidence"]),
        inconclusive_when=tuple(rule["inconclusive_when"]),
    )


def _value(key: str, kind: str, value: object) -> object:
    if value is None:
        return None
    if kind == "rows":
        if not isinstance(value, Iterable):
            raise ConfigurationError(f"Parameter {key}: rows expected, not {value!r}")
        return tuple(dict(row) for row in value)
    if kind == "bool":
        if not isinstance(value, bool):
            raise ConfigurationError(f"Parameter {key}: true or false expected, not {value!r}")
        return value
    if kind == "date":
        return _day(value)
    return str(value)


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigurationError(f"{value!r} is no date") from error


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{text}" for key, text in value.items())
    return str(value)
