"""The kill switch reaches Gremlin: one halt of everything, tried until Gremlin has taken it."""

from __future__ import annotations

from typing import Any

from chaos.gremlin import account, attacks
from portal.jobs import queue
from portal.jobs.context import JobContext

JOB = "chaos.gremlin-halt"


def ask(by: str, reason: str) -> None:
    """Enqueue the halt where Gremlin is connected."""
    if account.connected():
        queue.enqueue(JOB, {"reason": reason}, by=by, unique="all")


def run(context: JobContext) -> dict[str, Any]:
    """The job: `POST /halts`. Raises GremlinError, so that it is tried again."""
    attacks.halt_everything(str(context.args.get("reason", "kill switch")))
    return {"halted": True}
