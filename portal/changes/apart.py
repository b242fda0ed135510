"""Apply a change in a process of its own, under a hard deadline: a call that hangs is killed, never waited for.

The child gets a scrubbed environment and the keys of one account. While it works the parent is asked each second
whether to go on: `beat` renews leases, and whatever it raises kills the child and goes on up. After a kill nobody
knows whether AWS has taken the call, so the change stays armed, counts as applied and is undone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings

from portal.aws import session
from portal.changes.kinds import Kind, Target, kinds
from portal.environment import BASE

PASSED = (
    "PATH", "LANG", "LC_ALL", "TZ", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY",
    "https_proxy", "http_proxy", "no_proxy",
)  # fmt: skip
"""All that a child inherits: how to find programs, and how to reach AWS."""
ROLES = ("read", "chaos")
ANSWER = 10_000
"""Bytes of an answer that are read."""


class NotDone(ValueError):
    """The child did not put the change in place, or nobody knows whether it did."""


def apply_apart(kind: Kind, target: Target, seconds: float, beat: Callable[[], None]) -> None:
    """Run `kind.apply(target)` in a child for at most `seconds`. Raises NotDone, AwsError, or what `beat` raises."""
    lent = session.lend(target["account"], ROLES)
    with tempfile.TemporaryDirectory(prefix="colonnade-child-") as folder:
        out = Path(folder, "answer")
        with out.open("wb") as answer:
            child = subprocess.Popen(
                [sys.executable, "-m", "portal.changes.child"], cwd=BASE, env=environment(kind, folder),
                stdin=subprocess.PIPE, stdout=answer, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        try:
            _order(child, {"kind": kind.key, "target": target, "lent": lent, "seconds": seconds})
            _wait(child, seconds, beat)
        finally:
            _kill(child)
        _judge(child, out, seconds)


def environment(kind: Kind, folder: str) -> dict[str, str]:
    """What the child sees: no key, no database, an empty folder for data, and only the plugin that brings the kind."""
    kept = {name: os.environ[name] for name in PASSED if name in os.environ}
    if settings.AWS_ENDPOINT_URL:
        kept["AWS_ENDPOINT_URL"] = settings.AWS_ENDPOINT_URL
    plugins = dict.fromkeys(["services", kinds.owner(kind.key)])
    return kept | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "COLONNADE_DATA": folder,
        "PORTAL_PLUGINS": ",".join(name for name in plugins if name != "portal"),
    }


def _order(child: subprocess.Popen[bytes], order: dict[str, Any]) -> None:
    """Tell the child what to do. The pipe stays open: when the parent dies, the child reads its end."""
    _tell(child, json.dumps(order).encode() + b"\n")


def _tell(child: subprocess.Popen[bytes], words: bytes) -> None:
    # A child that has died already cannot read; `_judge` says so.
    with contextlib.suppress(BrokenPipeError):
        pipe = cast(IO[bytes], child.stdin)
        pipe.write(words)
        pipe.flush()


def _wait(child: subprocess.Popen[bytes], seconds: float, beat: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            child.wait(timeout=min(1.0, max(0.0, until - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= until:
                return
            beat()
            _tell(child, b"\n")
        else:
            return


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    with contextlib.suppress(BrokenPipeError):
        cast(IO[bytes], child.stdin).close()


def _judge(child: subprocess.Popen[bytes], out: Path, seconds: float) -> None:
    if child.returncode == -signal.SIGKILL:
        raise NotDone(f"the call was killed after {seconds:.0f} s, its deadline: it counts as applied and is undone")
    lines = out.read_bytes()[-ANSWER:].splitlines() or [b""]
    try:
        answer = json.loads(lines[-1])
    except ValueError:
        answer = {}
    if child.returncode or not isinstance(answer, dict) or not answer.get("done"):
        said = answer.get("error") if isinstance(answer, dict) else ""
        raise NotDone(str(said or f"the process that applies the fault ended with {child.returncode}")[:1000])
