"""What a descriptor must be: Backstage's envelope and kinds, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.descriptors import Problem
from services.descriptors.links import harmful, safe_link
from services.descriptors.reading import Document
from services.descriptors.refs import KIND, NAME, NAMESPACE

ROOT = {"apiVersion", "kind", "metadata", "spec", "relations", "status"}
VERSIONS = ("backstage.io/v1alpha1", "backstage.io/v1beta1")
TAG = re.compile(r"(?=.{1,63}\Z)[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
KEY = re.compile(r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]")


@dataclass(frozen=True)
class Shape:
    """What a kind's spec needs: required texts, required lists, and lists that may be there."""

    texts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    optional_lists: tuple[str, ...] = ()
    optional_texts: tuple[str, ...] = ()


KINDS = {
    "component": Shape(
        ("type", "lifecycle", "owner"), (), ("providesApis", "consumesApis", "dependsOn", "dependencyOf"),
        ("system", "subcomponentOf"),
    ),
    "api": Shape(("type", "lifecycle", "owner", "definition"), (), (), ("system",)),
    "resource": Shape(("type", "owner"), (), ("dependsOn", "dependencyOf"), ("system",)),
    "system": Shape(("owner",), (), (), ("domain", "type")),
    "domain": Shape(("owner",), (), (), ("subdomainOf", "type")),
    "group": Shape(("type",), ("children",), ("members",), ("parent",)),
    "user": Shape((), ("memberOf",)),
    "location": Shape((), (), ("targets",), ("type", "target")),
}  # fmt: skip


def check(document: Document) -> list[Problem]:
    """All that is wrong with a document that was read; an empty list where it may be stored."""
    return [
        Problem(reason, remedy, field=field, line=document.line_of(field))
        for field, reason, remedy in findings(document.data)
    ]


Finding = tuple[str, str, str]


def findings(data: Any) -> Iterator[Finding]:
    """(field, reason, remedy) for each fault of a descriptor."""
    if isinstance(data, dict):
        yield from _rules(data)
    else:
        yield "", "The document is not a mapping.", "Start it with apiVersion, kind and metadata."


def _rules(data: Mapping[str, Any]) -> Iterator[Finding]:
    for key in data.keys() - ROOT:
        yield (
            str(key),
            "This field is not known here.",
            f"Use only {', '.join(sorted(ROOT - {'relations', 'status'}))}.",
        )
    if data.get("apiVersion") not in VERSIONS:
        yield "apiVersion", "It is missing or not one that is read.", "Write apiVersion: backstage.io/v1alpha1."
    kind = data.get("kind")
    if not isinstance(kind, str) or not KIND.fullmatch(kind) or kind.lower() not in KINDS:
        yield (
            "kind",
            "It is missing or not one that is read.",
            "Use one of Component, API, Resource, System, Domain, Group, User, Location.",
        )
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        yield "metadata", "It is missing.", "Add metadata with at least a name."
    else:
        yield from _metadata(metadata)
    spec = data.get("spec", {})
    if not isinstance(spec, dict):
        yield "spec", "It is not a mapping.", "Write spec as fields with values."
    elif isinstance(kind, str) and kind.lower() in KINDS:
        yield from _spec(spec, KINDS[kind.lower()])


def _metadata(metadata: Mapping[str, Any]) -> Iterator[Finding]:
    name = metadata.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield "metadata.name", "It is missing or malformed.", "Use letters, digits, - _ and ., at most 63 characters."
    space = metadata.get("namespace", "default")
    if not isinstance(space, str) or not NAMESPACE.fullmatch(space):
        yield "metadata.namespace", "It is malformed.", "Use lower-case letters, digits and -, at most 63 characters."
    for field in ("title", "description"):
        if field in metadata and (not isinstance(metadata[field], str) or not metadata[field].strip()):
            yield f"metadata.{field}", "It is empty or not text.", "Write a text or leave the field out."
    if isinstance(metadata.get("title"), str) and len(metadata["title"]) > 200:
        yield "metadata.title", "It is longer than 200 characters.", "Shorten it and use the description."
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags):
        yield (
            "metadata.tags",
            "A tag is malformed.",
            "Use lower-case letters, digits, : + # and -, at most 63 characters.",
        )
    for field in ("labels", "annotations"):
        yield from _pairs(field, metadata.get(field, {}))
    yield from _links(metadata.get("links", []))


def _pairs(field: str, pairs: Any) -> Iterator[Finding]:
    if not isinstance(pairs, dict):
        yield f"metadata.{field}", "It is not a mapping.", "Write it as keys with text values."
        return
    for key, value in pairs.items():
        where = f"metadata.{field}.{key}"
        if not KEY.fullmatch(key):
            yield where, "The key is malformed.", "Write it as name or as domain/name."
        elif not isinstance(value, str):
            yield where, "The value is not text.", "Put it in quotes."
        elif harmful(value):
            yield where, "The address has a scheme that is not allowed.", "Use http, https or mailto."


def _links(links: Any) -> Iterator[Finding]:
    if not isinstance(links, list):
        yield "metadata.links", "It is not a list.", "Write it as a list of url and title."
        return
    for index, link in enumerate(links):
        where = f"metadata.links[{index}]"
        if not isinstance(link, dict) or not isinstance(link.get("url"), str):
            yield where, "The link has no url.", "Add a url."
        elif not safe_link(link["url"]):
            yield (
                f"{where}.url",
                "The address is not one that a page may link to.",
                "Use a full http, https or mailto address.",
            )
        elif not all(
            isinstance(link[key], str) and link[key].strip() for key in ("title", "icon", "type") if key in link
        ):
            yield where, "Title, icon or type is empty.", "Write a text or leave the field out."


def _spec(spec: Mapping[str, Any], shape: Shape) -> Iterator[Finding]:
    for field in shape.texts + shape.optional_texts:
        if field in shape.optional_texts and field not in spec:
            continue
        if not isinstance(spec.get(field), str) or not spec[field].strip():
            yield f"spec.{field}", "It is missing or not text.", f"Add spec.{field}."
    for field in shape.lists + shape.optional_lists:
        value = spec.get(field, [] if field in shape.optional_lists else None)
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
            yield (
                f"spec.{field}",
                "It is missing or not a list of texts.",
                f"Write spec.{field} as a list; it may be empty.",
            )
    tier = spec.get("tier")
    if tier is not None and (isinstance(tier, bool) or not isinstance(tier, int) or not 0 <= tier <= 9):
        yield "spec.tier", "It is not a number from 0 to 9.", "Write 1 for what matters most."
    picture = spec["profile"].get("picture") if isinstance(spec.get("profile"), dict) else None
    if picture is not None and not safe_link(picture):
        yield "spec.profile.picture", "The address is not one that a page may link to.", "Use an https address."
    for field in ("type", "lifecycle"):
        if isinstance(spec.get(field), str) and len(spec[field]) > 63:
            yield f"spec.{field}", "It is longer than 63 characters.", "Shorten it."
