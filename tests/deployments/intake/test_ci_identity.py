"""A CI job reports with the token its platform signed, for the repository it is bound to, and can do nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from deployments.intake.oidc import keys
from deployments.models import CiIdentity, Deployment, IssuerKeys
from portal.jobs.models import Run

AUDIENCE = "http://testserver"
KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("first", "second")}
CURVE = ec.generate_private_key(ec.SECP256R1())
REPORT = {
    "service": "checkout", "version": "2026.11.3", "source": "ci", "external_id": "42", "state": "running", "occurred_at": "2026-11-20T10:00:00Z",
}  # fmt: skip


class Issuer:
    """A platform that serves its keys over HTTP and signs tokens; `published` are the names of the keys it serves."""

    def __init__(self) -> None:
        self.published, self.visits, self.jwks_uri = ["first"], [], ""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.visits.append(self.path)
                body = json.dumps(issuer.page(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": self.jwks_uri or f"{self.url}/jwks"}
        return {"keys": [public(name) for name in self.published]}

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.url, "aud": AUDIENCE, "sub": "repo:example/checkout:environment:production", "iat": now, "nbf": now, "exp": now + 300,
            "repository": "example/checkout", "repository_id": "7001", "repository_owner_id": "42", "environment": "production",
            "ref": "refs/heads/main", "job_workflow_ref": "example/checkout/.github/workflows/release.yml@refs/heads/main", **changes,
        }  # fmt: skip

    def token(self, key: str = "first", **changes: Any) -> str:
        kept = {name: value for name, value in self.claims(**changes).items() if value is not None}
        signer = CURVE if key == "curve" else KEYS[key]
        return jwt.encode(kept, signer, algorithm="ES256" if key == "curve" else "RS256", headers={"kid": key})


def public(name: str) -> dict[str, Any]:
    """The public key as a JWK."""
    if name == "curve":
        return {**jwt.algorithms.ECAlgorithm.to_jwk(CURVE.public_key(), as_dict=True), "kid": name, "alg": "ES256"}
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name, "use": "sig"}


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    """A platform on the list of issuers."""
    made = Issuer()
    settings.OIDC_ISSUERS = [made.url]
    yield made
    made.server.shutdown()


@pytest.fixture
def identity(issuer: Issuer, catalog: Any) -> CiIdentity:
    """The jobs of example/checkout in production may report for checkout; the keys have been fetched."""
    found = CiIdentity.objects.create(
        name="checkout", issuer=issuer.url, repository_id="7001", owner_id="42", repository="example/checkout", environment="production",
        services=["component:default/checkout"], created_by="admin",
    )  # fmt: skip
    assert keys.renew(issuer.url) == ""
    return found


@pytest.fixture
def report(api: Callable[..., Any]) -> Callable[..., Any]:
    """Report a deployment with a token."""

    def sent(token: str, path: str = "/api/v1/deployments/", **changes: Any) -> Any:
        return api().post(path, {**REPORT, **changes}, HTTP_AUTHORIZATION=f"Bearer {token}")

    return sent


def test_a_bound_job_reports_and_is_named_in_the_audit_trail(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    from portal.access.models import AuditEvent

    assert report(issuer.token()).status_code == 201
    assert AuditEvent.objects.get(action="deployment.report").actor == "ci:checkout"
    event = {
        "id": "r-1",
        "service": "checkout",
        "version": "3",
        "result": "SUCCESS",
        "finished": "2026-11-20T10:00:00Z",
    }
    assert report(issuer.token(), "/api/v1/events/", **event).status_code == 202
    identity.refresh_from_db()
    assert identity.last_used_at


def test_elliptic_keys_are_good_too(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    issuer.published = ["curve"]
    keys.renew(issuer.url)
    assert report(issuer.token("curve")).status_code == 201


@pytest.mark.parametrize("changes", [
    {"aud": "https://github.com/example"}, {"aud": [AUDIENCE, "https://other.example"]}, {"aud": None}, {"exp": 1}, {"exp": None},
    {"iat": None}, {"nbf": 4_000_000_000}, {"iss": "https://evil.example"}, {"sub": None}, {"repository_id": "7002"}, {"repository_id": None},
    {"repository_owner_id": "43"}, {"environment": "staging"}, {"environment": None}, {"repository_id": True}, {"repository_id": ["7001"]},
])  # fmt: skip
def test_a_token_with_any_other_claim_is_401(
    changes: dict[str, Any], identity: CiIdentity, issuer: Issuer, report: Any
) -> None:
    reply = report(issuer.token(**changes))
    assert reply.status_code == 401
    assert reply["WWW-Authenticate"]
    assert not Deployment.objects.exists()


def test_a_renamed_repository_keeps_its_right_and_a_new_one_with_its_name_has_none(
    identity: CiIdentity, issuer: Issuer, report: Any
) -> None:
    assert (
        report(issuer.token(repository="example/shop", sub="repo:example/shop:environment:production")).status_code
        == 201
    )
    assert report(issuer.token(repository_id="9999"), external_id="43").status_code == 401


def test_a_token_without_signature_is_refused(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    token = jwt.encode(issuer.claims(), None, algorithm="none", headers={"kid": "first"})
    assert report(token).status_code == 401
    head, body, _ = issuer.token().split(".")
    assert report(f"{head}.{body}.").status_code == 401


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    identity: CiIdentity, issuer: Issuer, report: Any
) -> None:
    pem = (
        KEYS["first"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    head = encoded({"alg": "HS256", "typ": "JWT", "kid": "first"}) + b"." + encoded(issuer.claims())
    mark = base64.urlsafe_b64encode(hmac.new(pem, head, hashlib.sha256).digest()).rstrip(b"=")
    assert report((head + b"." + mark).decode()).status_code == 401


def encoded(data: Any) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=")


def test_a_key_that_the_token_names_itself_is_not_looked_at(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    before = len(issuer.visits)
    headers = {"kid": "second", "jku": f"{issuer.url}/evil", "jwk": public("second"), "x5u": f"{issuer.url}/evil"}
    token = jwt.encode(issuer.claims(), KEYS["second"], algorithm="RS256", headers=headers)
    assert report(token).status_code in (401, 503)
    assert len(issuer.visits) == before


def test_a_new_key_is_fetched_by_a_job_once_a_minute_whatever_is_asked(
    identity: CiIdentity, issuer: Issuer, report: Any
) -> None:
    issuer.published = ["second"]
    assert report(issuer.token("second")).status_code == 401  # the keys have been fetched within the minute
    IssuerKeys.objects.update(tried_at=None)
    replies = [report(issuer.token("second")) for _ in range(3)]
    assert {reply.status_code for reply in replies} == {503}
    assert replies[0]["Retry-After"]
    assert Run.objects.filter(job="deployments.issuer_keys").count() == 1
    keys.renew(issuer.url)
    assert report(issuer.token("second")).status_code == 201
    assert report(issuer.token("first"), external_id="43").status_code == 401


def test_keys_on_another_host_than_the_issuers_are_not_fetched(identity: CiIdentity, issuer: Issuer) -> None:
    issuer.jwks_uri = "http://127.0.0.1:1/jwks"
    assert "on the host of the issuer" in keys.renew(issuer.url)
    assert IssuerKeys.objects.get().keys, "the keys of before stay"


def test_an_issuer_that_is_on_no_list_is_never_visited(issuer: Issuer, settings: Any, db: None) -> None:
    settings.OIDC_ISSUERS = []
    assert "not on the list" in keys.renew(issuer.url)
    assert issuer.visits == []


def test_a_job_reports_only_for_the_services_in_its_scope(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    assert report(issuer.token(), service="ledger").status_code == 403
    assert report(issuer.token(), service="products").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/deployments/rollouts/",
        "/api/v1/deployments/plans/",
        "/api/v1/me/",
        "/api/v1/audit/",
    ],
)
def test_a_job_can_do_nothing_but_report(
    path: str, identity: CiIdentity, issuer: Issuer, report: Any, api: Any
) -> None:
    assert report(issuer.token(), path).status_code == 401
    assert api().get(path, HTTP_AUTHORIZATION=f"Bearer {issuer.token()}").status_code == 401


def test_a_job_cannot_read_deployments(identity: CiIdentity, issuer: Issuer, api: Any) -> None:
    assert api().get("/api/v1/deployments/", HTTP_AUTHORIZATION=f"Bearer {issuer.token()}").status_code == 403


def test_a_disabled_identity_is_nobody(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    CiIdentity.objects.update(enabled=False)
    assert report(issuer.token()).status_code == 401


@pytest.mark.parametrize(("ref", "fits"), [
    ("refs/heads/main", True), ("refs/heads/*", True), ("refs/tags/*", False), ("refs/heads/mai", False), ("refs/heads/main2", False),
])  # fmt: skip
def test_a_ref_is_equal_or_a_named_beginning(
    ref: str, fits: bool, identity: CiIdentity, issuer: Issuer, report: Any
) -> None:
    CiIdentity.objects.update(ref=ref)
    assert report(issuer.token()).status_code == (201 if fits else 401)


def test_a_job_of_gitlab_is_known_by_its_project(identity: CiIdentity, issuer: Issuer, report: Any) -> None:
    CiIdentity.objects.update(repository_id="31", owner_id="8", environment="")
    gitlab = {"repository_id": None, "repository_owner_id": None, "job_workflow_ref": None, "environment": None}
    token = issuer.token(
        **gitlab, project_id="31", namespace_id="8", project_path="example/checkout", ref_path="refs/heads/main"
    )
    assert report(token).status_code == 201


@pytest.mark.parametrize("token", ["a.b.c", "..", "é.b.c", "a" * 20_000 + ".b.c", "eyJhbGciOiJSUzI1NiJ9.W10.x"])
def test_rubbish_is_401(token: str, identity: CiIdentity, report: Any) -> None:
    assert report(token).status_code == 401


@pytest.fixture
def external(catalog: Any) -> Any:
    """A rollout of checkout whose traffic a pipeline moves."""
    from deployments.models import Rollout, RolloutPlan

    plan = RolloutPlan.objects.create(name="one step", definition={"segments": [{"name": "All", "weight": 100}]})
    target = {
        "kind": "external",
        "pipeline": "release",
        "account": "",
        "region": "",
        "canary": "2",
        "baseline": "1",
        "ticket": "t-1",
    }
    return Rollout.objects.create(entity=catalog["checkout"], plan=plan, version="2", target=target, created_by="mira")


def test_a_bound_job_asks_for_go_or_no_go_and_reports_its_step(
    external: Any, identity: CiIdentity, issuer: Issuer, api: Any
) -> None:
    path, bearer = f"/api/v1/deployments/rollouts/{external.pk}/step/", f"Bearer {issuer.token()}"
    assert api().get(path, HTTP_AUTHORIZATION=bearer).status_code == 200
    assert api().post(path, {"weight": 0}, HTTP_AUTHORIZATION=bearer).status_code == 200
    CiIdentity.objects.update(services=["component:default/ledger"])
    assert api().get(path, HTTP_AUTHORIZATION=bearer).status_code == 403
    assert api().post(path, {"weight": 0}, HTTP_AUTHORIZATION=bearer).status_code == 403
