"""Package URLs (`pkg:type/namespace/name@version?qualifiers`, ECMA-427) and image names: what they say of name and version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

COMMIT = re.compile(r"^[0-9a-f]{40}$")
SHORT = 12
"""Characters of a digest or commit that people are shown as a version."""


@dataclass(frozen=True)
class Artifact:
    """The parts of a purl or image. `version` is the tag where there is one, because a digest says nothing to people."""

    name: str
    version: str = ""
    namespace: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        """The commit that the version or the qualifier `commit` names; "" where none does."""
        found = self.qualifiers.get("commit", self.version).lower()
        return found if COMMIT.match(found) else ""


def read(text: str) -> Artifact:
    """The parts of a purl (`pkg:…`) or of an image such as `registry/team/name:tag`. Never fails: what is unclear is a name."""
    return _purl(text[4:]) if text.startswith("pkg:") else _image(text)


def _purl(text: str) -> Artifact:
    rest, _, query = text.partition("#")[0].partition("?")
    path, _, version = rest.partition("@") if "@" in rest else (rest, "", "")
    steps = [unquote(step) for step in path.strip("/").split("/")][1:]
    qualifiers = dict(parse_qsl(query))
    said = qualifiers.get("tag") or unquote(version)
    return Artifact(steps[-1] if steps else "", _short(said), "/".join(steps[:-1]), qualifiers)


def _image(text: str) -> Artifact:
    rest, _, digest = text.partition("@")
    path, name = rest.rpartition("/")[::2]
    name, _, tag = name.partition(":")
    return Artifact(name, _short(tag or digest), path)


def _short(version: str) -> str:
    return version.removeprefix("sha256:")[:SHORT] if version.startswith("sha256:") else version[:100]
