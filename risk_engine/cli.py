"""The command line: run, check, explain, replay, themes, vectors, bench.

Exit codes: 0 done, with or without findings · 2 usage · 3 bad input, the themes that read it wrote
nothing · 4 a theme or a station is grey, the rest is written. 3 before 4.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

import risk_engine.engine as engine
from risk_engine.bench import measure
from risk_engine.engine import LATEST_AS_OF, URL_SCHEMES, workspace
from risk_engine.errors import UsageError
from risk_engine.output import read_findings, summarise, to_json, write_run
from risk_engine.results import RunResult
from risk_engine.typing_sql import FIRST_DAY
from risk_engine.vectors import run_vectors

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTH = re.compile(r"(\d{4})-?(\d{2})")
LEVEL_LABELS = {"high": "高", "medium": "中", "low": "低"}
STATUS_LABELS = {"ran": "已评判", "grey": "数据缺失（灰）", "refused": "拒读"}


class Parser(argparse.ArgumentParser):
    """An argument parser that refuses in Chinese."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"参数有误（{message}），请用 --help 查看写法。\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return code


def _parser() -> Parser:
    parser = Parser(prog="python -m risk_engine", description="智廉风险预警引擎")
    commands = parser.add_subparsers(required=True, metavar="命令")

    run = commands.add_parser("run", help="对一批抽取数据评判各主题")
    _add_input(run)
    run.add_argument("--as-of", required=True, type=_day, metavar="日期", help="评判日")
    run.add_argument("--since", type=_day, metavar="日期", help="只写这一天起的预警")
    run.add_argument("--gate", choices=("on", "off"), default="on", help="闸门，缺省 on")
    run.add_argument("--out", required=True, type=Path, metavar="目录")
    run.add_argument("--json", action="store_true", help="在标准输出打印 JSON 摘要")
    run.set_defaults(command=_run)

    check = commands.add_parser("check", help="只按数据契约检查抽取数据，不评判")
    _add_input(check)
    check.add_argument("--as-of", type=_day, metavar="日期", help="评判日，缺省今天")
    check.add_argument("--json", action="store_true")
    check.set_defaults(command=_check)

    explain = commands.add_parser("explain", help="按指纹说明一条预警为什么触发")
    explain.add_argument("fingerprint", metavar="指纹")
    explain.add_argument("--out", required=True, type=Path, metavar="目录", help="run 写出的目录")
    explain.add_argument("--json", action="store_true")
    explain.set_defaults(command=_explain)

    replay = commands.add_parser("replay", help="按过去各月末重新评判，看每月会报什么")
    _add_input(replay)
    replay.add_argument("--from", required=True, type=_month, metavar="月份", dest="first")
    replay.add_argument("--to", required=True, type=_month, metavar="月份", dest="last")
    replay.add_argument("--gate", choices=("on", "off"), default="off", help="闸门，缺省 off")
    replay.add_argument("--out", required=True, type=Path, metavar="目录")
    replay.add_argument("--json", action="store_true")
    replay.set_defaults(command=_replay)

    themes = commands.add_parser("themes", help="列出主题、规则与参数")
    themes.add_argument("--json", action="store_true")
    themes.set_defaults(command=_themes)

    examples = commands.add_parser("vectors", help="运行各主题自带的样例")
    examples.add_argument("--themes", type=_codes, metavar="T01,T09")
    examples.add_argument("--backend", default="duckdb")
    examples.set_defaults(command=_vectors)

    bench = commands.add_parser("bench", help="与同样各列的裸扫描比速度")
    bench.add_argument("--rows", type=int, default=100_000, help="账单行数，缺省 100000")
    bench.add_argument("--themes", type=_codes, metavar="T01,T09")
    bench.add_argument("--format", choices=("csv", "parquet"), default="csv")
    bench.add_argument("--json", action="store_true")
    bench.set_defaults(command=_bench)
    return parser


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--extracts", required=True, type=_extracts, metavar="目录或数据库", help="抽取数据"
    )
    parser.add_argument("--themes", type=_codes, metavar="T01,T09", help="主题，缺省全部")
    parser.add_argument("--whitelist", type=Path, metavar="文件")
    parser.add_argument("--calendar", type=Path, metavar="文件", help="工作日历，覆盖内置安排")
    parser.add_argument("--backend", default="duckdb", help="duckdb（缺省）或 postgresql://…")


