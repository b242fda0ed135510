"""The hosts and the tests of a rollout in the shapes of its page; three queries however many there are."""

from __future__ import annotations

from collections import Counter
from typing import Any

from deployments.engine.fleet import HEALTHY
from deployments.models import HostCheck, HostHealth, PostTest, Rollout
from deployments.models.validation import FAILED, PASSED, TIMED_OUT

HEALTH = {
    "healthy": ("good", "circle-check"), "unhealthy": ("poor", "x"), "starting": ("fair", "hourglass"),
    "unknown": ("stale", "circle-dashed"),
}  # fmt: skip
STATES = {
    "waiting": ("waiting", "neutral", "hourglass"), "starting": ("starting", "neutral", "clock"),
    "started": ("running", "info", "activity"), "passed": ("passed", "good", "circle-check"),
    "failed": ("failed", "poor", "x"), "timed_out": ("timed out", "poor", "hourglass"),
}  # fmt: skip
STANDING = {"passed": ("good", "circle-check"), "waiting": ("fair", "hourglass"), "failed": ("poor", "alert-triangle")}
MOST_HOSTS = 200


def page_context(rollout: Rollout) -> dict[str, Any]:
    """What `_hosts.html` and `_tests.html` need: `hosts` (None where none was looked at) and `post_tests`."""
    return {"hosts": hosts(rollout), "post_tests": tests(rollout)}


def hosts(rollout: Rollout) -> dict[str, Any] | None:
    """The newest look at the fleet, by zone, with what the test script said on each host."""
    newest = HostHealth.objects.filter(rollout=rollout).select_related("segment").order_by("-at", "-id").first()
    if newest is None:
        return None
    checks = {check.host: check for check in HostCheck.objects.filter(segment=newest.segment, attempt=newest.attempt)}
    rows = [_host(host, checks.get(host["id"])) for host in newest.hosts]
    zones: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["zone"], row["state"] == "good", row["id"]))[:MOST_HOSTS]:
        zones.setdefault(row["zone"] or "no zone", []).append(row)
    state, icon = STANDING.get(newest.state, ("", ""))
    sound = Counter(row["zone"] or "no zone" for row in rows if row["health"] == HEALTHY)
    sizes = Counter(row["zone"] or "no zone" for row in rows)
    return {
        "segment": newest.segment.name, "at": newest.at, "note": newest.note, "state": state, "icon": icon,
        "scripted": bool(checks), "hidden": max(0, len(rows) - MOST_HOSTS),
        "zones": [
            {"name": zone, "rows": found, "healthy": sound[zone], "size": sizes[zone]} for zone, found in zones.items()
        ],
    }  # fmt: skip


def _host(host: dict[str, Any], check: HostCheck | None) -> dict[str, Any]:
    state, icon = HEALTH.get(host["health"], HEALTH["unknown"])
    script = None
    if check is not None:
        label, kind, image = STATES[check.state]
        words = check.output or (check.state in (FAILED, TIMED_OUT) and "no output") or ""
        script = {"label": label, "kind": kind, "icon": image, "output": words, "code": check.code}
    return {**host, "state": state, "icon": icon, "script": script}


def tests(rollout: Rollout) -> list[dict[str, Any]]:
    """Every try of every test, newest first."""
    found = PostTest.objects.filter(rollout=rollout).select_related("segment").prefetch_related("answers")
    return [_test(row) for row in found.order_by("-segment__order", "-attempt", "-created_at", "-id")[:60]]


def _test(row: PostTest) -> dict[str, Any]:
    label, kind, icon = STATES[row.state]
    extra = [answer for answer in row.answers.all() if not answer.counted]
    return {
        "row": row, "label": label, "icon": icon, "kind": kind, "extra": len(extra),
        "state": {"good": "good", "poor": "poor"}.get(kind, "neutral"),
        "bad": row.state in (FAILED, TIMED_OUT), "good": row.state == PASSED,
    }  # fmt: skip
