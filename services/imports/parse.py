"""From the bytes of a file to checked descriptors: what is good, what is not and why. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.descriptors import Problem
from services.descriptors.edges import edges
from services.descriptors.placeholders import MARK, Opener, Placeholders
from services.descriptors.reading import Document, documents
from services.descriptors.refs import full_ref
from services.descriptors.rules import check
from services.storing.write import Wanted

# What a text that cannot be parsed seems to call itself.
WORDS = {
    "kind": re.compile(r"^kind:\s*['\"]?(\w+)", re.MULTILINE),
    "name": re.compile(r"^\s+name:\s*['\"]?([\w.-]+)", re.MULTILINE),
    "namespace": re.compile(r"^\s+namespace:\s*['\"]?([\w-]+)", re.MULTILINE),
}


@dataclass(frozen=True)
class Fault:
    """A problem of a document (None: of the file as a whole), and the entity that it seems to be about."""

    document: Document | None
    ref: str
    problem: Problem


@dataclass
class Parsed:
    """What a file holds. `kept` are documents that were read before and have not changed, with their refs."""

    good: list[tuple[Document, Wanted]] = field(default_factory=list)
    kept: list[tuple[Document, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    includes: bool = False

    def fail(self, document: Document | None, ref: str, problem: Problem) -> None:
        """Note a fault."""
        self.faults.append(Fault(document, ref, problem))


def parse(raw: bytes, known: Mapping[str, str], *, is_json: bool = False, opener: Opener | None = None) -> Parsed:
    """Read a file. `known` says the ref of each digest that was stored before; `opener` reads the files it takes in."""
    parsed, seen = Parsed(), set[str]()
    filler = Placeholders(opener or _nothing)
    try:
        for document in documents(raw, is_json=is_json):
            ref = known.get(document.sha, "")
            if ref and ref not in seen:
                seen.add(ref)
                parsed.kept.append((document, ref))
            elif one := _one(document, parsed, filler, seen):
                seen.add(one.ref)
                parsed.good.append((document, one))
    except Problem as problem:
        parsed.fail(None, "", problem)
    return parsed


def _nothing(target: str) -> bytes:
    raise Problem("Other files cannot be taken in here.", "Write the text into the document.")


def _one(document: Document, parsed: Parsed, filler: Placeholders, seen: set[str]) -> Wanted | None:
    """One document as an entity that is wanted; None where it is no good."""
    ref = ""
    try:
        if document.read().problem:
            raise document.problem or Problem("", "")
        if MARK.search(document.text):
            parsed.includes = True
            filler.fill(document)
        if problems := check(document):
            for problem in problems:
                parsed.fail(document, name_of(document), problem)
            return None
        metadata = document.data["metadata"]
        ref = f"{document.data['kind']}:{metadata.get('namespace') or 'default'}/{metadata['name']}".lower()
        if ref in seen:
            raise Problem(f"{ref} is in this file twice.", "Keep one of them.", field="metadata.name")
        said = edges(ref, document.data.get("spec") or {})
    except Problem as problem:
        if problem is not document.problem:
            problem.line = document.line_of(problem.field)
        parsed.fail(document, ref or name_of(document), problem)
        return None
    return Wanted(ref, document.data, said, document.sha)


def name_of(document: Document) -> str:
    """What a broken document calls itself, as far as that can be told."""
    words = {key: found[1] for key, pattern in WORDS.items() if (found := pattern.search(document.text))}
    try:
        if isinstance(document.data, dict):
            metadata = document.data["metadata"]
            words = {"kind": document.data["kind"], **{key: metadata[key] for key in metadata if key in WORDS}}
        space = words.get("namespace") or "default"
        return full_ref(str(words["name"]), kind=str(words["kind"]), namespace=str(space))
    except (TypeError, KeyError, ValueError):
        return ""
