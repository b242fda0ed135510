"""Which addresses may stand in a page: web and mail, nothing that runs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "mailto"})
RUNS = frozenset({"javascript", "vbscript", "data", "file", "blob", "filesystem", "view-source", "jar", "livescript"})
# Browsers drop these characters before they look at the scheme, so "java\nscript:" runs.
IGNORED = re.compile(r"[\x00-\x20\x7f-\x9f]")


def scheme_of(text: str) -> str:
    """The scheme as a browser would see it, in lower case; empty where there is none."""
    if ":" not in text:
        return ""
    head, colon, _ = IGNORED.sub("", text).partition(":")
    return head.lower() if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", head) else ""


def safe_link(text: object) -> str:
    """`text` if it may be an href, else "". Used again when a page is drawn, whatever has been stored."""
    if not isinstance(text, str) or IGNORED.search(text.strip()) or scheme_of(text) not in SCHEMES:
        return ""
    if scheme_of(text) == "mailto":
        return text.strip()
    try:
        return text.strip() if urlsplit(text.strip()).hostname else ""
    except ValueError:
        return ""


def harmful(text: str) -> bool:
    """Whether an annotation's value is an address that a browser would run or read from the disk.

    Annotations hold much that only looks like an address (`dir:.`, `url:https://…`), so only known harm is refused.
    """
    scheme = scheme_of(text)
    inner = text.partition(":")[2] if scheme == "url" else ""
    return (
        scheme in RUNS
        or (bool(inner) and scheme_of(inner) not in SCHEMES)
        or ("://" in IGNORED.sub("", text) and bool(scheme) and scheme not in SCHEMES | {"url", "dir", "arn"})
    )
