"""Text → plain data, one document at a time, so that a broken one does not stop its neighbours.

The parser's events are looked at one by one while the data is built: no aliases, no tags but YAML's own, a bounded depth and
size. Plain words are read by YAML 1.2's core schema, as Backstage reads them: `yes` and `12:30` are texts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from services.descriptors import LIMITS, Problem, json_reading
from services.descriptors.lines import field_lines, line_of
from services.descriptors.scalars import scalar

SEPARATOR = re.compile(r"^---(?:\s.*)?$", re.MULTILINE)
COLLECTIONS = {f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq")}
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """One document of a file: where it starts, its text, and a digest by which an unchanged one is known.

    `mixed_in` is a digest of what was put into it from other files. A value with one of the `tags` becomes {tag: value}.
    """

    number: int
    line: int
    text: str
    is_json: bool = False
    mixed_in: str = ""
    tags: Collection[str] = ()
    data: Any = None
    problem: Problem | None = None
    _lines: dict[str, int] = field(default_factory=dict)

    @property
    def sha(self) -> str:
        """The digest of the text without the blank space around it."""
        text = self.text.strip().encode(errors="surrogatepass")
        return hashlib.blake2b(text, key=self.mixed_in.encode(), digest_size=20).hexdigest()

    def read(self) -> Document:
        """Parse the text: fills `data`, or `problem` where it cannot be read."""
        try:
            self.data = (
                json_reading.read_json(self.text, self.line) if self.is_json else _read(self.text, self.line, self.tags)
            )
        except Problem as problem:
            self.problem = problem
        return self

    def line_of(self, path: str) -> int:
        """The line in the file of a field path such as `metadata.links[0].url`, or of what is nearest above it."""
        # JSON is YAML but for its tabs.
        self._lines = self._lines or field_lines(self.text.replace("\t", " ") if self.is_json else self.text, self.line)
        return line_of(path, self._lines, self.line)


def documents(raw: bytes, *, is_json: bool = False, tags: Collection[str] = ()) -> Iterator[Document]:
    """The file's documents in order, not yet read; JSON is told by its form where nothing else says it.

    `tags` are the local tags that may stand in YAML. Raises Problem if the file as a whole is no good.
    """
    text = decoded(raw)
    is_json = is_json or json_reading.looks_like_json(text)
    chunks = json_reading.split(text) if is_json else ((line, one) for line, one in _split(text) if _has_content(one))
    for number, (line, chunk) in enumerate(chunks, start=1):
        if number > LIMITS.documents:
            raise Problem(
                f"The file holds more than {LIMITS.documents} documents.", "Split it into several files.", line=line
            )
        yield Document(number, line, chunk, is_json, tags=tags)


def decoded(raw: bytes) -> str:
    """The text of a file. Raises Problem for one that is too large or not UTF-8."""
    if len(raw) > LIMITS.bytes:
        raise Problem("The file is larger than 1 MiB.", "Split it into several files.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("The file is not UTF-8 text.", "Save it as UTF-8.") from error


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


def _read(chunk: str, first: int, tags: Collection[str] = ()) -> Any:
    try:
        return _Builder(first, tags).build(chunk)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first + (mark.line if mark else 0)
        raise Problem(f"This is not YAML: {error.problem or error.context}.", "Mend the syntax.", line=line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Problem(f"This is not YAML: {error}."[:300], "Mend the syntax.", line=first) from error


class _Builder:
    """Builds the data of one document from the parser's events, and refuses what is not plain data."""

    def __init__(self, first: int, tags: Collection[str] = ()) -> None:
        self.first = first
        self.tags = tags
        self.root: list[Any] = []
        # Each open collection with its name, and the key that waits for its value (mappings only).
        self.open: list[tuple[Any, list[str], str]] = [(self.root, [], "")]

    def build(self, chunk: str) -> Any:
        """The document's data; None for an empty one."""
        loader = Loader(chunk)
        act = {
            yaml.ScalarEvent: self.scalar, yaml.MappingStartEvent: self.mapping, yaml.SequenceStartEvent: self.sequence,
            yaml.MappingEndEvent: self.end, yaml.SequenceEndEvent: self.end, yaml.AliasEvent: self.alias,
        }  # fmt: skip
        try:
            for _ in range(LIMITS.nodes):
                event = loader.get_event()
                kind = type(event)
                if kind in act:
                    act[kind](event)
                elif kind is yaml.StreamEndEvent:
                    return self.root[0] if self.root else None
            raise self.problem(event, f"It has more than {LIMITS.nodes} values.", "Split it.")
        finally:
            loader.dispose()

    def scalar(self, event: Any) -> None:
        """A key that waits for its value, or a value."""
        target, waiting, _ = self.open[-1]
        if event.anchor:
            self.alias(event)
        if isinstance(target, dict) and not waiting:
            waiting.append(self.key(event, target))
            return
        try:
            if event.tag in self.tags:
                self.put({event.tag: scalar(event.value, None, plain=False)})
                return
            value = scalar(event.value, event.tag, plain=event.implicit[0])
        except ValueError as error:
            reason, _, remedy = str(error).partition("|")
            raise self.problem(event, reason, remedy) from error
        self.put(value)

    def key(self, event: Any, target: dict[str, Any]) -> str:
        """The name of a field: a plain word that is there once."""
        key: str = event.value
        if event.value == "<<" and event.implicit[0]:
            raise self.problem(event, "Keys must be plain text.", "Write the key as a word.")
        if not key.isprintable():
            raise self.problem(event, "A key has control characters.", "Write the key as a word.")
        if key in target:
            raise self.problem(event, "The key is there twice.", "Keep one of them.", key)
        return key

    def alias(self, event: Any) -> None:
        """A reference to a value that was written before."""
        raise self.problem(event, "Anchors and aliases are not read.", "Write the value out where it is used.")

    def end(self, event: Any) -> None:
        """The innermost collection is complete."""
        self.open.pop()

    def mapping(self, event: Any) -> None:
        """A mapping begins."""
        self.start(event, {})

    def sequence(self, event: Any) -> None:
        """A list begins."""
        self.start(event, [])

    def start(self, event: Any, collection: Any) -> None:
        """A mapping or a list begins."""
        target, waiting, _ = self.open[-1]
        if event.anchor:
            self.alias(event)
        if event.tag and event.tag not in COLLECTIONS and event.tag not in self.tags:
            raise self.problem(event, f"The tag {event.tag[:60]} is not read.", "Remove the tag and write plain data.")
        if isinstance(target, dict) and not waiting:
            raise self.problem(event, "Keys must be plain text.", "Write the key as a word.")
        if len(self.open) > LIMITS.depth:
            raise self.problem(event, f"It is nested deeper than {LIMITS.depth} levels.", "Make it flatter.")
        name = waiting[0] if waiting else ""
        self.put({event.tag: collection} if event.tag in self.tags else collection)
        self.open.append((collection, [], name))

    def put(self, value: Any) -> None:
        """Give the innermost open collection its next value."""
        target, waiting, _ = self.open[-1]
        if isinstance(target, dict):
            target[waiting.pop()] = value
        else:
            target.append(value)

    def problem(self, event: Any, reason: str, remedy: str, key: str = "") -> Problem:
        """A problem at the event's line, with the path of the field as far as it is known."""
        path = [*(name for _, _, name in self.open), *self.open[-1][1], key]
        field = ".".join(part for part in path if part)
        return Problem(reason, remedy, field=field, line=self.first + event.start_mark.line)
