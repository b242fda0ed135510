"""A hook is taken from whoever proves to be a sender, and from nobody else; the proof is of the bytes as they came."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from deployments.intake.senders import manage
from deployments.models import Deployment, HookSecret, HookSender, IntakeEvent, RefusedEvent
from portal.access.models import AuditEvent
from portal.jobs.models import Run
from tests.deployments.intake.senders import (
    CERTIFICATE_URL,
    TOPIC,
    certificate,
    example,
    make_sender,
    post,
    signed,
    sns_body,
)

pytestmark = pytest.mark.django_db
JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel("2026-11-20T10:01:00Z", tick=False):
        yield


def deliver(name: str, headers: dict[str, str], raw: bytes | None = None) -> Any:
    """Send an example with these headers of proof."""
    recorded = example(name)
    body = json.dumps(recorded["body"]).encode() if raw is None else raw
    return post(Client(), recorded["door"], body, {**recorded["headers"], **headers})


def body_of(name: str) -> bytes:
    return json.dumps(example(name)["body"]).encode()


@pytest.mark.parametrize("proof", [{}, {"x-hub-signature-256": "sha256=" + "0" * 64}, {"x-hub-signature-256": "é"}])
def test_an_unsigned_delivery_of_github_is_401_and_leaves_nothing(proof: dict[str, str], github: Any) -> None:
    reply = deliver("github-deployment", proof)
    assert reply.status_code == 401
    assert "X-Hub-Signature-256" in reply.json()["error"]["message"]
    assert not Deployment.objects.exists()
    assert not RefusedEvent.objects.exists()


def test_one_changed_byte_breaks_the_signature(github: Any) -> None:
    body = body_of("github-deployment")
    proof = signed("github", github[1], body)
    assert deliver("github-deployment", proof, body.replace(b"main", b"mein")).status_code == 401
    assert deliver("github-deployment", proof, body).status_code == 202


def test_the_signature_is_checked_before_anything_is_parsed(github: Any) -> None:
    assert deliver("github-deployment", {}, b"[" * 100_000).status_code == 401


def test_a_disabled_sender_is_nobody(github: Any, admin: Any) -> None:
    sender, secret = github
    manage.change(sender, {"enabled": False}, admin)
    assert deliver("github-deployment", signed("github", secret, body_of("github-deployment"))).status_code == 401
    assert AuditEvent.objects.filter(action="sender.disable", severity="high").exists()


def test_the_secret_of_one_dialect_opens_no_other_door(github: Any) -> None:
    assert deliver("flagger-progressing", {"authorization": f"Bearer {github[1]}"}).status_code == 401
    assert deliver("argo-rollout-healthy", {"x-hook-key": github[1]}).status_code == 401


def test_while_a_secret_is_rotated_both_are_good_and_then_the_new_one_only(github: Any, admin: Any) -> None:
    sender, old = github
    new = manage.rotate(sender, admin, overlap=timedelta(hours=1))
    body = body_of("github-deployment")
    for secret in (old, new):
        assert deliver("github-deployment", signed("github", secret, body)).status_code in (200, 202)
    with time_machine.travel("2026-11-20T11:02:00Z", tick=False):
        assert deliver("github-deployment", signed("github", old, body)).status_code == 401
        assert deliver("github-deployment", signed("github", new, body)).status_code == 200


def test_at_most_two_secrets_are_good_at_a_time(github: Any, admin: Any) -> None:
    sender, first = github
    for _ in range(2):
        manage.rotate(sender, admin, overlap=timedelta(days=7))
    assert len(manage.live_secrets(sender, timezone.now())) == 2
    assert deliver("github-deployment", signed("github", first, body_of("github-deployment"))).status_code == 401


def test_no_secret_stands_in_the_database(github: Any, admin: Any) -> None:
    _, flagger = make_sender(admin, "flagger")
    stored = json.dumps(list(HookSecret.objects.values("sealed", "digest", "hint")))
    assert github[1] not in stored
    assert flagger not in stored


def test_gitlab_takes_its_token_or_a_standard_signature(catalog: Any, admin: Any) -> None:
    _, token = make_sender(admin, "gitlab", "key", name="with-token")
    _, secret = make_sender(admin, "gitlab", "standard", name="with-signature")
    body = body_of("gitlab-deployment-success")
    assert deliver("gitlab-deployment-success", signed("gitlab", token, body)).status_code == 202
    assert deliver("gitlab-deployment-success", signed("gitlab", secret, body, standard=True)).status_code == 200
    assert deliver("gitlab-deployment-success", signed("gitlab", token, body, standard=True)).status_code == 401


@pytest.mark.parametrize("age", [301, -301])
def test_an_old_or_early_signature_is_refused_and_a_replayed_one_changes_nothing(
    age: int, catalog: Any, admin: Any
) -> None:
    _, secret = make_sender(admin, "gitlab", "standard")
    body = body_of("gitlab-deployment-success")
    reply = deliver("gitlab-deployment-success", signed("gitlab", secret, body, standard=True, age=age))
    assert reply.status_code == 401
    assert "webhook-timestamp" in reply.json()["error"]["message"]
    proof = signed("gitlab", secret, body, standard=True)
    states = [deliver("gitlab-deployment-success", proof).json()["results"][0]["state"] for _ in range(2)]
    assert states == ["accepted", "duplicate"]


def test_a_sender_reports_only_for_what_its_scope_covers(catalog: Any, admin: Any) -> None:
    sender, secret = make_sender(admin, "github", everything=False, teams=["group:default/search"])
    body = body_of("github-deployment")
    reply = deliver("github-deployment", signed("github", secret, body))
    assert reply.status_code == 403
    assert RefusedEvent.objects.get().hook == sender
    manage.change(sender, {"services": ["component:default/checkout"]}, admin)
    assert deliver("github-deployment", signed("github", secret, body)).status_code == 202


def test_a_sender_that_sends_too_much_is_told_when_to_come_again(catalog: Any, admin: Any) -> None:
    sender, secret = make_sender(admin, "flagger", rate=2)
    body = body_of("flagger-progressing")
    replies = [deliver("flagger-progressing", signed("flagger", secret, body)) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [202, 200, 429]
    assert int(replies[2]["Retry-After"]) > 0
    sender.refresh_from_db()
    assert sender.last_used_at == timezone.now()


def test_bodies_over_a_mebibyte_and_other_types_are_not_read(github: Any) -> None:
    large = post(Client(), "github", b" " * 1_048_577, {**example("github-deployment")["headers"]})
    assert large.status_code == 413
    form = {**example("github-deployment")["headers"], "content-type": "application/x-www-form-urlencoded"}
    assert post(Client(), "github", b"payload=%7B%7D", form).status_code == 415
    assert post(Client(), "nobody", b"{}", JSON).status_code == 404


def test_two_clusters_with_the_same_names_are_two_sources(catalog: Any, admin: Any) -> None:
    for cluster in ("east", "west"):
        _, secret = make_sender(admin, "flagger", name=cluster)
        assert deliver("flagger-progressing", {"authorization": f"Bearer {secret}"}).status_code == 202
    assert sorted(Deployment.objects.values_list("source", flat=True)) == ["flagger:hook:east", "flagger:hook:west"]


@pytest.fixture
def sns(catalog: Any, admin: Any) -> HookSender:
    return make_sender(admin, "sns")[0]


def notify(**changes: Any) -> Any:
    """Send a signed notification of CodeDeploy; changes are made before it is signed."""
    recorded = example("sns-codedeploy-succeeded")
    return post(Client(), "sns", sns_body({**recorded["body"]}, **changes), recorded["headers"])


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_notification_of_a_listed_topic_is_taken(version: str, sns: HookSender) -> None:
    certificate()
    assert notify(SignatureVersion=version).status_code == 202


def test_a_changed_notification_is_refused(sns: HookSender) -> None:
    certificate()
    recorded = example("sns-codedeploy-succeeded")
    body = json.loads(sns_body(recorded["body"])) | {"MessageId": "another"}
    assert post(Client(), "sns", json.dumps(body).encode(), recorded["headers"]).status_code == 401


@pytest.mark.parametrize("url", [
    "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem",
    "https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.eu-west-1.amazonaws.com/other.pem",
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=1",
    "https://[::1", "not an address",
])  # fmt: skip
def test_a_certificate_from_elsewhere_is_neither_fetched_nor_believed(url: str, sns: HookSender) -> None:
    certificate()
    assert notify(SigningCertURL=url).status_code == 401
    assert not Run.objects.filter(job="deployments.sns_certificate").exists()


def test_an_unknown_certificate_is_fetched_by_a_job_and_sns_asked_to_send_again(sns: HookSender) -> None:
    replies = [notify() for _ in range(3)]
    assert {reply.status_code for reply in replies} == {503}
    assert replies[0]["Retry-After"]
    assert Run.objects.get(job="deployments.sns_certificate").args == {"url": CERTIFICATE_URL}
    certificate()
    assert notify().status_code == 202


def test_a_certificate_that_has_ended_is_not_believed(sns: HookSender) -> None:
    certificate(days=-1)
    assert notify().status_code == 401


def test_a_topic_that_is_on_no_list_is_refused_before_its_certificate_is_looked_at(sns: HookSender) -> None:
    assert notify(TopicArn=TOPIC + "-other").status_code == 401
    assert not Run.objects.filter(job="deployments.sns_certificate").exists()


def subscription(**changes: Any) -> Any:
    certificate()
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=2336412f37"
    body = {"Type": "SubscriptionConfirmation", "MessageId": "1", "Token": "2336412f37", "TopicArn": TOPIC, "Message": "You have chosen to subscribe.",
            "SubscribeURL": url, "Timestamp": "2026-11-20T10:00:00Z", **changes}  # fmt: skip
    return post(Client(), "sns", sns_body(body), {"content-type": "text/plain; charset=UTF-8"})


def test_a_subscription_is_confirmed_by_a_job_and_not_in_the_request(sns: HookSender) -> None:
    assert subscription().status_code == 202
    assert Run.objects.get(job="deployments.sns_confirm").args["topic"] == TOPIC
    assert not IntakeEvent.objects.exists()


def test_a_subscription_address_elsewhere_is_not_visited(sns: HookSender) -> None:
    assert subscription(SubscribeURL="https://evil.example/?Action=ConfirmSubscription").status_code == 401
    assert not Run.objects.filter(job="deployments.sns_confirm").exists()
