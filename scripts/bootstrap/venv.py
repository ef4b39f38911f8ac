"""The virtual environment, made from locked files."""

import shutil
import subprocess
import sys
from collections.abc import Iterable

from bootstrap.places import LOGS, PYTHON, ROOT, VENV
from bootstrap.steps import Refusal, Stamps, call, digest_of, tail

RUNTIME = "requirements.txt"
TOOLS = "requirements-dev.txt"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "ProxyError",
    "ReadTimeoutError",
    "ConnectTimeoutError",
    "Could not find a version that satisfies",
)


def prepare_venv(files: Iterable[str]) -> None:
    """Make the virtual environment from the locked files, or leave it if it is made of them.

    :raises Refusal: if the packages cannot be had.
    """
    if VENV.exists() and not _works():
        shutil.rmtree(VENV)
    if not VENV.exists():
        call([sys.executable, "-m", "venv", str(VENV)], log="venv.log", what="建立 Python 环境")
    stamps = Stamps(VENV / "qingfeng.json")
    digests = {name: digest_of(name) for name in files}
    if not all(stamps.fits(name, digest) for name, digest in digests.items()):
        _install(digests)
        for name, digest in digests.items():
            stamps.put(name, digest)
    # So that the packages in site/ and beside it are found from anywhere.
    path_file = VENV / "lib" / f"python{VERSION}" / "site-packages" / "qingfeng.pth"
    path_file.write_text(f"{ROOT}\n{ROOT / 'site'}\n", encoding="utf-8")


def _works() -> bool:
    """Return whether the environment was made whole, by the same Python, at this place."""
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2], sys.prefix)"
    try:
        answer = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == f"{VERSION} {VENV}"


def _install(names: Iterable[str]) -> None:
    files = [part for name in names for part in ("-r", str(ROOT / name))]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    options = ["--require-hashes", "--retries", "2", "--timeout", "20", "--progress-bar", "off"]
    try:
        call([*pip, *options, *files], log="pip.log", what="安装 Python 软件包")
    except Refusal as refusal:
        raise _plain(refusal) from refusal


def _plain(refusal: Refusal) -> Refusal:
    path = LOGS / "pip.log"
    log = path.read_text(encoding="utf-8", errors="replace")
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in log:
        return Refusal(
            "下载到的 Python 软件包与锁定的校验值不符，没有安装；"
            f"请换一个可信的软件源后再运行一次。\n{tail(path)}"
        )
    if "No space left on device" in log:
        return Refusal("磁盘满了，Python 软件包装不下；请腾出约 1 GB 空间后再运行一次。")
    if any(sign in log for sign in NO_NETWORK):
        return Refusal(
            "Python 软件包没有下载下来，连不上软件源；"
            "请检查网络或代理后再运行一次，已装好的不会重装。"
        )
    return refusal
