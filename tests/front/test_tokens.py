"""Colours: every pair of text and ground reads at 4.5 : 1 or better, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "portal/static/portal/tokens.css").read_text()
TEXTS = {
    "ink": ("stone", "paper", "sunken", "lapis-tint", "neutral-tint"),
    "mute": ("stone", "paper", "sunken", "neutral-tint", "stale-tint"),
    "lapis": ("stone", "paper", "sunken", "lapis-tint"),
    "verdigris": ("stone", "paper", "verdigris-tint"),
    "ochre": ("stone", "paper", "ochre-tint"),
    "terracotta": ("stone", "paper", "terracotta-tint"),
    "on-fill": ("lapis-fill", "lapis-deep", "terracotta-fill", "terracotta-deep"),
    "paper": ("ink",),
}
PAIRS = [(text, ground, theme) for text, grounds in TEXTS.items() for ground in grounds for theme in (0, 1)]


def colour(name: str, theme: int) -> str:
    found = re.search(rf"--{name}:\s*(?:light-dark\((#\w+),\s*(#\w+)\)|(#\w+));", TOKENS)
    assert found, f"no token {name}"
    return found.group(3) or found.group(1 + theme)


def luminance(value: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("text", "ground", "theme"), PAIRS)
def test_text_reads_on_its_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(colour(text, theme), colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("fill", ["lapis", "verdigris", "ochre-fill", "terracotta"])
def test_columns_and_lines_stand_out_from_the_card(fill: str, theme: int) -> None:
    assert contrast(colour(fill, theme), colour("paper", theme)) >= 2.9
