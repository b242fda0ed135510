"""The registry of faults, and the shape that each of them fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.engine.definition import Invalid
from portal.plugins import Registry
from services.models import Entity

Arguments = Mapping[str, str]


@dataclass(frozen=True)
class Argument:
    """One argument of a fault: a text that must match `pattern` as a whole."""

    key: str
    title: str
    pattern: str
    example: str


@dataclass(frozen=True)
class Preview:
    """What the fault would hit right now, looked up in AWS without changing anything.

    `target` goes to the kind of change; `rows` are (name, note) pairs for people; a `refusal` means that the fault
    must not be injected, and why. `needs_stop` says that nothing but the experiment's own stop conditions would stop it.
    """

    target: dict[str, Any]
    sentence: str
    rows: tuple[tuple[str, str], ...] = ()
    refusal: str = ""
    needs_stop: bool = False

    def against(self, stop_conditions: Sequence[Any]) -> str:
        """The refusal for an experiment with these stop conditions, or ""."""
        if self.refusal or not self.needs_stop or stop_conditions:
            return self.refusal
        return "Nothing would stop this fault early: give the experiment a stop condition."

    def stored(self) -> dict[str, Any]:
        """The preview as JSON for the database and the API."""
        rows = [{"name": name, "note": note} for name, note in self.rows]
        return {"sentence": self.sentence, "rows": rows, "refusal": self.refusal, "target": self.target}


@dataclass(frozen=True)
class Fault:
    """A fault. `kind` names its armed change; `preview(service, arguments)` asks AWS and may raise AwsError.

    `max_seconds` is the longest that any experiment may leave it in place. `watch(target)` is asked in each round of the
    observation: a sentence says that the fault is no longer what was asked for; it may raise AwsError or ValueError.
    """

    key: str
    title: str
    description: str
    kind: str
    arguments: tuple[Argument, ...]
    max_seconds: int
    preview: Callable[[Entity, Arguments], Preview]
    order: int = 100
    watch: Callable[[dict[str, Any]], str] = lambda target: ""

    def read(self, data: Any, where: str = "arguments") -> dict[str, str]:
        """Check arguments from outside: closed key set, every value matched. Raises Invalid."""
        known = {argument.key: argument for argument in self.arguments}
        if not isinstance(data, dict):
            raise Invalid(where, f"Give an object with {', '.join(known)}.")
        unknown = sorted(str(key) for key in data if key not in known)
        if unknown:
            raise Invalid(f"{where}.{unknown[0]}"[:200], f"Unknown argument. {self.title} takes {', '.join(known)}.")
        for key, argument in known.items():
            value = data.get(key)
            if not isinstance(value, str) or not re.fullmatch(argument.pattern, value, re.ASCII):
                raise Invalid(
                    f"{where}.{key}", f"{argument.title} is missing or malformed: write it like {argument.example}."
                )
        return {key: str(data[key]) for key in known}


ACCOUNT = Argument("account", "AWS account", r"\d{12}", "111111111111")
REGION = Argument("region", "Region", r"[a-z]{2}(-[a-z]+)+-\d", "us-east-1")

faults: Registry[Fault] = Registry("faults")
