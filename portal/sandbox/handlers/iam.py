"""The second factor of an account's root user, which moto never counts."""

from __future__ import annotations

from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

ROOT_DEVICE = "mfa/root-account-mfa-device"
"""The name that AWS itself gives to the virtual device of a root user."""


@handles("iam", "GetAccountSummary")
def get_account_summary(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's summary; the root user has a second factor once its virtual device is made."""
    answer = context.forward()
    devices = backend("iam", context.account, "aws").virtual_mfa_devices
    guarded = any(str(serial).endswith(ROOT_DEVICE) for serial in devices)
    return {**answer, "SummaryMap": {**answer["SummaryMap"], "AccountMFAEnabled": int(guarded)}}
