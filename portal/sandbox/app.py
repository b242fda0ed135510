"""The WSGI app: handlers first, then moto in the same process, and AWS errors for what neither can do."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.exceptions import ServiceException
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from . import pages, repairs
from .handlers import HANDLERS
from .registry import Context, Refused
from .requests import Caller, Environ, caller, keep_body, operation_name, parameters
from .responses import failure, parsed, serialised, unsupported
from .state import State

log = logging.getLogger(__name__)

HANDLED_SERVICES = frozenset(service for service, _ in HANDLERS)


class _Moto(DomainDispatcherApplication):
    """moto's own app; a host of a service that moto does not know is NotImplementedError and not a crash."""

    def get_backend_for_host(self, host: str | None) -> Any:
        """Name of the moto backend for a host; None lets moto infer the host from the request first."""
        known = host is None or "amazonaws.com" not in host
        if not known and not any(pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns):
            raise NotImplementedError(host)
        return super().get_backend_for_host(host)


class SandboxApp:
    """One AWS for all accounts and regions. Requests are served one at a time: moto's state is not made for threads."""

    def __init__(self, state: State | None = None) -> None:
        repairs.apply()
        default_user_config["lambda"] = {"use_docker": False}
        self.state = state or State()
        self._moto = _Moto(create_backend_app)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request; a bug in a handler or in moto is a typed InternalFailure, never an HTML page."""
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_sandbox/"):
            return pages.answer(self.state, environ)(environ, start_response)
        who = caller(environ)
        service = who.service if who else ""
        try:
            with self.state.lock:
                response = self._answer(environ, who)
        except NotImplementedError:
            response = unsupported(environ, service, operation_name(environ, keep_body(environ), service))
        except Exception as error:
            log.exception("%s %s failed", environ.get("REQUEST_METHOD"), path)
            response = failure(environ, service, f"{type(error).__name__}: {error}", "InternalFailure", 500)
        return response(environ, start_response)

    def reset(self) -> None:
        """Back to an empty AWS."""
        with self.state.lock:
            BackendDict.reset()
            reset_model_data()
            self.state.clear()

    def _answer(self, environ: Environ, who: Caller | None) -> Response:
        if who is None:
            return self._forward(environ)
        if self.state.refusals:
            refused = self._refusal(environ, who)
            if refused is not None:
                return refused
        if who.service not in HANDLED_SERVICES:
            return self._checked(environ, who)
        body = keep_body(environ)
        operation = operation_name(environ, body, who.service)
        handler = HANDLERS.get((who.service, operation))
        if handler is None:
            return self._checked(environ, who)
        context = Context(
            who.account,
            who.region,
            who.service,
            operation,
            forward=lambda: parsed(environ, who.service, operation, self._forward(environ)),
        )
        try:
            result: Any = handler(self.state, parameters(environ, body, who.service, operation), context)
        except ServiceException as error:
            result = error
        except HTTPException as error:
            result = Refused(getattr(error, "error_type", "InternalFailure"), getattr(error, "message", str(error)))
        return serialised(environ, who.service, operation, result)

    def _refusal(self, environ: Environ, who: Caller) -> Response | None:
        """The error that somebody asked for in place of an answer."""
        operation = operation_name(environ, keep_body(environ), who.service)
        refusal = self.state.refusal(who.service, operation, who.account, who.region)
        if refusal is None:
            return None
        code, status = refusal
        who_text = f"arn:aws:sts::{who.account}:assumed-role/colonnade-read"
        message = f"User: {who_text} is not authorized to perform: {who.service}:{operation}"
        if not code.startswith("Access"):
            message = "Rate exceeded"
        return failure(environ, who.service, message, code, status)

    def _checked(self, environ: Environ, who: Caller) -> Response:
        body = keep_body(environ)
        response = self._forward(environ)
        html = "text/html" in response.headers.get("Content-Type", "") and response.status_code >= 400
        if html or (response.status_code == 404 and b"Not yet implemented" in response.get_data()):
            return unsupported(environ, who.service, operation_name(environ, body, who.service))
        return response

    def _forward(self, environ: Environ) -> Response:
        body = keep_body(environ)
        own = {**environ, "wsgi.input": io.BytesIO(body)} if body else environ
        chunks, status, headers = run_wsgi_app(self._moto, own, buffered=True)
        return Response(b"".join(chunks), status=status, headers=headers)
