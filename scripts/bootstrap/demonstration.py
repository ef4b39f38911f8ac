"""The demonstration: its data, once; its servers, until Ctrl-C."""

import contextlib
import ctypes
import http.client
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from bootstrap.machine import (
    check_folder,
    check_port,
    hold_lock,
    install_packages,
    missing_packages,
    port_asked_for,
)
from bootstrap.places import DATABASE, HOST, LOGS, PYTHON, ROOT, VAR, environment
from bootstrap.steps import Refusal, Stamps, Steps, call, digest_of, tail
from bootstrap.venv import RUNTIME, prepare_venv

MIGRATIONS = (RUNTIME, "*/migrations/*.py", "site/*/migrations/*.py")
STATIC = (RUNTIME, "site/static/**/*", "site/config/settings/*.py")
CONTENT_APPS = ("common", "risk_manual", "quizzes", "cases", "courses")
CONTENT = ("content/**/*", *(f"{app}/**/*.py" for app in CONTENT_APPS))
ACCOUNTS = VAR / "accounts.txt"
PATIENCE = 90
GRACE = 10


def run() -> None:
    """Bring the demonstration up and keep it up until Ctrl-C.

    :raises Refusal: if something stands in the way.
    """
    steps = Steps(8)
    with steps.step("检查文件夹和端口"):
        check_folder()
        port = port_asked_for()
        lock = hold_lock()
        check_port(port)
    with lock:
        with steps.step("检查系统组件和中文字体"):
            missing = missing_packages(with_browser=False)
            if missing:
                install_packages(missing)
        with steps.step("准备 Python 环境（首次约1分钟）"):
            prepare_venv([RUNTIME])
        _prepare_data(steps)
        _serve(steps, port, lock)


def reset() -> None:
    """Remove the demonstration's data, so that the next start is the first one again.

    :raises Refusal: if the demonstration is running.
    """
    check_folder()
    with hold_lock():
        for path in VAR.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "run.lock":
                path.unlink()
    print("演示数据已删除；下一次 make run 会从头开始。")


def _prepare_data(steps: Steps) -> None:
    env = environment()
    stamps = Stamps(VAR / "stamps.json")
    if "DATABASE_URL" not in env and not DATABASE.exists():
        stamps.drop("migrate", "load_content", "load_demo")
    with contextlib.nullcontext() if stamps.has("load_demo") else _examples_meanwhile(env):
        with steps.step("建立和升级数据库"):
            _once(stamps, MIGRATIONS, ["migrate", "--noinput"], "升级数据库", env)
        with steps.step("整理网页文件"):
            _once(stamps, STATIC, ["collectstatic", "--noinput"], "整理网页文件", env)
        with steps.step("装入演示版内容：风险点、案例、微课、题库"):
            _once(stamps, CONTENT, ["load_content"], "装入内容", env)
    with steps.step("装入演示数据，运行风险引擎（首次约1分钟）"):
        # Once only: from then on the data is the user's own. A load that was cut off goes on.
        if not stamps.has("load_demo"):
            load = _manage("load_demo", "--accounts")
            call(load, log="load_demo.log", what="装入演示数据", env=env)
            ACCOUNTS.write_text(_accounts_in(LOGS / "load_demo.log"), encoding="utf-8")
            stamps.put("load_demo", date.today().isoformat())  # noqa: DTZ011  this machine's day


@contextlib.contextmanager
def _examples_meanwhile(env: Mapping[str, str]) -> Iterator[None]:
    """Run the rules' own examples beside the steps within, so that the engine need not wait.

    Whether they pass is for the engine to say: its first run repeats what did not.
    """
    examples = _Child("规则样例", [str(PYTHON), "-m", "risk_engine", "vectors"], "vectors.log", env)
    try:
        yield
        examples.process.wait()
    finally:
        examples.end(by=time.monotonic())


def _accounts_in(log: Path) -> str:
    """Return the accounts that the load printed as a table: role, name, staff number, password."""
    rows = [line.split("\t") for line in log.read_text(encoding="utf-8").splitlines()]
    accounts = [row for row in rows if len(row) == 4]
    # A Chinese character is two columns wide.
    width = max((2 * len(role) for role, *_ in accounts), default=0) + 2
    return "".join(
        f"  {role}{' ' * (width - 2 * len(role))}{username}  {password}  {name}\n"
        for role, name, username, password in accounts
    )


