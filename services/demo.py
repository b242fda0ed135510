"""The demo organisation's catalog: its descriptors, and what the embedded AWS holds."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.jobs.context import JobContext
from services import discover
from services.ingest import ingest

FOLDER = Path(__file__).parent / "demo"
PATIENCE_SECONDS = 300.0


def load(context: JobContext) -> None:
    """Read the descriptors, wait until the embedded AWS is furnished, and discover it."""
    files = sorted(FOLDER.glob("*.yaml"))
    for number, file in enumerate(files, start=1):
        context.check()
        context.progress(number, len(files), f"Descriptors: {file.name}")
        outcome = ingest(file.read_bytes(), f"demo/{file.name}")
        if outcome.errors:
            context.log(f"{file.name}: {len(outcome.errors)} problems, shown on the page of imports")
    if settings.AWS_ENDPOINT_URL:
        wait_for_sandbox(context)
    result = discover.run(context)
    context.log(f"{result['resources']} resources in {result['services']} services")


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
