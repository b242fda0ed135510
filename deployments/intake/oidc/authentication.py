"""`Authorization: Bearer <token>` of a CI job, for the few views that name it: reporting deployments, and go or no-go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from deployments.intake.oidc.verify import KeysComing, Untrusted, identity_of, job_of, looks_like_one
from deployments.intake.record import Refusal
from deployments.intake.reporters import Reporter, ScopedReporter, UserReporter, require, seen
from deployments.models import CiIdentity
from portal.access.tokens import BearerToken
from services.models import Entity

EDITOR = 2
"""The rank of an editor in portal.access.policy: what may report deployments."""


class Coming(exceptions.APIException):
    """503 with Retry-After: the keys of the issuer are being fetched."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not-yet"
    wait = 5


class CiUser:
    """A CI job as the caller of a request. It is an editor of the teams in its scope, and nothing anywhere else."""

    is_authenticated = is_active = True
    is_anonymous = is_superuser = is_staff = False

    def __init__(self, identity: CiIdentity) -> None:
        self.pk = f"ci-{identity.pk}"
        self.identity = identity
        self._colonnade_cap = "editor"
        # A scope of single services opens the door; each service is asked for by `reporters.require`.
        self._colonnade_grants = (
            {"": EDITOR} if identity.everything else dict.fromkeys(identity.teams or ["ci"], EDITOR)
        )

    def get_username(self) -> str:
        """How audit and logs name it."""
        return f"ci:{self.identity.name}"


class CiToken(BaseAuthentication):
    """A token that GitHub or GitLab signed for a job. Tokens of another form are left to the next class.

    A view says with `ci_methods` for which methods it takes one; without that for POST only.
    """

    def authenticate(self, request: Request) -> tuple[Any, CiIdentity] | None:
        """(caller, identity), or None where there is no such token. Raises 401, 403 and 503."""
        kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if kind.lower() != "bearer" or not looks_like_one(token):
            return None
        try:
            identity = identity_of(job_of(token.strip(), audience(request._request)))
        except Untrusted as error:
            raise exceptions.AuthenticationFailed(str(error)) from error
        except KeysComing as error:
            raise Coming(str(error)) from error
        view = (request.parser_context or {}).get("view")
        if request.method not in getattr(view, "ci_methods", ("POST",)):
            raise exceptions.PermissionDenied("A CI job may report deployments and ask for go or no-go, nothing else.")
        seen(identity)
        return CiUser(identity), identity

    def authenticate_header(self, request: Request) -> str:
        """Makes a bad token 401 and not 403."""
        return "Bearer"


class CiScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names it."""

    target_class = CiToken
    name = "ci"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The security scheme object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


CI_OR_USER: Any = (CiToken, BearerToken, SessionAuthentication)
"""Authentication of views that take CI jobs beside people and tokens."""


def audience(request: HttpRequest) -> str:
    """What a token must be made out to: OIDC_AUDIENCE, else the portal's own address without a slash at its end."""
    return settings.OIDC_AUDIENCE or address(request)


def address(request: HttpRequest) -> str:
    """Where the portal is reached, without a slash at its end: PUBLIC_URL, else as this request has reached it."""
    return str(settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/")


def reporter_of(request: Request) -> Reporter:
    """The reporter behind a request that `CI_OR_USER` let in."""
    return ScopedReporter(request.auth) if isinstance(request.auth, CiIdentity) else UserReporter(request.user)


def check_reporter(request: Request, entity: Entity) -> None:
    """Raise PermissionDenied unless the caller may report for the service: an editor of its team, or a job bound to it."""
    try:
        require(reporter_of(request), entity)
    except Refusal as error:
        raise exceptions.PermissionDenied(str(error)) from error
