"""Demo data of intake: three senders, a morning's events, and four that were refused for reasons people meet."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from deployments.intake.record import Message
from deployments.intake.reporters import Reporter, ScopedReporter, UserReporter, seen
from deployments.intake.senders import manage
from deployments.intake.take import take
from deployments.models import HookSender
from portal.jobs.context import JobContext

JSON = {"content-type": "application/json"}
SENDERS: tuple[dict[str, Any], ...] = (
    {"name": "github-example", "dialect": "github", "everything": True},
    {"name": "argo-east", "dialect": "argo", "teams": ["group:default/catalog", "group:default/logistics"]},
    {
        "name": "codedeploy-topic", "dialect": "sns", "teams": ["group:default/payments"],
        "topics": ["arn:aws:sns:eu-west-1:111111111111:deployments"],
    },
)  # fmt: skip
# (repository, hours ago, minutes it took, how it ended, version, commit)
RELEASES = (
    ("example/shipping", 30, 9, "success", "411", "a3f1"), ("example/tracking", 27, 6, "success", "65", "b77c"),
    ("example/shipping", 8, 11, "failure", "412", "c2d4"), ("example/shipping", 7, 9, "success", "413", "d9e0"),
    ("example/wallet", 3, 4, "success", "1.4.0", "e1aa"), ("example/tracking", 1, 0, "", "66", "f05b"),
)  # fmt: skip


def load(context: JobContext) -> None:
    """Make the senders and send the events. May be called again: each event counts once."""
    admin = get_user_model().objects.filter(username="admin").first()
    if admin is None:
        context.log("There is no admin: the senders of the demo are left out.")
        return
    for fields in SENDERS:
        if not HookSender.objects.filter(name=fields["name"]).exists():
            manage.create(dict(fields), admin)
    for sender in HookSender.objects.filter(name__in=("github-example", "argo-east")):
        seen(sender)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    _github(ScopedReporter(HookSender.objects.get(name="github-example")), now)
    _argo(ScopedReporter(HookSender.objects.get(name="argo-east")), now)
    _cdevents(UserReporter(admin), now)


def _github(reporter: Reporter, now: datetime) -> None:
    for number, (repository, hours, minutes, end, version, mark) in enumerate(RELEASES, start=4_100):
        began = now - timedelta(hours=hours)
        sha = (mark * 10)[:40]
        place = {"full_name": repository, "html_url": f"https://github.com/{repository}", "default_branch": "main"}
        commit = {"id": sha, "timestamp": (began - timedelta(hours=5)).isoformat()}
        _send(reporter, "push", sha, {"ref": "refs/heads/main", "after": sha, "commits": [commit], "repository": place})
        deployment = {
            "id": number, "sha": sha, "ref": "main", "task": "deploy", "environment": "production", "production_environment": True,
            "payload": {"version": version}, "creator": {"login": "ana"}, "created_at": began.isoformat(),
        }  # fmt: skip
        body: dict[str, Any] = {"action": "created", "deployment": deployment, "repository": place}
        _send(reporter, "deployment", f"{number}-begin", body)
        if end:
            ended = (began + timedelta(minutes=minutes)).isoformat()
            body["deployment_status"] = {
                "state": end,
                "created_at": ended,
                "log_url": f"https://github.com/{repository}/actions",
            }
            _send(reporter, "deployment_status", f"{number}-end", body)


def _send(reporter: Reporter, event: str, delivery: str, body: dict[str, Any]) -> None:
    take(
        Message(json.dumps(body).encode(), {**JSON, "x-github-event": event, "x-github-delivery": f"demo-{delivery}"}),
        "github",
        reporter,
    )


def _argo(reporter: Reporter, now: datetime) -> None:
    """A canary of products that goes through, and one of a service that this cluster may not speak for."""
    for name, phase, minutes, weight in (
        ("products", "Progressing", 50, "10"), ("products", "Paused", 45, "30"), ("products", "Healthy", 20, "100"),
        ("ledger", "Healthy", 15, "100"),
    ):  # fmt: skip
        body = {
            "rollout": name, "namespace": "shop", "phase": phase, "revision": "6d4b9", "image": f"registry.example/{name}:89",
            "environment": "production", "at": (now - timedelta(hours=4, minutes=minutes)).isoformat(), "weight": weight,
        }  # fmt: skip
        take(Message(json.dumps(body).encode(), JSON), "argo", reporter)


def _cdevents(reporter: Reporter, now: datetime) -> None:
    """The tests of a release that failed, and an event without its time."""
    for number, stamp in enumerate(((now - timedelta(hours=8)).isoformat(), None)):
        context = {
            "specversion": "0.5.1", "id": f"demo-tests-{number}", "source": "https://ci.example/shipping",
            "type": "dev.cdevents.testsuiterun.finished.0.3.0", "timestamp": stamp,
        }  # fmt: skip
        content = {
            "environment": {"id": "production"},
            "testSuite": {"id": "smoke", "name": "Smoke tests"},
            "outcome": "fail",
        }
        body = {
            "context": context,
            "subject": {"id": "smoke", "content": content},
            "customData": {"service": "shipping"},
        }
        take(Message(json.dumps(body).encode(), JSON), "events", reporter)
