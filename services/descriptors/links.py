"""Which addresses may stand in a page: web and mail, nothing that runs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "mailto"})
RUNS = frozenset({"javascript", "vbscript", "data", "file", "blob", "filesystem", "view-source", "jar", "livescript"})
SCRIPTS = RUNS - {"data", "file"}
# Browsers drop these characters before they look at the scheme, so "java\nscript:" runs.
IGNORED = re.compile(r"[\x00-\x20\x7f-\x9f]")


def scheme_of(text: str) -> str:
    """The scheme as a browser would see it, in lower case; empty where there is none."""
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


def may_stand(text: str) -> bool:
    """Whether a link may be kept: any absolute address that a browser would not run. Pages draw only what is a safe link."""
    scheme = scheme_of(text)
    if not scheme or scheme in RUNS or IGNORED.search(text.strip()):
        return False
    return bool(safe_link(text)) or scheme not in SCHEMES


def harmful(text: str) -> bool:
    """Whether a value that is taken for an address is one that a browser would run or read from the disk.

    Some only look like an address (`dir:.`, `url:https://…`), so only known harm is refused.
    """
    scheme = scheme_of(text)
    inner = text.partition(":")[2] if scheme == "url" else ""
    return (
        scheme in RUNS
        or (bool(inner) and scheme_of(inner) not in SCHEMES)
        or ("://" in IGNORED.sub("", text) and bool(scheme) and scheme not in SCHEMES | {"url", "dir", "arn"})
    )
