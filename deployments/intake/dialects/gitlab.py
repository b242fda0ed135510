"""GitLab webhooks: `deployment` events, and for lead time pushes to the default branch.

https://docs.gitlab.com/user/project/integrations/webhook_events. The event id is made of what the event says, so that a
delivery that GitLab repeats is the same event.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from deployments.intake import environments
from deployments.intake.reading import Fields, object_of
from deployments.intake.record import CHANGE, Clue, Commit, Message, Record, Refusal, pushed
from deployments.models.states import CANCELLED, DEPLOY, FAILED, RUNNING, SUCCEEDED

DIALECT, HOST = "gitlab", "gitlab.com"
STATES = {
    "created": RUNNING, "running": RUNNING, "blocked": RUNNING, "success": SUCCEEDED, "failed": FAILED, "canceled": CANCELLED,
    "cancelled": CANCELLED, "skipped": CANCELLED,
}  # fmt: skip


def read(message: Message) -> list[Record]:
    """The record of one event; none for events that say nothing of deployments. Raises Refusal."""
    body = object_of(message)
    kind = body.text("object_kind", required=True)
    reader = {"deployment": _deployment, "push": _push}.get(kind)
    return reader(body) if reader else []


def _place(body: Fields) -> tuple[str, str]:
    """(source, repository): one source for gitlab.com, another for each server of one's own."""
    host = urlsplit(body.link("project.web_url")).hostname or HOST
    path = body.text("project.path_with_namespace", required=True)
    return (DIALECT if host == HOST else f"{DIALECT}:{host}"), f"{host}/{path}"


def _deployment(body: Fields) -> list[Record]:
    state = body.text("status", required=True).lower()
    if state not in STATES:
        raise Refusal(f"The status {state!r} is not known.", "status", f"Send one of {', '.join(STATES)}.")
    number, at, status = body.text("deployment_id", required=True), body.when("status_changed_at"), STATES[state]
    source, repository = _place(body)
    place, tier = body.text("environment", required=True), body.text("environment_tier", limit=20)
    full = body.link("commit_url").rstrip("/").rpartition("/")[2].lower()
    commit = full[:64] if len(full) >= 40 else body.text("short_sha", limit=64)
    return [Record(
        dialect=DIALECT, event_id=f"{number}:{state}:{at.isoformat()}", source=source, kind=DEPLOY, occurred_at=at,
        service=Clue(repository=repository), external_id=number, status=status, commit=commit, chain=full[:64] if len(full) >= 40 else "",
        version=(body.text("ref")[:100] if body.flag("tag") else "") or body.text("short_sha", limit=100) or commit[:12],
        environment=environments.named(place), tier=tier if tier in environments.TIERS else environments.tier(place),
        started_at=at if status == RUNNING else None, finished_at=at if status != RUNNING else None,
        actor=body.text("user.username", "user.name", limit=150), url=body.link("deployable_url"), raw=body.data,
    )]  # fmt: skip


def _push(body: Fields) -> list[Record]:
    """The commits of a push to the default branch."""
    head = body.text("after", "checkout_sha", limit=64).lower()
    found = [entry for entry in body.items("commits", 2_048) if entry.text("id")]
    if body.text("ref") != f"refs/heads/{body.text('project.default_branch')}" or not found:
        return []
    source, repository = _place(body)
    commits = tuple(Commit(entry.text("id", limit=64).lower(), entry.when("timestamp"), head) for entry in found)
    return [Record(
        dialect=DIALECT, event_id=f"push:{repository}:{head}"[-200:], source=source, kind=CHANGE, service=Clue(repository=repository),
        occurred_at=max(one.at for one in commits), commits=commits, commit=head, title=pushed(commits), raw=body.data,
    )]  # fmt: skip
