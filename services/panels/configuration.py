"""The card "Configuration" of a discovered resource: what AWS said of it, from the facts of the services that use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from services import facts, queries
from services.models import Entity

# Said elsewhere on the page, or lists of their own.
LEFT_OUT = {"name", "account", "region", "arn"}
LETTERS = {
    "az": "AZ",
    "azs": "AZs",
    "iam": "IAM",
    "vpc": "VPC",
    "tls": "TLS",
    "kms": "KMS",
    "url": "URL",
    "mb": "MB",
    "id": "ID",
    "dns": "DNS",
    "ssl": "SSL",
    "http": "HTTP",
    "waf": "WAF",
    "arn": "ARN",
}
SAID = {"PAY_PER_REQUEST": "on demand", "PROVISIONED": "provisioned", "STANDARD": "standard"}


def context(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The resource's fields in words, with the age of the fact they come from."""
    arn = entity.annotations.get("aws/arn", "")
    users = [target for _, target in queries.targets(entity, "dependencyOf") if target]
    for views in facts.bulk_current(users).values():
        for key, view in views.items():
            item = next((row for row in view.value.get("items", ()) if row.get("arn") == arn), None)
            if item and key not in {"aws.tags", "aws.account"}:
                return {"entity": entity, "rows": _rows(item), "view": view}
    return None


def _rows(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(_name(name), _words(SAID.get(str(value), value))) for name, value in item.items() if name not in LEFT_OUT]


def _name(name: str) -> str:
    """The field in words, with the abbreviations as AWS writes them."""
    return " ".join(LETTERS.get(word, word) for word in name.split("_"))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_words(entry) for entry in value) or "none"
    if isinstance(value, dict):
        return " ".join(f"{key}={_words(entry)}" for key, entry in value.items() if entry not in ("", {}, []))
    return str(value) if value != "" else "none"
