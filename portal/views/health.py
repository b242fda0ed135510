"""`/healthz` says that the process answers, `/readyz` that it can work."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse

from portal.health import answers


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is up."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations, broker, beat; 503 with a sentence for each that fails."""
    troubles = answers()
    ready = not any(troubles.values())
    parts = {name: trouble or "ok" for name, trouble in troubles.items()}
    return JsonResponse({"status": "ok" if ready else "not ready", "parts": parts}, status=200 if ready else 503)
