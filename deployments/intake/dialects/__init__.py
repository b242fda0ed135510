"""The dialects: pure functions from a message (bytes and headers) to records. None of them knows the database."""

from __future__ import annotations

from collections.abc import Callable

from deployments.intake.dialects import argo, cloudevents, eventbridge, flagger, github, gitlab, sns_codedeploy
from deployments.intake.record import Message, Record

READERS: dict[str, Callable[[Message], list[Record]]] = {
    "events": cloudevents.read,
    "github": github.read,
    "gitlab": gitlab.read,
    "sns": sns_codedeploy.read,
    "eventbridge": eventbridge.read,
    "flagger": flagger.read,
    "argo": argo.read,
}
"""By the last word of the address that the message came to."""
