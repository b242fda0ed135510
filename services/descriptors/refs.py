"""Entity refs: `[kind:][namespace/]name`, as text and in their full lower-case form."""

from __future__ import annotations

import re

NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]")
NAMESPACE = re.compile(r"(?=.{1,63}\Z)[a-z0-9]+(?:-+[a-z0-9]+)*")
KIND = re.compile(r"[a-zA-Z][a-z0-9A-Z]{0,62}")


def full_ref(text: str, *, kind: str = "", namespace: str = "default") -> str:
    """`text` as `kind:namespace/name` in lower case. The colon names a kind only before the first slash.

    Raises ValueError, in words for people, where a part is empty or malformed.
    """
    head, slash, name = text.strip().partition("/")
    if not slash:
        head, name = "", head
        if ":" in name:
            head, _, name = name.partition(":")
            head += ":"
    if ":" in head:
        kind, _, space = head.partition(":")
        namespace = space if slash else namespace
    elif slash:
        namespace = head
    if not kind:
        raise ValueError(f"{text!r} does not say which kind it is: write it as kind:namespace/name")
    if not (KIND.fullmatch(kind) and NAMESPACE.fullmatch(namespace.lower()) and NAME.fullmatch(name)):
        raise ValueError(f"{text!r} is not an entity ref: write it as kind:namespace/name")
    return f"{kind}:{namespace}/{name}".lower()
