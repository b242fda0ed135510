"""What a browser downloads for the first page: HTML, scripts and styles, compressed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

from django.contrib.staticfiles import finders

from benchmarks.empty_portal import empty_portal
from benchmarks.figure import Figure

LIMIT_KB = 150
ASSET = re.compile(r"""(?:src|href)=["']/static/([^"'?#]+\.(?:js|css|svg))""")


def run() -> Iterator[Figure]:
    """The home page of a signed-in user, and the sign-in page."""
    with empty_portal() as client:
        pages = {"home": client.get("/").content}
        client.logout()
        pages["sign-in"] = client.get("/login/").content
    for name, html in pages.items():
        assets = sorted(set(ASSET.findall(html.decode())))
        total = packed(html) + sum(packed(content(asset)) for asset in assets)
        yield Figure(f"first load: {name}, {len(assets)} files", round(total / 1024, 1), "KB gzipped", LIMIT_KB)


def content(asset: str) -> bytes:
    """The bytes of a static file."""
    path = finders.find(asset)
    if not path:
        raise FileNotFoundError(f"static file {asset} is missing: run make setup")
    with open(path, "rb") as file:
        return file.read()


def packed(data: bytes) -> int:
    """Size as it goes over the wire."""
    return len(gzip.compress(data, 9))