def _run(options: argparse.Namespace) -> int:
    if options.since and options.since > options.as_of:
        raise UsageError(f"--since {options.since} 晚于 --as-of {options.as_of}，请改正日期。")
    _make_folder(options.out)
    result = engine.run(
        extracts=options.extracts,
        as_of=options.as_of,
        since=options.since,
        themes=options.themes,
        whitelist=options.whitelist,
        calendar=options.calendar,
        backend=options.backend,
        gate=options.gate == "on",
    )
    write_run(result, options.out)
    _report_faults(result)
    if options.json:
        print(_dump(summarise(result)))
    else:
        _print_summary(result)
    return result.exit_code


def _make_folder(out: Path) -> None:
    """Find out before the work is done whether its outcome can be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UsageError(f"--out {out} 不是目录或建不出来，请换一个可写的目录。") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"--out {out} 不可写，请换一个可写的目录。")


def _check(options: argparse.Namespace) -> int:
    as_of = options.as_of or date.today()  # noqa: DTZ011 -- a day of the user's own wall calendar
    with workspace(
        extracts=options.extracts,
        latest=as_of,
        themes=options.themes,
        whitelist=options.whitelist,
        calendar=options.calendar,
        backend=options.backend,
    ) as opened:
        result = opened.check(as_of=as_of)
    _report_faults(result)
    if options.json:
        print(_dump(summarise(result) | {"rejects": [to_json(r) for r in result.rejects]}))
    else:
        for reject in result.rejects:
            row = "" if reject.row is None else f" 第 {reject.row} 行"
            print(f"{reject.file}{row} {reject.column} “{reject.value}”：{reject.reason}")
        _print_summary(result)
    return result.exit_code


def _explain(options: argparse.Namespace) -> int:
    matching = [
        finding
        for finding in read_findings(options.out)
        if str(finding["fingerprint"]).startswith(options.fingerprint)
    ]
    if len(matching) != 1:
        raise UsageError(
            f"{options.out} 里有 {len(matching)} 条预警的指纹以 {options.fingerprint} 开头，"
            "请给出更完整的指纹，或检查 --out 目录。"
        )
    (finding,) = matching
    if options.json:
        print(_dump(finding))
    else:
        _print_finding(finding)
    return 0


def _print_finding(finding: dict[str, object]) -> None:
    theme = engine.theme(str(finding["theme"]))
    level = LEVEL_LABELS[str(finding["level"])]
    grey = "（数据缺失时算出，不作预警）" if finding["grey"] else ""
    print(f"{theme.code} {theme.name}：{finding['subject']} {finding['period']} {level}风险{grey}")
    print(finding["explanation"])
    for code in _items(finding["rules"]):
        rule = theme.rule(str(code))
        print(f"  {theme.code}-{rule.code} {rule.name}：{rule.finds}")
    for item in _items(finding["evidence"]):
        if isinstance(item, dict):
            values = "，".join(f"{name}={value}" for name, value in item["values"].items())
            print(f"  证据 {item['file']} 第 {item['row']} 行 {item['table']}：{values}")
    print(f"  规则版本 {finding['rule_version']}；参数 {_dump(finding['parameters'], indent=None)}")


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _replay(options: argparse.Namespace) -> int:
    days = _month_ends(options.first, options.last)
    if not days:
        raise UsageError("--from 晚于 --to，请改正月份。")
    _make_folder(options.out)
    earlier: dict[str, str] = {}
    table: list[dict[str, object]] = []
    codes = {0}
    with workspace(
        extracts=options.extracts,
        latest=days[-1],
        themes=options.themes,
        whitelist=options.whitelist,
        calendar=options.calendar,
        backend=options.backend,
    ) as opened:
        for day in days:
            result = opened.judge(as_of=day, gate=options.gate == "on")
            write_run(result, options.out / day.isoformat())
            codes.add(result.exit_code)
            found = {f.fingerprint: f"{f.level} {','.join(f.rules)}" for f in result.findings}
            table.append(
                {
                    "as_of": day.isoformat(),
                    "findings": len(found),
                    "new": len(found.keys() - earlier.keys()),
                    "gone": len(earlier.keys() - found.keys()),
                    "changed": sum(
                        earlier[key] != value for key, value in found.items() if key in earlier
                    ),
                    "inconclusive": len(result.inconclusive),
                }
            )
            earlier = found
    if options.json:
        print(_dump(table))
    else:
        for line in table:
            print(
                f"{line['as_of']}：预警 {line['findings']}，新增 {line['new']}，"
                f"消失 {line['gone']}，变化 {line['changed']}，缺数据 {line['inconclusive']}"
            )
    return 3 if 3 in codes else max(codes)


def _month_ends(first: date, last: date) -> list[date]:
    days: list[date] = []
    month = first
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        days.append(following - timedelta(days=1))
        month = following
    return days


def _themes(options: argparse.Namespace) -> int:
    found = engine.themes()
    if options.json:
        print(_dump([to_json(theme) for theme in found]))
        return 0
    for theme in found:
        print(f"{theme.code} {theme.name}（{theme.rule_version}）")
        for rule in theme.rules:
            print(f"  {theme.code}-{rule.code} {rule.name} [{rule.risk_point}]：{rule.finds}")
        for parameter in theme.parameters:
            print(f"  参数 {parameter.key} {parameter.label}（{parameter.verified}）")
    return 0


def _vectors(options: argparse.Namespace) -> int:
    failed = 0
    for theme in engine.themes() if options.themes is None else map(engine.theme, options.themes):
        dialect = "duckdb" if options.backend == "duckdb" else "postgres"
        for code, differences in run_vectors(theme, options.backend, dialect, engine.run):
            failed += bool(differences)
            print(f"{theme.code} {code} {'不符' if differences else '通过'}")
            for difference in differences:
                print(f"  {difference}")
    return 1 if failed else 0


def _bench(options: argparse.Namespace) -> int:
    measured = measure(rows=options.rows, codes=options.themes, form=options.format)
    if options.json:
        print(_dump(measured))
        return 0
    print(f"账单 {options.rows} 行，{options.format}")
    for code, line in measured["themes"].items():
        print(
            f"{code}：引擎 {line['engine_seconds']:.2f} 秒，裸扫描 {line['scan_seconds']:.2f} 秒，"
            f"{line['ratio']:.1f} 倍，预警 {line['findings']}"
        )
    print(f"内存峰值 {measured['peak_mib']:.0f} MiB")
    return 0


def _report_faults(result: RunResult) -> None:
    """Say on stderr, one line each, what was refused and what is grey."""
    refused = [theme for theme in result.themes if theme.gate.status == "refused"]
    for reason in dict.fromkeys(reason for theme in refused for reason in theme.gate.reasons):
        themes = "、".join(theme.theme for theme in refused if reason in theme.gate.reasons)
        print(f"{themes} 拒读：{reason}", file=sys.stderr)
    for theme in result.themes:
        if theme.gate.status == "grey":
            for reason in theme.gate.reasons:
                print(f"{theme.theme} 数据缺失：{reason}", file=sys.stderr)
        for reason in theme.gate.grey_stations.values():
            print(f"{theme.theme} 数据缺失：{reason}", file=sys.stderr)


def _print_summary(result: RunResult) -> None:
    for theme in result.themes:
        levels = "、".join(
            f"{label} {sum(finding.level == level for finding in theme.findings)}"
            for level, label in LEVEL_LABELS.items()
        )
        print(
            f"{theme.theme} {STATUS_LABELS[theme.gate.status]}：看过 {theme.subjects_seen}，"
            f"预警 {len(theme.findings)}（{levels}），灰 {len(theme.findings_grey)}，"
            f"排除 {sum(theme.excluded.values())}，白名单 {theme.whitelisted}，"
            f"缺数据 {len(theme.inconclusive)}"
        )
    print(f"退回 {len(result.rejects)} 处，更正 {len(result.corrections)} 行")
    for batch in result.batches:
        if batch.extra_columns:
            print(f"{batch.file} 多出的列没有使用：{'、'.join(batch.extra_columns)}")
    for note in result.notes:
        print(note)
    if result.provisional_years:
        years = "、".join(map(str, result.provisional_years))
        print(f"{years} 年的放假安排尚未公布，工作日是暂定的。")


def _day(text: str) -> date:
    if not DAY.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，应写成 2026-03-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日历上的一天") from None


def _month(text: str) -> date:
    match = MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12:
        raise argparse.ArgumentTypeError(f"“{text}”不是月份，应写成 2026-03")
    if not FIRST_DAY.year <= int(match[1]) <= LATEST_AS_OF.year:
        raise argparse.ArgumentTypeError(
            f"“{text}”不在 {FIRST_DAY.year} 年至 {LATEST_AS_OF.year} 年之间"
        )
    return date(int(match[1]), int(match[2]), 1)


def _codes(text: str) -> list[str]:
    return list(dict.fromkeys(code.strip().upper() for code in text.split(",") if code.strip()))


def _extracts(text: str) -> Path | str:
    return text if text.startswith(URL_SCHEMES) else Path(text)


def _dump(value: object, indent: int | None = 2) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
