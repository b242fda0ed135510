"""Throttles: calls by user, sign-in attempts by address."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle


class CallThrottle(UserRateThrottle):
    """`DEFAULT_THROTTLE_RATES["user"]` calls by user, for REST and for the catalog API together.

    Two counters, this window's and the last one's share that still lies within the time, in place of a list of moments:
    what a call costs does not grow with the rate.
    """

    num_requests: int | None
    duration: int | None

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count a call; False where there were too many."""
        key = self.get_cache_key(request, view)
        if self.rate is None or key is None:
            return True
        return self.admits(key)

    def admits(self, key: str) -> bool:
        """Count a call under this key."""
        seconds = self.duration or 1
        window, passed = divmod(self.timer(), seconds)
        now, last = f"{key}_{window:.0f}", f"{key}_{window - 1:.0f}"
        counts = self.cache.get_many([now, last])
        self.left = seconds - passed
        if counts.get(now, 0) + counts.get(last, 0) * self.left / seconds >= (self.num_requests or 0):
            return False
        if now not in counts:
            self.cache.add(now, 0, 2 * seconds)
        try:
            self.cache.incr(now)
        except ValueError:  # it has just been evicted
            self.cache.set(now, 1, 2 * seconds)
        return True

    def wait(self) -> float:
        """Seconds until the window ends."""
        return self.left + 1


class SignInThrottle(SimpleRateThrottle):
    """`DEFAULT_THROTTLE_RATES["login"]` attempts by client address."""

    scope = "login"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """One counter an address."""
        return f"throttle_login_{self.get_ident(request)}"

    @classmethod
    def allows(cls, request: Any) -> bool:
        """Count one attempt; False once there were too many."""
        return cls().allow_request(request, None)  # type: ignore[arg-type]
