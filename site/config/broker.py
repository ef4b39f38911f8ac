"""The embedded broker: Kombu's folder of messages, with files that appear whole.

Kombu 5.7 opens a message's file and then writes it; a worker that looks in between reads an empty
file, cannot parse it and dies. Here a file is written under another name and renamed. This can go
when Kombu's own transport does the same.
"""

import fcntl
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Messages and routing tables are put in place by renaming."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # the bases differ
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        try:
            _write_whole(Path(self.data_folder_out) / name, dumps(payload))
        except OSError as error:
            raise ChannelError(f"cannot add {name} to the broker's folder") from error

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]  # not in the stubs
        try:
            with table.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                bindings = self.get_table(exchange)
                if binding not in bindings:
                    _write_whole(table, dumps([binding, *bindings]))
        except OSError as error:
            raise ChannelError(f"cannot bind {queue} in the broker's folder") from error


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f"{uuid.uuid4()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
