"""Plain reports, as Apache DevLake's and Sleuth's webhooks take them: a deployment, or an incident, in a few fields."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from deployments.intake import environments, purl
from deployments.intake.reading import Fields, object_of
from deployments.intake.record import INCIDENT, Clue, Commit, Message, Record, Refusal
from deployments.models.states import CANCELLED, DEPLOY, FAILED, ROLLBACK, ROLLED_BACK, RUNNING, SUCCEEDED

DIALECT = "plain"
RESULTS = {
    "success": SUCCEEDED, "succeeded": SUCCEEDED, "ok": SUCCEEDED, "done": SUCCEEDED, "failure": FAILED, "failed": FAILED, "error": FAILED,
    "abort": CANCELLED, "aborted": CANCELLED, "cancelled": CANCELLED, "canceled": CANCELLED, "running": RUNNING, "started": RUNNING,
    "in_progress": RUNNING, "pending": RUNNING, "rolled_back": ROLLED_BACK, "rollback": ROLLED_BACK,
}  # fmt: skip
STARTED = ("started", "started_at", "startedAt", "started_date", "startedDate", "created_date", "createdDate")
FINISHED = ("finished", "finished_at", "finishedAt", "finished_date", "finishedDate", "date")
SHA = ("commit_sha", "commitSha", "sha", "commit")
REPOSITORY = ("repo_url", "repoUrl", "repository", "repo")


def read(message: Message) -> list[Record]:
    """The records of one body. Raises Refusal."""
    return read_report(object_of(message))


def read_report(report: Fields, event_id: str = "", source: str = DIALECT, at: datetime | None = None) -> list[Record]:
    """A deployment, or an incident where the body has an issue key; identity and time may come from an envelope."""
    identity = event_id or hashlib.sha256(json.dumps(report.data, sort_keys=True).encode()).hexdigest()[:40]
    if "issueKey" in report or "issue_key" in report:
        return [_incident(report, identity, source)]
    commits = list(report.items("deploymentCommits")) or list(report.items("deployment_commits")) or [report]
    return [_deployment(report, commits, identity, source, at)]


def _deployment(report: Fields, commits: list[Fields], identity: str, source: str, at: datetime | None) -> Record:
    first, status = commits[0], _status(report)
    sha = first.text(*SHA, limit=64).lower() or report.text(*SHA, limit=64).lower()
    artifact = report.text("artifact", "image", limit=300)
    place = report.text("environment", "env")
    started, finished = report.moment(*STARTED), report.moment(*FINISHED)
    occurred = finished if finished and status != RUNNING else started or finished or at
    if occurred is None:
        raise Refusal("It is missing.", "finished", "Send started or finished as 2026-11-20T10:00:00Z.")
    repository = first.text(*REPOSITORY, limit=300) or report.text(*REPOSITORY, limit=300)
    named = report.text("external_id", "deployment_id", "pipeline_id", "id") or f"{repository}@{sha}:{place}"[-200:]
    if not (report.text("version", "tag") or sha or artifact):
        raise Refusal("It is missing.", "commit_sha", "Send commit_sha, version or artifact: what was deployed.")
    return Record(
        dialect=DIALECT, event_id=identity, source=source, occurred_at=occurred, raw=report.data,
        kind=ROLLBACK if report.flag("rollback") or "rollback_of" in report else DEPLOY,
        external_id=named, status=status, commit=sha, artifact=artifact,
        service=Clue(report.text("service", "component"), repository, artifact),
        version=report.text("version", "tag", limit=100) or purl.read(artifact).version or sha[:12],
        environment=environments.named(place), tier=environments.tier(place), started_at=started,
        finished_at=finished if status != RUNNING else None, rollback_of=report.text("rollback_of"),
        actor=report.text("actor", "author", "user", limit=150), url=report.link("url", "link"),
        trigger=report.text("trigger", limit=60), strategy=report.text("strategy", limit=40), remediates=report.flag("remediates"),
        commits=tuple(_commits(commits)),
    )  # fmt: skip


def _commits(commits: list[Fields]) -> list[Commit]:
    """Commits with a time of their own; without one lead time cannot be counted."""
    found = []
    for entry in commits:
        at, sha = entry.moment("committed_at", "commitDate", "authored_at"), entry.text(*SHA, limit=64).lower()
        if at and sha:
            found.append(Commit(sha, at, sha))
    return found


def _status(report: Fields) -> str:
    said = report.text("result", "status", "state").lower()
    if not said:
        return SUCCEEDED
    if said not in RESULTS:
        raise Refusal(f"The result {said!r} is not known.", "result", f"Send one of {', '.join(sorted(set(RESULTS)))}.")
    return RESULTS[said]


def _incident(report: Fields, identity: str, source: str) -> Record:
    closed = report.moment("resolutionDate", "resolution_date")
    resolved = closed is not None or report.text("status").upper() == "DONE"
    opened = report.when("createdDate", "created_date")
    return Record(
        dialect=DIALECT, event_id=identity, source=source, kind=INCIDENT, raw=report.data,
        occurred_at=closed or report.moment("updatedDate", "updated_date") or opened, started_at=opened,
        external_id=report.text("issueKey", "issue_key", required=True), status="resolved" if resolved else "open",
        service=Clue(report.text("service", "component"), report.text(*REPOSITORY, limit=300)),
        title=report.text("title", limit=2_000)[:300], severity=report.text("severity", "priority", limit=20),
        url=report.link("url"), caused_by=report.text("deployment_id", "deploymentId"),
    )  # fmt: skip
