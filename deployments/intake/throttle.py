"""How often strangers may knock, and how often a known sender may send."""

from __future__ import annotations

from typing import Any

from portal.access.throttle import CallThrottle


class AddressThrottle(CallThrottle):
    """Knocks by client address, proven or not. Wide, because all of a platform's senders may share one address."""

    scope = "hooks"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """One counter an address."""
        return f"throttle_hooks_{self.get_ident(request)}"


class SenderThrottle(CallThrottle):
    """Events of one sender, by its own rate."""

    scope = "hooks"

    def __init__(self, rate: int) -> None:
        super().__init__()
        self.num_requests, self.duration = rate, 60
