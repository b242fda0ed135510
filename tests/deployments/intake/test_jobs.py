"""What intake does by itself: fetch and confirm for SNS at addresses of SNS only, forget what is old, load the demo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from deployments.intake import demo, retention
from deployments.intake.senders import sns_jobs
from deployments.models import Deployment, IntakeEvent, RefusedEvent, SigningCertificate
from portal.aws.models import Account
from portal.plugins import jobs
from services.descriptors import Problem
from tests.deployments.intake.senders import TOPIC, example, make_sender


def context(**args: Any) -> Any:
    return SimpleNamespace(args=args, check=lambda: None, progress=lambda *_: None, log=lambda _: None)


@pytest.mark.parametrize("url", [
    "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.eu-west-1.amazonaws.com/other.pem",
    "https://evil.example/SimpleNotificationService-0123456789abcdef.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
])  # fmt: skip
def test_the_job_fetches_no_certificate_from_elsewhere(url: str, db: None) -> None:
    with pytest.raises(Problem, match="not the address"):
        sns_jobs.fetch_certificate(context(url=url))
    assert not SigningCertificate.objects.exists()


def test_the_job_confirms_only_topics_that_are_still_listed_at_addresses_of_sns(catalog: Any, admin: Any) -> None:
    good = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    with pytest.raises(Problem, match="no sender's list"):
        sns_jobs.confirm(context(url=good, topic=TOPIC))
    make_sender(admin, "sns")
    with pytest.raises(Problem, match="must be one of SNS"):
        sns_jobs.confirm(context(url="https://evil.example/?Action=ConfirmSubscription", topic=TOPIC))


def test_old_events_are_forgotten_and_deployments_stay(send: Callable[..., Any], settings: Any) -> None:
    with time_machine.travel("2026-11-20T10:01:00Z", tick=False):
        send(example("cdevents-service-deployed"))
        send(example("argo-rollout-healthy"), rollout="nobody", image="")
    settings.INTAKE_KEEP_DAYS = 90
    with time_machine.travel("2027-02-17T10:01:00Z", tick=False):
        assert retention.run(context()) == {"accepted": 0, "refused": 0, "commits": 0}
    with time_machine.travel("2027-02-19T10:01:00Z", tick=False):
        assert retention.run(context()) == {"accepted": 1, "refused": 1, "commits": 0}
        assert retention.run(context()) == {"accepted": 0, "refused": 0, "commits": 0}
    assert Deployment.objects.count() == 1


def test_the_demo_may_be_loaded_again(catalog: Any, admin: Any) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        demo.load(context())
        before = (IntakeEvent.objects.count(), RefusedEvent.objects.count(), Deployment.objects.count())
        demo.load(context())
    assert before[0]
    assert before == (IntakeEvent.objects.count(), RefusedEvent.objects.count(), Deployment.objects.count())


def test_events_of_pipelines_in_accounts_that_the_portal_reads_are_logged_and_no_deployment(
    send: Callable[..., Any],
) -> None:
    Account.objects.create(
        account_id="111111111111",
        name="production",
        regions=["eu-west-1"],
        read_role_arn="arn:aws:iam::111111111111:role/read",
    )
    with time_machine.travel("2026-11-20T10:01:00Z", tick=False):
        assert send(example("eventbridge-codepipeline-rollback")).status_code == 202
        assert not Deployment.objects.exists()
        send(example("eventbridge-codedeploy-success"))
    assert Deployment.objects.get().source == "codedeploy"
    assert IntakeEvent.objects.count() == 2


def test_every_job_of_intake_is_registered() -> None:
    wanted = ("pull", "event_queues", "intake_retention", "issuer_keys", "sns_certificate", "sns_confirm")
    assert all(jobs.get(f"deployments.{name}") for name in wanted)


def test_a_late_event_is_kept_under_the_time_it_happened(send: Callable[..., Any]) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        recorded = example("cdevents-service-deployed")
        happened = timezone.now() - timedelta(days=3)
        recorded["body"]["context"]["timestamp"] = happened.isoformat()
        send(recorded)
    event = IntakeEvent.objects.get()
    assert (event.occurred_at, event.received_at > happened) == (happened, True)
