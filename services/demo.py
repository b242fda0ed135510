"""The demo organisation's catalog: its descriptors, and what the embedded AWS holds."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from django.conf import settings

from portal.jobs.context import JobContext
from services import discover
from services.imports import locations
from services.imports.read_locations import read_now
from services.storing import documents

# A file that names all others, and one whose team has not noticed that its service has moved on.
PLACES = {"demo/catalog-info.yaml": "admin", "demo/handover/catalog-info.yaml": "mira"}
PATIENCE_SECONDS = 300.0


def load(context: JobContext) -> None:
    """Register the descriptors and read them, wait until the embedded AWS is furnished, and discover it."""
    for number, (target, person) in enumerate(PLACES.items()):
        context.check()
        context.progress(number, len(PLACES), f"Descriptors: {target}")
        place = locations.register("file", target, by=person).location
        # The job may be reading it already; the second place must come when the first one is all there.
        result = read_now(place)
        if result.errors:
            context.log(f"{target}: {result.errors} problems, shown on the page of imports")
    documents.refresh()
    if settings.AWS_ENDPOINT_URL:
        wait_for_sandbox(context)
    found = discover.run(context)
    context.log(f"{found['resources']} resources in {found['services']} services")


def wait_for_sandbox(context: JobContext) -> None:
    """Poll the embedded AWS until its resources are made; give up after five minutes and discover what is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        context.check()
        status = _status()
        context.progress(
            status.get("seeded", 0), status.get("total", 0), status.get("text") or "Embedded AWS is starting"
        )
        if status.get("ready"):
            return
        time.sleep(1)
    context.log("The embedded AWS is not complete; the next discovery finds the rest.")


def _status() -> dict[str, Any]:
    url = f"{settings.AWS_ENDPOINT_URL.rstrip('/')}/_sandbox/status"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 the operator's own endpoint
            status = json.load(answer)
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}
