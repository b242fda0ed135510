"""One family of errors for all that AWS and the way to it can do wrong. Each says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from portal.aws.iam_action import iam_action

DENIED = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure", "Forbidden", "403",
    "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "OptInRequired",
}  # fmt: skip
THROTTLED = {
    "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown",
    "ProvisionedThroughputExceededException", "RequestThrottled", "LimitExceededException",
}  # fmt: skip
UNSUPPORTED = {
    "UnknownOperationException",
    "InvalidAction",
    "NotImplemented",
    "UnsupportedOperation",
    "NotYetImplemented",
}


class AwsError(Exception):
    """Something went wrong with an AWS call. `remedy` is one sentence for people.

    `action` is what AWS refused; `intended` is what the portal was about, the same unless a call within it failed.
    """

    remedy = "Try again; if it stays, look into the worker's log."

    intended: str

    def __init__(self, action: str, account: str, region: str, code: str, message: str) -> None:
        self.intended = action
        super().__init__(f"{action} in {account} {region}: {message} ({code}). {self.remedy}")
        self.action, self.account, self.region, self.code, self.message = action, account, region, code, message


class AwsDenied(AwsError):
    """The role may not do this, or may not be assumed."""

    remedy = "Let the role allow this action and trust the portal with the account's ExternalId."


class AwsThrottled(AwsError):
    """AWS asks to slow down, after the retries."""

    remedy = "It will be tried again with the next run."


class AwsNotFound(AwsError):
    """The resource is not there (any more)."""

    remedy = "Check the name; if it was deleted on purpose, the next discovery removes it."


class AwsUnsupported(AwsError):
    """This endpoint does not know the operation."""

    remedy = "The region or the embedded AWS does not offer it; what depends on it stays unknown."


class AwsUnavailable(AwsError):
    """AWS could not be reached or did not answer in time."""

    remedy = "Check the network and AWS_ENDPOINT_URL; it will be tried again with the next run."


def _family(code: str, status: int) -> type[AwsError]:
    if code in DENIED or status in (401, 403):
        return AwsDenied
    if code in THROTTLED or status == 429:
        return AwsThrottled
    if code in UNSUPPORTED:
        return AwsUnsupported
    if "NotFound" in code or "NoSuch" in code or "DoesNotExist" in code or status == 404:
        return AwsNotFound
    return AwsUnavailable if status >= 500 else AwsError


@contextmanager
def aws_errors(action: str, account: str, region: str) -> Iterator[None]:
    """Turn whatever botocore raises within the block into an AwsError."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "Unknown"))
        message = str(error.response.get("Error", {}).get("Message", "")) or code
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        exact = iam_action(action, getattr(error, "operation_name", ""), message)
        raised = _family(code, status)(exact, account, region, code, message)
        raised.intended = action
        raise raised from error
    except ResponseParserError as error:
        # An endpoint that answers a page instead of an AWS reply does not know the operation.
        raise AwsUnsupported(action, account, region, "ResponseParserError", "the reply is not AWS's") from error
    except BotoCoreError as error:
        raise AwsUnavailable(action, account, region, type(error).__name__, str(error)) from error
