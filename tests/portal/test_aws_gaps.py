"""What AWS refuses is named exactly, and a refused detail is unknown only where somebody collects gaps."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from portal.aws.errors import AwsDenied, AwsThrottled, aws_errors
from portal.aws.gaps import collecting, detail
from portal.aws.iam_action import iam_action

PLACE = ("111111111111", "eu-west-1")


def refusal(code: str = "AccessDeniedException", operation: str = "ListAliases", message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def refuse(error: ClientError) -> str:
    raise error


@pytest.mark.parametrize(
    ("action", "operation", "message", "expected"),
    [
        ("lambda:ListFunctions", "ListAliases", "no", "lambda:ListAliases"),
        ("s3:GetBucketLocation", "GetPublicAccessBlock", "", "s3:GetBucketPublicAccessBlock"),
        ("s3:ListAllMyBuckets", "ListBuckets", "", "s3:ListAllMyBuckets"),
        ("apigateway:GET", "GetRestApis", "", "apigateway:GET"),
        ("assume role", "AssumeRole", "", "assume role"),
        ("x:Y", "Z", "User: arn:… is not authorized to perform: kms:Decrypt on resource: …", "kms:Decrypt"),
        ("x:Y", "", "", "x:Y"),
    ],
)
def test_the_action_to_allow_is_the_one_that_was_refused(
    action: str, operation: str, message: str, expected: str
) -> None:
    assert iam_action(action, operation, message) == expected


def test_the_error_carries_the_exact_action_and_what_was_intended() -> None:
    with pytest.raises(AwsDenied) as caught, aws_errors("lambda:ListFunctions", *PLACE):
        refuse(refusal())
    assert (caught.value.action, caught.value.intended) == ("lambda:ListAliases", "lambda:ListFunctions")


def test_a_refused_detail_is_unknown_and_asked_only_once() -> None:
    asked: list[str] = []

    def read() -> str:
        asked.append("x")
        return refuse(refusal())

    with collecting() as gaps:
        assert [detail("lambda:ListAliases", *PLACE, read) for _ in range(3)] == [None, None, None]
        assert detail("lambda:ListAliases", PLACE[0], "us-east-1", lambda: "seen") == "seen"
    assert (len(asked), len(gaps)) == (1, 1)


def test_throttling_is_never_taken_for_a_gap() -> None:
    with collecting() as gaps, pytest.raises(AwsThrottled):
        detail("lambda:ListAliases", *PLACE, lambda: refuse(refusal("ThrottlingException")))
    assert gaps == []


def test_without_a_collector_a_refusal_is_an_error() -> None:
    with pytest.raises(AwsDenied):
        detail("lambda:ListAliases", *PLACE, lambda: refuse(refusal()))
