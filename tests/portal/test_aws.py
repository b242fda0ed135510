"""AWS sessions: assumed roles, the right account, one family of errors, never in a web request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from portal.aws import session
from portal.aws.errors import (
    AwsDenied,
    AwsError,
    AwsNotFound,
    AwsThrottled,
    AwsUnavailable,
    AwsUnsupported,
    aws_errors,
)
from portal.aws.models import Account
from portal.aws.paging import pages
from portal.aws.session_policy import ACTIONS, LIMIT, session_policy


def client_error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Op")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("raised", "family"),
    [
        (client_error("AccessDeniedException", 400), AwsDenied),
        (client_error("Whatever", 403), AwsDenied),
        (client_error("ThrottlingException", 400), AwsThrottled),
        (client_error("TooMany", 429), AwsThrottled),
        (client_error("NoSuchBucket", 404), AwsNotFound),
        (client_error("ResourceNotFoundException", 400), AwsNotFound),
        (client_error("UnknownOperationException", 400), AwsUnsupported),
        (client_error("InternalError", 500), AwsUnavailable),
        (client_error("ValidationException", 400), AwsError),
        (ResponseParserError("<html>"), AwsUnsupported),
        (EndpointConnectionError(endpoint_url="http://x"), AwsUnavailable),
    ],
)
def test_each_failure_becomes_one_family_with_a_remedy(raised: Exception, family: type[AwsError]) -> None:
    with pytest.raises(AwsError) as caught, aws_errors("list functions", "111111111111", "eu-west-1"):
        raise raised
    assert type(caught.value) is family
    assert "list functions in 111111111111 eu-west-1" in str(caught.value)
    assert caught.value.remedy in str(caught.value)


@pytest.mark.parametrize("role", ACTIONS)
def test_a_session_policy_fits_into_what_aws_takes(role: str) -> None:
    assert len(session_policy(role)) <= LIMIT


def test_of_the_fis_templates_only_released_ones_may_be_started() -> None:
    statements = json.loads(session_policy("chaos"))["Statement"]
    start = [one for one in statements if "fis:StartExperiment" in one["Action"]]
    assert all(one["Resource"] != "*" for one in start)
    (template,) = [one for one in start if one["Resource"].endswith("experiment-template/*")]
    assert template["Condition"] == {"StringEquals": {"aws:ResourceTag/colonnade": "allowed"}}


def test_the_read_role_only_reads() -> None:
    verbs = {action.partition(":")[2] for action in ACTIONS["read"]}
    allowed = ("Get", "List", "Describe", "BatchGet", "GET", "View")
    assert [verb for verb in verbs if not verb.startswith(allowed)] == []


def test_aws_is_never_called_inside_a_web_request() -> None:
    token = session.in_web_request.set(True)
    try:
        with pytest.raises(RuntimeError, match="enqueue a job"):
            session.client("111111111111", "eu-west-1", "s3")
    finally:
        session.in_web_request.reset(token)


@pytest.mark.django_db
def test_an_account_that_is_not_listed_is_refused() -> None:
    with pytest.raises(AwsDenied, match="not on the portal's list"):
        session.client("999999999999", "eu-west-1", "s3")


def test_a_client_is_bound_to_its_account_and_cached(aws: Any, db: None) -> None:
    session.forget()
    first = session.client("111111111111", "eu-west-1", "sqs")
    first.create_queue(QueueName="only-here")
    assert session.client("111111111111", "eu-west-1", "sqs") is first
    other = session.client("222222222222", "eu-west-1", "sqs")
    assert other.list_queues().get("QueueUrls", []) == []
    session.forget()


def test_a_region_outside_the_list_is_refused(aws: Any, db: None) -> None:
    session.forget()
    with pytest.raises(AwsDenied, match="not on the portal's list"):
        session.client("111111111111", "ap-south-1", "sqs")


def test_the_external_id_and_fifteen_minutes_are_sent(aws: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    real = session._boto_client

    def spying(keys: dict[str, str], service: str, region: str, once: bool = False) -> Any:
        client = real(keys, service, region, once)
        if service == "sts":
            client.meta.events.register(
                "before-parameter-build.sts.AssumeRole", lambda params, **_: sent.update(params)
            )
        return client

    monkeypatch.setattr(session, "_boto_client", spying)
    session.forget()
    session.client("111111111111", "eu-west-1", "sqs", purpose="discovery")
    account = Account.objects.get(account_id="111111111111")
    assert sent["ExternalId"] == str(account.external_id)
    assert sent["DurationSeconds"] == 900
    assert sent["RoleSessionName"] == "portal-read-discovery"
    assert sent["Policy"] == session_policy("read")
    session.forget()


def test_a_role_that_leads_into_another_account_is_refused(aws: Any, db: None) -> None:
    session.forget()
    Account.objects.filter(account_id="111111111111").update(
        read_role_arn="arn:aws:iam::222222222222:role/colonnade-read"
    )
    with pytest.raises(AwsDenied, match="leads into account 222222222222"):
        session.client("111111111111", "eu-west-1", "sqs")
    session.forget()


def test_an_account_without_a_chaos_role_cannot_be_broken(aws: Any, db: None) -> None:
    session.forget()
    Account.objects.update(chaos_role_arn="")
    with pytest.raises(AwsDenied, match="no chaos role"):
        session.client("111111111111", "eu-west-1", "ec2", role="chaos")
    session.forget()


def test_paging_by_token_ends_even_where_the_token_repeats() -> None:
    class Looping:
        calls = 0

        def can_paginate(self, operation: str) -> bool:
            return False

        def list_things(self, **kwargs: Any) -> dict[str, Any]:
            self.calls += 1
            return {"Things": [{"n": self.calls}], "NextToken": "same"}

    assert [item["n"] for item in pages(Looping(), "list_things", "Things")] == [1, 2]
