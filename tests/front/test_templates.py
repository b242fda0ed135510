"""What every template of every app must keep, so that the strict content security policy holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.plugins import nav
from scripts.frontend import ICONS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TAGS = re.compile(r"<[a-zA-Z][^<>]*(?:\{[{%].*?[%}]\}[^<>]*)*>", re.S)
USES = (
    r"""\{%\s*icon\s+["']([\w-]+)["']""",
    r"""\{%\s*state\s+\S+\s+(?:icon\|default:)?["']([\w-]+)["']""",
    r"""\b(?:icon|symbol)(?:\|default:|=)["']([\w-]+)["']""",
)


def text(template: Path) -> str:
    without = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", template.read_text(), flags=re.S)
    return re.sub(r"\{#.*?#\}", "", without)


def name(template: Path) -> str:
    return str(template.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_no_inline_style_handler_or_script(template: Path) -> None:
    words = text(template)
    assert not re.search(r"<style\b", words)
    assert not re.search(r"<script(?![^>]*\bsrc=)", words)
    assert "javascript:" not in words
    for tag in TAGS.findall(words):
        assert not re.search(r"\s(style|on[a-z]+|hx-on[:\w-]*)\s*=", tag), tag


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_each_htmx_element_says_where_its_answer_goes(template: Path) -> None:
    for tag in TAGS.findall(text(template)):
        if re.search(r"\bhx-(get|post|put|patch|delete)=", tag):
            assert "hx-target=" in tag, tag
            assert "hx-swap=" in tag, tag
        trigger = re.search(r'hx-trigger="([^"]*)"', tag)
        assert not (trigger and "[" in trigger.group(1)), f"trigger filters need eval: {tag}"


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_each_icon_is_in_the_sprite(template: Path) -> None:
    used = {icon for pattern in USES for icon in re.findall(pattern, text(template))}
    assert used <= set(ICONS), f"add {sorted(used - set(ICONS))} to ICONS in scripts/frontend.py"


def test_each_icon_named_in_python_is_in_the_sprite() -> None:
    pattern = re.compile(r"""\bicon\s*=\s*["']([\w-]+)["']""")
    apps = ("portal", "services", "scorecards", "deployments", "chaos", "costs")
    sources = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    used = {icon for path in sources for icon in pattern.findall(path.read_text())}
    used |= {item.icon for item in nav.items()}
    assert used <= set(ICONS), f"add {sorted(used - set(ICONS))} to ICONS in scripts/frontend.py"


def test_the_list_of_icons_has_no_double() -> None:
    assert len(ICONS) == len(set(ICONS))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_forms_that_write_carry_a_csrf_token(template: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text(template), re.S | re.I):
        assert "csrf_token" in form, form[:120]
