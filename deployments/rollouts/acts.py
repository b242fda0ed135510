"""What a person can do to a rollout, by the word in the address of its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deployments.models import Rollout
from deployments.rollouts import control


@dataclass(frozen=True)
class Act:
    """One act: its verb on the button, what it means before it is done, and what is said afterwards."""

    name: str
    verb: str
    icon: str
    meaning: str
    done: str
    do: Callable[[Rollout, Any, str], Rollout]
    risky: bool = False


_ALL = (
    Act(
        "pause", "Pause", "player-pause", "The traffic stays as it is, and is still judged.", "The rollout is paused.",
        control.pause,
    ),
    Act(
        "resume", "Resume", "player-play", "It goes on; a segment that was baking bakes anew.", "The rollout goes on.",
        control.resume,
    ),
    Act(
        "promote", "Promote", "player-skip-forward",
        "The segment passes without waiting any longer. Unless it was judged no worse, say why.",
        "The segment is passed.", control.promote,
    ),
    Act(
        "abort", "Abort", "arrow-back-up", "The rollout ends, and everything that it changed goes back.",
        "Everything that the rollout changed goes back.", control.abort, risky=True,
    ),
    Act(
        "rollback", "Roll back", "arrow-back-up", "All traffic goes back to the version from before.",
        "All traffic goes back to the version from before.", control.roll_back, risky=True,
    ),
    Act(
        "retry", "Try again", "refresh", "The same version goes out once more by the same plan, as a new rollout.",
        "A new rollout has started.", control.retry,
    ),
)  # fmt: skip
ACTS = {act.name: act for act in _ALL}
