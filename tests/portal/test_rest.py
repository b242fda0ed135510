"""REST of the shell: errors, hostile bodies, idempotency, paging, roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.access import tokens
from portal.access.models import AuditEvent
from portal.aws.models import Account
from portal.jobs import queue
from portal.jobs.models import Run

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {
    "account_id": "333333333333",
    "name": "staging",
    "regions": ["eu-west-1"],
    "read_role_arn": "arn:aws:iam::333333333333:role/colonnade-read",
}


@pytest.fixture
def client(admin: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {tokens.issue(admin, 'admin')}"})


def test_an_error_names_the_field_and_the_remedy(client: Client) -> None:
    reply = client.post("/api/v1/accounts/", BODY | {"read_role_arn": "nonsense"}, content_type="application/json")
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["code"] == "invalid"
    assert "Use a role ARN" in error["fields"]["read_role_arn"][0]
    assert not Account.objects.exists()


def test_the_external_id_is_made_here_and_cannot_be_chosen(client: Client) -> None:
    chosen = "00000000-0000-0000-0000-000000000001"
    reply = client.post("/api/v1/accounts/", BODY | {"external_id": chosen}, content_type="application/json")
    assert reply.status_code == 201
    assert reply.json()["external_id"] != chosen
    assert AuditEvent.objects.filter(action="account.create").exists()


def test_accounts_are_for_admins(mira: User, api: Callable[..., Any]) -> None:
    assert api(mira).get("/api/v1/accounts/").status_code == 403
    assert api(mira).post("/api/v1/accounts/", BODY).status_code == 403


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b'{"name": "a\\u0000b"}', "application/json"),
        (b'{"name": NaN}', "application/json"),
        (b"\xff\xfe\xfa", "application/json"),
        (b"9" * 6000, "application/json"),
        (b"{}", "application/json; charset=no-such"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"null", "application/json"),
    ],
)
def test_a_hostile_body_is_400_in_the_envelope(client: Client, body: bytes, content_type: str) -> None:
    reply = client.generic("POST", "/api/v1/accounts/", body, content_type=content_type)
    assert reply.status_code == 400
    assert set(reply.json()["error"]) == {"code", "message", "fields"}


def test_a_body_that_is_not_json_is_415(client: Client) -> None:
    assert client.post("/api/v1/accounts/", "<a/>", content_type="application/xml").status_code == 415


def test_a_body_over_the_limit_is_413(client: Client) -> None:
    body = b'{"name": "' + b"x" * 3_000_000 + b'"}'
    reply = client.generic("POST", "/api/v1/accounts/", body, content_type="application/json")
    assert reply.status_code == 413
    assert reply.json()["error"]["code"] == "too-large"


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/jobs/runs/99999/", "/api/v1/jobs/runs/0.5/"])
def test_what_is_missing_is_404_as_json(client: Client, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "not-found"


def test_the_same_key_and_body_act_once(client: Client) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/accounts/", BODY, content_type="application/json", headers=headers)
    again = client.post("/api/v1/accounts/", BODY, content_type="application/json", headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert Account.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(client: Client) -> None:
    headers = {"Idempotency-Key": "k1"}
    client.post("/api/v1/accounts/", BODY, content_type="application/json", headers=headers)
    other = client.post("/api/v1/accounts/", BODY | {"name": "x"}, content_type="application/json", headers=headers)
    assert other.status_code == 422


def test_a_request_that_failed_may_be_sent_again_with_its_key(client: Client) -> None:
    headers = {"Idempotency-Key": "k1"}
    bad = client.post("/api/v1/accounts/", {}, content_type="application/json", headers=headers)
    good = client.post("/api/v1/accounts/", BODY, content_type="application/json", headers=headers)
    assert (bad.status_code, good.status_code) == (400, 201)


def test_a_key_belongs_to_its_caller(client: Client, person: Callable[..., User]) -> None:
    headers = {"Idempotency-Key": "k1"}
    client.post("/api/v1/accounts/", BODY, content_type="application/json", headers=headers)
    secret = tokens.issue(person("second", "admin"), "admin")
    other = Client(headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "k1"})
    assert other.post("/api/v1/accounts/", BODY, content_type="application/json").status_code == 400


def test_runs_come_in_pages_by_cursor(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: None)
    for _ in range(5):
        queue.enqueue("portal.demo")
    first = client.get("/api/v1/jobs/runs/?page_size=3").json()
    second = client.get(first["next"]).json()
    assert [len(first["results"]), len(second["results"])] == [3, 2]
    assert second["next"] is None


def test_the_number_of_queries_does_not_grow_with_the_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    Run.objects.bulk_create(Run(job="portal.demo") for _ in range(1000))
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/jobs/runs/?page_size=200").json()["results"]) == 200


def test_a_viewer_cannot_cancel_a_run(vera: User, api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: None)
    run = queue.enqueue("portal.demo")
    assert api(vera).post(f"/api/v1/jobs/runs/{run.pk}/cancel/").status_code == 403
    run.refresh_from_db()
    assert run.state == "queued"


def test_a_bad_filter_is_400_and_names_the_field(client: Client) -> None:
    reply = client.get("/api/v1/jobs/runs/?state=nonsense")
    assert reply.status_code == 400
    assert "state" in reply.json()["error"]["fields"]


def test_the_openapi_document_declares_errors_for_every_operation(client: Client) -> None:
    schema = client.get("/api/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    operations = [op for path in schema["paths"].values() for key, op in path.items() if key in ("get", "post")]
    assert operations
    assert all("403" in op["responses"] for op in operations)
