"""Is this token good, and whose is it: signature, issuer, audience and time by PyJWT; the repository by its id, by us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings

from deployments.intake.oidc import keys
from deployments.models import CiIdentity

ALGORITHMS = ["RS256", "ES256"]
REQUIRED = ["exp", "iat", "aud", "iss", "sub"]
LEEWAY = 30
"""Seconds that the issuer's clock may be off."""
LONGEST = 16_384


class Untrusted(Exception):
    """The token is not good, or nobody has bound an identity to it; the text says which and what to do."""


class KeysComing(Exception):
    """The key that signed it is not known yet; it is being fetched."""


@dataclass(frozen=True)
class Job:
    """What a good token says of the job: ids that stay when names change, and where in the repository it runs."""

    issuer: str
    repository_id: str
    owner_id: str
    repository: str
    environment: str
    ref: str
    workflow: str


def looks_like_one(token: str) -> bool:
    """Whether this can only be a signed token: three parts; the portal's own tokens have one."""
    return token.count(".") == 2


def job_of(token: str, audience: str) -> Job:
    """The job behind a token made out to `audience`. Raises Untrusted, KeysComing."""
    if len(token) > LONGEST or not token.isascii():
        raise Untrusted("The token cannot be read.")
    issuer, key = _key(token)
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except jwt.InvalidAudienceError as error:
        raise Untrusted(f"The token is made out to somebody else: ask for the audience {audience}.") from error
    except jwt.PyJWTError as error:
        raise Untrusted(f"The token is not good: {error}.") from error
    if claims["aud"] not in (audience, [audience]):
        raise Untrusted(f"The token is made out to others as well: ask for the audience {audience} alone.")
    return _job(issuer, claims)


def _key(token: str) -> tuple[str, Any]:
    """The issuer on our list that the token names, and the key of it. Nothing in the token is believed yet."""
    try:
        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Untrusted("The token cannot be read.") from error
    if header.get("alg") not in ALGORITHMS:
        raise Untrusted(f"The token must be signed with {' or '.join(ALGORITHMS)}.")
    if not isinstance(issuer, str) or issuer not in settings.OIDC_ISSUERS:
        raise Untrusted("The issuer of the token is not on the list: an operator adds it to OIDC_ISSUERS.")
    kid = header.get("kid")
    found = keys.key_of(issuer, kid) if isinstance(kid, str) else None
    if found is None:
        if (
            isinstance(kid, str)
            and CiIdentity.objects.filter(issuer=issuer, enabled=True).exists()
            and keys.ask_for(issuer)
        ):
            raise KeysComing("The key that signed the token is being fetched: send it again in a few seconds.")
        raise Untrusted("The key that signed the token is none of its issuer's.")
    try:
        return issuer, jwt.PyJWK(found, algorithm=header["alg"]).key
    except jwt.PyJWTError as error:
        raise Untrusted("The key that signed the token does not go with its algorithm.") from error


def _job(issuer: str, claims: Mapping[str, Any]) -> Job:
    """GitHub's claims, or GitLab's."""

    def said(*names: str) -> str:
        found = next((claims[name] for name in names if claims.get(name) not in (None, "")), "")
        return str(found)[:300] if isinstance(found, str | int) and not isinstance(found, bool) else ""

    return Job(
        issuer=issuer,
        repository_id=said("repository_id", "project_id"),
        owner_id=said("repository_owner_id", "namespace_id"),
        repository=said("repository", "project_path"),
        environment=said("environment"),
        ref=said("ref_path", "ref"),
        workflow=said("job_workflow_ref", "workflow_ref", "ci_config_ref_uri"),
    )


def identity_of(job: Job) -> CiIdentity:
    """The identity that is bound to the job, by name where several fit. Raises Untrusted."""
    for row in CiIdentity.objects.filter(issuer=job.issuer, repository_id=job.repository_id, enabled=True):
        if job.repository_id and row.owner_id == job.owner_id and _fits(row, job):
            return row
    raise Untrusted(
        f"No identity is bound to repository {job.repository_id or 'without id'} with this environment, ref and workflow: "
        "an admin binds one (Deployments, Senders)."
    )


def _fits(row: CiIdentity, job: Job) -> bool:
    wanted = ((row.environment, job.environment), (row.ref, job.ref), (row.workflow, job.workflow))
    return all(_like(pattern, value) for pattern, value in wanted)


def _like(pattern: str, value: str) -> bool:
    """Equal, or the beginning where the pattern ends in *; an empty pattern asks for nothing."""
    if pattern.endswith("*"):
        return bool(value) and value.startswith(pattern[:-1])
    return not pattern or pattern == value
