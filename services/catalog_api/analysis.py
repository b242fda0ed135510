"""POST /analyze-location: what is known of a repository, and a descriptor to begin with."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.http import HttpRequest, HttpResponse

from services.catalog_api import asked, replies
from services.catalog_api.errors import InputError
from services.models import Entity

HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
# Where the path of a file begins, behind the repository.
INSIDE = re.compile(r"/(?:-/)?(?:blob|tree|raw|edit|src)(?:/|$)")
NAME = re.compile(r"[^A-Za-z0-9_.-]+")
MOST = 500


def analyze(request: HttpRequest) -> HttpResponse:
    """The entities that come from this repository already, or else one to start from."""
    body = asked.body(request, required={"location"}, optional={"catalogFilename"})
    location = body["location"]
    if not isinstance(location, dict):
        raise InputError("location must hold type and target.")
    asked.text(location, "type")
    asked.text(body, "catalogFilename", "")
    target = asked.text(location, "target")
    host, path = _repository(target)
    known = _known(f"{host}{path}") if path else []
    return replies.json({"existingEntityFiles": known, "generateEntities": [] if known else [_proposal(host, path)]})


def _repository(target: str) -> tuple[str, str]:
    """(scheme and host, path) of the repository that an address lies in. Raises InputError."""
    try:
        parts: SplitResult = urlsplit(target.strip())
        host = parts.hostname
    except ValueError as error:
        raise InputError("target must be the address of a repository.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InputError("target must be the address of a repository, such as https://github.com/acme/checkout.")
    path = INSIDE.split(parts.path, maxsplit=1)[0].rstrip("/").removesuffix(".git")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", path


def _known(address: str) -> list[dict[str, Any]]:
    """The files below the address that the catalog has read, each entity with its file."""
    rows = Entity.objects.live().exclude(document=None).filter(source__startswith=address).select_related("document")
    ends = {"", "/"}
    return [
        {"location": {"type": "url", "target": entity.source}, "isRegistered": True, "entity": entity.data}
        for entity in rows.order_by("source", "pk")[:MOST]
        if entity.source[len(address) : len(address) + 1] in ends
    ]


def _proposal(host: str, path: str) -> dict[str, Any]:
    """A component named after the repository."""
    slug = path.strip("/")
    name = NAME.sub("-", slug.rpartition("/")[2]).strip("-_.")[:63].strip("-_.") or "component"
    metadata: dict[str, Any] = {"name": name}
    domain = host.partition("://")[2].partition(":")[0]
    if slug.count("/") >= 1:
        known = next((full for word, full in HOSTS.items() if domain == full or word in domain.split(".")), domain)
        metadata["annotations"] = {f"{known}/project-slug": slug}
    entity = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": metadata,
        "spec": {"type": "other", "lifecycle": "unknown"},
    }
    return {"entity": entity, "fields": []}
