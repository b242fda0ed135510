"""What a post-deployment test answers, in the words of Colonnade, CodeDeploy hooks and ECS lifecycle hooks."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PASSED, FAILED, IN_PROGRESS = "passed", "failed", "in_progress"
WORDS = {
    "passed": PASSED, "pass": PASSED, "succeeded": PASSED, "success": PASSED,
    "failed": FAILED, "fail": FAILED, "failure": FAILED, "error": FAILED,
    "in_progress": IN_PROGRESS, "inprogress": IN_PROGRESS, "running": IN_PROGRESS, "pending": IN_PROGRESS,
}  # fmt: skip
USUAL_DELAY, LONGEST_DELAY = 30.0, 3600.0
"""Seconds until an answer IN_PROGRESS is asked again; ECS has 30 as its `callBackDelay`."""
LONGEST_DETAIL = 4096
SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"(?i)(?<=\bbearer )[\w.~+/=-]{8,}"),
    re.compile(r"(?i)(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
NAMED = re.compile(
    r"(?i)([\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization)[\w-]*[\"']?\s*[=:]\s*)"
    r"(\"[^\"]*\"|'[^']*'|(?:bearer |basic )?[^\s,;}]+)"
)


@dataclass(frozen=True)
class Answer:
    """`state` is passed, failed or in_progress; then it is to be asked again in `again_in` seconds."""

    state: str
    detail: str = ""
    again_in: float = 0.0


class NoAnswer(ValueError):
    """The reply does not say how the test went; the message says what it should."""


def read(reply: Any) -> Answer:
    """The answer in a JSON object with `status` or `hookStatus`. Raises NoAnswer for anything else."""
    if not isinstance(reply, Mapping):
        raise NoAnswer("The answer is not a JSON object with a status.")
    said = reply.get("status", reply.get("hookStatus"))
    state = WORDS.get(said.strip().lower().replace(" ", "_")) if isinstance(said, str) else None
    if state is None:
        raise NoAnswer("status is passed, failed or in_progress (or hookStatus SUCCEEDED, FAILED or IN_PROGRESS).")
    detail = reply.get("detail", reply.get("hookDetails", reply.get("message", "")))
    words = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False, default=str)
    return Answer(state, tail(words), _delay(reply.get("callBackDelay")) if state == IN_PROGRESS else 0.0)


def read_text(body: str) -> Answer:
    """The answer in JSON text. Raises NoAnswer."""
    try:
        return read(json.loads(body))
    except (json.JSONDecodeError, RecursionError) as error:
        raise NoAnswer("The answer is not JSON with a status.") from error


def tail(text: str, most: int = LONGEST_DETAIL) -> str:
    """The last ``most`` bytes of an output, with what looks like a secret blacked out, fit for any database."""
    for pattern in SECRETS:
        text = pattern.sub("[hidden]", text)
    text = NAMED.sub(r"\1[hidden]", text)
    text = "".join(char if char in "\n\t" or char.isprintable() else "\ufffd" for char in text)
    return text.encode("utf-8", "replace")[-most:].decode("utf-8", "ignore")


def _delay(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return USUAL_DELAY
    return min(max(float(value), 1.0), LONGEST_DELAY)
