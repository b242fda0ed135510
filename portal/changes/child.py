"""The process that puts one change in place: `python -m portal.changes.child`, started by `portal.changes.apart`.

It reads one line of JSON, {"kind", "target", "lent", "seconds"}, and knows nothing else: no database, no key of the portal,
only the short-lived keys of the target's account that were lent to it. It ends with its parent, when that falls silent, and by its own alarm.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
from typing import Any

SILENCE = 7.0
"""Seconds without a byte of the parent after which the child ends: less than the lease of a run, so that nothing is tried
again while another worker takes the fault out already; and less than the 10 s after which a client repeats a call."""


def main() -> int:
    """Apply the change of standard input; the last line of standard output says how it went."""
    order = json.loads(sys.stdin.buffer.readline())
    signal.alarm(int(order["seconds"]) + 5)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    try:
        _apply(order)
    except Exception as error:  # noqa: BLE001 whatever a kind raises is told to the parent, which undoes the change
        return _say({"error": f"{error}" or type(error).__name__}, 1)
    return _say({"done": True}, 0)


def _apply(order: dict[str, Any]) -> None:
    import django

    django.setup()
    from portal.aws import session
    from portal.changes.kinds import kinds

    session.borrow(order["lent"])
    kind = kinds.get(order["kind"])
    if kind is None:
        raise ValueError(f"kind of change {order['kind']!r} is not known in the child: switch its plugin on")
    kind.apply(order["target"])


def _end_with_the_parent() -> None:
    """The parent sends a byte with each renewal of its lease. One that is dead, stopped or stuck sends none."""
    while select.select([0], [], [], SILENCE)[0] and os.read(0, 1024):
        pass
    os._exit(3)


def _say(answer: dict[str, Any], code: int) -> int:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    os._exit(main())
