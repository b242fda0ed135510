"""Plain words of YAML as values, by the core schema of YAML 1.2 (its section 10.3.2)."""

from __future__ import annotations

import re
from typing import Any

CORE = "tag:yaml.org,2002:"
WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
DIGITS = frozenset("+-.0123456789")
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
LONGEST_NUMBER = 40
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def scalar(text: str, tag: str | None, *, plain: bool) -> Any:
    """The value of a scalar. `plain`: written without quotes and tag, so that its kind shows by its form.

    Raises ValueError("reason|remedy") for a tag that is not read and for what no database stores.
    """
    if UNSTORABLE.search(text):
        raise ValueError("The text has characters that cannot be stored.|Remove them.")
    if tag is not None and tag != "!":
        return _tagged(text, tag)
    return _plain(text) if plain and tag is None else text


def _tagged(text: str, tag: str) -> Any:
    kind = tag.removeprefix(CORE)
    if tag == kind or kind not in {"str", "int", "float", "bool", "null"}:
        raise ValueError(f"The tag {tag[:60]} is not read.|Remove the tag and write plain data.")
    return text if kind == "str" else _plain(text)


def _plain(text: str) -> Any:
    if text in WORDS:
        return WORDS[text]
    if text[0] not in DIGITS or len(text) >= LONGEST_NUMBER:
        return text
    if INTEGER.fullmatch(text):
        return _storable(int(text, 0) if text[:2] in ("0o", "0x") else int(text))
    if DECIMAL.fullmatch(text):
        return _finite(float(text))
    if ENDLESS.fullmatch(text):
        return _finite(float("inf"))
    return text


def _storable(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise ValueError("The number has more than 64 bits.|Quote it, so that it is a text.")
    return number


def _finite(number: float) -> float:
    if not float("-inf") < number < float("inf"):
        raise ValueError("The number is not finite.|Write a number or quote the text.")
    return number
