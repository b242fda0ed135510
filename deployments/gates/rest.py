"""How the gates' refusals are answered over REST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError

from deployments.gates import errors


class Conflict(APIException):
    """It does not fit the present state."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


@contextmanager
def answered() -> Iterator[None]:
    """Within the block a wrong field becomes 400 with its name, a conflict 409."""
    try:
        yield
    except errors.Wrong as error:
        raise ValidationError({error.field: [error.message]}) from error
    except errors.Conflict as error:
        raise Conflict(str(error)) from error
