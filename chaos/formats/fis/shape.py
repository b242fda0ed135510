"""One shape for a template, wherever it comes from: the API (GetExperimentTemplate, camelCase) or CloudFormation (PascalCase)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TYPE = "AWS::FIS::ExperimentTemplate"
TOP = ("Description", "Targets", "Actions", "StopConditions", "RoleArn", "Tags", "ExperimentOptions")
PARTS = {
    "Targets": ("ResourceType", "ResourceArns", "ResourceTags", "Filters", "SelectionMode", "Parameters"),
    "Actions": ("ActionId", "Description", "Parameters", "Targets", "StartAfter"),
}
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A template with the API's keys, and the path under which it stands in the file (CloudFormation keeps its own case)."""

    data: Data
    path: str
    pascal: bool

    def at(self, path: str) -> str:
        """A path of the API's shape as it is written in the file, for the line number."""
        if not self.pascal:
            return f"{self.path}.{path}" if self.path else path
        words = path.split(".")
        keep = 1 if words[0] in ("targets", "actions") and len(words) > 1 else -1
        said = ".".join(word if place == keep else _upper(word) for place, word in enumerate(words))
        return f"{self.path}.{said}"


def looks_like(data: Mapping[str, Any]) -> bool:
    """Whether an object is meant as one or several templates."""
    return bool(templates(data))


def templates(data: Mapping[str, Any]) -> list[Template]:
    """Every template in a file: itself, an answer of the API, or the resources of CloudFormation."""
    if isinstance(data.get("experimentTemplate"), dict):
        return [Template(dict(data["experimentTemplate"]), "experimentTemplate", pascal=False)]
    resources = data.get("Resources")
    if isinstance(resources, dict):
        found = []
        for name, resource in resources.items():
            if isinstance(resource, dict) and resource.get("Type") == TYPE:
                properties = resource.get("Properties")
                plain = _camel(properties if isinstance(properties, dict) else {})
                found.append(Template(plain, f"Resources.{name}.Properties", pascal=True))
        return found
    actions = data.get("actions")
    if isinstance(actions, dict) and any(isinstance(one, dict) and "actionId" in one for one in actions.values()):
        return [Template(dict(data), "", pascal=False)]
    if isinstance(actions, dict) and "stopConditions" in data:
        return [Template(dict(data), "", pascal=False)]
    return []


def _camel(properties: Mapping[str, Any]) -> Data:
    """The keys of CloudFormation as the API's; names of targets, actions, parameters and tags stay as they are."""
    found: Data = {_lower(key): value for key, value in properties.items() if key in TOP}
    for part, keys in PARTS.items():
        rows = properties.get(part)
        if isinstance(rows, dict):
            found[_lower(part)] = {
                name: {_lower(key): value for key, value in row.items() if key in keys}
                if isinstance(row, dict)
                else row
                for name, row in rows.items()
            }
    targets = found.get("targets")
    for row in targets.values() if isinstance(targets, dict) else ():
        if isinstance(row, dict) and isinstance(row.get("filters"), list):
            row["filters"] = [_lowered(one) for one in row["filters"]]
    if isinstance(found.get("stopConditions"), list):
        found["stopConditions"] = [_lowered(one) for one in found["stopConditions"]]
    return found


def _lowered(row: Any) -> Any:
    return {_lower(key): value for key, value in row.items()} if isinstance(row, dict) else row


def _lower(key: str) -> str:
    return key[:1].lower() + key[1:]


def _upper(key: str) -> str:
    return key[:1].upper() + key[1:]
