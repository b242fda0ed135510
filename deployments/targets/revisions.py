"""Revisions of CodeDeploy and the short names that people and logs use for them.

`s3://bucket/key.zip?version=…`, `github:owner/repository@commit`, a Lambda version such as `42`, a task definition such
as `checkout:42`. An AppSpec that names none of these is called by its digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from deployments.targets.contract import TargetError

BUNDLES = ("tar.gz", "tgz", "tar", "zip", "json", "yaml", "yml")
S3 = re.compile(r"s3://(?P<bucket>[a-z0-9.-]{3,63})/(?P<key>[^?\s]{1,900})(\?version=(?P<version>\S{1,200}))?")
GITHUB = re.compile(r"github:(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})@(?P<commitId>[0-9a-f]{7,64})")
TASK = re.compile(r"[A-Za-z0-9_-]{1,255}:[0-9]{1,9}")
MOST = 100_000
"""Longest AppSpec that is read; CodeDeploy takes far less."""


def named(text: str) -> tuple[str, dict[str, Any]]:
    """(short name, revision) of what somebody named: JSON as CreateDeployment takes it, or a short name.

    The revision is {} for a Lambda version or a task definition: it is made from the AppSpec before. Raises TargetError.
    """
    if text.lstrip().startswith("{"):
        try:
            revision = json.loads(text)
        except ValueError as error:
            raise TargetError(f"The revision is no JSON: {error}.") from error
        if not isinstance(revision, dict) or revision.get("revisionType") not in _LOCATIONS:
            kinds = ", ".join(_LOCATIONS)
            raise TargetError(f"A revision is an object with revisionType, one of {kinds}, and its location.")
        if not isinstance(revision.get(_LOCATIONS[revision["revisionType"]]), dict):
            raise TargetError(f"The revision has no {_LOCATIONS[revision['revisionType']]!r}.")
        return short(revision), revision
    if s3 := S3.fullmatch(text):
        return text, {"revisionType": "S3", "s3Location": _s3(s3)}
    if github := GITHUB.fullmatch(text):
        return text, {"revisionType": "GitHub", "gitHubLocation": github.groupdict()}
    if text.isdigit() or TASK.fullmatch(text.rpartition("/")[2]):
        return text.rpartition("/")[2] if not text.isdigit() else text, {}
    raise TargetError(
        f"{text[:80]!r} is no revision: name s3://bucket/key.zip, github:owner/repository@commit, a Lambda version, "
        "a task definition, or the revision as JSON."
    )


def short(revision: Mapping[str, Any]) -> str:
    """The short name of a revision as AWS has it."""
    s3, github = revision.get("s3Location") or {}, revision.get("gitHubLocation") or {}
    if s3:
        return f"s3://{s3.get('bucket')}/{s3.get('key')}" + (f"?version={s3['version']}" if s3.get("version") else "")
    if github:
        return f"github:{github.get('repository')}@{github.get('commitId')}"
    content = _content(revision)
    properties = _properties(content)
    if properties.get("TargetVersion"):
        return str(properties["TargetVersion"])
    if properties.get("TaskDefinition"):
        return str(properties["TaskDefinition"]).rpartition("/")[2]
    return f"appspec:{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def function_of(revision: Mapping[str, Any]) -> dict[str, str]:
    """Function and alias of a Lambda AppSpec, {} for another one."""
    properties = _properties(_content(revision))
    if not properties.get("TargetVersion"):
        return {}
    return {"function": str(properties.get("Name", "")), "alias": str(properties.get("Alias", ""))}


def moved(before: Mapping[str, Any], to: str) -> dict[str, Any]:
    """The AppSpec of `before` with another Lambda version or task definition. Raises TargetError where it names none."""
    spec = _spec(_content(before))
    properties = _found(spec)
    if "TargetVersion" in properties:
        properties["CurrentVersion"], properties["TargetVersion"] = properties["TargetVersion"], to
    elif "TaskDefinition" in properties:
        ahead, slash, _ = str(properties["TaskDefinition"]).rpartition("/")
        properties["TaskDefinition"] = f"{ahead}{slash}{to}"
    else:
        raise TargetError(f"The AppSpec of the last deployment has no version to replace by {to}: name the revision.")
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}}


_LOCATIONS = {
    "S3": "s3Location", "GitHub": "gitHubLocation", "AppSpecContent": "appSpecContent", "String": "string",
}  # fmt: skip


def _s3(found: re.Match[str]) -> dict[str, str]:
    bundle = next((kind for kind in BUNDLES if found["key"].endswith(f".{kind}")), "")
    if not bundle:
        raise TargetError(f"{found['key'][:80]!r} has no known bundle type: let its name end with .zip, .tgz or .tar.")
    kind = {"tar.gz": "tgz", "yml": "YAML", "yaml": "YAML", "json": "JSON"}.get(bundle, bundle)
    place = {"bucket": found["bucket"], "key": found["key"], "bundleType": kind}
    return place | ({"version": found["version"]} if found["version"] else {})


def _content(revision: Mapping[str, Any]) -> str:
    return str((revision.get("appSpecContent") or revision.get("string") or {}).get("content") or "")[:MOST]


def _spec(content: str) -> dict[str, Any]:
    try:
        spec = yaml.safe_load(content)
    except yaml.YAMLError:
        return {}
    return spec if isinstance(spec, dict) else {}


def _found(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of the first resource of an AppSpec, in the file's own object."""
    resources = spec.get("Resources") or spec.get("resources") or []
    for resource in resources if isinstance(resources, list) else []:
        for one in resource.values() if isinstance(resource, dict) else ():
            properties = one.get("Properties") or one.get("properties") if isinstance(one, dict) else None
            if isinstance(properties, dict):
                return properties
    return {}


def _properties(content: str) -> dict[str, Any]:
    return _found(_spec(content))
