"""Descriptors of every kind with what the catalog must say of them: one change each to a document that is good.

Backstage's own model says the same of all of them (tests/backstage), but for those that are marked `ours`: here we are
stricter, and the reason says why.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

GOOD: dict[str, dict[str, Any]] = {
    "Component": {"type": "service", "lifecycle": "production", "owner": "payments"},
    "API": {"type": "openapi", "lifecycle": "production", "owner": "payments", "definition": "openapi: 3.1.0"},
    "Resource": {"type": "database", "owner": "payments"},
    "System": {"owner": "payments"},
    "Domain": {"owner": "payments"},
    "Group": {"type": "team", "children": []},
    "User": {"memberOf": []},
    "Location": {},
    "Template": {"type": "service", "steps": []},
    "AiResource": {"type": "note", "lifecycle": "production", "owner": "payments"},
}
MISSING: Any = object()
HARM = "an address that runs must never reach a page"
REF = "a ref that no entity can ever have is a mistake"
BLANK = "a blank text is no better than an empty one"


@dataclass(frozen=True)
class Case:
    """A document, whether it is good, and why only we say so ("" where Backstage says the same)."""

    name: str
    document: dict[str, Any]
    good: bool
    ours: str = ""


def document(kind: str, **spec: Any) -> dict[str, Any]:
    """A good document of a kind, with these fields of its spec set or (MISSING) taken out."""
    version = "scaffolder.backstage.io/v1beta3" if kind == "Template" else "backstage.io/v1alpha1"
    made = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": copy.deepcopy(GOOD[kind]) | spec}
    made["spec"] = {key: value for key, value in made["spec"].items() if value is not MISSING}
    return made


def with_metadata(**fields: Any) -> dict[str, Any]:
    """A good component with these fields of its metadata set or taken out."""
    made = document("Component")
    made["metadata"] = {key: value for key, value in (made["metadata"] | fields).items() if value is not MISSING}
    return made


def with_root(**fields: Any) -> dict[str, Any]:
    """A good component with these root fields set or taken out."""
    return {key: value for key, value in (document("Component") | fields).items() if value is not MISSING}


def _spec(kind: str, good: bool, ours: str = "", **spec: Any) -> Case:
    words = " ".join(f"{key}={'missing' if value is MISSING else value!r}" for key, value in spec.items())
    return Case(f"{kind} {words[:70]}", document(kind, **spec), good, ours)


def _meta(good: bool, ours: str = "", **fields: Any) -> Case:
    return Case(f"metadata {fields!r}"[:90].replace(repr(MISSING), "missing"), with_metadata(**fields), good, ours)


def _root(name: str, good: bool, ours: str = "", **fields: Any) -> Case:
    return Case(name, with_root(**fields), good, ours)


LONG = "a" * 63
REQUIRED = {
    "Component": ("type", "lifecycle", "owner"), "API": ("type", "lifecycle", "owner", "definition"),
    "Resource": ("type", "owner"), "System": ("owner",), "Domain": ("owner",), "Group": ("type", "children"),
    "User": ("memberOf",), "Template": ("type", "steps"), "AiResource": ("type", "lifecycle", "owner"),
}  # fmt: skip
OPTIONAL = {
    "Component": ("system", "subcomponentOf"), "API": ("system",), "Resource": ("system",), "System": ("domain", "type"),
    "Domain": ("subdomainOf", "type"), "Group": ("parent",), "Location": ("type", "target"),
    "Template": ("owner", "lifecycle"), "AiResource": ("system",),
}  # fmt: skip
LISTS = {
    "Component": ("providesApis", "consumesApis", "dependsOn"), "Resource": ("dependsOn",),
    "Group": ("children", "members"), "User": ("memberOf",), "Location": ("targets",),
}  # fmt: skip

CASES: list[Case] = [
    *(_spec(kind, True) for kind in GOOD),
    *(_spec(kind, False, **{field: MISSING}) for kind, fields in REQUIRED.items() for field in fields),
    *(
        _spec(kind, False, **{field: bad})
        for kind, fields in OPTIONAL.items()
        for field in fields
        for bad in ("", 7, None)
    ),
    *(
        _spec(kind, False, **{field: bad})
        for kind, fields in LISTS.items()
        for field in fields
        for bad in ("x", [7], [""])
    ),
    _spec("Component", True, anything={"goes": [1, None]}, tier="gold"),
    _spec("Component", True, dependencyOf=["component:y"]),
    _spec("Component", True, type="a" * 300),
    _spec("Component", False, owner="a b", ours=REF),
    _spec("Component", False, owner="  ", ours=BLANK),
    _spec("API", True, type="mcp-server", definition=MISSING, remotes=[{"type": "sse", "url": "https://example.com"}]),
    _spec("API", False, type="mcp-server", definition=MISSING),
    _spec("API", False, type="mcp-server", definition=MISSING, remotes=[]),
    _spec("API", False, type="mcp-server", definition=MISSING, remotes=[{"type": "sse"}]),
    _spec("API", False, definition=MISSING, remotes=[{"type": "sse", "url": "https://example.com"}]),
    _spec(
        "Group", True, profile={"displayName": "X", "email": "x@example.com", "picture": "https://example.com/x.png"}
    ),
    _spec("Group", False, profile={"displayName": ""}),
    _spec("User", False, profile=[]),
    _spec("User", False, profile={"picture": 7}),
    _spec("User", False, profile={"picture": "javascript:alert(1)"}, ours=HARM),
    _spec("Location", True, presence="optional"),
    _spec("Location", False, presence="sometimes"),
    _spec("Template", True, steps=[{"action": "fetch:template", "id": "a", "input": {}, "if": True}]),
    _spec("Template", False, steps=[{"id": "a"}]),
    _spec("Template", False, steps=[{"action": "x", "input": []}]),
    _spec("Template", True, parameters=[{"title": "One"}]),
    _spec("Template", False, parameters="none"),
    _spec("Template", False, output=[]),
    _spec("AiResource", True, type="skill", dependsOn=["other"], compatibility="a" * 500),
    _spec("AiResource", False, type="skill", compatibility="a" * 501),
    _spec("AiResource", False, type="skill", agents="one"),
    _spec("AiResource", False, type="rule"),
    _spec("AiResource", True, type="rule", category="style", rationale="because"),
    _spec("AiResource", False, type="plugin"),
    _spec("AiResource", True, type="plugin", skills=["a"]),
    _spec("AiResource", False, type="marketplace", plugins="a"),
    _spec("AiResource", True, type="marketplace", plugins=[]),
    *(_meta(True, name=name) for name in ("x", "X", "a.b_c-D9", LONG)),
    *(_meta(False, name=name) for name in ("", "-a", "a-", "a b", "ä", "a" * 64, 7, None, MISSING)),
    *(_meta(True, namespace=space) for space in ("a", "a--b", "a1", LONG, MISSING)),
    *(_meta(False, namespace=space) for space in ("", "A", "a.b", "-a", "a" * 64, 7, None)),
    *(_meta(True, title=title) for title in ("x", " ", "a" * 300)),
    *(_meta(False, title=title) for title in ("", 7, None)),
    _meta(True, description=""),
    _meta(False, description=7),
    _meta(False, uid=""),
    _meta(False, etag=7),
    _meta(True, anything=[{"goes": 1}], more=None),
    *(_meta(True, tags=[tag]) for tag in ("java", "a-b", "c++", "c#", "a:b", LONG)),
    *(_meta(False, tags=tags) for tags in (["Java"], [""], ["a b"], ["a--b"], ["a" * 64], [7], "java", None)),
    *(_meta(True, labels={key: ""}) for key in ("a", "A.b_c", "example.com/a", "a/B", f"{LONG}.{LONG}/a")),
    *(
        _meta(False, labels={key: "x"})
        for key in ("", "-a", "a/b/c", "Example.com/a", "a..b/c", "/a", "a/", f"{'a' * 64}/a")
    ),
    *(_meta(True, labels={"a": value}) for value in ("", "x", "A.b", LONG)),
    *(_meta(False, labels={"a": value}) for value in ("a b", "-a", "a" * 64, 7, None)),
    _meta(False, labels=None),
    _meta(True, annotations={"a": "any text, ä, even s3://bucket and file:x"}),
    _meta(False, annotations={"a": 1}),
    _meta(False, annotations={"a b": "x"}),
    _meta(False, annotations=[]),
    _meta(False, annotations={"backstage.io/view-url": "javascript:alert(1)"}, ours=HARM),
    _meta(True, links=[{"url": "https://example.com", "title": "A", "icon": "b", "type": "c"}]),
    _meta(True, links=[{"url": "slack://channel?id=1"}]),
    *(_meta(False, links=[{"url": url}]) for url in ("", "example.com", "/path", 7, None)),
    *(
        _meta(False, links=[{"url": "https://example.com", key: bad}])
        for key in ("title", "icon")
        for bad in ("", " ", 7)
    ),
    _meta(False, links=[{"title": "A"}]),
    _meta(False, links=["https://example.com"]),
    _meta(False, links=None),
    _meta(False, links=[{"url": "javascript:alert(1)"}], ours=HARM),
    _root("v1beta1", True, apiVersion="backstage.io/v1beta1"),
    _root("an apiVersion that the kind does not have", False, apiVersion="example.com/v1"),
    _root("no apiVersion", False, apiVersion=MISSING),
    _root("a kind in other letters", False, kind="component"),
    _root("no kind", False, kind=MISSING),
    _root("a kind with a dash", False, kind="a-b", apiVersion="example.com/v1"),
    _root("a kind of our own", True, kind="Queue", apiVersion="example.com/v1"),
    _root("a kind of our own without a spec", True, kind="Queue", apiVersion="v1", spec=MISSING),
    _root("a kind of our own, free spec", True, kind="Queue", apiVersion="example.com/v1", spec={"owner": 7}),
    _root("an apiVersion with two slashes", False, kind="Queue", apiVersion="a/b/c"),
    _root("an apiVersion with a dash behind the slash", False, kind="Queue", apiVersion="a/v-1"),
    _root("an apiVersion with capitals in its domain", False, kind="Queue", apiVersion="Example.com/v1"),
    _root("no metadata", False, metadata=MISSING),
    _root("metadata as a list", False, metadata=[]),
    _root("no spec", False, spec=MISSING),
    _root("spec as a list", False, spec=[]),
    _root("spec is null", False, spec=None),
    _root("another root field", False, extra=1),
    _root("relations", False, relations=[]),
    _root("status", False, status={}),
]
