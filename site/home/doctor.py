"""What is wrong with this installation, and the remedy; the command ``doctor`` prints it."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import ChannelError, OperationalError

from audit.models import AuditEntry
from common.calendar import is_provisional
from jobs.models import Job
from jobs.registry import kind_of, periodic_kinds

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
LEAST_FREE_BYTES = 2 * 1024**3
CLOCK_TOLERANCE = timedelta(seconds=5)
WORKER_SILENT_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, and if not, what to do."""

    subject: str
    is_well: bool
    sentence: str


def examine(*, now: datetime) -> list[Finding]:
    """Look at everything and return what was found; without a database, only that."""
    examinations: list[Callable[[datetime], Finding]] = [
        _migrations,
        _disk,
        _broker,
        _worker,
        _clock,
        _calendar,
        _libraries,
        _fonts,
        _quotation_font,
    ]
    database = _database()
    if not database.is_well:
        return [database]
    return [database, *(examination(now) for examination in examinations)]


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Finding("数据库", False, "连不上数据库；请检查 DATABASE_URL，并确认数据库已启动。")
    return Finding("数据库", True, connection.display_name)


def _migrations(now: datetime) -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("数据库结构", False, f"有{len(plan)}项升级没做；请运行 manage.py migrate。")
    return Finding("数据库结构", True, "是最新的")


def _disk(now: datetime) -> Finding:
    folder = Path(settings.VAR_DIR)
    try:
        free = shutil.disk_usage(folder).free
        probe = folder / ".doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Finding("磁盘", False, f"{folder} 不能写（{error.strerror}）；请改正它的权限。")
    if free < LEAST_FREE_BYTES:
        return Finding("磁盘", False, f"{folder} 只剩{free / 1024**3:.1f} GB；请腾出空间。")
    return Finding("磁盘", True, f"还有{free / 1024**3:.0f} GB")


def _broker(now: datetime) -> Finding:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
            transport = broker.transport_cls
    except (OperationalError, ChannelError, OSError):
        return Finding(
            "消息中间件",
            False,
            "连不上，后台任务会晚几秒开始，但不会丢；请检查 CELERY_BROKER_URL 和它指向的服务。",
        )
    return Finding("消息中间件", True, str(transport))


def _worker(now: datetime) -> Finding:
    """A worker that runs re-arms what runs by the clock; one that is silent leaves it overdue."""
    kinds = [kind.name for kind in periodic_kinds()]
    oldest = Job.objects.due(now=now).filter(kind__in=kinds).order_by("run_at", "pk").first()
    if oldest is not None and now - oldest.run_at > WORKER_SILENT_FOR + kind_of(oldest.kind).lease:
        return Finding(
            "后台任务", False, f"“{oldest.title}”到点没有运行；请启动 celery worker --beat。"
        )
    failed = Job.objects.filter(kind__in=kinds).exclude(error="").order_by("pk").first()
    if failed is not None:
        return Finding("后台任务", False, f"“{failed.title}”上次没有完成；请看工作进程的日志。")
    return Finding("后台任务", True, "按时运行")


def _clock(now: datetime) -> Finding:
    """The clock may run neither behind what is in the log nor apart from the database's."""
    last = AuditEntry.objects.order_by("-pk").values_list("at", flat=True).first()
    if last is not None and last - now > CLOCK_TOLERANCE:
        return Finding("时钟", False, "比日志里最后一条还早；请校准系统时间（如启用 NTP）。")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            row = cursor.fetchone()
        apart = abs(row[0] - datetime.now(UTC)) if row else timedelta()
        if apart > CLOCK_TOLERANCE:
            return Finding("时钟", False, f"与数据库差{apart.seconds}秒；请校准两台机器的时间。")
    return Finding("时钟", True, "一致")


def _calendar(now: datetime) -> Finding:
    if is_provisional(now.date()):
        return Finding(
            "工作日历", False, f"{now.year}年的放假安排还没有，按周一至周五暂算；请升级软件包。"
        )
    return Finding("工作日历", True, f"{now.year}年已有")


def _libraries(now: datetime) -> Finding:
    missing = []
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    if missing:
        return Finding("PDF 组件", False, f"缺 {'、'.join(missing)}；请用 apt-get 安装。")
    return Finding("PDF 组件", True, "齐全")


def _fonts(now: datetime) -> Finding:
    if not _families("Noto Sans CJK SC"):
        return Finding("中文字体", False, "没有，PDF 会是空框；请安装 fonts-noto-cjk。")
    return Finding("中文字体", True, "齐全")


def _quotation_font(now: datetime) -> Finding:
    if not _families("LXGW WenKai"):
        return Finding("楷体", False, "没有，引语改用宋体；要楷体请安装 fonts-lxgw-wenkai。")
    return Finding("楷体", True, "齐全")


def _families(name: str) -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    answer = subprocess.run(  # noqa: S603  the program's own path and a constant
        [program, name, "family"], capture_output=True, text=True, check=False, timeout=30
    )
    return bool(answer.stdout.strip())
