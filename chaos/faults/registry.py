"""The registry of faults, and the shape that each of them fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.engine.definition import Invalid
from chaos.failure_modes import MODES
from portal.plugins import Registry
from services.models import Entity

Arguments = Mapping[str, str]


@dataclass(frozen=True)
class Argument:
    """One argument of a fault: a text that must match `pattern` as a whole; an optional one may be missing or empty."""

    key: str
    title: str
    pattern: str
    example: str
    optional: bool = False


@dataclass(frozen=True)
class Preview:
    """What the fault would hit right now, looked up in AWS without changing anything.

    `target` goes to the kind of change; `rows` are (name, note) pairs for people; a `refusal` means that the fault
    must not be injected, and why. `hit` of `total` hosts, functions, tasks or records go, None where it is not known.
    `needs_stop` says that nothing but the experiment's own stop conditions would stop it.
    """

    target: dict[str, Any]
    sentence: str
    rows: tuple[tuple[str, str], ...] = ()
    refusal: str = ""
    hit: int | None = None
    total: int | None = None
    needs_stop: bool = False

    def against(self, stop_conditions: Sequence[Any]) -> str:
        """The refusal for an experiment with these stop conditions, or ""."""
        if self.refusal or not self.needs_stop or stop_conditions:
            return self.refusal
        return "Nothing would stop this fault early: give the experiment a stop condition."

    def stored(self) -> dict[str, Any]:
        """The preview as JSON for the database and the API."""
        rows = [{"name": name, "note": note} for name, note in self.rows]
        said = {"sentence": self.sentence, "rows": rows, "refusal": self.refusal, "target": self.target}
        return {**said, "hit": self.hit, "total": self.total}


@dataclass(frozen=True)
class Fault:
    """A fault. `kind` names its armed change; `preview(service, arguments)` asks AWS and may raise AwsError.

    `max_seconds` is the longest that any experiment may leave it in place. Of the arguments in `one_of` exactly one is given.
    `watch(target)` is asked in each round of the observation: a sentence says that the fault is no longer what was asked
    for; it may raise AwsError or ValueError.
    """

    key: str
    title: str
    description: str
    kind: str
    arguments: tuple[Argument, ...]
    max_seconds: int
    preview: Callable[[Entity, Arguments], Preview]
    order: int = 100
    one_of: tuple[str, ...] = ()
    watch: Callable[[dict[str, Any]], str] = lambda target: ""
    apply_seconds: int = 60
    """The longest that putting it in place may take; then its process is killed and what it did is undone."""

    def read(self, data: Any, where: str = "arguments") -> dict[str, str]:
        """Check arguments from outside: closed key set, every value matched. Raises Invalid."""
        known = {argument.key: argument for argument in self.arguments}
        if not isinstance(data, dict):
            raise Invalid(where, f"Give an object with {', '.join(known)}.")
        unknown = sorted(str(key) for key in data if key not in known)
        if unknown:
            raise Invalid(f"{where}.{unknown[0]}"[:200], f"Unknown argument. {self.title} takes {', '.join(known)}.")
        given = {key: value for key, value in data.items() if value != "" or not known[key].optional}
        for key, argument in known.items():
            self._check(argument, given.get(key), f"{where}.{key}")
        if self.one_of and len(set(self.one_of) & set(given)) != 1:
            raise Invalid(f"{where}.{self.one_of[0]}", f"Give either {' or '.join(self.one_of)}.")
        return {key: str(given[key]) for key in known if key in given}

    @staticmethod
    def _check(argument: Argument, value: Any, where: str) -> None:
        if value is None and argument.optional:
            return
        if not isinstance(value, str) or not re.fullmatch(argument.pattern, value, re.ASCII):
            message = f"{argument.title} is missing or malformed: write it like {argument.example}."
            raise Invalid(where, message)


ACCOUNT = Argument("account", "AWS account", r"\d{12}", "111111111111")
REGION = Argument("region", "Region", r"[a-z]{2}(-[a-z]+)+-\d", "us-east-1")
MODE = Argument("mode", "Failure mode it proves", "|".join(MODES), "network", optional=True)
"""For faults of an engine, which can do anything: the column of the coverage map that a run of it fills."""
ZONE = Argument("zone", "Zone", r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "us-east-1a")
GROUP = Argument("group", "Auto Scaling group", r"[A-Za-z0-9._/ -]{1,255}", "search-api")
COUNT = Argument("count", "How many", r"[1-9]\d?", "1", optional=True)
PERCENT = Argument("percent", "Share in percent", r"[1-9]\d?|100", "25", optional=True)
FAIL_BACK = Argument("fail_back", "Fail back at the end", r"yes|no", "yes", optional=True)

faults: Registry[Fault] = Registry("faults")
