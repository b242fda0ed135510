"""Configuration and secrets: constants of the file are put in where they are named; nothing outside the file is ever read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.formats.report import Findings

NAME = re.compile(r"\$\{([^{}$]{1,100})\}")
FIELD = "configuration"
LONGEST = 4_000
PLACE_KEYS = {"aws_profile_name", "aws_assume_role_arn", "aws_endpoint_url", "aws_ssl_verify", "aws_debug"}


@dataclass(slots=True)
class Variables:
    """What `${name}` stands for. `unread` are names whose value lies outside the file: a person fills it in."""

    constants: dict[str, Any] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def put_in(self, value: Any, path: str, findings: Findings) -> Any:
        """The value with its names replaced; a text that needs an unread one becomes None."""
        if isinstance(value, dict):
            return {key: self.put_in(one, f"{path}.{key}", findings) for key, one in value.items()}
        if isinstance(value, list):
            return [self.put_in(one, f"{path}[{number}]", findings) for number, one in enumerate(value)]
        return self._text(value, path, findings) if isinstance(value, str) and "${" in value else value

    def _text(self, value: str, path: str, findings: Findings) -> Any:
        names = NAME.findall(value)
        unknown = {name for name in names if name not in self.constants and name not in self.unread}
        for name in sorted(unknown):
            findings.refuse(path, f"${{{name[:60]}}} is in no configuration of the file.")
        if any(name not in self.constants for name in names):
            return None
        if NAME.fullmatch(value):
            return self.constants[names[0]]
        # Counted before it is built: few names can stand for very much.
        words = {name: str(self.constants[name]) for name in set(names)}
        if len(value) + sum(len(words[name]) for name in names) > LONGEST:
            findings.refuse(path, f"with its names put in it is longer than {LONGEST} characters.")
            return None
        return NAME.sub(lambda match: words[match[1]], value)


def read(data: Mapping[str, Any], findings: Findings) -> Variables:
    """The constants of `configuration`. Probes in it are walked by the caller, since they are activities."""
    found = Variables()
    table = data.get(FIELD) or {}
    if not isinstance(table, dict):
        findings.broken(FIELD, "The configuration must be an object.")
        return found
    for name, value in table.items():
        _one(name, value, f"{FIELD}.{name}", found, findings)
    return found


def _one(name: str, value: Any, path: str, found: Variables, findings: Findings) -> None:
    if name in PLACE_KEYS:
        findings.warn(path, f"{name} is not read: the portal uses its own roles and addresses.")
        return
    kind = value.get("type") if isinstance(value, dict) else None
    if kind is None:
        found.constants[name] = value
        return
    found.unread.add(name)
    if kind == "env" and isinstance(value.get("default"), str | int | float):
        found.constants[name] = value["default"]
        findings.warn(path, "the environment is never read: the default of the file was taken.")
    elif kind == "env":
        key = str(value.get("key", ""))[:60]
        findings.refuse(path, f"the environment is never read ({key}): write the value, or fill it in afterwards.")
    elif kind == "vault":
        findings.refuse(path, "a vault is never read: write the value, or fill it in afterwards.")
    elif kind != "probe":
        findings.refuse(path, f"a value of type {str(kind)[:40]!r} is not read: write the value itself.")


def secrets(data: Mapping[str, Any], findings: Findings) -> None:
    """Every secret is refused with its own reason: the portal has roles instead of keys."""
    table = data.get("secrets")
    if table in (None, {}, []):
        return
    if not isinstance(table, dict):
        findings.broken("secrets", "The secrets must be an object.")
        return
    for path, value in _secrets(table, "secrets"):
        kind = value.get("type") if isinstance(value, dict) else None
        reason = {
            "env": "a secret from the environment is never read",
            "vault": "a secret from a vault is never read",
        }.get(str(kind), "secrets do not belong into a file")
        findings.refuse(path, f"{reason}: the portal's chaos role signs every call, so remove it.")


def _secrets(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value and "type" not in value:
        for name, one in value.items():
            yield from _secrets(one, f"{path}.{name}")
        return
    yield path, value
