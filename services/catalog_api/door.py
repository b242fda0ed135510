"""The door of every endpoint: who calls, not too often, with which role; and Backstage's envelope for all that goes wrong.

Plain views, because this is the portal's busiest read path. The checks come in the order of all writes: authentication,
throttle, role, then (in the endpoint) the object, the right to it, and the validation of what was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from portal.access import bearer, policy
from portal.access.throttle import CallThrottle
from services.catalog_api.errors import Conflict, InputError, NotFound, Refusal, envelope
from services.descriptors import Problem, Taken, Unknown

# Bytes of a body that is too large which are read all the same, and how many at once.
MOST_DRAINED, PIECE = 32_000_000, 64_000
Answer = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Way:
    """What answers a method, and the role it needs."""

    answer: Answer
    role: str = "viewer"


def door(**ways: Answer | Way) -> Answer:
    """A view with one answer for each HTTP method; HEAD is answered like GET."""
    known = {method: way if isinstance(way, Way) else Way(way) for method, way in ways.items()}

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        try:
            return _pass(request, known).answer(request, **parts)
        except Refusal as refusal:
            return envelope(request, refusal)
        except Problem as problem:
            return envelope(request, _refusal(problem))
        except RequestDataTooBig:
            _drain(request)
            return envelope(request, Refusal(413, "The body is larger than 2.5 MB: send it in parts."))
        except UnreadablePostError:
            return envelope(request, InputError("The body broke off: send it again."))

    return view


def _pass(request: HttpRequest, known: dict[str, Way]) -> Way:
    """The way that the request may take."""
    try:
        user = bearer.caller(request)
    except bearer.Stranger as error:
        raise Refusal(401, str(error), {"WWW-Authenticate": "Bearer"}) from error
    except bearer.Forged as error:
        raise Refusal(403, str(error)) from error
    request.user = user
    throttle = CallThrottle()
    if not throttle.allow_request(request, None):
        wait = int(throttle.wait())
        raise Refusal(429, f"Too many requests: wait {wait} s.", {"Retry-After": str(wait)})
    way = known.get("GET" if request.method == "HEAD" else request.method or "")
    if way is None:
        allowed = ", ".join(sorted(known))
        raise Refusal(405, f"{request.method} is not answered here: use {allowed}.", {"Allow": allowed})
    if not policy.may_somewhere(user, way.role):
        raise Refusal(403, f"You need the role {way.role} for this. Ask an admin for it.")
    return way


def _drain(request: HttpRequest) -> None:
    """Read on while a body is sent that will not be used: whoever still sends would not hear why it is refused."""
    with suppress(UnreadablePostError):
        for _ in range(MOST_DRAINED // PIECE):
            if not request.read(PIECE):
                break


def _refusal(problem: Problem) -> Refusal:
    """What the catalog's own verbs refuse, as Backstage says it."""
    if isinstance(problem, Unknown):
        return NotFound(str(problem))
    return Conflict(str(problem)) if isinstance(problem, Taken) else InputError(str(problem))


def nowhere(request: HttpRequest, path: str = "") -> HttpResponse:
    """Any other address below the catalog's."""
    raise NotFound("There is no such endpoint in the catalog API.")
