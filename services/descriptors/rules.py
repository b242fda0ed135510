"""What a descriptor must be: Backstage's envelope, checked field by field; `kinds` holds what each kind needs beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.descriptors import Problem
from services.descriptors.kinds import KINDS, Finding, spec_findings
from services.descriptors.links import SCRIPTS, harmful, may_stand, scheme_of
from services.descriptors.reading import Document
from services.descriptors.refs import KIND, NAME, NAMESPACE

ROOT = ("apiVersion", "kind", "metadata", "spec")
SERVER_SET = {"relations", "status"}
VERSION = re.compile(r"[a-z0-9A-Z]{1,63}")
TAG = re.compile(r"(?=.{1,63}\Z)[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
# Annotations whose value pages of other tools take for an address.
ADDRESSES = {"backstage.io/view-url", "backstage.io/edit-url", "backstage.io/source-location"}


def check(document: Document) -> list[Problem]:
    """All that is wrong with a document that was read; an empty list where it may be stored."""
    return [
        Problem(reason, remedy, field=field, line=document.line_of(field))
        for field, reason, remedy in findings(document.data)
    ]


def findings(data: Any) -> Iterator[Finding]:
    """(field, reason, remedy) for each fault of a descriptor."""
    if not isinstance(data, dict):
        yield "", "The document is not a mapping.", "Start it with apiVersion, kind and metadata."
        return
    for key in data:
        if key in SERVER_SET:
            yield key, "The catalog itself sets this field.", "Leave it out."
        elif key not in ROOT:
            yield str(key)[:100], "This field is not known here.", f"Use only {', '.join(ROOT)}."
    yield from _kind(data)
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        yield "metadata", "It is missing or not a mapping.", "Add metadata with at least a name."
    else:
        yield from _metadata(metadata)
    yield from _spec(data)
    for path in _twins(data, ""):
        yield path, "Two keys or values here differ only in case.", "Keep one of them; searching does not see case."


def _kind(data: Mapping[str, Any]) -> Iterator[Finding]:
    kind, version = data.get("kind"), data.get("apiVersion")
    if not isinstance(kind, str) or not KIND.fullmatch(kind):
        remedy = f"Use one of {', '.join(shape.kind for shape in KINDS.values())}, or a kind of your own."
        yield "kind", "It is missing or malformed.", remedy
        kind = ""
    shape = KINDS.get(kind.lower())
    if shape and kind != shape.kind:
        yield "kind", "It is a built-in kind in other letters.", f"Write kind: {shape.kind}."
    if shape and version not in shape.versions:
        yield "apiVersion", "It is missing or not one that is read.", f"Write apiVersion: {shape.versions[0]}."
    elif not isinstance(version, str) or not _prefixed(version, VERSION):
        yield "apiVersion", "It is missing or malformed.", "Write it like example.com/v1."


def _spec(data: Mapping[str, Any]) -> Iterator[Finding]:
    kind = data.get("kind")
    known = kind.lower() if isinstance(kind, str) and kind.lower() in KINDS else ""
    if "spec" not in data:
        if known:
            yield "spec", "It is missing.", "Add spec."
    elif not isinstance(data["spec"], dict):
        yield "spec", "It is not a mapping.", "Write spec as fields with values."
    elif known:
        yield from spec_findings(known, data["spec"])


def _metadata(metadata: Mapping[str, Any]) -> Iterator[Finding]:
    name = metadata.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield "metadata.name", "It is missing or malformed.", "Use letters, digits, - _ and ., at most 63 characters."
    space = metadata.get("namespace", "default")
    if not isinstance(space, str) or not NAMESPACE.fullmatch(space):
        yield "metadata.namespace", "It is malformed.", "Use lower-case letters, digits and -, at most 63 characters."
    for field in ("title", "uid", "etag"):
        if field in metadata and (not isinstance(metadata[field], str) or not metadata[field]):
            yield f"metadata.{field}", "It is empty or not text.", "Write a text or leave the field out."
    if not isinstance(metadata.get("description", ""), str):
        yield "metadata.description", "It is not text.", "Put it in quotes."
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags):
        remedy = "Use lower-case letters, digits, : + # and -, at most 63 characters."
        yield "metadata.tags", "A tag is malformed.", remedy
    for field in ("labels", "annotations"):
        yield from _pairs(field, metadata.get(field, {}))
    yield from _links(metadata.get("links", []))


def _pairs(field: str, pairs: Any) -> Iterator[Finding]:
    if not isinstance(pairs, dict):
        yield f"metadata.{field}", "It is not a mapping.", "Write it as keys with text values."
        return
    for key, value in pairs.items():
        where = f"metadata.{field}.{key}"
        if not _prefixed(key, NAME):
            yield where, "The key is malformed.", "Write it as name or as domain/name."
        elif not isinstance(value, str):
            yield where, "The value is not text.", "Put it in quotes."
        elif field == "labels" and value and not NAME.fullmatch(value):
            yield where, "The value is malformed.", "Use letters, digits, - _ and ., at most 63 characters."
        elif field == "annotations" and (scheme_of(value) in SCRIPTS or (key in ADDRESSES and harmful(value))):
            yield where, "The address has a scheme that is not allowed.", "Use http, https or mailto."


def _prefixed(text: str, suffix: re.Pattern[str]) -> bool:
    """`suffix`, or a DNS name, a slash and `suffix`."""
    head, slash, tail = text.rpartition("/")
    if slash and not (len(head) <= 253 and all(NAMESPACE.fullmatch(label) for label in head.split("."))):
        return False
    return bool(suffix.fullmatch(tail))


def _links(links: Any) -> Iterator[Finding]:
    if not isinstance(links, list):
        yield "metadata.links", "It is not a list.", "Write it as a list of url and title."
        return
    for index, link in enumerate(links):
        where = f"metadata.links[{index}]"
        if not isinstance(link, dict) or not isinstance(link.get("url"), str):
            yield where, "The link has no url.", "Add a url."
        elif not may_stand(link["url"]):
            remedy = "Use a full address such as https://example.com."
            yield f"{where}.url", "The address is not one that a page may link to.", remedy
        elif not all(_is_link_text(link[key], key) for key in ("title", "icon", "type") if key in link):
            yield where, "Title, icon or type is empty.", "Write a text or leave the field out."


def _is_link_text(value: Any, key: str) -> bool:
    return isinstance(value, str) and bool(value if key == "type" else value.strip())


def _twins(value: Any, path: str) -> Iterator[str]:
    """The paths of mappings with keys, and of lists with texts, that differ only in case: their search keys would be one."""
    if isinstance(value, dict):
        if len({str(key).lower() for key in value}) < len(value):
            yield path
        for key, inner in value.items():
            if isinstance(inner, (dict, list)):
                yield from _twins(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        texts = {inner for inner in value if isinstance(inner, str)}
        if len({text.lower() for text in texts}) < len(texts):
            yield path
        for index, inner in enumerate(value):
            if isinstance(inner, (dict, list)):
                yield from _twins(inner, f"{path}[{index}]")
