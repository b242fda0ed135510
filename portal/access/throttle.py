"""A throttle for sign-in attempts, by address."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import SimpleRateThrottle


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
