"""The sections of a segment that are tried after the traffic has moved: its hosts, its floor of healthy hosts, its tests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deployments.engine.fleet import COUNT, PERCENT, Floor
from deployments.engine.plan.reading import PlanError, closed, whole

KEYS = ("validation", "minimum_healthy", "tests")
SNS, LAMBDA, WEBHOOK = "sns", "lambda", "webhook"
PLACE_OF_KIND = {SNS: "topic", LAMBDA: "function", WEBHOOK: "url"}
REQUEST, EVENT = "request", "event"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
PLACES = {
    SNS: re.compile(r"(arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:)?[A-Za-z0-9_-]{1,250}(\.fifo)?"),
    LAMBDA: re.compile(r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9$_-]{1,128})?"),
    WEBHOOK: re.compile(r"https?://[!-~]{1,490}"),
}  # fmt: skip
MOST_TESTS, MOST_PARAMETERS, LONGEST_VALUE, LARGEST_PAYLOAD = 10, 20, 1000, 8192
LONGEST_WAIT = 86_400


@dataclass(frozen=True)
class HostScript:
    """What runs on each host through SSM: an own document of the account, or a registered shell script; one of both.

    `parameters` are data and never part of a command. `share` (above 0, at most 1) of the hosts has to pass within
    `timeout_seconds`.
    """

    document: str
    script: str
    parameters: Mapping[str, str]
    timeout_seconds: int
    share: float

    @property
    def name(self) -> str:
        """What people call it."""
        return self.document or self.script


@dataclass(frozen=True)
class TargetHealth:
    """`share` (above 0, at most 1) of the hosts has to be healthy within `timeout_seconds`."""

    share: float = 1.0
    timeout_seconds: int = 300


@dataclass(frozen=True)
class MinimumHealthy:
    """Floors of the fleet and of each zone; a host that starts may do so for `grace_seconds` before it counts as lost."""

    fleet: Floor | None
    zone: Floor | None
    grace_seconds: int = 120


@dataclass(frozen=True)
class Test:
    """One post-deployment test. `place` is a topic, a function (names or ARNs) or an address, as `kind` has it.

    `invocation` (functions only): "request" waits for the answer of the call, "event" for a callback. It is tried
    1 + `retries` times, each within `timeout_seconds`.
    """

    __test__ = False  # not a case of pytest

    name: str
    kind: str
    place: str
    timeout_seconds: int
    retries: int
    invocation: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Validation:
    """All that a segment has to pass beside its metrics."""

    script: HostScript | None = None
    target_health: TargetHealth | None = None
    minimum_healthy: MinimumHealthy | None = None
    tests: tuple[Test, ...] = field(default=())


def parse(raw: Mapping[str, Any]) -> Validation:
    """Read the sections `validation`, `minimum_healthy` and `tests` of a segment. Raises PlanError."""
    closed(raw, set(KEYS), "the validation of a segment")
    hosts = closed(raw.get("validation", {}), {"ssm", "target_health"}, "validation")
    return Validation(
        _script(hosts["ssm"]) if "ssm" in hosts else None,
        _target_health(hosts.get("target_health", False)),
        _minimum(raw["minimum_healthy"]) if "minimum_healthy" in raw else None,
        _tests(raw.get("tests", [])),
    )


def _script(raw: Any) -> HostScript:
    item = closed(raw, {"document", "script", "parameters", "timeout_seconds", "share"}, "validation.ssm")
    if ("document" in item) == ("script" in item):
        raise PlanError("validation.ssm names either a document or a script, not both.")
    name = item.get("document", item.get("script"))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PlanError("validation.ssm: a document or script has a name of letters, digits, dot, dash and underscore.")
    return HostScript(
        item.get("document", ""), item.get("script", ""), _parameters(item.get("parameters", {})),
        whole(item, "timeout_seconds", 300, 30, 3600), _share(item, "validation.ssm.share"),
    )  # fmt: skip


def _parameters(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or len(raw) > MOST_PARAMETERS:
        raise PlanError(f"validation.ssm.parameters is an object of at most {MOST_PARAMETERS} texts.")
    for name, value in raw.items():
        if not isinstance(name, str) or not PARAMETER.fullmatch(name):
            raise PlanError("validation.ssm.parameters: a name has letters, digits and underscores, at most 64.")
        if not isinstance(value, str) or len(value) > LONGEST_VALUE or not value.isprintable():
            raise PlanError(
                f"validation.ssm.parameters.{name} is one line of text of at most {LONGEST_VALUE} characters."
            )
        if "{{" in value:
            # SSM would resolve it, for instance to a secret of the Parameter Store.
            raise PlanError(f"validation.ssm.parameters.{name} holds {{{{, which SSM would replace: leave it out.")
    return dict(raw)


def _share(item: Mapping[str, Any], where: str) -> float:
    value = item.get("share", 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise PlanError(f"{where} is more than 0 and at most 1, such as 0.9 for nine of ten hosts.")
    return float(value)


def _target_health(raw: Any) -> TargetHealth | None:
    if isinstance(raw, bool):
        return TargetHealth() if raw else None
    if not isinstance(raw, dict):
        raise PlanError("validation.target_health is true, false, or an object with share and timeout_seconds.")
    item = closed(raw, {"share", "timeout_seconds"}, "validation.target_health")
    return TargetHealth(_share(item, "validation.target_health.share"), whole(item, "timeout_seconds", 300, 0, 3600))


def _minimum(raw: Any) -> MinimumHealthy:
    item = closed(raw, {COUNT, PERCENT, "per_zone", "grace_seconds"}, "minimum_healthy")
    fleet = _floor({key: item[key] for key in (COUNT, PERCENT) if key in item}, "minimum_healthy", needed=False)
    zone = _floor(item["per_zone"], "minimum_healthy.per_zone", needed=True) if "per_zone" in item else None
    if fleet is None and zone is None:
        raise PlanError("minimum_healthy needs count, percent or per_zone.")
    return MinimumHealthy(fleet, zone, whole(item, "grace_seconds", 120, 0, 3600))


def _floor(raw: Any, where: str, *, needed: bool) -> Floor | None:
    item = closed(raw, {COUNT, PERCENT}, where)
    if len(item) > 1 or (needed and not item):
        raise PlanError(f"{where} has either count or percent.")
    if COUNT in item:
        return Floor(COUNT, whole(item, COUNT, 0, 0, 100_000))
    return Floor(PERCENT, whole(item, PERCENT, 0, 0, 100)) if item else None


def _tests(raw: Any) -> tuple[Test, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_TESTS:
        raise PlanError(f"tests is a list of at most {MOST_TESTS} tests.")
    tests = tuple(_test(item) for item in raw)
    _different([test.name for test in tests])
    return tests


def _different(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PlanError(f"Two tests have the name {twice[0]!r}: give each its own.")


def _test(raw: Any) -> Test:
    keys = {"name", "kind", "timeout_seconds", "payload", "retries", "invocation", *PLACE_OF_KIND.values()}
    item = closed(raw, keys, "a test")
    name, kind = item.get("name"), item.get("kind")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PlanError("A test has a name of letters, digits, dot, dash and underscore, at most 100.")
    if not isinstance(kind, str) or kind not in PLACE_OF_KIND:
        raise PlanError(f"Test {name!r}: the kind is one of {', '.join(PLACE_OF_KIND)}.")
    try:
        timeout, retries = whole(item, "timeout_seconds", 300, 5, LONGEST_WAIT), whole(item, "retries", 0, 0, 5)
    except PlanError as error:
        raise PlanError(f"Test {name!r}: {error}") from error
    payload = _payload(name, item.get("payload", {}))
    return Test(name, kind, _place(name, kind, item), timeout, retries, _invocation(name, kind, item), payload)


def _place(name: str, kind: str, item: Mapping[str, Any]) -> str:
    key = PLACE_OF_KIND[kind]
    strays = sorted(set(PLACE_OF_KIND.values()) & set(item) - {key})
    if strays:
        raise PlanError(f"Test {name!r}: a test of kind {kind} has no {strays[0]}.")
    place = item.get(key)
    if not isinstance(place, str) or not PLACES[kind].fullmatch(place):
        raise PlanError(f"Test {name!r}: {key} is missing or malformed.")
    return place


def _invocation(name: str, kind: str, item: Mapping[str, Any]) -> str:
    if "invocation" in item and kind != LAMBDA:
        raise PlanError(f"Test {name!r}: only a test of kind lambda has an invocation.")
    value = item.get("invocation", REQUEST)
    if value not in (REQUEST, EVENT):
        raise PlanError(f"Test {name!r}: invocation is {REQUEST} or {EVENT}.")
    return str(value)


def _payload(name: str, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or len(json.dumps(raw)) > LARGEST_PAYLOAD:
        raise PlanError(f"Test {name!r}: payload is an object of at most {LARGEST_PAYLOAD} characters of JSON.")
    return dict(raw)
