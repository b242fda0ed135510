"""The public keys of issuers. Fetched by a job, from issuers on the list only; a request only reads what is stored.

Nothing in a token leads anywhere: `jku` and `x5u` are not looked at, and the document of an issuer may name keys on its own
host only.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from deployments.models import CiIdentity, IssuerKeys
from portal.jobs import queue
from portal.jobs.context import JobContext
from portal.plugins import Job
from services.descriptors import Problem
from services.descriptors.fetching import PORTS, fetch

AGAIN = timedelta(seconds=60)
"""How long after one look the keys of an issuer are not looked for again, whatever is asked for."""
MOST_KEYS = 50
REFRESH = "deployments.issuer_keys"


class Unreadable(Exception):
    """The issuer answered something else than keys."""


def key_of(issuer: str, kid: str) -> dict[str, Any] | None:
    """The key with this id (a JWK), None where the stored set has none."""
    row = IssuerKeys.objects.filter(issuer=issuer).first()
    return next((key for key in (row.keys if row else ()) if key.get("kid") == kid), None)


def ask_for(issuer: str) -> bool:
    """Have the keys of an issuer fetched, at most once a minute; whether that is under way."""
    row = IssuerKeys.objects.filter(issuer=issuer).first()
    if row is not None and row.tried_at is not None and row.tried_at > timezone.now() - AGAIN:
        return False
    queue.enqueue(REFRESH, {"issuer": issuer}, by="ci", unique=issuer[:100])
    return True


def refresh(context: JobContext) -> dict[str, Any]:
    """Fetch the keys of one issuer, or of all that identities are bound to. What cannot be fetched leaves the old keys."""
    wanted = [context.args["issuer"]] if context.args.get("issuer") else bound()
    done = 0
    for number, issuer in enumerate(wanted):
        context.check()
        context.progress(number, len(wanted), issuer)
        if error := renew(issuer):
            context.log(error)
        else:
            done += 1
    return {"issuers": len(wanted), "fetched": done}


def bound() -> list[str]:
    """Issuers that an identity is bound to."""
    rows = CiIdentity.objects.filter(enabled=True, issuer__in=settings.OIDC_ISSUERS)
    return sorted(set(rows.order_by().values_list("issuer", flat=True)))


def renew(issuer: str) -> str:
    """Fetch and store the keys of an issuer; "" or a sentence that says what went wrong."""
    row, _ = IssuerKeys.objects.get_or_create(issuer=issuer)
    row.tried_at, row.error = timezone.now(), ""
    try:
        if issuer not in settings.OIDC_ISSUERS:
            raise Unreadable("It is not on the list OIDC_ISSUERS.")
        row.keys, row.fetched_at = _fetched(issuer), row.tried_at
    except (Problem, Unreadable) as error:
        row.error = f"{issuer}: {error}"[:500]
    row.save()
    return row.error


def _fetched(issuer: str) -> list[dict[str, Any]]:
    document = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", issuer)
    address = document.get("jwks_uri")
    if document.get("issuer") != issuer or not isinstance(address, str):
        raise Unreadable("The document of the issuer names another issuer, or no keys.")
    if urlsplit(address)[:2] != urlsplit(issuer)[:2]:
        raise Unreadable("The keys must lie on the host of the issuer.")
    keys = _json(address, issuer).get("keys")
    if not isinstance(keys, list):
        raise Unreadable("The set of keys has no keys.")
    return [
        key for key in keys[:MOST_KEYS] if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("kid")
    ]


def _json(address: str, issuer: str) -> dict[str, Any]:
    parts = urlsplit(issuer)
    port = parts.port or PORTS.get(parts.scheme, 0)
    host = f"{parts.hostname}:{port}" if port != PORTS.get(parts.scheme) else f"{parts.hostname}"
    try:
        found = json.loads(fetch(address, [host]).body or b"")
    except (ValueError, RecursionError) as error:
        raise Unreadable("The answer is not JSON.") from error
    if not isinstance(found, dict):
        raise Unreadable("The answer is not an object.")
    return found


JOB = Job(REFRESH, "Fetch keys of CI platforms", refresh, every=3600, keep=20)
