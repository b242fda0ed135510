"""The lean door for tokens and sessions answers what REST's own authentication answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal.access import tokens
from portal.access.models import ApiToken
from portal.access.throttle import CallThrottle

pytestmark = pytest.mark.django_db
LEAN, REST = "/api/catalog/entities", "/api/v1/services/entities/"


def both(client: Client, **headers: str) -> set[int]:
    """The statuses of the lean door and of REST: one where they agree."""
    return {client.get(path, headers=headers).status_code for path in (LEAN, REST)}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer nonsense", "Bearer a b", "Bearer caf\xe9", "Basic eDp5", "nonsense"]
)
def test_a_header_without_a_good_token_is_401(client: Client, header: str) -> None:
    assert both(client, Authorization=header) == {401}


def test_a_good_token_opens_and_its_use_is_noted_once_a_minute(client: Client, vera: User) -> None:
    secret = tokens.issue(vera, "viewer")
    assert client.get(LEAN, headers=bearer(secret)).status_code == 200
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    client.get(LEAN, headers=bearer(secret))
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    client.get(LEAN, headers=bearer(secret))
    used = ApiToken.objects.get().last_used_at
    assert used is not None
    assert used >= first


def test_the_scheme_may_be_written_in_any_case(client: Client, vera: User) -> None:
    assert both(client, Authorization=f"bearer {tokens.issue(vera, 'viewer')}") == {200}


def test_an_expired_token_is_401_and_gone(client: Client, vera: User) -> None:
    secret = tokens.issue(vera, "viewer")
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get(LEAN, headers=bearer(secret)).status_code == 401
    assert not ApiToken.objects.exists()


def test_a_revoked_token_is_401_at_once(client: Client, vera: User) -> None:
    secret = tokens.issue(vera, "viewer")
    assert both(client, **bearer(secret)) == {200}
    tokens.revoke(ApiToken.objects.get(), by=vera)
    assert both(client, **bearer(secret)) == {401}


def test_a_token_that_shares_only_its_key_is_401(client: Client, vera: User) -> None:
    secret = tokens.issue(vera, "viewer")
    assert both(client, **bearer(secret[:-1] + ("0" if secret[-1] != "0" else "1"))) == {401}


def test_the_token_of_an_inactive_user_is_401(client: Client, vera: User) -> None:
    secret = tokens.issue(vera, "viewer")
    User.objects.update(is_active=False)
    assert both(client, **bearer(secret)) == {401}


def test_a_token_does_not_give_more_than_its_role(client: Client, admin: User) -> None:
    for role, status in (("viewer", 403), ("editor", 404)):
        secret = tokens.issue(admin, role)
        reply = client.post(
            "/api/catalog/refresh", {"entityRef": "component:default/none"}, content_type="application/json",
            headers=bearer(secret),
        )  # fmt: skip
        assert reply.status_code == status, role


def test_a_role_is_asked_for_before_the_body_is_looked_at(client: Client, vera: User) -> None:
    reply = client.post(
        "/api/catalog/locations", "{", content_type="application/json", headers=bearer(tokens.issue(vera, "viewer"))
    )
    assert reply.status_code == 403


def test_a_browser_that_is_signed_in_reads(browse: Callable[..., Client], vera: User) -> None:
    assert both(browse(vera)) == {200}
    assert both(browse()) == {401}


def test_another_site_cannot_make_a_browser_write(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    reply = client.post(
        "/api/catalog/refresh", {"entityRef": "component:default/none"}, content_type="application/json"
    )
    assert (reply.status_code, reply.json()["error"]["name"]) == (403, "NotAllowedError")
    assert "CSRF" in reply.json()["error"]["message"]


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    cache.clear()
    monkeypatch.setattr(CallThrottle, "rate", "3/min", raising=False)
    yield
    cache.clear()


def test_calls_are_counted_for_rest_and_the_catalog_together(three: Any, client: Client, vera: User, jon: User) -> None:
    mine, other = bearer(tokens.issue(vera, "viewer")), bearer(tokens.issue(jon, "viewer"))
    codes = [client.get(path, headers=mine).status_code for path in (LEAN, REST, LEAN, LEAN, REST)]
    assert codes == [200, 200, 200, 429, 429]
    assert client.get(LEAN, headers=other).status_code == 200
    reply = client.get(LEAN, headers=mine)
    assert reply.json()["error"]["name"] == "TooManyRequestsError"
    assert 1 <= int(reply.headers["Retry-After"]) <= 61


def test_the_last_window_counts_by_its_share(three: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    throttle = CallThrottle()
    at = {"now": 600.0}
    throttle.timer = lambda: at["now"]  # type: ignore[method-assign]
    assert [throttle.admits("k") for _ in range(4)] == [True, True, True, False]
    at["now"] = 661.0  # 3 × 59/60 of the last window still lie within the minute
    assert [throttle.admits("k") for _ in range(2)] == [True, False]
    at["now"] = 720.0 + 59
    assert throttle.admits("k")


def test_a_refused_call_is_not_counted(three: Any) -> None:
    throttle = CallThrottle()
    at = {"now": 600.0}
    throttle.timer = lambda: at["now"]  # type: ignore[method-assign]
    for _ in range(50):
        throttle.admits("k")
    at["now"] = 600.0 + 120
    assert throttle.admits("k")
