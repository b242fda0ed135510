"""Does a handler's result fit the output shape of the AWS service model?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.response import StreamingBody

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (float, int),
    "float": (float, int),
    "boolean": (bool,),
    "timestamp": (datetime,),
    "blob": (bytes, StreamingBody),
    "list": (list, tuple),
    "map": (dict,),
    "structure": (dict,),
}


def problems(shape: Any, value: Any, path: str = "") -> list[str]:
    """Everything that does not fit: unknown or missing members, wrong types, values outside an enumeration."""
    if value is None:
        return []
    if not isinstance(value, TYPES[shape.type_name]) or (isinstance(value, bool) and shape.type_name != "boolean"):
        return [f"{path}: {value!r} is not a {shape.type_name}"]
    if shape.type_name == "structure":
        unknown = [f"{path}.{name}: unknown member" for name in value if name not in shape.members]
        missing = [f"{path}.{name}: missing" for name in shape.required_members if name not in value]
        inner = [
            text
            for name, one in value.items()
            if name in shape.members
            for text in problems(shape.members[name], one, f"{path}.{name}")
        ]
        return unknown + missing + inner
    if shape.type_name == "list":
        return [text for one in value for text in problems(shape.member, one, f"{path}[]")]
    if shape.type_name == "map":
        return [text for one in value.values() for text in problems(shape.value, one, f"{path}{{}}")]
    allowed = getattr(shape, "enum", None)
    return [f"{path}: {value!r} is not one of {allowed}"] if allowed and value not in allowed else []
