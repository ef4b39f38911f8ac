"""Find PostgreSQL, Redis and RabbitMQ on this machine; start, and if need be install, what is not.

Ends with an error that names the service when one cannot be reached.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 60


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def install(*packages):
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], check=True, env=environment)
    subprocess.run(["apt-get", "install", "-y", *packages], check=True, env=environment)


def start_postgresql():
    if not shutil.which("pg_ctlcluster"):
        install("postgresql")
    for version in sorted(os.listdir("/etc/postgresql")):
        subprocess.run(
            ["pg_ctlcluster", "--skip-systemctl-redirect", version, "main", "start"], check=False
        )


def start_redis():
    if not shutil.which("redis-server"):
        install("redis-server")
    subprocess.run(
        [
            *["redis-server", "--daemonize", "yes", "--bind", "127.0.0.1", "--port", "6379"],
            *["--save", "", "--appendonly", "no"],
        ],
        check=False,
    )


def start_rabbitmq():
    if not Path("/usr/sbin/rabbitmq-server").exists():
        install("rabbitmq-server")
    subprocess.run(["/usr/sbin/rabbitmq-server", "-detached"], check=False)


def open_to_tests():
    """Let this machine's tests in as postgres, where the cluster was made just now."""
    trusted = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-w", "-Atc", "SELECT 1"]
    if subprocess.run(trusted, capture_output=True, check=False).returncode == 0:
        return
    for version in sorted(os.listdir("/etc/postgresql")):
        access = Path(f"/etc/postgresql/{version}/main/pg_hba.conf")
        rule = "host all postgres 127.0.0.1/32 trust\n"
        access.write_text(rule + access.read_text(encoding="utf-8"), encoding="utf-8")
        subprocess.run(
            ["pg_ctlcluster", "--skip-systemctl-redirect", version, "main", "reload"], check=True
        )
    time.sleep(1)
    subprocess.run(trusted, check=True)


def main():
    for name, port, start in (
        ("PostgreSQL", 5432, start_postgresql),
        ("Redis", 6379, start_redis),
        ("RabbitMQ", 5672, start_rabbitmq),
    ):
        found = listens(port)
        if not found:
            start()
        deadline = time.monotonic() + PATIENCE
        while not listens(port):
            if time.monotonic() > deadline:
                sys.exit(f"{name} cannot be reached on 127.0.0.1:{port}")
            time.sleep(0.5)
        print(f"{name}: {'found' if found else 'started'} on 127.0.0.1:{port}", flush=True)
    if not os.environ.get("CI_DATABASE_URL"):
        open_to_tests()


main()
