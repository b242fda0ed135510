"""A gate in front of the embedded AWS: calls that wait, calls that are refused, and when each of them came.

For tests and benchmarks of what happens while AWS is slow or says no. A call that waits still lands when its sender is
killed meanwhile, as it would in AWS.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .requests import Environ, caller, keep_body
from .server import Sandbox

LONGEST = 120.0
"""Seconds after which a call that waits goes on by itself."""


@dataclass(frozen=True)
class Call:
    """One call as it came in: monotonic seconds, and "METHOD service /path"."""

    at: float
    words: str


class Gate:
    """`Gate(sandbox)` puts itself before all calls; patterns are searched in "METHOD service /path"."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.calls: list[Call] = []
        self._app: Any = sandbox.app
        self._held: dict[str, threading.Event] = {}
        self._refused: set[str] = set()
        sandbox._server.app = self

    def hold(self, pattern: str) -> None:
        """Let matching calls wait until `open`."""
        self._held[pattern] = threading.Event()

    def refuse(self, pattern: str) -> None:
        """Throttle matching calls until `open`."""
        self._refused.add(pattern)

    def open(self, pattern: str = "") -> None:
        """Let these calls pass again, those that wait too; all of them without a pattern."""
        for one in [pattern] if pattern else list(self._held):
            if event := self._held.pop(one, None):
                event.set()
        self._refused = self._refused - {pattern} if pattern else set()

    def came(self, pattern: str, since: float = 0.0) -> list[float]:
        """When matching calls came in, oldest first (monotonic seconds)."""
        return [call.at for call in list(self.calls) if call.at >= since and re.search(pattern, call.words)]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Write the call down, hold or refuse it, or pass it on."""
        seen = caller(environ)
        words = f"{environ['REQUEST_METHOD']} {seen.service if seen else '-'} {environ.get('PATH_INFO', '')}"
        self.calls.append(Call(time.monotonic(), words))
        keep_body(environ)
        for event in [event for pattern, event in list(self._held.items()) if re.search(pattern, words)]:
            event.wait(LONGEST)
        if any(re.search(pattern, words) for pattern in list(self._refused)):
            headers = [("Content-Type", "application/json"), ("x-amzn-errortype", "TooManyRequestsException")]
            start_response("429 Too Many Requests", headers)
            return [json.dumps({"message": "Rate exceeded"}).encode()]
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer
