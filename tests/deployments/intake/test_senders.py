"""Admins make, rotate and switch off senders and CI identities; nobody else does, and no secret is shown twice."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.models import CiIdentity, HookSender
from portal.access.models import AuditEvent
from portal.jobs.models import Run
from tests.deployments.intake.senders import TOPIC, make_sender

NEW = {"name": "github-shop", "dialect": "github", "teams": "payments"}
IDENTITY = {
    "name": "checkout",
    "issuer": "https://gitlab.com",
    "repository_id": "31",
    "owner_id": "8",
    "services": "checkout",
}
PAGES = ("senders/new/", "senders/1/", "senders/ci/new/", "senders/ci/1/")


@pytest.mark.parametrize("who", ["vera", "mira", "ana"])
def test_only_admins_manage_senders(who: str, catalog: Any, request: Any, admin: Any, browse: Any, api: Any) -> None:
    sender, _ = make_sender(admin, "github")
    user = request.getfixturevalue(who)
    for path in PAGES:
        assert browse(user).get(f"/deployments/{path}").status_code == 403
    for verb in ("rotate", "switch"):
        assert browse(user).post(f"/deployments/senders/{sender.pk}/{verb}/").status_code == 403
    for path in ("senders/", "ci-identities/"):
        assert api(user).get(f"/api/v1/deployments/{path}").status_code == 403
        assert api(user).post(f"/api/v1/deployments/{path}", {}).status_code == 403
    assert api(user).post(f"/api/v1/deployments/senders/{sender.pk}/rotate/", {}).status_code == 403


def test_a_new_senders_secret_is_shown_once(catalog: Any, admin: Any, browse: Any) -> None:
    client = browse(admin)
    page = client.post("/deployments/senders/new/", NEW)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    sender = HookSender.objects.get()
    assert (sender.teams, sender.everything) == (["group:default/payments"], False)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert secret not in client.get(sender.get_absolute_url()).content.decode()
    event = AuditEvent.objects.get(action="sender.create")
    assert event.severity == "high"
    assert secret not in str(event.detail)


@pytest.mark.parametrize(("changes", "field"), [
    ({"teams": ""}, None), ({"services": "nowhere"}, "services"), ({"name": "Not a slug"}, "name"), ({"dialect": "svn"}, "dialect"),
    ({"topics": TOPIC}, "topics"), ({"dialect": "sns"}, "topics"), ({"dialect": "sns", "topics": "arn:aws:sqs:eu-west-1:1:x"}, "topics"),
    ({"secret": "short"}, "secret"), ({"secret": "x" * 23 + " y"}, "secret"), ({"scheme": "key"}, "scheme"), ({"teams": "pay\x00ments"}, "teams"),
])  # fmt: skip
def test_a_sender_that_cannot_be_is_refused_at_the_field(
    changes: Any, field: str | None, catalog: Any, admin: Any, browse: Any
) -> None:
    page = browse(admin).post("/deployments/senders/new/", {**NEW, **changes})
    assert page.status_code == 422
    assert page.context["form"].errors
    assert field is None or field in page.context["form"].errors
    assert not HookSender.objects.exists()


def test_rest_makes_changes_and_rotates(catalog: Any, admin: Any, api: Any) -> None:
    made = api(admin).post(
        "/api/v1/deployments/senders/", {"name": "gl", "dialect": "gitlab", "services": ["ledger"]}, format="json"
    )
    assert made.status_code == 201, made.json()
    url = f"/api/v1/deployments/senders/{made.json()['sender']['id']}/"
    again = api(admin).post(
        "/api/v1/deployments/senders/", {"name": "gl", "dialect": "gitlab", "services": ["ledger"]}, format="json"
    )
    assert again.status_code == 400
    rotated = api(admin).post(f"{url}rotate/", {"overlap_hours": 1})
    assert rotated.json()["secret"] != made.json()["secret"]
    assert api(admin).post(f"{url}rotate/", {"overlap_hours": 5}).status_code == 400
    assert api(admin).patch(url, {"enabled": False}, format="json").json()["enabled"] is False
    assert api(admin).patch(url, {"services": []}, format="json").status_code == 400
    assert "secret" not in api(admin).get(url).json()


def test_an_identity_is_bound_and_its_keys_are_fetched_at_once(catalog: Any, admin: Any, browse: Any) -> None:
    reply = browse(admin).post("/deployments/senders/ci/new/", IDENTITY)
    assert reply.status_code == 302
    row = CiIdentity.objects.get()
    assert row.services == ["component:default/checkout"]
    assert Run.objects.get(job="deployments.issuer_keys").args == {"issuer": "https://gitlab.com"}
    assert browse(admin).get(row.get_absolute_url()).status_code == 200
    changed = browse(admin).post(row.get_absolute_url(), {**IDENTITY, "environment": "production"})
    assert changed.status_code == 302
    row.refresh_from_db()
    assert row.environment == "production"
    browse(admin).post(f"/deployments/senders/ci/{row.pk}/switch/")
    row.refresh_from_db()
    assert not row.enabled


@pytest.mark.parametrize(("changes", "field"), [
    ({"issuer": "https://evil.example"}, "issuer"), ({"repository_id": "example/checkout"}, "repository_id"), ({"owner_id": ""}, "owner_id"),
    ({"ref": "*"}, "ref"), ({"ref": "refs/*/main"}, "ref"), ({"workflow": "*x*"}, "workflow"), ({"services": ""}, None),
])  # fmt: skip
def test_an_identity_without_firm_bounds_is_refused(
    changes: Any, field: str | None, catalog: Any, admin: Any, browse: Any
) -> None:
    page = browse(admin).post("/deployments/senders/ci/new/", {**IDENTITY, **changes})
    assert page.status_code == 422
    assert field is None or field in page.context["form"].errors
    assert not CiIdentity.objects.exists()


def test_the_page_shows_the_address_of_this_portal(vera: Any, browse: Any) -> None:
    page = browse(vera).get("/deployments/senders/").content.decode()
    for name in ("github", "gitlab", "argo", "flagger", "eventbridge", "sns"):
        assert f"http://testserver/api/v1/hooks/{name}/" in page
    assert "audience=http%3A%2F%2Ftestserver" in page


def test_a_secret_sealed_with_an_old_key_opens_while_that_key_is_a_fallback(settings: Any) -> None:
    from portal.access.sealed import Unsealable, seal, unseal

    sealed, old = seal("secret"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [old]
    assert unseal(sealed) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Unsealable, match="rotate"):
        unseal(sealed)
