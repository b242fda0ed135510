"""Writing AWS responses: results and errors in the protocol of the request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from botocore.parsers import create_parser
from moto.core.exceptions import ServiceException
from moto.core.request import determine_request_protocol
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from .requests import Environ


def _protocol(environ: Environ, service: str) -> str:
    return str(determine_request_protocol(get_service_model(service), environ.get("CONTENT_TYPE", "")))


def serialised(
    environ: Environ, service: str, operation: str, result: Mapping[str, Any] | ServiceException
) -> Response:
    """A handler's result, or the error it raised, as the service's protocol writes it."""
    model = get_service_model(service)
    serializer = get_serializer_class(model.service_name, _protocol(environ, service))
    written = serializer(operation_model=model.operation_model(operation)).serialize(result)
    return Response(written["body"], status=written["status_code"], headers=dict(written["headers"]))


def parsed(environ: Environ, service: str, operation: str, response: Response) -> dict[str, Any]:
    """What boto3 would make of a response of moto; an error response is raised as the error that it is."""
    shape = get_service_model(service).operation_model(operation).output_shape
    parser = create_parser(_protocol(environ, service))
    answer = parser.parse(
        {"body": response.get_data(), "headers": dict(response.headers), "status_code": response.status_code}, shape
    )
    if response.status_code >= 400:
        error = answer.get("Error", {})
        raise ServiceException(error.get("Code", "InternalFailure"), error.get("Message", ""))
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def unsupported(environ: Environ, service: str, operation: str) -> Response:
    """The typed refusal for what neither the handlers nor moto can do; never retried by botocore (status below 500 or 501)."""
    what = f"{service}:{operation}" if operation else service
    return failure(environ, service, f"The sandbox does not support {what}.")


def failure(environ: Environ, service: str, message: str, code: str = "", status: int = 0) -> Response:
    """An AWS error written without a service model: json, query or rest form by the look of the request."""
    if service in ("s3", "route53", "cloudfront"):
        body = f"<Error><Code>{code or 'NotImplemented'}</Code><Message>{escape(message)}</Message></Error>"
        return Response(body, status=status or 501, content_type="application/xml")
    if "HTTP_X_AMZ_TARGET" not in environ and environ.get("CONTENT_TYPE", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        return _query_failure(service, message, code or "InvalidAction", status or 400)
    name = code or "UnknownOperationException"
    answer = Response(json.dumps({"__type": name, "message": message}), status=status or 400)
    answer.headers["Content-Type"] = (
        "application/x-amz-json-1.1" if "HTTP_X_AMZ_TARGET" in environ else "application/json"
    )
    answer.headers["x-amzn-ErrorType"] = name
    return answer


def _query_failure(service: str, message: str, code: str, status: int) -> Response:
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = (
        f"<Response><Errors>{error}</Errors></Response>"
        if service == "ec2"
        else f"<ErrorResponse>{error}</ErrorResponse>"
    )
    return Response(body, status=status, content_type="text/xml")
