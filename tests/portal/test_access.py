"""Roles, tokens, sign-in and what a request without the right gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.access import policy, tokens
from portal.access.models import ApiToken, AuditEvent

pytestmark = pytest.mark.django_db
PAYMENTS, SEARCH = "group:default/payments", "group:default/search"


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_role_holds_for_the_team_it_was_given_for(mira: User) -> None:
    assert policy.may(mira, "operator", PAYMENTS)
    assert policy.may(mira, "editor", PAYMENTS)
    assert not policy.may(mira, "operator", SEARCH)
    assert not policy.may(mira, "admin", PAYMENTS)


def test_everybody_who_is_signed_in_may_look(vera: User) -> None:
    assert policy.may(vera, "viewer", SEARCH)
    assert not policy.may(vera, "editor", SEARCH)


def test_an_admin_may_do_all_everywhere(admin: User) -> None:
    assert all(policy.may(admin, role, SEARCH) for role in ("viewer", "editor", "operator", "admin"))


def test_a_deactivated_user_may_nothing(mira: User) -> None:
    mira.is_active = False
    assert not policy.may(mira, "viewer")


def test_a_refusal_says_which_role_is_missing_and_where(vera: User) -> None:
    with pytest.raises(PermissionDenied, match="role operator of payments"):
        policy.require(vera, "operator", PAYMENTS)


def test_only_the_digest_of_a_token_is_kept(mira: User) -> None:
    secret = tokens.issue(mira, "viewer")
    stored = ApiToken.objects.get()
    assert secret not in (stored.digest, stored.token_key, stored.label)
    assert len(secret) > 60


def test_a_token_works_until_it_expires(mira: User) -> None:
    client = bearer(tokens.issue(mira, "viewer", days=1))
    assert client.get("/api/v1/me/").json()["username"] == "mira"
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert client.get("/api/v1/me/").status_code == 401


def test_a_revoked_token_is_dead_at_once(mira: User) -> None:
    client = bearer(tokens.issue(mira, "viewer"))
    tokens.revoke(ApiToken.objects.get(), by=mira)
    assert client.get("/api/v1/me/").status_code == 401


def test_the_token_of_a_deactivated_user_is_dead(mira: User) -> None:
    client = bearer(tokens.issue(mira, "viewer"))
    User.objects.filter(pk=mira.pk).update(is_active=False)
    assert client.get("/api/v1/me/").status_code == 401


def test_a_token_caps_the_right_of_its_user(admin: User) -> None:
    assert bearer(tokens.issue(admin, "viewer")).get("/api/v1/audit/").status_code == 403
    assert bearer(tokens.issue(admin, "admin")).get("/api/v1/audit/").status_code == 200


def test_nobody_makes_a_token_above_his_own_role(vera: User) -> None:
    with pytest.raises(ValueError, match="does not hold the role operator"):
        tokens.issue(vera, "operator")


@pytest.mark.parametrize("days", [0, -1, 366])
def test_every_token_expires_within_a_year(mira: User, days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        tokens.issue(mira, "viewer", days=days)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Bearer \xff\xfe", "Bearer " + "x" * 9000, "Bearer cln_wrong"]
)
def test_a_malformed_token_is_401_and_never_500(header: str) -> None:
    assert Client(headers={"Authorization": header}).get("/api/v1/me/").status_code == 401


def test_making_and_revoking_a_token_is_audited(mira: User) -> None:
    tokens.issue(mira, "viewer")
    tokens.revoke(ApiToken.objects.get(), by=mira)
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"token.create", "token.revoke"}


def test_the_command_prints_only_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("token", "create", "ci", "--role", "editor", "--create-user")
    secret = capsys.readouterr().out
    assert bearer(secret.strip()).get("/api/v1/me/").json()["roles"] == {"": "editor"}
    assert len(secret.split()) == 1


def test_the_command_says_what_is_missing() -> None:
    with pytest.raises(CommandError, match="--create-user"):
        call_command("token", "create", "nobody", "--role", "viewer")


def test_the_token_page_shows_a_secret_once_and_revokes(mira: User, browse: Callable[..., Client]) -> None:
    client = browse(mira)
    page = client.post("/tokens/", {"label": "CI", "role": "viewer", "days": 30}).content.decode()
    assert "cln_" in page
    key = ApiToken.objects.get().token_key
    assert client.get("/tokens/").content.decode().count(f'{key}"') == 0
    assert client.post(f"/tokens/{key}/revoke/").status_code == 302
    assert not ApiToken.objects.exists()


def test_nobody_revokes_the_token_of_another(mira: User, jon: User, browse: Callable[..., Client]) -> None:
    tokens.issue(jon, "viewer")
    key = ApiToken.objects.get().token_key
    assert browse(mira).post(f"/tokens/{key}/revoke/").status_code == 404


def test_a_page_asks_for_sign_in_and_rest_says_401(db: None) -> None:
    assert Client().get("/jobs/").headers["Location"].startswith("/login/")
    assert Client().get("/api/v1/jobs/runs/").status_code == 401


def test_after_ten_attempts_a_minute_sign_in_is_refused(db: None) -> None:
    cache.clear()
    form = {"username": "mira", "password": "wrong"}
    codes = [Client().post("/login/", form).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    cache.clear()


def test_sign_in_never_leads_to_another_site(mira: User) -> None:
    cache.clear()
    form: dict[str, Any] = {"username": "mira", "password": "colonnade", "next": "https://evil.example/"}
    assert Client().post("/login/", form).headers["Location"] == "/"
