"""What stands in the way of a start is one plain sentence with the remedy, and an exit code.

The script is run from a copy, so that a fault is made in a folder of its own.
"""

import ast
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NOBODY = 65534


@pytest.fixture
def project():
    """A folder that holds the start script and nothing to start; readable by everybody."""
    with tempfile.TemporaryDirectory(prefix="qingfeng-start-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(
            ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__")
        )
        yield folder


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(project, *command, **environment):
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "DJANGO_", "QINGFENG_", "DATABASE", "PYTHON"))
    }
    return subprocess.run(
        [sys.executable, "-B", str(project / "scripts" / "run.py"), *(command or ["run"])],
        env=env | {name: str(value) for name, value in environment.items()},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def as_nobody(project, statements):
    """Run statements as an account that may do nothing; root's own Python is loaded before."""
    script = (
        "import os, sys; sys.path.insert(0, 'scripts')\n"
        "from bootstrap.main import main\n"
        "from bootstrap.machine import install_packages\n"
        "from bootstrap.steps import Refusal\n"
        f"os.geteuid() or os.setuid({NOBODY})\n{statements}"
    )
    return subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(answer, words):
    assert answer.returncode == 1, answer
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_taken_port_is_named_with_another_one(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        answer = start(project, PORT=port)

    assert_refused(answer, f"端口 {port} 已被别的程序占用；请换一个：make run PORT={port + 1}")


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_refused(project, port):
    assert_refused(start(project, PORT=port), f"端口“{port}”不对")


def test_a_folder_that_cannot_be_written_is_named(project):
    project.chmod(0o555)

    answer = as_nobody(project, "sys.exit(main(['run']))")
    project.chmod(0o755)

    assert_refused(answer, f"文件夹 {project} 不能写")


def test_a_second_start_beside_a_running_one_says_where_it_runs(project, port):
    (project / "var").mkdir()
    with (project / "var" / "run.lock").open("w") as lock:
        lock.write("http://127.0.0.1:8000/ 进程7")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)

        answer = start(project, PORT=port)

    assert_refused(answer, "清风已经在运行（http://127.0.0.1:8000/ 进程7）")


def test_without_a_network_the_packages_are_asked_for_and_a_broken_environment_is_made_anew(
    project, port
):
    (project / "requirements.txt").write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    broken = project / ".venv" / "bin"
    broken.mkdir(parents=True)
    (broken / "python").write_text("half an interpreter")

    answer = start(
        project, PORT=port, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_CONFIG_FILE="/dev/null"
    )

    assert_refused(answer, "Python 软件包没有下载下来，连不上软件源；请检查网络或代理后再运行一次")
    assert (broken / "pip").exists()


def test_a_package_that_is_not_the_locked_one_is_not_installed(project, port, tmp_path):
    wheel = tmp_path / "qf_probe-1-py3-none-any.whl"
    wheel.write_bytes(b"PK\x05\x06" + bytes(18))
    (project / "requirements.txt").write_text(f"qf-probe==1 --hash=sha256:{'0' * 64}\n")

    answer = start(
        project,
        PORT=port,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=tmp_path,
        PIP_CONFIG_FILE="/dev/null",
    )

    assert_refused(answer, "与锁定的校验值不符，没有安装")


def test_without_rights_the_one_command_to_type_is_shown(project):
    answer = as_nobody(
        project,
        "try: install_packages(['libpango-1.0-0', 'fonts-noto-cjk'])\n"
        "except Refusal as refusal: print(refusal)\n",
    )

    assert "缺少系统组件，而这个账号不能自己安装" in answer.stdout
    command = "apt-get update && apt-get install -y libpango-1.0-0 fonts-noto-cjk"
    assert f"sudo sh -c '{command}'" in answer.stdout


def test_an_old_python_can_read_the_script_and_say_that_it_is_too_old(project):
    source = (project / "scripts" / "run.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    as_if = (
        "import sys, shutil; sys.version_info = (3, 9, 18, 'final', 0); "
        "shutil.which = lambda name: None; "
        f"exec(compile(open({str(project / 'scripts' / 'run.py')!r}).read(), 'run.py', 'exec'))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", as_if], capture_output=True, text=True, check=False
    )

    assert_refused(answer, "需要 Python 3.11 或更新的版本，这里的 python3 是 3.9")


def test_a_word_that_is_no_command_is_answered_with_those_that_are(project):
    assert_refused(start(project, "walk"), "没有“walk”这个命令；可以用的有：run、test、check")


def test_a_reset_removes_the_data_and_keeps_the_environment(project):
    (project / "var" / "media").mkdir(parents=True)
    (project / "var" / "qingfeng.sqlite3").touch()
    (project / ".venv").mkdir()

    answer = start(project, "reset")

    assert answer.returncode == 0
    assert [path.name for path in (project / "var").iterdir()] == ["run.lock"]
    assert (project / ".venv").exists()
