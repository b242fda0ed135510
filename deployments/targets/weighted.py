"""What all kinds with whole-numbered weights have in common: look, set, undo and prove, written once.

Undo always goes back to `restore` in one step, with the very weights from before (`raw`). A target that somebody else
has taken further, so that the canary gets nothing any more, is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deployments.targets.contract import Moved
from deployments.targets.traffic import Traffic, describe, same, share_of, shifted
from deployments.targets.weights import attainable, described, ratio
from portal.changes.kinds import Kind, Seen, Target

Weights = Mapping[str, int]


@dataclass(frozen=True)
class Weighted:
    """How one kind reads and writes its weights by version. ``most`` is the largest weight that AWS takes.

    ``read`` raises AwsNotFound where the target, or the canary itself, is not there. ``write`` gets the weights of the
    versions that it has to set and leaves all else as it is; a version that is not named is taken out of the split.
    ``more`` is what the kind keeps beside the traffic from before, such as ids.
    """

    noun: str
    most: int
    read: Callable[[Target], Weights]
    write: Callable[[Target, Weights], None]
    name: Callable[[str], str] = str
    more: Callable[[Target, Weights], Mapping[str, Any]] = lambda target, weights: {}

    def kind(self, key: str, title: str) -> Kind:
        """The change of this kind."""
        return Kind(key, title, self.observe, self.apply, self.undo, self.verify_applied, self.verify_undone)

    def observe(self, target: Target) -> Seen:
        """The traffic now, with the weights as AWS has them under `raw`."""
        weights = self.read(target)
        more = {} if "restore" in target else self.more(target, weights)
        return described(weights, target["canary"]) | {"raw": dict(weights), **more}

    def wanted(self, target: Target, restore: Traffic, percent: float) -> Traffic:
        """The traffic of a segment, as near as whole weights come to its percentage."""
        return attainable(shifted(_plain(restore), target["canary"], percent), self.most)

    def apply(self, target: Target) -> None:
        """Set the wanted traffic. Raises Moved where somebody else has changed it meanwhile."""
        seen = self.observe(target)
        if self._is(seen, target["to"]):
            return
        if not (self._is(seen, target["expected"]) or self._is(seen, target["restore"])):
            raise Moved(f"The {self.noun} was changed by somebody else: {self.describe(seen)}.")
        self.write(target, self._weights(target, target["to"], seen["raw"]))

    def undo(self, target: Target, before: Seen) -> None:
        """Put back the weights from before the rollout, where the canary still gets traffic."""
        seen = self.observe(target)
        if share_of(seen, target["canary"]) > 0 and not self._is(seen, target["restore"]):
            self.write(target, self._weights(target, target["restore"], seen["raw"]))

    def verify_applied(self, target: Target) -> bool:
        """Whether AWS shows the wanted traffic."""
        return self._is(self.observe(target), target["to"])

    def verify_undone(self, target: Target, before: Seen) -> bool:
        """Whether the traffic is as before, or the canary gets none because somebody else has gone on."""
        seen = self.observe(target)
        return self._is(seen, target["restore"]) or share_of(seen, target["canary"]) == 0

    def describe(self, traffic: Traffic) -> str:
        """Traffic in words, with short names."""
        shares = {self.name(version): share for version, share in traffic["weights"].items()}
        return describe({"version": self.name(str(traffic["version"])), "weights": shares})

    def _is(self, seen: Traffic, wanted: Traffic) -> bool:
        return same(seen, attainable(wanted, self.most))

    def _weights(self, target: Target, to: Traffic, now: Weights) -> dict[str, int]:
        """What to write: the weights from before if they are known, else the base and the canary; the rest stays."""
        canary = target["canary"]
        if "raw" in to:
            before: dict[str, int] = to["raw"]
            return {version: weight for version, weight in now.items() if version != canary} | before
        base, share = target["restore"]["version"], share_of(to, canary)
        of_base, of_canary = ratio(share, self.most)
        return {**now, base: of_base, canary: of_canary}


def _plain(traffic: Traffic) -> Traffic:
    return {"version": traffic["version"], "weights": traffic["weights"]}
