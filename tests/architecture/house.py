"""The rooms of the house and what each may know: the one place that the architecture tests read it from."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIBLINGS = ("scorecards", "deployments", "chaos", "costs")
ROOMS = ("portal", "services", *SIBLINGS)
MAY_KNOW: dict[str, set[str]] = {
    "portal": {"portal"},
    "services": {"portal", "services"},
    **{name: {"portal", "services", name} for name in SIBLINGS},
}
GENERATED = {"migrations", "vendor", "__pycache__"}


def python_files(*rooms: str) -> list[Path]:
    """Our own Python files of these rooms (all without a name), without migrations."""
    found = [path for room in rooms or ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if not GENERATED & set(path.parts)]


def templates() -> list[Path]:
    """All templates, wherever a room keeps them."""
    folders = [ROOT / "templates", *(ROOT / room / "templates" for room in ROOMS)]
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*.html"))]


def room_of(path: Path) -> str:
    """The room a file belongs to. Shared templates (base, components) belong to the portal."""
    parts = path.relative_to(ROOT).parts
    name = parts[1] if parts[0] == "templates" else parts[0]
    return name if name in ROOMS else "portal"


def line_of(text: str, match: re.Match[str]) -> int:
    """The line number of a match."""
    return text.count("\n", 0, match.start()) + 1
