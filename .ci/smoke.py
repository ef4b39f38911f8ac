"""Start the demonstration as a newcomer does, stop it, start it again; nothing is left running."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_START = 900
SECOND_START = 15


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, port, limit):
    """Run ``make run`` until it says where it is; return the process and the seconds it took."""
    log = Path(folder) / "make-run.log"
    began = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            env=os.environ | {"QINGFENG_VAR": str(Path(folder) / "var")},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while "清风已启动" not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() - began > limit:
            kill(process)
            sys.exit(f"make run did not come up in {limit} s:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.1)
    return process, time.monotonic() - began, log


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def page(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def ours(folder):
    """Return the processes that carry this run's folder in their environment."""
    mark = f"QINGFENG_VAR={folder}/var".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes() and int(environment.parts[2]) != os.getpid():
                found.append(environment.parts[2])
        except OSError:
            continue
    return found


def stop(process, folder, number):
    os.killpg(process.pid, number)
    process.wait(timeout=30)
    left = ours(folder)
    if left:
        sys.exit(f"still running after signal {number}: {left}")


def main():
    with tempfile.TemporaryDirectory(prefix="qingfeng-smoke-") as folder:
        port = free_port()
        process, seconds, log = start(folder, port, FIRST_START)
        print(f"first start: {seconds:.1f} s")
        print(log.read_text(encoding="utf-8"))
        status, body = page(port, "/login/")
        assert status == 200, status
        assert "工号" in body
        stop(process, folder, signal.SIGINT)
        print("Ctrl-C leaves nothing running")

        process, seconds, log = start(folder, port, 120)
        print(f"second start: {seconds:.1f} s")
        assert seconds < SECOND_START, f"the second start took {seconds:.1f} s"
        other = subprocess.run(
            ["make", "run", f"PORT={free_port()}", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            env=os.environ | {"QINGFENG_VAR": f"{folder}/var"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert other.returncode != 0
        assert "已经在运行" in other.stderr, other.stderr
        stop(process, folder, signal.SIGTERM)
        print("SIGTERM leaves nothing running")


main()
