"""The colonnade glyph: five columns for five pillars, small in lists and large on the service page.

Height is the score, colour the level, the pale or hatched top of a shaft the share without fresh evidence, and the
dashed roof line the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString

from portal.charts import svg

LEVELS = ("good", "fair", "poor", "unknown")

SHORT = {"Operations": "Ops", "Security": "Sec.", "Reliability": "Rel.", "Performance": "Perf."}


@dataclass(frozen=True)
class Pillar:
    """One column. `score` is 0 to 100 or None when nothing is known, `confidence` the share of fresh evidence, 0 to 1."""

    key: str
    label: str
    score: float | None
    level: str = "unknown"
    confidence: float = 1.0
    delta: float | None = None

    @property
    def height(self) -> float:
        """The score within 0 to 100; 0 when unknown."""
        return min(100.0, max(0.0, self.score or 0.0))

    @property
    def css(self) -> str:
        """The class that colours the column."""
        return self.level if self.score is not None and self.level in LEVELS else "unknown"

    @property
    def hollow(self) -> float:
        """The share of the shaft without fresh evidence, 0 to 1."""
        return 1.0 - min(1.0, max(0.0, self.confidence))


def describe(pillars: Sequence[Pillar], target: float | None = None) -> str:
    """Return the glyph in words, for people who do not see it."""
    words = [f"{pillar.label} {'unknown' if pillar.score is None else round(pillar.height)}" for pillar in pillars]
    if target is not None:
        words.append(f"target {round(target)}")
    return ", ".join(words)


def small(pillars: Sequence[Pillar], target: float | None = None) -> SafeString:
    """Return the 64 by 30 glyph of lists and rows, under 1 KB."""
    return _small(tuple(pillars), target)


@lru_cache(maxsize=4096)
def _small(pillars: tuple[Pillar, ...], target: float | None) -> SafeString:
    ground, scale, pitch, width = 27.0, 0.25, 60 / max(len(pillars), 1), 6.0
    shafts: dict[str, str] = {}
    caps: dict[str, str] = {}
    hollow = ghosts = ""
    for index, pillar in enumerate(pillars):
        x = 2 + pitch * (index + 0.5) - width / 2
        if pillar.score is None:
            ghosts += svg.rect(x + 0.5, ground - 11.5, width - 1, 12)
            continue
        tall = max(3.0, pillar.height * scale)
        top = ground - tall
        caps[pillar.css] = caps.get(pillar.css, "") + svg.rect(x - 1, top, width + 2, 2)
        shafts[pillar.css] = shafts.get(pillar.css, "") + svg.rect(x, top + 2, width, tall - 2)
        if pillar.hollow >= 0.05:
            hollow += svg.rect(x, top + 2, width, (tall - 2) * pillar.hollow)
    parts = [svg.path(f"shaft {css}", data) for css, data in shafts.items()]
    parts += [svg.path("hollow", hollow), svg.path("ghost", ghosts)]
    parts += [svg.path(f"cap {css}", data) for css, data in caps.items()]
    parts.append(svg.path("ground", svg.line(1, 28, 63, 28)))
    if target is not None:
        y = ground - target * scale
        parts.append(svg.path("roof", svg.line(1, y, 63, y)))
    return svg.picture("glyph", 64, 30, describe(pillars, target), svg.join(parts), fixed=True)


@dataclass(frozen=True)
class Plan:
    """The measures of the large glyph in user units."""

    width: float = 580
    height: float = 268
    ground: float = 222
    scale: float = 1.8
    shaft: float = 48
    margin: float = 20

    def y(self, score: float) -> float:
        """Return the height of a score."""
        return self.ground - score * self.scale


def large(
    pillars: Sequence[Pillar], target: float | None = None, *, levels: Sequence[tuple[str, float]] = ()
) -> SafeString:
    """Return the large glyph: fluted columns with numbers, level lines with their names, roof line and deltas.

    `levels` are pairs of name and score such as ("Silver", 70).
    """
    plan = Plan()
    pitch = (plan.width - plan.margin) / max(len(pillars), 1)
    centres = [plan.margin / 2 + pitch * (index + 0.4) for index in range(len(pillars))]
    lines = [
        svg.path("level", svg.line(0, plan.y(score), plan.width, plan.y(score)))
        for _, score in levels
        if score != target
    ]
    columns = [_column(plan, pillar, centre) for pillar, centre in zip(pillars, centres, strict=True)]
    roof = [] if target is None else [svg.path("roof", svg.line(0, plan.y(target), plan.width, plan.y(target)))]
    names = [svg.text("level-name", plan.width, plan.y(score) - 5, name) for name, score in levels]
    captions = [_caption(plan, pillar, centre) for pillar, centre in zip(pillars, centres, strict=True)]
    ground = svg.path("ground", svg.line(0, plan.ground, plan.width, plan.ground))
    body = svg.join([*lines, *columns, ground, *roof, *names, *captions])
    return svg.picture("glyph-large", plan.width, plan.height, describe(pillars, target), body)


def _column(plan: Plan, pillar: Pillar, centre: float) -> SafeString:
    x, cap, base = centre - plan.shaft / 2, 6.0, 5.0
    if pillar.score is None:
        return svg.group("column unknown", svg.path("missing", svg.rect(x, plan.y(40), plan.shaft, 40 * plan.scale)))
    tall = max(cap + base, pillar.height * plan.scale)
    top = plan.ground - tall
    shaft = tall - cap
    empty = shaft * pillar.hollow if pillar.hollow >= 0.02 else 0.0
    flutes = "".join(
        svg.line(x + plan.shaft * step / 4, top + cap + 4, x + plan.shaft * step / 4, plan.ground - base)
        for step in (1, 2, 3)
        if shaft > base + 8
    )
    return svg.group(
        f"column {pillar.css}",
        svg.path("shaft", svg.rect(x, top + cap, plan.shaft, shaft)),
        svg.path("flute", flutes),
        svg.path("hollow", svg.rect(x, top + cap, plan.shaft, empty) if empty else ""),
        svg.path("hatch", svg.hatch(x, top + cap, plan.shaft, empty) if empty else ""),
        svg.path(
            "cap",
            svg.rect(x - 5, top, plan.shaft + 10, cap) + svg.rect(x - 4, plan.ground - base, plan.shaft + 8, base),
        ),
    )


def short(label: str) -> str:
    """The label for where the full one would be too small to read: “Perf.”; what is short stays."""
    return SHORT.get(label) or (label if len(label) <= 5 else f"{label[:4]}.")


def _caption(plan: Plan, pillar: Pillar, centre: float) -> SafeString:
    number = "?" if pillar.score is None else str(round(pillar.height))
    top = plan.y(40) if pillar.score is None else min(plan.y(pillar.height), plan.ground - 11)
    rounded = 0 if pillar.score is None else round(pillar.delta or 0)
    sign = "▲" if rounded > 0 else "▼"
    change = f"{sign} {abs(rounded)}" if rounded else "–"
    tone = "delta" if not rounded else "delta up" if rounded > 0 else "delta down"
    return svg.join(
        [
            svg.text("score", centre, top - 8, number),
            svg.text("pillar", centre, plan.ground + 19, pillar.label),
            svg.text("pillar-short", centre, plan.ground + 22, short(pillar.label)),
            svg.text(tone, centre, plan.ground + 36, change),
        ]
    )
