"""From a delivered cell to a typed value: one SQL expression a column, no row touched in Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from risk_engine.contracts import Column

FIRST_DAY = date(1990, 1, 1)
YEARS_AHEAD = 10
EXACT_IN_A_DOUBLE = 2**53

FULL_WIDTH = "".join(chr(0xFEE0 + code) for code in range(0x30, 0x7B) if chr(code).isalnum())
HALF_WIDTH = "".join(chr(code) for code in range(0x30, 0x7B) if chr(code).isalnum())
BLANKS = " \t\n\r\u00a0\u3000\ufeff"

TRUE_WORDS = "('true', '1', '是')"
FALSE_WORDS = "('false', '0', '否')"

NATIVE = {
    "string": ("VARCHAR",),
    "enum": (),
    "month": (),
    "int": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    "decimal": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DECIMAL"),
    "date": ("DATE", "TIMESTAMP"),
    "datetime": ("DATE", "TIMESTAMP"),
    "bool": ("BOOLEAN",),
}


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """How one delivered column is read.

    `clean` works on the raw cell; `value` on the clean one, null where it does not fit;
    `changed` says whether cleaning changed anything; `reason` tells a person what is wrong.
    """

    clean: str
    value: str
    changed: str
    reason: str


def last_day(as_of: date) -> date:
    """Return the last day that a cell may hold: as_of + 10 years."""
    year = as_of.year + YEARS_AHEAD
    try:
        return as_of.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def typed(column: Column, raw: str, clean: str, delivered: str, as_of: date) -> TypedColumn:
    """Build the expressions of a column; `raw` and `clean` are the names they work on."""
    family = delivered.split("(")[0]
    if family != "VARCHAR" and family in NATIVE[column.type]:
        return TypedColumn(
            clean=raw,
            value=_native_value(column, clean, family, as_of),
            changed="0",
            reason=_reason(column, clean, as_of),
        )
    text = raw if family == "VARCHAR" else _as_text(column, raw, family)
    folds = column.code or column.type != "string"
    return TypedColumn(
        clean=_clean(text, folds=folds),
        value=_text_value(column, clean, as_of),
        changed=_changed(column, raw, clean) if family == "VARCHAR" else "0",
        reason=_reason(column, clean, as_of),
    )


def _clean(text: str, *, folds: bool) -> str:
    """Trim and fold; ASCII with neither end blank, nearly every cell, is taken as it is."""
    folded = f"translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}')" if folds else text
    return (
        f"CASE WHEN strlen({text}) = length({text}) AND {text} >= '!' AND {text}[-1] >= '!' "
        f"THEN {text} ELSE NULLIF(trim({folded}, '{BLANKS}'), '') END"
    )


def _changed(column: Column, raw: str, clean: str) -> str:
    other_words = f" OR lower({clean}) NOT IN ('true', 'false')" if column.type == "bool" else ""
    return f"CASE WHEN {raw} <> {clean}{other_words} THEN 1 ELSE 0 END"


def _as_text(column: Column, raw: str, family: str) -> str:
    if family in ("FLOAT", "DOUBLE"):
        # a column of whole numbers and nulls is often written as DOUBLE; 7 is not the code "7.0"
        return (
            f"CASE WHEN isnan({raw}) THEN NULL "
            f"WHEN {raw} = trunc({raw}) AND abs({raw}) < {EXACT_IN_A_DOUBLE} "
            f"THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) ELSE CAST({raw} AS VARCHAR) END"
        )
    if family == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(make_timestamp(epoch_us({raw})) + INTERVAL 8 HOUR, '%Y-%m-%d %H:%M:%S')"
    return f"CAST({raw} AS VARCHAR)"


def _text_value(column: Column, clean: str, as_of: date) -> str:
    match column.type:
        case "string":
            return clean
        case "enum":
            words = ", ".join(f"'{word}'" for word in column.enum)
            return f"CASE WHEN {clean} IN ({words}) THEN {clean} END"
        case "month":
            return (
                f"CASE WHEN regexp_full_match({clean}, '[0-9]+') AND length({clean}) = 6 "
                f"AND {clean} BETWEEN '{FIRST_DAY:%Y%m}' AND '{last_day(as_of):%Y%m}' "
                f"AND substr({clean}, 5) BETWEEN '01' AND '12' THEN {clean} END"
            )
        case "int":
            return (
                f"CASE WHEN regexp_full_match({clean}, '[+-]?[0-9]+([.]0*)?') "
                f"THEN TRY_CAST(split_part({clean}, '.', 1) AS BIGINT) END"
            )
        case "decimal":
            # a cast alone would take 1e3 and 1_000, and would round what has more places; the
            # first branch is for speed, the second says it all
            value = f"TRY_CAST({clean} AS {column.sql_type})"
            return (
                f"CASE WHEN length({clean}) - strpos({clean}, '.') <= {column.scale} "
                f"AND NOT contains({clean}, 'e') AND NOT contains({clean}, 'E') "
                f"AND NOT contains({clean}, '_') THEN {value} "
                f"WHEN regexp_full_match({clean}, '[+-]?[0-9]*([.][0-9]{{0,{column.scale}}}0*)?') "
                f"THEN {value} END"
            )
        case "date":
            return _as_written(clean, "DATE", 10, as_of)
        case "datetime":
            return _as_written(clean, "TIMESTAMP", 19, as_of)
        case "bool":
            return (
                f"CASE WHEN lower({clean}) IN {TRUE_WORDS} THEN TRUE "
                f"WHEN lower({clean}) IN {FALSE_WORDS} THEN FALSE END"
            )


def _native_value(column: Column, clean: str, family: str, as_of: date) -> str:
    match column.type:
        case "int":
            return f"CAST({clean} AS BIGINT)"
        case "decimal":
            exact = f"TRY_CAST({clean} AS {column.sql_type})"
            return f"CASE WHEN {exact} = {clean} THEN {exact} END"
        case "date" if family == "TIMESTAMP":
            return _in_range(
                f"CASE WHEN {clean} = date_trunc('day', {clean}) THEN CAST({clean} AS DATE) END",
                as_of,
            )
        case "date":
            return _in_range(clean, as_of)
        case "datetime":
            return _in_range(f"CAST({clean} AS TIMESTAMP)", as_of)
        case _:
            return clean


def _as_written(clean: str, kind: str, width: int, as_of: date) -> str:
    """Take a moment in its one right spelling: what it is written as when cast back."""
    value = f"TRY_CAST({clean} AS {kind})"
    return (
        f"CASE WHEN length({clean}) = {width} AND CAST({value} AS VARCHAR) = {clean} "
        f"AND {value} >= DATE '{FIRST_DAY}' "
        f"AND {value} < DATE '{last_day(as_of) + timedelta(days=1)}' THEN {value} END"
    )


def _in_range(value: str, as_of: date) -> str:
    return (
        f"CASE WHEN {value} >= DATE '{FIRST_DAY}' "
        f"AND CAST({value} AS DATE) <= DATE '{last_day(as_of)}' THEN {value} END"
    )


def _reason(column: Column, clean: str, as_of: date) -> str:
    match column.type:
        case "enum":
            return f"'不在允许的取值（{'、'.join(column.enum)}）之内'"
        case "month":
            return f"'不是 1990 年至 {last_day(as_of):%Y} 年之间的月份，应写成 YYYYMM'"
        case "int":
            return "'不是整数'"
        case "decimal":
            whole = 18 - column.scale
            return f"'不是数字，或整数超过 {whole} 位、小数超过 {column.scale} 位'"
        case "date" | "datetime":
            form = "YYYY-MM-DD" if column.type == "date" else "YYYY-MM-DD HH:MM:SS"
            return (
                f"CASE WHEN TRY_CAST({clean} AS DATE) < DATE '{FIRST_DAY}' THEN '日期早于 1990 年' "
                f"WHEN TRY_CAST({clean} AS DATE) > DATE '{last_day(as_of)}' "
                f"THEN '日期晚于评判日后 10 年' ELSE '不是有效的时间，应写成 {form}' END"
            )
        case "bool":
            return "'不是 true 或 false（也可写 1、0、是、否）'"
        case _:
            return "''"
