"""CloudEvents 1.0 over HTTP: binary, structured and batch; and plain bodies that say by their form what they are.

The envelope carries a CDEvent, or a plain report under a type that begins with `colonnade.deployment`. Written by hand: the
three forms are forty lines, while the library brings asynchronous clients and another JSON reader than the portal's.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from deployments.intake.dialects import cdevents, plain
from deployments.intake.reading import Fields, json_of
from deployments.intake.record import Message, Record, Refusal

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
MOST = 500
"""Most events of one batch."""
OURS = "colonnade.deployment"


def content_type(message: Message) -> str:
    """The media type in lower case, without parameters."""
    return message.headers.get("content-type", "").partition(";")[0].strip().lower()


def split(message: Message) -> list[Message]:
    """The messages of a batch, each as a structured one; any other message is alone. Raises Refusal."""
    if content_type(message) != BATCH:
        return [message]
    events = json_of(message.body)
    if not isinstance(events, list) or len(events) > MOST:
        raise Refusal("It must be a list.", "body", f"Send a list of at most {MOST} events.", status=400)
    headers = {**message.headers, "content-type": STRUCTURED}
    return [Message(json.dumps(event).encode(), headers) for event in events]


def read(message: Message) -> list[Record]:
    """The records of one message in any of the forms. Raises Refusal."""
    if content_type(message) == STRUCTURED:
        return _structured(Fields(json_of(message.body)))
    if "ce-specversion" in message.headers or "ce-id" in message.headers:
        names = ("specversion", "id", "source", "type", "subject", "time")
        said = {name: unquote(message.headers[f"ce-{name}"]) for name in names if f"ce-{name}" in message.headers}
        return _structured(Fields({**said, "data": json_of(message.body)}))
    body = Fields(json_of(message.body))
    if "context" in body:
        return cdevents.read_event(body)
    if "specversion" in body and "type" in body:
        return _structured(body)
    return plain.read_report(body)


def _structured(event: Fields) -> list[Record]:
    if event.text("specversion", required=True) != "1.0":
        raise Refusal("Only CloudEvents 1.0 is read.", "specversion", "Send specversion 1.0.")
    for name in ("id", "source"):
        event.text(name, required=True)
    kind = event.text("type", required=True)
    data = event.inner("data")
    if "context" in data:
        return cdevents.read_event(data)
    if kind.startswith("dev.cdevents."):
        return cdevents.read_event(Fields(_cdevent(event)))
    if kind.startswith(OURS):
        return plain.read_report(data, event.text("id"), event.text("source", limit=180), event.moment("time"))
    raise Refusal(
        "It is not a type that the portal reads.",
        "type",
        f"Send a CDEvent (dev.cdevents.…) or a report as {OURS}.reported.",
    )


def _cdevent(event: Fields) -> dict[str, Any]:
    """A CDEvent whose context stands in the envelope and whose subject is the data."""
    context = {name: event.value(name) for name in ("id", "source", "type")}
    subject = event.value("data.subject") or {
        "id": event.value("subject"),
        "content": event.value("data.content") or {},
    }
    return {
        "context": {**context, "specversion": "0.5", "timestamp": event.value("time")},
        "subject": subject,
        "customData": event.value("data.customData"),
    }
