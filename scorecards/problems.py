"""Errors of the scorecards' REST that are no matter of validation."""

from __future__ import annotations

from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """The row is no longer in the state that the request needs."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
