"""One factory for AWS clients: assume the account's role, 15 minutes, least rights, sane time-outs.

Never from a web request (`RuntimeError`), never inside a database transaction. Timeouts and retries were measured:
connect 3 s, read 10 s, four attempts in botocore's standard mode.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from portal.aws.errors import AwsDenied, aws_errors
from portal.aws.models import Account
from portal.aws.session_policy import session_policy

in_web_request: ContextVar[bool] = ContextVar("in_web_request", default=False)
SESSION = timedelta(minutes=15)
CONNECT_SECONDS, READ_SECONDS = 3, 10
CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS
"""How long one try of a call can be on its way."""
# A client is made anew a good while before its credentials end, so that no long call outlives them.
RENEW_BEFORE = timedelta(minutes=5)
_lock = threading.Lock()
_credentials: dict[tuple[str, str], tuple[datetime, dict[str, str]]] = {}
_accounts: dict[str, Account] = {}
_borrowed: dict[str, Account] = {}
_clients: dict[tuple[str, str, str, str, bool], tuple[datetime, Any]] = {}


def _config(once: bool = False) -> Any:
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": 1 if once else 4}
    return Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries, max_pool_connections=20)


def _endpoint() -> dict[str, str]:
    return {"endpoint_url": settings.AWS_ENDPOINT_URL} if settings.AWS_ENDPOINT_URL else {}


@cache
def _loader() -> Any:
    """The reader of AWS's service models, shared: reading them anew for each client was four fifths of its cost."""
    from botocore.loaders import create_loader

    return create_loader()


def _boto_client(keys: dict[str, str], service: str, region: str, once: bool = False) -> Any:
    """A plain boto3 client with these keys (empty: the portal's own identity)."""
    import boto3
    import botocore.session

    base = botocore.session.Session()
    base.register_component("data_loader", _loader())
    # The stubs have one overload for each of 400 services; which one this is, is only known at run time.
    session: Any = boto3.Session(botocore_session=base, **keys)
    return session.client(service, region_name=region, config=_config(once), **_endpoint())


def _own_keys() -> dict[str, str]:
    """The embedded AWS takes any key, so that a laptop's real ones are never used."""
    if not settings.AWS_ENDPOINT_URL:
        return {}
    return {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}


def _assume(account: Account, role: str, purpose: str) -> tuple[datetime, dict[str, str]]:
    arn = account.role_arn(role)
    if not arn:
        message = f"the account has no {role} role"
        raise AwsDenied("assume role", account.account_id, "", "NoRole", message)
    region = (account.regions or ["us-east-1"])[0]
    with aws_errors("assume role", account.account_id, region):
        sts = _boto_client(_own_keys(), "sts", region)
        reply = sts.assume_role(
            RoleArn=arn,
            RoleSessionName=f"portal-{role}-{purpose}"[:64],
            ExternalId=str(account.external_id),
            DurationSeconds=int(SESSION.total_seconds()),
            Policy=session_policy(role),
        )["Credentials"]
    keys = {
        "aws_access_key_id": reply["AccessKeyId"],
        "aws_secret_access_key": reply["SecretAccessKey"],
        "aws_session_token": reply["SessionToken"],
    }
    _check_account(account, keys, region)
    return datetime.now(UTC) + SESSION, keys


def _check_account(account: Account, keys: dict[str, str], region: str) -> None:
    """The role must lead into the account on record: a mix-up here would act in somebody else's account."""
    with aws_errors("get caller identity", account.account_id, region):
        seen = _boto_client(keys, "sts", region).get_caller_identity()["Account"]
    if seen != account.account_id:
        message = f"the role leads into account {seen}"
        raise AwsDenied("get caller identity", account.account_id, region, "WrongAccount", message)


def _account(account_id: str) -> Account | None:
    """The account; as it was last seen where the database is away, so that an undo from memory still gets keys."""
    if account_id in _borrowed:
        return _borrowed[account_id]
    try:
        found = Account.objects.filter(account_id=account_id, enabled=True).first()
    except (InterfaceError, OperationalError):
        return _accounts.get(account_id)
    if found is None:
        _accounts.pop(account_id, None)
    else:
        _accounts[account_id] = found
    return found


def client(
    account_id: str, region: str, service: str, *, role: str = "read", purpose: str = "read", once: bool = False
) -> Any:
    """A boto3 client for `service`, cached until its session is about to end.

    With `once` a call is never repeated by the client: for calls that start something each time they arrive.

    `role` is "read", "rollout", "chaos" or "review". Raises AwsDenied for an account that is unknown, switched off, without
    that role, or outside its listed regions; RuntimeError inside a web request.
    """
    if in_web_request.get():
        raise RuntimeError("AWS is never called inside a web request: enqueue a job and show what is stored.")
    key, now = (account_id, region, service, role, once), datetime.now(UTC)
    with _lock:
        cached = _clients.get(key)
        if cached and cached[0] - RENEW_BEFORE > now:
            return cached[1]
    account = _account(account_id)
    if account is None or (account.regions and region not in account.regions):
        raise AwsDenied(
            "connect", account_id, region, "NotListed", "this account and region are not on the portal's list"
        )
    with _lock:
        held = _hold(account, role, purpose, now)
        made = _boto_client(held[1], service, region, once)
        _clients[key] = (held[0], made)
    return made


def _hold(account: Account, role: str, purpose: str, now: datetime) -> tuple[datetime, dict[str, str]]:
    """The credentials of a role, assumed anew a while before they end. The caller has the lock."""
    held = _credentials.get((account.account_id, role))
    if held is None or held[0] - RENEW_BEFORE <= now:
        held = _credentials[(account.account_id, role)] = _assume(account, role, purpose)
    return held


def lend(account_id: str, roles: Sequence[str], purpose: str = "chaos") -> dict[str, Any]:
    """What another process needs to act in one account for some minutes, as JSON: its regions and the keys of roles.

    Roles that the account's owner did not give are left out. Raises AwsError.
    """
    account = _account(account_id)
    if account is None:
        raise AwsDenied("connect", account_id, "", "NotListed", "this account is not on the portal's list")
    with _lock:
        held = {role: _hold(account, role, purpose, datetime.now(UTC)) for role in roles if account.role_arn(role)}
    keys = {role: {"ends": ends.isoformat(), "keys": one} for role, (ends, one) in held.items()}
    return {"account": account_id, "regions": account.regions, "roles": keys}


def borrow(lent: dict[str, Any]) -> None:
    """Use what `lend` gave in another process: the database is not asked for this account, no role is assumed."""
    with _lock:
        _borrowed[lent["account"]] = Account(account_id=lent["account"], regions=lent["regions"])
        for role, one in lent["roles"].items():
            _credentials[(lent["account"], role)] = (datetime.fromisoformat(one["ends"]), one["keys"])


def forget() -> None:
    """Drop all cached clients and credentials (a role has changed, or a test starts)."""
    with _lock:
        _clients.clear()
        _credentials.clear()
        _accounts.clear()
        _borrowed.clear()
