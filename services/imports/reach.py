"""What a reading may touch: web hosts on READING_ALLOW and folders on READING_FOLDERS, and nothing else.

A file is named `folder/path`, where `folder` is a name that the operator gave (`READING_FOLDERS=team=/srv/descriptors`), or by
its full path inside an allowed folder. The folder `demo` ships with the portal.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from services.descriptors import LIMITS, Gone, Problem, Unread
from services.descriptors.fetching import Fetched, check_address, fetch

DEMO = Path(__file__).parent.parent / "demo"
WILD = frozenset("*?[")


def is_address(name: str) -> bool:
    """Whether a name is an address, in contrast to a file."""
    return "://" in name


@dataclass(frozen=True)
class Reach:
    """Hosts, folders by name, and folders whose files go by their path as it was typed."""

    hosts: tuple[str, ...] = ()
    named: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()

    @classmethod
    def of_settings(cls, *more: Path) -> Reach:
        """What the operator allows, and `more` folders for this reading only."""
        named, folders = {"demo": DEMO}, list(more)
        for entry in settings.READING_FOLDERS:
            name, equals, path = entry.partition("=")
            if equals:
                named[name.strip()] = Path(path.strip())
            elif entry.strip():
                folders.append(Path(entry.strip()))
        return cls(tuple(settings.READING_ALLOW), named, tuple(folders))

    def check(self, kind: str, target: str) -> None:
        """Raise Problem where a location of this type cannot have this target."""
        if kind == "file":
            if is_address(target):
                raise Problem("It is an address, not a file.", "Register it as a location of the type url.")
            self.path(target)
        else:
            check_address(target)
            if WILD & set(target.partition("?")[0]):
                raise Problem("An address cannot be searched for files.", "Name each file.")

    def read(self, name: str, *, etag: str = "", modified: str = "") -> Fetched:
        """The file or address. Raises Gone where it is not there, Problem where it may not be or cannot be read."""
        if is_address(name):
            return fetch(name, self.hosts, etag=etag, modified=modified)
        path = self.path(name)
        try:
            with path.open("rb") as handle:
                return Fetched(handle.read(LIMITS.bytes + 1))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Gone(
                "There is no such file.", "Check whether it was moved; if so, register its new place."
            ) from error
        except IsADirectoryError as error:
            raise Problem("It is a folder.", "Name the files, or use a pattern such as folder/**/*.yaml.") from error
        except OSError as error:
            raise Unread(f"It could not be read: {error.strerror}.", "Check who may read the file.") from error

    def path(self, name: str) -> Path:
        """Where a file lies. Raises Problem for one outside the allowed folders, links in it followed."""
        head, _, rest = name.partition("/")
        base = self.named.get(head) if rest else None
        path = base / rest if base else Path(name)
        real = Path(os.path.realpath(path))
        roots = [base] if base else self.folders
        if any(real.is_relative_to(os.path.realpath(root)) for root in roots):
            return path
        reason = "The file leads out of its folder." if base else "The file is in no folder that may be read."
        raise Problem(reason, "Ask the operator to allow its folder with READING_FOLDERS.")

    def beside(self, base: str, target: str) -> str:
        """The name of `target` as the file `base` writes it: relative to that file. Raises Problem where it cannot be one."""
        if is_address(base):
            if urlsplit(target).scheme not in ("", "http", "https"):
                raise Problem("A file from the web can only name web addresses.", "Use http, https or a relative path.")
            return urljoin(base, target)
        if is_address(target):
            return target
        if base.startswith("upload:"):
            raise Problem("An upload has no folder to find files in.", "Use a full address.")
        return target if target.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(base), target))

    def expand(self, name: str) -> list[str]:
        """The files that a pattern (`*`, `?`, `[…]`, and `**` for folders) stands for, in order; a plain name is itself."""
        if is_address(name) or not WILD & set(name):
            if is_address(name) and "*" in name:
                raise Problem("An address cannot be searched for files.", "Name each file.")
            return [name]
        parts = name.split("/")
        fixed = next(number for number, part in enumerate(parts) if WILD & set(part))
        root = "/".join(parts[:fixed])
        folder = self.path(f"{root}/." if root in self.named else root or ".")
        pattern = "/".join(parts[fixed:])
        try:
            found = sorted(path for path in _capped(folder.glob(pattern)) if path.is_file())
        except (OSError, ValueError) as error:
            raise Problem(f"The pattern cannot be read: {error}."[:300], "Write it like services/**/*.yaml.") from error
        return [posixpath.join(root, path.relative_to(folder).as_posix()) for path in found]


def _capped(paths: Iterable[Path]) -> Iterable[Path]:
    for number, path in enumerate(paths):
        if number > LIMITS.files * 10:
            raise Problem("The pattern finds too many files.", "Make it narrower.")
        yield path
