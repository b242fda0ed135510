"""The OpenAPI document: which paths it holds, and the errors every operation can give."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest
from drf_spectacular.generators import SchemaGenerator

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": True},
            },
        }
    },
}
STATUSES = {
    "400": "The request is not valid",
    "401": "Not signed in",
    "403": "The role is missing",
    "404": "Nothing here",
    "405": "Not this method",
    "406": "Only JSON is served",
    "409": "It conflicts with what is there",
    "413": "The body is too large",
    "415": "Only JSON is read",
    "422": "The key was used with another body",
    "429": "Too many requests",
}
METHODS = ("get", "post", "put", "patch", "delete")


def only_ours(endpoints: list[Any]) -> list[Any]:
    """Leave the document itself out."""
    return [endpoint for endpoint in endpoints if not endpoint[0].startswith("/api/schema")]


def document_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Declare the error envelope for every operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in result["paths"].values():
        for method, operation in item.items():
            if method in METHODS:
                for code, text in STATUSES.items():
                    operation["responses"].setdefault(code, {"description": text, "content": content})
    return result


def operations(request: HttpRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    """Operations by the first word after /api/v1/, for the readable index."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, item in schema["paths"].items():
        word = path.removeprefix("/api/").removeprefix("v1/").split("/")[0]
        for method, operation in item.items():
            if method in METHODS:
                row = {"method": method.upper(), "path": path, "summary": operation.get("summary", "")}
                groups[word].append(row | {"description": operation.get("description", "").replace("`", "")})
    return sorted(groups.items())
