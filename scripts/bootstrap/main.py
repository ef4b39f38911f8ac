"""The command line of scripts/run.py."""

import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from types import FrameType

from bootstrap import demonstration, tools
from bootstrap.steps import Refusal

WORDS = "run、test、check、format、bench、reset"


class Stopped(Exception):
    """Raised by Ctrl-C and by SIGTERM."""


def main(arguments: Sequence[str]) -> int:
    """Carry out one command and return the code to exit with."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal of another language must not stop a Chinese sentence.
            stream.reconfigure(encoding="utf-8", errors="replace")
    command, *rest = arguments or ["run"]
    try:
        _carry_out(command, rest)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except (Stopped, KeyboardInterrupt):
        print("\n已停止，数据都保留着。")
        return 0 if command == "run" else 130
    return 0


def _carry_out(command: str, rest: Sequence[str]) -> None:
    match command:
        case "run":
            signal.signal(signal.SIGINT, _stop)
            signal.signal(signal.SIGTERM, _stop)
            demonstration.run()
        case "reset":
            demonstration.reset()
        case "check":
            tools.check()
        case "format":
            tools.tidy()
        case "test":
            tools.test(rest)
        case "bench":
            tools.bench(rest)
        case _:
            raise Refusal(f"没有“{command}”这个命令；可以用的有：{WORDS}。")


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
