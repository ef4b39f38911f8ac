"""Steps on the screen, stamps on the disk, and commands whose output goes into a log."""

import contextlib
import hashlib
import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bootstrap.places import LOGS, ROOT


class Refusal(Exception):
    """What stands in the way, as one whole sentence with the remedy."""


class Steps:
    """Numbered steps on the screen, each with the time that it took."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step while it lasts, and how long it took."""
        self.number += 1
        print(f"[{self.number}/{self.total}] {title} …", end=" ", flush=True)
        started = time.monotonic()
        try:
            yield
        except BaseException:
            print("没有完成", flush=True)
            raise
        print(f"{time.monotonic() - started:.1f}秒", flush=True)


class Stamps:
    """What was done, and from what: a JSON file that is always replaced whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.digests: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            self.digests = {}

    def has(self, name: str) -> bool:
        """Return whether the step was ever done."""
        return name in self.digests

    def fits(self, name: str, digest: str) -> bool:
        """Return whether the step was done from just this."""
        return self.digests.get(name) == digest

    def put(self, name: str, digest: str) -> None:
        """Note that the step is done."""
        self.digests[name] = digest
        self._write()

    def drop(self, *names: str) -> None:
        """Forget that the steps were done."""
        for name in names:
            self.digests.pop(name, None)
        self._write()

    def _write(self) -> None:
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.digests, indent=1), encoding="utf-8")
        part.replace(self.path)


def digest_of(*patterns: str) -> str:
    """Return one digest over the names and contents of the files that match, below the root."""
    total = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(str(path.relative_to(ROOT)).encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def call(
    arguments: Sequence[str], *, log: str, what: str, env: Mapping[str, str] | None = None
) -> None:
    """Run a command with its output in a log.

    :raises Refusal: with the log's last lines, if the command fails.
    """
    path = LOGS / log
    with path.open("w", encoding="utf-8") as out:
        code = subprocess.call(
            arguments, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    if code:
        raise Refusal(f"{what}没有成功，原因见 {path} 的最后几行：\n{tail(path)}")


def tail(path: Path, lines: int = 12) -> str:
    """Return the last lines of a log, indented."""
    text = path.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    return "\n".join(f"    {line}" for line in text[-lines:])
