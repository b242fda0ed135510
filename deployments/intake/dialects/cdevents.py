"""CDEvents 0.4 and 0.5 (0.6 drafts are tolerated): the events of services, incidents, pipelines, artifacts, tests, changes.

https://cdevents.dev. The type is matched by its subject and predicate, so that another minor version is read too. 0.4
says `context.version` and `subject.type`; 0.5 says `context.specversion`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from deployments.intake import environments, purl
from deployments.intake.reading import Fields, object_of
from deployments.intake.record import CHANGE, INCIDENT, Clue, Commit, Message, Record, Refusal
from deployments.models.states import CANCELLED, DEPLOY, FAILED, REMOVE, ROLLBACK, SUCCEEDED, UPGRADE

DIALECT = "cdevents"
TYPE = re.compile(r"^dev\.cdevents\.([a-z]+)\.([a-z]+)(?:\.(\d+)\.\d+\.\d+(?:-[0-9a-z.]+)?)?$")
OUTCOMES = {
    "success": SUCCEEDED,
    "failure": FAILED,
    "error": FAILED,
    "cancel": CANCELLED,
    "pass": SUCCEEDED,
    "fail": FAILED,
}
SHA = re.compile(r"^[0-9a-f]{7,64}$")


def read(message: Message) -> list[Record]:
    """The record of one CDEvent; none for types that say nothing of deployments. Raises Refusal."""
    return read_event(object_of(message))


def read_event(event: Fields) -> list[Record]:
    """Like `read`, for an event that is parsed already."""
    name = event.text("context.type", required=True)
    match = TYPE.match(name)
    if match is None:
        raise Refusal(
            "It is not a type of CDEvents.", "context.type", "Send a type such as dev.cdevents.service.deployed.0.3.0."
        )
    event.text("context.specversion", "context.version", required=True)
    event.text("subject.id", required=True)
    subject, predicate = match[1], match[2]
    reader = READERS.get((subject, predicate)) or READERS.get((subject, "*"))
    return [reader(event, subject, predicate)] if reader else []


def _base(event: Fields, kind: str, **more: Any) -> Record:
    """What all records share: identity, time, the service as far as it is named, the artifact and what its purl says."""
    extra, content = (
        event.inner("customData") if _object(event, "customData") else Fields({}),
        event.inner("subject.content"),
    )
    artifact = content.text("artifactId", limit=300)
    named = purl.read(artifact) if artifact else purl.Artifact("")
    place = content.text("environment.id")
    values: dict[str, Any] = {
        "external_id": event.text("context.id", required=True),
        "service": Clue(extra.text("service"), extra.text("repository"), artifact),
        "artifact": artifact, "version": extra.text("version", limit=100) or named.version, "commit": extra.text("commit", limit=64) or named.commit,
        "environment": environments.named(place), "tier": environments.tier(place),
        "actor": extra.text("actor", limit=150), "url": extra.link("url"), "chain": event.text("context.chainId"),
        "trigger": extra.text("trigger", limit=60), "strategy": extra.text("strategy", limit=40), "region": extra.text("region", limit=30),
    }  # fmt: skip
    return Record(
        dialect=DIALECT,
        event_id=event.text("context.id", required=True),
        source=event.text("context.source", limit=180, required=True),
        kind=kind,
        occurred_at=event.when("context.timestamp"),
        raw=event.data,
        **(values | more),
    )


def _object(event: Fields, path: str) -> bool:
    return isinstance(event.value(path), dict)


def _service_clue(event: Fields) -> Clue:
    """The service by what the sender added for us, else by the id of the subject; the artifact stands behind both."""
    extra = event.inner("customData") if _object(event, "customData") else Fields({})
    return Clue(
        extra.text("service") or event.text("subject.id"),
        extra.text("repository"),
        event.text("subject.content.artifactId", limit=300),
    )


def _service(event: Fields, subject: str, predicate: str) -> Record:
    kind = {"deployed": DEPLOY, "upgraded": UPGRADE, "rolledback": ROLLBACK, "removed": REMOVE}.get(
        predicate, "published"
    )
    event.text("subject.content.environment.id", required=True)
    if predicate in ("deployed", "upgraded", "rolledback"):
        event.text("subject.content.artifactId", limit=300, required=True)
    extra = event.inner("customData") if _object(event, "customData") else Fields({})
    return _base(
        event, kind, service=_service_clue(event), status=SUCCEEDED, finished_at=event.when("context.timestamp"),
        started_at=extra.moment("startedAt"), rollback_of=extra.text("rollbackOf"), title=f"service {predicate}",
    )  # fmt: skip


def _incident(event: Fields, subject: str, predicate: str) -> Record:
    content = event.inner("subject.content")
    event.text("subject.content.environment.id", required=True)
    clue = Clue(content.text("service.id"), "", content.text("artifactId", limit=300))
    return _base(
        event, INCIDENT, service=clue, external_id=event.text("subject.id"), title=content.text("description", limit=2_000)[:300],
        status="resolved" if predicate == "resolved" else "open", url=content.link("ticketURI"),
    )  # fmt: skip


def _finished(event: Fields, subject: str, predicate: str) -> Record:
    outcome = event.text("subject.content.outcome", required=True)
    name = event.text("subject.content.pipelineName", "subject.content.testSuite.name", "subject.id")
    kind = "pipeline" if subject == "pipelinerun" else "test"
    record = _base(event, kind, status=OUTCOMES.get(outcome, ""), title=f"{name}: {outcome}"[:300])
    clue = record.service if any((record.service.name, record.service.repository)) else Clue(application=name)
    return Record(**(vars(record) | {"service": clue}))


def _merged(event: Fields, subject: str, predicate: str) -> Record:
    content, sha = event.inner("subject.content"), event.text("subject.content.commit", "subject.id").lower()
    extra = event.inner("customData") if _object(event, "customData") else Fields({})
    sha = extra.text("commit", limit=64).lower() or sha
    if not SHA.match(sha):
        raise Refusal("It is not a commit.", "subject.id", "Send the merged commit as customData.commit or subject.id.")
    at = extra.moment("committedAt") or event.when("context.timestamp")
    repository = content.text("repository.url", "repository.source", "repository.id") or extra.text("repository")
    return _base(
        event, CHANGE, service=Clue(extra.text("service"), repository), commit=sha, commits=(Commit(sha, at, sha),),
        title="change merged",
    )  # fmt: skip


def _note(event: Fields, subject: str, predicate: str) -> Record:
    kind = subject if subject in ("artifact", "environment", "approval") else "artifact"
    record = _base(
        event, kind, title=f"{subject} {predicate}: {event.text('subject.content.name', 'subject.id')}"[:300]
    )
    artifact = event.text("subject.id", limit=300) if subject == "artifact" else record.artifact
    return Record(
        **(
            vars(record)
            | {"service": Clue(record.service.name, record.service.repository, artifact), "artifact": artifact}
        )
    )


READERS: dict[tuple[str, str], Callable[[Fields, str, str], Record]] = {
    **{
        ("service", predicate): _service for predicate in ("deployed", "upgraded", "rolledback", "removed", "published")
    },
    **{("incident", predicate): _incident for predicate in ("detected", "reported", "resolved")},
    **{("environment", predicate): _note for predicate in ("created", "modified", "deleted")},
    **{("artifact", predicate): _note for predicate in ("packaged", "published", "signed")},
    ("pipelinerun", "finished"): _finished,
    ("testsuiterun", "finished"): _finished,
    ("change", "merged"): _merged,
    ("approval", "*"): _note,
}
