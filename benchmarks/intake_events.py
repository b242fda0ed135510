"""Events as they come: of four, a deployment of GitHub and its end, a CDEvent, and a state change of CodeDeploy."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Sent = tuple[str, bytes, dict[str, str]]
JSON = {"Content-Type": "application/json"}


def events(secrets: dict[str, str], services: int) -> Callable[[int], Sent]:
    """Event number n: (path, body, headers). The first two of four are about one deployment."""

    def made(number: int) -> Sent:
        kind, release = number % 4, number // 4
        name, now = f"component-{release % services:05d}", datetime.now(UTC).isoformat()
        if kind < 2:
            return _github(secrets["github"], name, release, now, ended=kind == 1)
        return (
            _cdevent(secrets["token"], name, number, now)
            if kind == 2
            else _eventbridge(secrets["eventbridge"], name, number, now)
        )

    return made


def _github(secret: str, name: str, release: int, now: str, *, ended: bool) -> Sent:
    sha = hashlib.sha1(str(release).encode()).hexdigest()  # noqa: S324 as git does
    deployment: dict[str, Any] = {
        "id": release, "sha": sha, "ref": "main", "task": "deploy", "environment": "production", "production_environment": True,
        "payload": {"service": name, "version": f"2026.{release}"}, "creator": {"login": "mira"}, "created_at": now,
    }  # fmt: skip
    body: dict[str, Any] = {
        "action": "created",
        "deployment": deployment,
        "repository": {"full_name": f"example/{name}"},
    }
    if ended:
        body["deployment_status"] = {
            "state": "success",
            "created_at": now,
            "log_url": "https://github.com/example/runs/1",
        }
    raw = json.dumps(body).encode()
    event = "deployment_status" if ended else "deployment"
    mark = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"{event}-{release}",
        "X-Hub-Signature-256": f"sha256={mark}",
    }
    return "/api/v1/hooks/github/", raw, JSON | headers


def _cdevent(token: str, name: str, number: int, now: str) -> Sent:
    context = {
        "specversion": "0.5.1",
        "id": str(number),
        "source": "https://ci.example",
        "type": "dev.cdevents.service.deployed.0.3.0",
        "timestamp": now,
    }
    content = {"environment": {"id": "production"}, "artifactId": f"pkg:oci/{name}?tag=2026.{number}"}
    body = {"context": context, "subject": {"id": name, "content": content}}
    return "/api/v1/events/", json.dumps(body).encode(), JSON | {"Authorization": f"Bearer {token}"}


def _eventbridge(secret: str, name: str, number: int, now: str) -> Sent:
    detail = {
        "deploymentId": f"d-{number:09d}",
        "state": "SUCCESS",
        "application": name,
        "deploymentGroup": "production",
    }
    body = {
        "version": "0", "id": f"event-{number}", "detail-type": "CodeDeploy Deployment State-change Notification", "source": "aws.codedeploy",
        "account": "111111111111", "time": now, "region": "eu-west-1", "resources": [], "detail": detail,
    }  # fmt: skip
    return "/api/v1/hooks/eventbridge/", json.dumps(body).encode(), JSON | {"X-Hook-Key": secret}
