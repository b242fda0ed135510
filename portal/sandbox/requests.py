"""Reading an AWS request: who calls (account, region), which service and operation, with which parameters."""

from __future__ import annotations

import gzip
import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import BackendRequest
from werkzeug.exceptions import NotFound

Environ = dict[str, Any]

SERVICE_OF_SIGNING_NAME = {
    "tagging": "resourcegroupstaggingapi",
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "es": "opensearch",
}
"""boto3 service name by signing name, where they differ and a handler needs it."""

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/(?P<date>\d+)/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Caller:
    """The credential scope of a signed request, with the account that the access key belongs to."""

    account: str
    region: str
    service: str


def caller(environ: Environ) -> Caller | None:
    """Account, region and boto3 service of a SigV4-signed request; None when it is not signed that way."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or get_account_id_from(scope["key"])
    signing_name = scope["service"].lower()
    return Caller(account, scope["region"], SERVICE_OF_SIGNING_NAME.get(signing_name, signing_name))


def keep_body(environ: Environ) -> bytes:
    """Read the body once and leave it readable again; returns it (empty when its length is not declared).

    boto3 compresses long bodies of some operations, such as PutMetricData: they are left unpacked.
    """
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip" and length:
        body = gzip.decompress(body)
        del environ["HTTP_CONTENT_ENCODING"]
        environ["CONTENT_LENGTH"] = str(len(body))
    if length:
        environ["wsgi.input"] = io.BytesIO(body)
    return body


def operation_name(environ: Environ, body: bytes, service: str) -> str:
    """Operation from X-Amz-Target, the Action field, or method and path matched against the service model; "" if unknown."""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return str(target.rsplit(".", 1)[-1])
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
    try:
        operation, _ = get_service_router(service).match(request(environ, body))
    except (NotFound, NotImplementedError):
        return ""
    return str(operation.name)


def request(environ: Environ, body: bytes) -> BackendRequest:
    """A request object on a copy of the environment, so that moto can still read the original."""
    return BackendRequest({**environ, "wsgi.input": io.BytesIO(body)})


def parameters(environ: Environ, body: bytes, service: str, operation: str) -> dict[str, Any]:
    """The operation's input as boto3 names it; timestamps are naive UTC datetimes, as moto parses them."""
    asked = request(environ, body)
    model: OperationModel = get_service_model(service).operation_model(operation)
    protocol = determine_request_protocol(model.service_model, asked.content_type)
    uri = get_service_router(service).match(asked)[1] if protocol.startswith("rest") else {}
    parser = PROTOCOL_PARSERS[protocol](model, map_type=dict)
    parsed = parser.parse(
        {
            "method": asked.method,
            "values": asked.values,
            "headers": asked.headers,
            "body": asked.data,
            "url_path": asked.path,
            "url_params": uri,
        }
    )
    return dict(parsed or {})
