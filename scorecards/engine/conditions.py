"""Condition trees compiled to closures, in Kleene's three-valued logic (true, false, unknown = None).

Grammar: ``{all: [tree, …]}`` | ``{any: [tree, …]}`` | ``{not: tree}`` | ``{path, op, value, some?}``.

* A missing or expired fact makes its leaf unknown; so does a field that the fact does not carry at all.
* ``[*]`` asks every element (no element: true); with ``some: true`` one element is enough (no element: false).
* In a *scope* (a check's ``applies``) what was never observed counts as null, and a ``[*]`` looks only at elements that
  carry the field and is false over nothing: a service without databases is out of scope of the database checks, not unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .evidence import MISSING, STAR, Path, elements, parse_path
from .operators import OPERATORS, PRESENCE, Test, Truth

Rule = Callable[[Mapping[str, Any], float], Truth]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question to one fact."""

    path: Path
    op: str
    value: Any
    some: bool
    test: Test


@dataclass(frozen=True, slots=True)
class Branch:
    """`all` or `any` over parts."""

    every: bool
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`not` of one part."""

    part: Node


Node = Leaf | Branch | Negation


def parse(tree: Mapping[str, Any]) -> Node:
    """A validated tree as nodes; raises KeyError, PathError or TypeError when it was not validated before."""
    if "all" in tree:
        return Branch(True, tuple(parse(part) for part in tree["all"]))
    if "any" in tree:
        return Branch(False, tuple(parse(part) for part in tree["any"]))
    if "not" in tree:
        return Negation(parse(tree["not"]))
    op = str(tree["op"])
    value = tree.get("value")
    return Leaf(parse_path(tree["path"]), op, value, bool(tree.get("some", False)), OPERATORS[op](value))


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf below a node, in order."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Negation):
        yield from leaves(node.part)
    else:
        for part in node.parts:
            yield from leaves(part)


def compile_rule(node: Node, *, scope: bool = False) -> Rule:
    """The node as one function of (fact values by key, now in epoch seconds)."""
    if isinstance(node, Leaf):
        return _many(node, scope) if node.path.quantified else _single(node, scope)
    if isinstance(node, Negation):
        inner = compile_rule(node.part, scope=scope)

        def negation(facts: Mapping[str, Any], now: float) -> Truth:
            truth = inner(facts, now)
            return None if truth is None else not truth

        return negation
    rules = tuple(compile_rule(part, scope=scope) for part in node.parts)
    return _every(rules) if node.every else _either(rules)


def _every(rules: tuple[Rule, ...]) -> Rule:
    def every(facts: Mapping[str, Any], now: float) -> Truth:
        result: Truth = True
        for rule in rules:
            truth = rule(facts, now)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return every


def _either(rules: tuple[Rule, ...]) -> Rule:
    def either(facts: Mapping[str, Any], now: float) -> Truth:
        result: Truth = False
        for rule in rules:
            truth = rule(facts, now)
            if truth:
                return True
            if truth is None:
                result = None
        return result

    return either


def _single(leaf: Leaf, scope: bool) -> Rule:
    key, steps, test = leaf.path.key, leaf.path.steps, leaf.test
    no_field = test if scope or leaf.op in PRESENCE else None

    def single(facts: Mapping[str, Any], now: float) -> Truth:
        value: Any = facts.get(key, MISSING)
        if value is MISSING:
            return test(None, now) if scope else None
        for step in steps:
            # One test for the common case: facts are plain JSON, so an object is exactly a dict.
            if type(value) is not dict or step not in value:
                return no_field(None, now) if no_field else None
            value = value[step]
        return test(value, now)

    return single


def ask(leaf: Leaf, value: Any, now: float) -> Truth:
    """The leaf's answer about one element's value, which may be MISSING."""
    if value is MISSING:
        return leaf.test(None, now) if leaf.op in PRESENCE else None
    return leaf.test(value, now)


def _many(leaf: Leaf, scope: bool) -> Rule:
    key, some = leaf.path.key, leaf.some
    # One true element decides `some`, one false element decides “every”.
    decisive = some
    read = _reader(leaf.path.steps)

    def many(facts: Mapping[str, Any], now: float) -> Truth:
        whole: Any = facts.get(key, MISSING)
        if whole is MISSING:
            return False if scope else None
        values = read(whole)
        if scope:
            values = [value for value in values if value is not MISSING]
        if not values:
            return not some and not scope
        result: Truth = not decisive
        for value in values:
            truth = ask(leaf, value, now)
            if truth is decisive:
                return decisive
            if truth is None:
                result = None
        return result

    return many


def _reader(steps: tuple[str, ...]) -> Callable[[Any], list[Any]]:
    if len(steps) == 3 and steps[1] == STAR and STAR not in (steps[0], steps[2]):
        listed, _star, last = steps

        def direct(whole: Any) -> list[Any]:
            # The shape of nearly every check, items[*].field, without the general walk.
            items = whole.get(listed, MISSING) if type(whole) is dict else MISSING
            if type(items) is not list:
                return [MISSING] if items is MISSING else []
            return [item.get(last, MISSING) if type(item) is dict else MISSING for item in items]

        return direct
    return lambda whole: [value for _name, value in elements(whole, steps)]
