"""Flagger's `event` webhook: `{name, namespace, phase, checksum, metadata}`, one for each step of a canary.

https://docs.flagger.app/usage/webhooks. `metadata` holds eventMessage, eventType and timestamp (milliseconds); what the webhook's own
metadata adds for us: service, environment, version, image.
"""

from __future__ import annotations

import hashlib
import re

from deployments.intake import environments, purl
from deployments.intake.reading import object_of
from deployments.intake.record import Clue, Message, Record, Refusal
from deployments.models.states import DEPLOY, ROLLED_BACK, RUNNING, SUCCEEDED

DIALECT = "flagger"
PHASES = {
    "progressing": RUNNING, "waiting": RUNNING, "waitingpromotion": RUNNING, "promoting": RUNNING, "finalising": RUNNING,
    "succeeded": SUCCEEDED, "failed": ROLLED_BACK,
}  # fmt: skip
SILENT = {"initializing", "initialized", "terminating", "terminated"}
"""Phases in which no new version is on its way."""
WEIGHT = re.compile(r"canary weight (\d{1,3})\b", re.IGNORECASE)


def read(message: Message) -> list[Record]:
    """The record of one event; none while nothing is on its way. Raises Refusal."""
    body = object_of(message)
    name, space = body.text("name", required=True), body.text("namespace", required=True)
    phase, checksum = body.text("phase", required=True).lower(), body.text("checksum")
    if phase in SILENT:
        return []
    if phase not in PHASES:
        raise Refusal(f"The phase {phase!r} is not known.", "phase", f"Send one of {', '.join(PHASES)}.")
    if not checksum:
        raise Refusal(
            "It is missing.", "checksum", "Send the event as Flagger does: the checksum tells revisions apart."
        )
    more = body.inner("metadata")
    at, words, image = more.when("timestamp"), more.text("eventMessage", limit=4_000), more.text("image", limit=300)
    weight, status = WEIGHT.search(words), PHASES[phase]
    mark = hashlib.sha256(words.encode()).hexdigest()[:12]
    return [Record(
        dialect=DIALECT, event_id=f"{space}/{name}@{checksum}:{phase}:{at.isoformat()}:{mark}"[-200:], source=DIALECT, kind=DEPLOY,
        occurred_at=at, service=Clue(more.text("service") or name, "", image), external_id=f"{space}/{name}@{checksum}"[-200:],
        status=status, artifact=image, version=more.text("version", limit=100) or purl.read(image).version,
        environment=environments.named(more.text("environment")), tier=environments.tier(more.text("environment") or space),
        started_at=at if status == RUNNING else None, finished_at=at if status != RUNNING else None, strategy="canary",
        weight=min(100.0, float(weight[1])) if weight else None, contained=status == ROLLED_BACK, title=words[:300], raw=body.data,
    )]  # fmt: skip
