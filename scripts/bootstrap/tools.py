"""Tests, checks and benchmarks, in an environment that has what they need on top."""

import os
import subprocess
import time
from collections.abc import Sequence

from bootstrap.machine import check_folder, install_packages, missing_packages
from bootstrap.places import PYTHON, ROOT, VENV, environment
from bootstrap.steps import Refusal, Steps
from bootstrap.venv import RUNTIME, TOOLS, prepare_venv

TEMPLATES = "site/templates"
# The cheapest first.
CHECKS: list[tuple[str, list[str]]] = [
    ("格式", ["ruff", "format", "--check", "."]),
    ("规范", ["ruff", "check", "."]),
    ("分层", ["lint-imports", "--no-cache"]),
    ("模板写法", ["djade", "--target-version", "5.2", "--check", TEMPLATES]),
    ("模板缩进", ["djhtml", "--check", TEMPLATES]),
    ("外来文件", ["pytest", "-q", "tests/common/test_static.py"]),
    ("系统检查", ["python", "manage.py", "check", "--fail-level", "WARNING"]),
    ("迁移", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("类型", ["mypy", "."]),
]


def test(arguments: Sequence[str]) -> None:
    """Run the suite, all of it without arguments, browser tests included."""
    _prepare(with_browser=True)
    _become("pytest", *(arguments or ["-n", "2"]))


def bench(arguments: Sequence[str]) -> None:
    """Measure what is claimed, and print the table."""
    _prepare(with_browser=False)
    _become("benchmarks", *arguments)


def check() -> None:
    """Run everything that needs no test; go on after a failure.

    :raises Refusal: with the names of the checks that failed.
    """
    _prepare(with_browser=False)
    env = environment(DJANGO_SETTINGS_MODULE="config.settings.test")
    failed = []
    for title, (program, *arguments) in CHECKS:
        print(f"--- {title}：{program} {' '.join(arguments)}", flush=True)
        if arguments[-1] == TEMPLATES:
            arguments[-1:] = _templates()
        started = time.monotonic()
        code = subprocess.call([str(VENV / "bin" / program), *arguments], cwd=ROOT, env=env)
        verdict = "没有通过" if code else "通过"
        print(f"    {verdict}，{time.monotonic() - started:.1f}秒", flush=True)
        if code:
            failed.append(title)
    if failed:
        raise Refusal(f"{len(failed)}项检查没有通过：{'、'.join(failed)}；请按上面的提示改正。")
    print(f"{len(CHECKS)}项检查全部通过。")


def tidy() -> None:
    """Bring code and templates into the form that the checks ask for."""
    _prepare(with_browser=False)
    for program, *arguments in (
        ["ruff", "check", "--fix-only", "."],
        ["ruff", "format", "."],
        ["djade", "--target-version", "5.2", *_templates()],
        ["djhtml", TEMPLATES],
    ):
        # The formatters of templates end with 1 when they changed something.
        subprocess.call([str(VENV / "bin" / program), *arguments], cwd=ROOT)


def _templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(f"{TEMPLATES}/**/*.html"))


def _prepare(*, with_browser: bool) -> None:
    steps = Steps(3)
    with steps.step("检查文件夹"):
        check_folder()
    with steps.step("检查系统组件、中文字体和浏览器" if with_browser else "检查系统组件和中文字体"):
        missing = missing_packages(with_browser=with_browser)
        if missing:
            install_packages(missing)
    with steps.step("准备 Python 环境（首次约2分钟）"):
        prepare_venv([RUNTIME, TOOLS])


def _become(module: str, *arguments: str) -> None:
    os.chdir(ROOT)
    os.execv(str(PYTHON), [str(PYTHON), "-m", module, *arguments])
