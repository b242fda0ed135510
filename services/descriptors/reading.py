"""Text → plain data, one document at a time, so that a broken one does not stop its neighbours.

PyYAML's events are looked at before anything is built: no aliases, no tags but YAML's own, a bounded depth and size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from services.descriptors import LIMITS, Problem

SEPARATOR = re.compile(r"^---(?:\s.*)?$", re.MULTILINE)
CORE = "tag:yaml.org,2002:"
PLAIN = {CORE + kind for kind in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")}
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """One document: its data, and the line in the file of each field path such as `metadata.links[0].url`."""

    number: int
    line: int
    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    problem: Problem | None = None


def documents(raw: bytes) -> Iterator[Document]:
    """The file's documents in order; a broken one has its `problem` set. Raises Problem if the file as a whole is no good."""
    if len(raw) > LIMITS.bytes:
        raise Problem("The file is larger than 1 MiB.", "Split it into several files.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("The file is not UTF-8 text.", "Save it as UTF-8.") from error
    chunks = [(line, chunk) for line, chunk in _split(text) if _has_content(chunk)]
    if len(chunks) > LIMITS.documents:
        raise Problem(f"The file holds more than {LIMITS.documents} documents.", "Split it into several files.")
    for number, (line, chunk) in enumerate(chunks, start=1):
        document = Document(number, line)
        try:
            document.data = _read(chunk, document)
        except Problem as problem:
            document.problem = problem
        yield document


def _split(text: str) -> Iterator[tuple[int, str]]:
    start, line = 0, 1
    for match in SEPARATOR.finditer(text):
        yield line, text[start : match.start()]
        line += text.count("\n", start, match.start())
        # What follows the three dashes on their line belongs to the new document.
        start = match.start() + 3
    yield line, text[start:]


def _has_content(chunk: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(("#", "%")) for line in chunk.splitlines())


def _read(chunk: str, document: Document) -> Any:
    try:
        _inspect(chunk, document.line)
        node = yaml.compose(chunk, Loader)
        data = _build(node, "", document) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = document.line + (mark.line if mark else 0)
        raise Problem(f"This is not YAML: {error.problem or error.context}.", "Mend the syntax.", line=line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Problem(f"This is not YAML: {error}."[:300], "Mend the syntax.", line=document.line) from error
    return data


def _inspect(chunk: str, first: int) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(chunk, Loader)):
        line = first + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Problem("Anchors and aliases are not read.", "Write the value out where it is used.", line=line)
        tag = getattr(event, "tag", None)
        if tag and tag not in PLAIN:
            raise Problem(f"The tag {tag[:60]} is not read.", "Remove the tag and write plain data.", line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > LIMITS.depth:
            raise Problem(f"It is nested deeper than {LIMITS.depth} levels.", "Make it flatter.", line=line)
        if count > LIMITS.nodes:
            raise Problem(f"It has more than {LIMITS.nodes} values.", "Split it.", line=line)


def _build(node: yaml.Node, path: str, document: Document) -> Any:
    line = document.line + node.start_mark.line
    document.lines[path] = line
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_build(entry, f"{path}[{index}]", document) for index, entry in enumerate(node.value)]
    return _scalar(node, path, line)


def _mapping(node: yaml.MappingNode, path: str, document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = document.line + key_node.start_mark.line
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == f"{CORE}merge":
            raise Problem("Keys must be plain text.", "Write the key as a word.", field=path, line=line)
        key = key_node.value
        if "\0" in key or not key.isprintable():
            raise Problem("A key has control characters.", "Write the key as a word.", field=path, line=line)
        inner = f"{path}.{key}" if path else key
        if key in found:
            raise Problem("The key is there twice.", "Keep one of them.", field=inner, line=line)
        found[key] = _build(value_node, inner, document)
    return found


def _scalar(node: yaml.Node, path: str, line: int) -> Any:
    value = node.value
    if "\0" in value or (not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)):
        raise Problem("The text has characters that cannot be stored.", "Remove them.", field=path, line=line)
    kind = node.tag.removeprefix(CORE)
    if kind in {"null", "bool", "int", "float"} and len(value) < 40:
        plain = yaml.safe_load(value)
        if isinstance(plain, float) and not float("-inf") < plain < float("inf"):
            raise Problem("The number is not finite.", "Write a number or quote the text.", field=path, line=line)
        return plain
    return value
