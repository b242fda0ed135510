"""The tab "Descriptor": the finished document as the catalog API answers it, to read and to take away."""

from __future__ import annotations

from typing import Any

import orjson
import yaml
from django.http import HttpRequest

from services.models import Entity
from services.storing import documents

FORMS = ("yaml", "json")
SHOWN = 100_000  # characters; the file has the rest
Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def context(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The text in the form that `as` names, YAML by default, with the annotations apart."""
    asked = request.GET.get("as", FORMS[0])
    form = asked if asked in FORMS else FORMS[0]
    document = documents.finished(entity)
    whole = text(document, form)
    return {
        "entity": entity,
        "form": form,
        "forms": [(name, name.upper(), name == form) for name in FORMS],
        "text": whole[:SHOWN],
        "cut": len(whole) > SHOWN,
        "annotations": sorted(document["metadata"].get("annotations", {}).items()),
        "labels": sorted((document["metadata"].get("labels") or {}).items()),
    }


def text(document: dict[str, Any], form: str) -> str:
    """The document as indented JSON, or as YAML in the order of its keys."""
    if form == "json":
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"
    return str(yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100))
