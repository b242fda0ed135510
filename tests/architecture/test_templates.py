"""Templates keep to the strict Content-Security-Policy: nothing inline, nothing evaluated."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import ROOT, line_of, templates

FORBIDDEN = {
    "an inline style": re.compile(r"""\sstyle\s*=\s*["']""", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline event handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "an htmx handler in an attribute": re.compile(r"\bhx-on[:a-z-]*\s*=", re.IGNORECASE),
    "an htmx expression that is evaluated": re.compile(
        r"""hx-(?:vals|headers)\s*=\s*["']\s*(?:js|javascript):""", re.IGNORECASE
    ),
    "a javascript: link": re.compile(r"""(?:href|src|action)\s*=\s*["']\s*javascript:""", re.IGNORECASE),
    "a script from elsewhere": re.compile(
        r"""<(?:script|link)\b[^>]*(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE
    ),
    "an htmx trigger with a filter": re.compile(r"""hx-trigger\s*=\s*["'][^"']*\[""", re.IGNORECASE),
    "markup that is trusted blindly": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
}
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line_of(text, match)}"
        for path in templates()
        for text in [path.read_text()]
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert not found, f"{what}: {found}"


def test_no_template_holds_an_inline_script() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line_of(text, match)}"
        for path in templates()
        for text in [path.read_text()]
        for match in SCRIPT.finditer(text)
        if match[2].strip() and "application/json" not in match[1]
    ]
    assert not found, found
