"""GitHub webhooks: `deployment` and `deployment_status`, and for lead time `push` and merged `pull_request`s.

https://docs.github.com/webhooks. What a deployment's `payload` adds for us: service, version, artifact, rollback_of, strategy.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from deployments.intake import environments
from deployments.intake.reading import Fields, object_of
from deployments.intake.record import CHANGE, Clue, Commit, Message, Record, Refusal, pushed
from deployments.models.states import DEPLOY, FAILED, ROLLBACK, RUNNING, SUCCEEDED

DIALECT, HOST = "github", "github.com"
STATES = {
    "queued": RUNNING, "pending": RUNNING, "waiting": RUNNING, "in_progress": RUNNING, "success": SUCCEEDED, "failure": FAILED,
    "error": FAILED,
}  # fmt: skip
NUMBERED = re.compile(r"^v?\d+(\.\d+)*")


def read(message: Message) -> list[Record]:
    """The record of one delivery; none for events that say nothing of deployments. Raises Refusal."""
    event, delivery = message.headers.get("x-github-event", ""), message.headers.get("x-github-delivery", "")
    if not event:
        raise Refusal("It is missing.", "X-GitHub-Event", "Send the header as GitHub does.")
    if not delivery or len(delivery) > 200:
        raise Refusal("It is missing or too long.", "X-GitHub-Delivery", "Send the header as GitHub does.")
    reader = {"deployment": _deployment, "deployment_status": _status, "push": _push, "pull_request": _pull}.get(event)
    return reader(object_of(message), delivery) if reader else []


def _source(body: Fields) -> str:
    """One source for github.com, another for each server of one's own: ids are unique only within a server."""
    host = urlsplit(body.link("repository.html_url")).hostname or HOST
    return DIALECT if host == HOST else f"{DIALECT}:{host}"


def _repository(body: Fields) -> str:
    host = urlsplit(body.link("repository.html_url")).hostname or HOST
    return f"{host}/{body.text('repository.full_name', required=True)}"


def _deployment(body: Fields, delivery: str) -> list[Record]:
    if body.text("action") not in ("", "created"):
        return []
    return [_record(body, delivery, RUNNING, "deployment.created_at")]


def _status(body: Fields, delivery: str) -> list[Record]:
    state = body.text("deployment_status.state", required=True).lower()
    if state == "inactive":  # a newer deployment took its place: this one keeps the end it had
        return []
    if state not in STATES:
        raise Refusal(
            f"The state {state!r} is not known.", "deployment_status.state", f"Send one of {', '.join(STATES)}."
        )
    return [_record(body, delivery, STATES[state], "deployment_status.created_at")]


def _record(body: Fields, delivery: str, status: str, moment: str) -> Record:
    sha = body.text("deployment.sha", limit=64, required=True).lower()
    extra = body.inner("deployment.payload") if isinstance(body.value("deployment.payload"), dict) else Fields({})
    at, place = body.when(moment), body.text("deployment.environment", "deployment_status.environment", required=True)
    artifact, ref = extra.text("artifact", limit=300), body.text("deployment.ref")
    undone = body.text("deployment.task") == "rollback" or "rollback_of" in extra
    return Record(
        dialect=DIALECT, event_id=delivery, source=_source(body), kind=ROLLBACK if undone else DEPLOY, occurred_at=at,
        service=Clue(extra.text("service"), _repository(body), artifact),
        external_id=body.text("deployment.id", required=True), status=status, commit=sha, artifact=artifact,
        version=extra.text("version", limit=100) or (ref[:100] if NUMBERED.match(ref) and ref.lower() != sha else sha[:12]),
        environment=environments.named(place), tier=_tier(body, place), chain=sha,
        started_at=body.moment("deployment.created_at"), finished_at=at if status != RUNNING else None,
        actor=body.text("deployment.creator.login", "sender.login", limit=150), trigger=body.text("workflow_run.event", limit=60),
        url=body.link("deployment_status.log_url", "deployment_status.target_url", "workflow_run.html_url"),
        rollback_of=extra.text("rollback_of"), strategy=extra.text("strategy", limit=40), raw=body.data,
    )  # fmt: skip


def _tier(body: Fields, place: str) -> str:
    if body.flag("deployment.production_environment"):
        return environments.PRODUCTION
    return environments.tier(place) or (
        environments.DEVELOPMENT if body.flag("deployment.transient_environment") else ""
    )


def _push(body: Fields, delivery: str) -> list[Record]:
    """The commits of a push to the default branch."""
    branch, head = body.text("repository.default_branch"), body.text("after", limit=64).lower()
    found = [entry for entry in body.items("commits", 2_048) if entry.text("id")]
    if body.text("ref") != f"refs/heads/{branch}" or not found:
        return []
    commits = tuple(Commit(entry.text("id", limit=64).lower(), entry.when("timestamp"), head) for entry in found)
    return [_change(body, delivery, commits, pushed(commits))]


def _pull(body: Fields, delivery: str) -> list[Record]:
    """The merge commit of a pull request."""
    sha = body.text("pull_request.merge_commit_sha", limit=64).lower()
    if body.text("action") != "closed" or not body.flag("pull_request.merged") or not sha:
        return []
    commit = Commit(sha, body.when("pull_request.merged_at"), sha)
    return [_change(body, delivery, (commit,), f"pull request {body.text('number')} merged")]


def _change(body: Fields, delivery: str, commits: tuple[Commit, ...], title: str) -> Record:
    return Record(
        dialect=DIALECT, event_id=delivery, source=_source(body), kind=CHANGE, occurred_at=max(one.at for one in commits),
        service=Clue(repository=_repository(body)), commits=commits, commit=commits[-1].sha, title=title, raw=body.data,
    )  # fmt: skip
