"""Brings the database up to date, creates the demo organisation's people and enqueues its job, then reports on it.

One process for all of it, because importing Django is what takes the time. Prints one JSON object a line for the launcher:
{"phase": "migrated" | "queued" | "demo" | "ready", "done": int, "total": int, "text": str}. "migrated" also tells whether
the demo organisation was `loaded` before.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
from typing import Any

POLL_SECONDS = 1.0


def main() -> None:
    """Migrate, collect static files in production mode, enqueue the demo, and watch it to its end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        if not settings.EMBEDDED:
            call_command("collectstatic", interactive=False, verbosity=0)
    tell("migrated", loaded=demo_run_state() == "succeeded")
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("demo")
    tell("queued")
    watch()


def demo_run_state() -> str:
    """The state of the newest demo run; empty where there is none."""
    from portal.jobs.models import Run

    return Run.objects.filter(job="portal.demo").order_by("-id").values_list("state", flat=True).first() or ""


def watch() -> None:
    """Report the demo job until it has ended."""
    from portal.jobs.models import SUCCEEDED, Run

    while True:
        run = Run.objects.filter(job="portal.demo").order_by("-id").first()
        if run is None or not run.active:
            tell("ready", text=run.error if run else "", failed=bool(run and run.state != SUCCEEDED))
            return
        tell("demo", done=run.progress_done, total=run.progress_total, text=run.progress_text)
        time.sleep(POLL_SECONDS)


def tell(phase: str, **detail: Any) -> None:
    """One line for the launcher."""
    print(json.dumps({"phase": phase, **detail}), flush=True)


if __name__ == "__main__":
    main()
