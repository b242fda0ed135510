"""Where in the text each field stands. Asked only once something is wrong, because it costs a second reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import yaml


def field_lines(text: str, first: int) -> dict[str, int]:
    """Field path → line; the text must be YAML, and its first line has the number `first`."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return {"": first}
    return {path: first + line for path, line in _walk(node, "")} if node is not None else {"": first}


def _walk(node: yaml.Node, path: str) -> Iterator[tuple[str, int]]:
    yield path, node.start_mark.line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, f"{path}.{key.value}" if path else str(key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, f"{path}[{index}]")


def line_of(path: str, lines: Mapping[str, int], first: int) -> int:
    """The line of the path, or of the nearest field above it that is there."""
    while path:
        if path in lines:
            return lines[path]
        shorter = re.sub(r"(\.[^.\[]*|\[\d+\])$", "", path)
        path = "" if shorter == path else shorter
    return lines.get("", first)
