"""The nine kinds of Backstage and what their `spec` must be; kinds beside them are known by their envelope only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.descriptors.links import harmful

CORE = ("backstage.io/v1alpha1", "backstage.io/v1beta1")
Finding = tuple[str, str, str]


@dataclass(frozen=True)
class Shape:
    """What a kind's spec needs: texts and lists of texts, required or not. Everything else in it is free."""

    kind: str
    texts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    optional_texts: tuple[str, ...] = ()
    optional_lists: tuple[str, ...] = ()
    versions: tuple[str, ...] = CORE


_AI = Shape("AiResource", ("type", "lifecycle", "owner"), (), ("system",), ("owners",), ("backstage.io/v1alpha1",))
SHAPES = (
    Shape(
        "Component", ("type", "lifecycle", "owner"), (), ("system", "subcomponentOf"),
        ("owners", "providesApis", "consumesApis", "dependsOn", "dependencyOf"),
    ),
    Shape("API", ("type", "lifecycle", "owner"), (), ("system",), ("owners",)),
    Shape("Resource", ("type", "owner"), (), ("system",), ("owners", "dependsOn", "dependencyOf")),
    Shape("System", ("owner",), (), ("domain", "type"), ("owners",)),
    Shape("Domain", ("owner",), (), ("subdomainOf", "type"), ("owners",)),
    Shape("Group", ("type",), ("children",), ("parent",), ("members",)),
    Shape("User", (), ("memberOf",)),
    Shape("Location", (), (), ("type", "target"), ("targets",)),
    Shape("Template", ("type",), (), ("owner", "lifecycle"), ("owners",), ("scaffolder.backstage.io/v1beta3",)),
    _AI,
)  # fmt: skip
KINDS = {shape.kind.lower(): shape for shape in SHAPES}
# An AiResource of one of these types needs more; of any other type it needs no more than every AiResource.
AI_TYPES = {
    "skill": replace(
        _AI, optional_texts=("system", "allowedTools", "license", "compatibility"),
        optional_lists=("owners", "disciplines", "categories", "agents", "dependsOn"),
    ),
    "rule": replace(
        _AI, texts=(*_AI.texts, "category", "rationale"), optional_lists=("owners", "disciplines"),
    ),
    "plugin": replace(_AI, lists=("skills",), optional_texts=("system", "version")),
    "marketplace": replace(_AI, lists=("plugins",), optional_texts=("system", "version")),
}  # fmt: skip
LONGEST_COMPATIBILITY = 500


def spec_findings(kind: str, spec: Mapping[str, Any]) -> Iterator[Finding]:
    """(field, reason, remedy) for each fault in the spec of a built-in `kind` (lower case)."""
    shape = KINDS[kind]
    if kind == "airesource" and isinstance(spec.get("type"), str):
        shape = AI_TYPES.get(spec["type"], shape)
    yield from _texts(spec, shape)
    yield from _lists(spec, shape)
    if kind in MORE:
        yield from MORE[kind](spec)


def _texts(spec: Mapping[str, Any], shape: Shape) -> Iterator[Finding]:
    for field in shape.texts + shape.optional_texts:
        if field in spec or field in shape.texts:
            value = spec.get(field)
            if not isinstance(value, str) or not value.strip():
                yield f"spec.{field}", "It is missing or not text.", f"Add spec.{field}."


def _lists(spec: Mapping[str, Any], shape: Shape) -> Iterator[Finding]:
    for field in shape.lists + shape.optional_lists:
        if field in spec or field in shape.lists:
            value = spec.get(field)
            if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
                reason = "It is missing or not a list of texts."
                yield f"spec.{field}", reason, f"Write spec.{field} as a list; it may be empty."


def _api(spec: Mapping[str, Any]) -> Iterator[Finding]:
    """A definition; an MCP server may name its remotes instead."""
    definition, remotes = spec.get("definition"), spec.get("remotes")
    if spec.get("type") == "mcp-server" and "remotes" in spec:
        if not isinstance(remotes, list) or not remotes or not all(map(_is_remote, remotes)):
            yield "spec.remotes", "It is not a list of remotes.", "Give each one a type and a url."
        elif "definition" not in spec:
            return
    if not isinstance(definition, str) or not definition.strip():
        remedy = "Add spec.definition, the text of the interface; an mcp-server may have spec.remotes instead."
        yield "spec.definition", "It is missing or not text.", remedy


def _is_remote(remote: Any) -> bool:
    return isinstance(remote, dict) and all(isinstance(remote.get(key), str) and remote[key] for key in ("type", "url"))


def _profile(spec: Mapping[str, Any]) -> Iterator[Finding]:
    profile = spec.get("profile", {})
    if not isinstance(profile, dict):
        yield "spec.profile", "It is not a mapping.", "Write displayName, email and picture."
        return
    for key in ("displayName", "email", "picture"):
        if key in profile and (not isinstance(profile[key], str) or not profile[key]):
            yield f"spec.profile.{key}", "It is empty or not text.", "Write a text or leave the field out."
    if isinstance(profile.get("picture"), str) and harmful(profile["picture"]):
        yield "spec.profile.picture", "The address is not one that a page may link to.", "Use an https address."


def _location(spec: Mapping[str, Any]) -> Iterator[Finding]:
    if "presence" in spec and spec["presence"] not in ("required", "optional"):
        yield "spec.presence", "It is not a presence.", "Write required or optional."


def _template(spec: Mapping[str, Any]) -> Iterator[Finding]:
    steps, parameters = spec.get("steps"), spec.get("parameters", {})
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        yield "spec.steps", "It is missing or not a list of steps.", "Write spec.steps as a list; it may be empty."
        steps = []
    for number, step in enumerate(steps):
        if not isinstance(step.get("action"), str):
            yield f"spec.steps[{number}]", "The step has no action.", "Add the action, such as fetch:template."
        for key in ("id", "name"):
            if not isinstance(step.get(key, ""), str):
                yield f"spec.steps[{number}].{key}", "It is not text.", "Put it in quotes."
        if not isinstance(step.get("input", {}), dict):
            yield f"spec.steps[{number}].input", "It is not a mapping.", "Write it as fields with values."
        if not isinstance(step.get("if", ""), (str, bool)):
            yield f"spec.steps[{number}].if", "It is not a condition.", "Write a text, true or false."
    fields = parameters if isinstance(parameters, list) else [parameters]
    if not all(isinstance(one, dict) for one in fields):
        yield "spec.parameters", "It is not a form or a list of forms.", "Write each form as a JSON schema."
    if not isinstance(spec.get("output", {}), dict):
        yield "spec.output", "It is not a mapping.", "Write links, text and named values."


def _ai(spec: Mapping[str, Any]) -> Iterator[Finding]:
    words = spec.get("compatibility")
    if spec.get("type") == "skill" and isinstance(words, str) and len(words) > LONGEST_COMPATIBILITY:
        yield "spec.compatibility", f"It is longer than {LONGEST_COMPATIBILITY} characters.", "Shorten it."


MORE = {
    "api": _api, "group": _profile, "user": _profile, "location": _location, "template": _template, "airesource": _ai,
}  # fmt: skip
