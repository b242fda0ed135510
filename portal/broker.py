"""Celery's filesystem broker for the embedded run, made safe against readers that see half a message.

kombu's transport creates a message's file first and fills it afterwards; a worker that looks in between reads an empty
file and dies (seen under load). Here a message appears by rename, whole or not at all.
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

PATIENCE = 50
PAUSE = 0.02


class Channel(filesystem.Channel):
    """Puts messages by rename, and waits while another process writes the table of queues."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write beside, then rename. Names sort by time, so that messages stay in order."""
        name = f"{time.time_ns() // 1_000_000}_{uuid.uuid4()}.{queue}"
        part = os.path.join(self.data_folder_out, f"{name}.part")
        try:
            with open(part, "w", encoding="utf-8") as file:
                file.write(dumps(payload))
            os.replace(part, os.path.join(self.data_folder_out, f"{name}.msg"))
        except OSError as error:
            raise ChannelError(f"The message could not be written to {self.data_folder_out}: {error}") from error

    def get_table(self, exchange: str) -> Any:
        """The queues bound to `exchange`; a half-written table is read again."""
        return self._patiently(super().get_table, exchange)

    def _queue_bind(self, *args: Any) -> None:
        self._patiently(super()._queue_bind, *args)

    @staticmethod
    def _patiently(read: Any, *args: Any) -> Any:
        for _ in range(PATIENCE):
            try:
                return read(*args)
            except ValueError:
                time.sleep(PAUSE)
        return read(*args)


class Transport(filesystem.Transport):
    """`filesystem://` with the channel above."""

    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = "portal.broker:Transport"
