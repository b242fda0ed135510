"""The coverage map: which failure mode of which service was proven, when, and on which version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from chaos import evidence
from chaos.engine.evidence import TOUCHED, Standing, standing
from chaos.failure_modes import MODES, mode_of
from chaos.words import VALID_DAYS
from services import facts
from services.facts import FactView
from services.models import Entity

DAY = 86_400
WORST_FIRST = (Standing.FAILED, Standing.PROVEN, Standing.VOID, Standing.EXPIRED)
"""Of several faults of a mode the one that failed is shown, else the one that proves it."""
LOOKS = {
    Standing.PROVEN: ("good", "shield-check", "proven"),
    Standing.FAILED: ("poor", "alert-triangle", "failed"),
    Standing.VOID: ("fair", "versions", "void"),
    Standing.EXPIRED: ("fair", "hourglass", "expired"),
    Standing.NEVER: ("unknown", "circle-dashed", "never tried"),
}
NONE = "none"


@dataclass(frozen=True)
class Cell:
    """One failure mode of a service. `standing` is a `Standing` or "none" where it has nothing that could fail so."""

    mode: str
    standing: str
    at: datetime | None = None
    version: str = ""
    why: str = ""
    url: str = ""

    @property
    def look(self) -> tuple[str, str, str]:
        """Class, icon and word: never colour alone."""
        return LOOKS[Standing(self.standing)] if self.standing != NONE else ("none", "minus", "does not apply")


@dataclass(frozen=True)
class Line:
    """A service with its cells, in the order of MODES."""

    service: Entity
    cells: tuple[Cell, ...]

    def counted(self, *wanted: Standing) -> int:
        """How many cells stand so."""
        return sum(1 for cell in self.cells if cell.standing in wanted)


def lines(services: Sequence[Entity], now: datetime | None = None) -> list[Line]:
    """One query for all of them."""
    known = facts.bulk_current(services, keys=evidence.READ)
    moment = now or timezone.now()
    return [Line(service, tuple(_cells(known.get(service.pk, {}), moment))) for service in services]


def _cells(known: Mapping[str, FactView], now: datetime) -> Iterator[Cell]:
    value = known[evidence.PROOF].value if evidence.PROOF in known else {}
    results = [result for result in value.get("by_fault", {}).values() if "at" in result]
    for mode in MODES:
        mine = [_cell(mode, result, known, now) for result in results if _mode(result) == mode]
        if mine:
            yield min(mine, key=lambda cell: WORST_FIRST.index(Standing(cell.standing)))
        else:
            applies = any(key in known and known[key].value.get("items") for key in TOUCHED[mode])
            yield Cell(mode, Standing.NEVER if applies else NONE)


def _mode(result: Mapping[str, Any]) -> str:
    return str(result.get("mode") or mode_of(str(result.get("fault", ""))))


def _cell(mode: str, result: Mapping[str, Any], known: Mapping[str, FactView], now: datetime) -> Cell:
    told, at = evidence.told(result), datetime.fromisoformat(result["at"])
    void = evidence.why_void(result, mode, known) if told.passed else ""
    stands = standing(told, void, age_days=(now - at).total_seconds() / DAY, valid_days=VALID_DAYS)
    hypothesis = result.get("verdicts", {}).get("hypothesis", "")
    why = void if stands is Standing.VOID else f"hypothesis {hypothesis}" if stands is Standing.FAILED else ""
    return Cell(mode, stands, at, told.version, why, str(result.get("url", "")))
