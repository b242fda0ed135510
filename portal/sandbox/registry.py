"""What a handler is, and the table in which handlers are found by (service, operation)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import ServiceException

from .state import State


class Refused(ServiceException):
    """An AWS error on purpose: `Refused("ValidationException", "message")`; the code should be one of the service model."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


@dataclass(frozen=True)
class Context:
    """Who calls what: account id, region, boto3 service name, operation name (`GetDeployment`).

    `forward()` lets moto answer the same request and returns its parsed response; moto's error is raised as it is.
    """

    account: str
    region: str
    service: str
    operation: str
    forward: Callable[[], dict[str, Any]] = field(repr=False, compare=False, default=dict)

    def arn(self, resource: str, service: str = "") -> str:
        """ARN of a resource of this call's account and region, e.g. `arn("function:checkout")`."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"


Handler = Callable[[State, dict[str, Any], Context], dict[str, Any]]

HANDLERS: dict[tuple[str, str], Handler] = {}


def handles(service: str, *operations: str) -> Callable[[Handler], Handler]:
    """Register a handler for one or more operations of a boto3 service; two owners for one operation are an error."""

    def register(function: Handler) -> Handler:
        for operation in operations:
            taken = HANDLERS.get((service, operation))
            if taken is not None:
                raise RuntimeError(f"{service}.{operation} is handled by {taken.__module__} and {function.__module__}")
            HANDLERS[service, operation] = function
        return function

    return register
