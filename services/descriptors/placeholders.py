"""Placeholders: a mapping with the single key `$text`, `$json` or `$yaml` stands for the file that it names.

What is put in is not searched for more placeholders, so nothing can grow without end.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from services.descriptors import LIMITS, Problem
from services.descriptors.json_reading import read_json
from services.descriptors.reading import Document, decoded, documents

MARK = re.compile(r"\$(?:text|json|yaml)\b")
# Hands back the file that a document names, relative to the file that the document is in. Raises Problem.
Opener = Callable[[str], bytes]


class Placeholders:
    """Fills the documents of one file; what they may take in is counted together."""

    def __init__(self, opener: Opener) -> None:
        self.opener = opener
        self.count, self.size = 0, 0

    def fill(self, document: Document) -> None:
        """Replace the placeholders in a document that was read. Raises Problem with the field of the first that fails."""
        digest = hashlib.sha256()
        document.data = self._walk(document.data, "", digest)
        document.mixed_in = digest.hexdigest()

    def _walk(self, value: Any, path: str, digest: Any) -> Any:
        if isinstance(value, list):
            return [self._walk(inner, f"{path}[{index}]", digest) for index, inner in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, target),) = value.items()
            if key in FORMS and isinstance(target, str):
                return self._content(key, target, f"{path}.{key}".lstrip("."), digest)
        return {key: self._walk(inner, f"{path}.{key}".lstrip("."), digest) for key, inner in value.items()}

    def _content(self, key: str, target: str, path: str, digest: Any) -> Any:
        try:
            self.count += 1
            if self.count > LIMITS.includes:
                raise Problem(f"The file takes in more than {LIMITS.includes} others.", "Split it.")
            raw = self.opener(target)
            self.size += len(raw)
            if self.size > 4 * LIMITS.bytes:
                raise Problem("The file takes in more than 4 MiB.", "Split it.")
            digest.update(raw)
            return FORMS[key](decoded(raw))
        except Problem as problem:
            reason = f"{target[:100]}: {problem.reason}"
            raise Problem(reason, problem.remedy, field=path) from problem


def _text(text: str) -> str:
    if "\0" in text:
        raise Problem("The text has characters that cannot be stored.", "Remove them.")
    return text


def _json(text: str) -> Any:
    return read_json(text, 1)


def _yaml(text: str) -> Any:
    found = list(documents(text.encode()))
    if len(found) != 1:
        raise Problem("It does not hold exactly one YAML document.", "Keep one in the file.")
    read = found[0].read()
    if read.problem:
        raise read.problem
    return read.data


FORMS: dict[str, Callable[[str], Any]] = {"$text": _text, "$json": _json, "$yaml": _yaml}
