"""What the machine must offer: a folder, a port, system libraries, fonts, a browser."""

import ctypes
import fcntl
import importlib.util
import os
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TextIO

from bootstrap.places import HOST, LOGS, ROOT, VAR
from bootstrap.steps import Refusal, call

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    # Without it a page of a PDF takes 35 seconds instead of one.
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# What drives the browser in tests is linked against this one.
BROWSER_LIBRARIES = {"libatomic.so.1": "libatomic1"}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
FONTS = {"fonts-noto-cjk": "NotoSansCJK*", "fonts-lxgw-wenkai": "LXGW*"}
# Without these quotations are set in the serif face; nothing else changes.
OPTIONAL = {"fonts-lxgw-wenkai"}


def check_folder() -> None:
    """Make sure that the project's folders can be written.

    :raises Refusal: if one cannot.
    """
    folder = ROOT
    try:
        for folder in (ROOT, VAR, LOGS):
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
    except OSError as error:
        raise Refusal(
            f"文件夹 {folder} 不能写（{error.strerror}）；"
            "请把项目放到您能写的文件夹里，再运行一次。"
        ) from error


def port_asked_for() -> int:
    """Return the port that the environment names, 8000 without one.

    :raises Refusal: if it is no port.
    """
    raw = os.environ.get("PORT") or "8000"
    if not raw.isdecimal() or not 1 <= int(raw) <= 65535:
        raise Refusal(f"端口“{raw}”不对，应是 1 到 65535 的数字；请运行 make run PORT=8001。")
    return int(raw)


def check_port(port: int) -> None:
    """Make sure that the port can be listened on.

    :raises Refusal: if it is taken or reserved.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server itself does: an address that is only cooling down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Refusal(
                f"端口 {port} 要管理员权限才能用；请换一个 1024 以上的：make run PORT=8001。"
            ) from error
        except OSError as error:
            other = port + 1 if port < 65535 else 8001
            raise Refusal(
                f"端口 {port} 已被别的程序占用；请换一个：make run PORT={other}，或先停掉那个程序。"
            ) from error


def hold_lock() -> TextIO:
    """Return an open file whose lock says that this demonstration is running.

    :raises Refusal: if it is running already.
    """
    lock = (VAR / "run.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        where = lock.read().strip() or "正在启动"
        lock.close()
        raise Refusal(
            f"清风已经在运行（{where}）；请直接使用，或先在那个窗口按 Ctrl-C，再运行一次。"
        ) from None
    lock.truncate(0)
    return lock


def missing_packages(*, with_browser: bool) -> list[str]:
    """Return the Debian packages that are still to be installed."""
    libraries = LIBRARIES | (BROWSER_LIBRARIES if with_browser else {})
    missing = [package for library, package in libraries.items() if not _loads(library)]
    missing += [package for package, pattern in FONTS.items() if not _has_font(pattern)]
    if importlib.util.find_spec("ensurepip") is None:
        missing.append(f"python3.{sys.version_info.minor}-venv")
    if with_browser and not shutil.which("chromium"):
        missing.append("chromium")
    return missing


def install_packages(packages: list[str]) -> None:
    """Install with apt where this account may.

    :raises Refusal: with the one command to type, if it may not or if that fails.
    """
    wanted_only_for_looks = set(packages) <= OPTIONAL
    command = f"apt-get update && apt-get install -y {' '.join(packages)}"
    prefix = _apt_prefix()
    if prefix is None:
        if wanted_only_for_looks:
            return
        raise Refusal(
            "缺少系统组件，而这个账号不能自己安装；请先运行下面这一行，再运行一次：\n"
            f"    sudo sh -c {shlex.quote(command)}"
        )
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = [*prefix, "apt-get", "install", "-y", "--no-install-recommends", *packages]
    try:
        call([*prefix, "apt-get", "update"], log="apt.log", what="更新软件目录", env=env)
        call(install, log="apt.log", what="安装系统组件", env=env)
    except Refusal as refusal:
        if wanted_only_for_looks:
            return
        raise Refusal(
            "系统组件没有装上，多半是连不上软件源；请检查网络后再运行一次，或手工运行：\n"
            f"    {command}\n{refusal}"
        ) from refusal


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font(pattern: str) -> bool:
    return any(next(folder.rglob(pattern), None) for folder in FONT_FOLDERS if folder.is_dir())


def _apt_prefix() -> list[str] | None:
    """Return what to put before apt-get, or None where this account may not install."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.call([sudo, "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return [sudo, "-n"]
    return None
