"""The report of a review as PDF. Its font is part of reportlab and embedded, so that it looks the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from portal.templatetags import wording
from scorecards.engine.lens.risk import RISKS as ORDER
from scorecards.lenses import standing, words
from scorecards.models import Review
from scorecards.models.reviews import REASONS
from scorecards.words import STATES

BODY, BOLD = "Vera", "VeraBd"
INK, MUTE, LINE = HexColor("#20242f"), HexColor("#5d6675"), HexColor("#e4e2dc")
COLOURS = {"poor": "#a23f1d", "fair": "#855a06", "good": "#1c675b", "stale": "#5d6675", "neutral": "#5d6675"}
PLAN = 15


@cache
def _fonts() -> frozenset[int]:
    """Register the fonts once; returns the characters that they can draw."""
    for name in (BODY, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=BOLD, italic=BODY, boldItalic=BOLD)
    return frozenset(pdfmetrics.getFont(BODY).face.charToGlyph)


def _style(size: float, *, bold: bool = False, colour: Any = INK, before: float = 0, indent: float = 0) -> Any:
    return ParagraphStyle(
        f"{size}-{bold}-{indent}", fontName=BOLD if bold else BODY, fontSize=size, leading=size * 1.45,
        textColor=colour, spaceBefore=before, leftIndent=indent, splitLongWords=True,
    )  # fmt: skip


class _Page:
    """Counts the characters that the font lacks, and draws the foot of each page."""

    def __init__(self, title: str) -> None:
        self.known = _fonts()
        self.title = title
        self.lost = 0

    def text(self, value: str) -> str:
        """The text as markup; a character that the font lacks becomes a visible question mark."""
        value = value.replace("\u202f", "\u00a0").replace("\t", " ")
        drawn = [char if ord(char) in self.known or char == "\n" else "?" for char in value]
        self.lost += sum(new != old for new, old in zip(drawn, value, strict=True))
        return escape("".join(drawn)).replace("\n", "<br/>")

    def foot(self, canvas: Any, document: Any) -> None:
        """Title and page number."""
        canvas.saveState()
        canvas.setFont(BODY, 7)
        canvas.setFillColor(MUTE)
        canvas.drawString(18 * mm, 10 * mm, self.title)
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{document.page}")
        canvas.restoreState()


def report(review: Review, standings: Sequence[standing.Standing]) -> bytes:
    """The PDF: verdict, risks by pillar, the plan, and every answer with its evidence."""
    page = _Page(f"Colonnade review of {review.entity.ref}")
    page.title = "".join(char if ord(char) in page.known else "?" for char in page.title)
    plan = standing.by_risk(standings)
    parts = [*_opening(page, review, standings, plan), *_plan(page, plan), *_answers(page, review, standings)]
    if page.lost:
        note = f"{page.lost} characters that the font of this file lacks are drawn as “?”; the page shows them."
        parts.append(Paragraph(note, _style(8, colour=MUTE, before=8)))
    target = BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=page.title, author="Colonnade", lang="en",
    )  # fmt: skip
    document.build(parts, onFirstPage=page.foot, onLaterPages=page.foot)
    return target.getvalue()


def _opening(
    page: _Page, review: Review, standings: Sequence[standing.Standing], plan: Sequence[standing.Standing]
) -> Iterator[Any]:
    now = timezone.now()
    yield Paragraph(page.text(review.entity.label), _style(20, bold=True))
    facts = f"{review.entity.ref} · lens {review.lens.name}, version {review.lens_version.number} · {now:%d %b %Y, %H:%M} UTC"
    yield Paragraph(page.text(facts), _style(8, colour=MUTE))
    state, sentence, detail = words.headline(standing.risks(standings), plan)
    yield Paragraph(page.text(sentence), _style(12, bold=True, colour=HexColor(COLOURS[state]), before=10))
    if detail:
        yield Paragraph(page.text(detail), _style(9, before=2))
    yield Spacer(1, 4 * mm)
    head = ["Pillar", *(words.RISKS[name].label for name in ORDER)]
    pillars = {one.pillar.id: one.pillar for one in standings}
    rows = []
    for pillar in pillars.values():
        counted = standing.risks(one for one in standings if one.pillar.id == pillar.id)
        rows.append([pillar.name, *(str(counted[name]) for name in ORDER)])
    small = _style(8)
    cells = [[Paragraph(page.text(cell), small) for cell in row] for row in (head, *rows)]
    yield Table(cells, colWidths=[40 * mm, *[26 * mm] * 5], style=_grid(), repeatRows=1, hAlign="LEFT")


def _grid() -> TableStyle:
    return TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
        ]
    )


def _plan(page: _Page, plan: Sequence[standing.Standing]) -> Iterator[Any]:
    if not plan:
        return
    yield Paragraph("Improvement plan", _style(13, bold=True, before=12))
    small = _style(8)
    rows = [[Paragraph(text, small) for text in ("Risk", "Question, and the cheapest change", "Effort")]]
    for one in plan[:PLAN]:
        effort = wording.effort(one.remedy.cost) if one.remedy else ""
        asked = f"<b>{page.text(one.question.title)}</b><br/>{page.text(words.remedy(one))}"
        risk = page.text(words.RISKS[one.risk].label)
        rows.append([Paragraph(risk, small), Paragraph(asked, small), Paragraph(page.text(effort), small)])
    yield Table(rows, colWidths=[24 * mm, 124 * mm, 22 * mm], style=_grid(), repeatRows=1, hAlign="LEFT")
    if len(plan) > PLAN:
        yield Paragraph(f"and {len(plan) - PLAN} more questions, below", _style(8, colour=MUTE, before=4))


def _answers(page: _Page, review: Review, standings: Sequence[standing.Standing]) -> Iterator[Any]:
    pillar = ""
    for one in standings:
        if one.pillar.id != pillar:
            pillar = one.pillar.id
            yield Paragraph(page.text(one.pillar.name), _style(14, bold=True, before=10))
        lines = list(_answer(page, one, named=review.entity.kind == "system"))
        # A block taller than a page cannot be kept together; reportlab splits it by itself.
        yield KeepTogether(lines)


def _answer(page: _Page, one: standing.Standing, *, named: bool) -> Iterator[Any]:
    risk = words.RISKS[one.risk]
    yield Paragraph(page.text(one.question.title), _style(9.5, bold=True, before=7))
    by = f", {words.SOURCES[one.source]}" if one.source else ""
    yield Paragraph(page.text(f"{risk.label}{by}"), _style(8, colour=HexColor(COLOURS[risk.kind])))
    if not one.said.applicable:
        yield Paragraph(page.text(REASONS[one.said.reason]), _style(8, indent=8))
    for choice in one.question.choices:
        proofs = [_proof(proof, named=named) for proof in one.proofs.get(choice.id, ())]
        if choice.id not in one.selected and not proofs:
            continue
        mark = "[x]" if choice.id in one.selected else "[ ]"
        shown = f" · evidence: {'; '.join(proofs[:6])}" if proofs else ""
        yield Paragraph(page.text(f"{mark} {choice.title}{shown}"), _style(8, indent=8))
    if one.disputed:
        yield Paragraph("Evidence and answer disagree.", _style(8, colour=HexColor(COLOURS["fair"]), indent=8))
    if one.said.notes:
        yield Paragraph(page.text(one.said.notes), _style(8, colour=MUTE, indent=8))


def _proof(proof: standing.Proof, *, named: bool) -> str:
    where = f", {proof.service}" if named else ""
    return f"{proof.title} ({STATES[proof.state].label.lower()} since {proof.since:%d %b %Y}{where})"
