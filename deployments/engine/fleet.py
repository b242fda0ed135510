"""How many hosts have to be healthy, and whether they are. Rounding as AWS CodeDeploy has it for minimum healthy hosts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

COUNT, PERCENT = "count", "percent"
HEALTHY, UNHEALTHY, STARTING, UNKNOWN = "healthy", "unhealthy", "starting", "unknown"
WAITING, PASSED, FAILED = "waiting", "passed", "failed"
FLEET = ""


@dataclass(frozen=True)
class Floor:
    """The least number of healthy hosts: `value` hosts (kind "count") or percent of them (kind "percent")."""

    kind: str
    value: int

    def of(self, hosts: int) -> int:
        """Hosts that have to be healthy out of ``hosts``. A percentage is rounded up: 40 % of 9 are 4."""
        return self.value if self.kind == COUNT else -(-self.value * hosts // 100)

    def at_a_time(self, hosts: int) -> int:
        """Hosts that may be taken out at once: 3 of 9 where 6 have to stay, 5 of 9 where 40 % have to."""
        return max(0, hosts - self.of(hosts))


@dataclass(frozen=True)
class Standing:
    """The hosts of one zone, or of the whole fleet (`zone` ""): `size` were there when the segment began."""

    zone: str
    healthy: int
    starting: int
    size: int
    needed: int

    @property
    def state(self) -> str:
        """passed, waiting (only hosts that still start are missing) or failed."""
        if self.healthy >= self.needed:
            return PASSED
        return WAITING if self.healthy + self.starting >= self.needed else FAILED

    @property
    def sentence(self) -> str:
        """Which zone has how many of how many."""
        where = f"zone {self.zone}" if self.zone else "the fleet"
        coming = f", {self.starting} starting" if self.starting else ""
        return f"{where} has {self.healthy} of {self.size} hosts healthy{coming}; at least {self.needed} are needed"


def standings(
    hosts: Iterable[tuple[str, str]], sizes: Mapping[str, int], fleet: Floor | None, zone: Floor | None
) -> list[Standing]:
    """The fleet first, then its zones by name; only what has a floor.

    ``hosts`` are (zone, health); ``sizes`` how many hosts each zone had when the segment began, so that a zone that has
    lost all of them still counts. Health that is unknown counts as not healthy.
    """
    counted = Counter(hosts)
    now = Counter[str]()
    for (place, _), number in counted.items():
        now[place] += number
    size = {place: max(now[place], sizes.get(place, 0)) for place in {*now, *sizes}}
    found = []
    if fleet is not None:
        whole = sum(size.values())
        healthy = sum(number for (_, health), number in counted.items() if health == HEALTHY)
        starting = sum(number for (_, health), number in counted.items() if health == STARTING)
        found.append(Standing(FLEET, healthy, starting, whole, fleet.of(whole)))
    if zone is not None:
        found += [
            Standing(place, counted[place, HEALTHY], counted[place, STARTING], size[place], zone.of(size[place]))
            for place in sorted(size)
        ]
    return found


def judge(found: Iterable[Standing], *, grace: bool) -> tuple[str, str]:
    """(state, sentence). While ``grace`` lasts a floor that only starting hosts miss is waited for; else it has failed."""
    all_of = list(found)
    states = {standing.state: standing for standing in reversed(all_of)}
    below = states.get(FAILED) or states.get(WAITING)
    if below is None:
        return PASSED, _sound(all_of)
    if below.state == WAITING and grace:
        return WAITING, f"Waiting: {below.sentence}."
    return FAILED, f"Too few healthy hosts: {below.sentence}."


def share_judged(share: float, passed: int, failed: int, pending: int) -> tuple[str, int]:
    """(state, hosts needed) where ``share`` (0 to 1) of all hosts has to pass; it fails as soon as it cannot any more."""
    total = passed + failed + pending
    needed = ceil(round(share * total, 9))
    if total == 0 or passed + pending < needed:
        return FAILED, needed
    return (PASSED if pending == 0 else WAITING), needed


def _sound(found: list[Standing]) -> str:
    if not found:
        return "No floor is set."
    tightest = min(found, key=lambda standing: standing.healthy - standing.needed)
    return f"Enough healthy hosts: {tightest.sentence}."