def _manage(*arguments: str) -> list[str]:
    return [str(PYTHON), str(ROOT / "manage.py"), *arguments]


def _once(
    stamps: Stamps,
    patterns: Sequence[str],
    arguments: Sequence[str],
    what: str,
    env: Mapping[str, str],
) -> None:
    name = arguments[0]
    digest = digest_of(*patterns)
    if not stamps.fits(name, digest):
        call(_manage(*arguments), log=f"{name}.log", what=what, env=env)
        stamps.put(name, digest)


class _Child:
    """One of our processes, in a group of its own, that ends when this one ends."""

    def __init__(
        self, name: str, arguments: Sequence[str], log: str, env: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = LOGS / log
        with self.log.open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_follow_parent,
            )

    def check(self) -> None:
        """Refuse to go on without it."""
        if self.process.poll() is not None:
            raise Refusal(
                f"{self.name}停止了；请看 {self.log} 的最后几行，改正后再运行一次：\n"
                f"{tail(self.log)}"
            )

    def ask_to_end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def end(self, *, by: float) -> None:
        """Wait until it has ended, and end it with all that it started where it has not by then."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, by - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _follow_parent() -> None:
    """Leave the terminal's group, so that Ctrl-C is ours, and end when the parent is killed."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        pr_set_pdeathsig = 1
        libc.prctl(pr_set_pdeathsig, signal.SIGTERM)


def _serve(steps: Steps, port: int, lock: TextIO) -> None:
    address = f"http://{HOST}:{port}/"
    env = environment(BASE_URL=f"http://{HOST}:{port}", PYTHONUNBUFFERED=1)
    web = [
        *[str(PYTHON), "-m", "gunicorn", "config.wsgi"],
        *["--config", str(ROOT / "site" / "config" / "gunicorn.py"), "--bind", f"{HOST}:{port}"],
    ]
    worker = [
        *[str(PYTHON), "-m", "celery", "-A", "config", "worker", "--beat", "--concurrency", "2"],
        *["--without-gossip", "--without-mingle", "--loglevel", "WARNING"],
    ]
    # Nobody else works on this machine's jobs: what a killed worker held is free again, and the
    # deliveries since the last start are played in the background.
    ready = _manage("run_jobs", "--take-over", "--arm", "demo.deliver")
    children: list[_Child] = []
    try:
        with steps.step("启动网页服务和后台任务"):
            children.append(_Child("网页服务", web, "web.log", env))
            call(ready, log="run_jobs.log", what="收回上次没有做完的任务", env=env)
            children.append(_Child("后台任务", worker, "worker.log", env))
            _wait_until_it_answers(port, children)
        lock.write(f"{address} 进程{os.getpid()}")
        lock.flush()
        print(f"\n清风已启动：{address}（按 Ctrl-C 停止；日志在 {LOGS}）\n")
        if ACCOUNTS.exists():
            print("可以用这些账号登录（身份、工号、密码、姓名）：")
            print(ACCOUNTS.read_text(encoding="utf-8"), flush=True)
        while True:
            for child in children:
                child.check()
            time.sleep(0.5)
    finally:
        _stop(children)


def _stop(children: Sequence[_Child]) -> None:
    # A second Ctrl-C must not leave half of it running.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if not children:
        return
    print("\n正在停止 …", end=" ", flush=True)
    by = time.monotonic() + GRACE
    for child in children:
        child.ask_to_end()
    for child in children:
        child.end(by=by)
    print("好了。", flush=True)


def _wait_until_it_answers(port: int, children: Sequence[_Child]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in children:
            child.check()
        connection = http.client.HTTPConnection(HOST, port, timeout=10)
        try:
            connection.request("GET", "/login/")
            if connection.getresponse().status < 500:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    log = LOGS / "web.log"
    raise Refusal(
        f"网页服务{PATIENCE}秒还没有应答；请看 {log} 的最后几行，改正后再运行一次：\n{tail(log)}"
    )
