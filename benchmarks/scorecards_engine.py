"""Fifty conditions on 10,000 fact sets: ours, and json-rules-engine's on a part of them where Node is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.fact_sets import conditions, fact_sets
from benchmarks.figure import Figure
from portal.environment import BASE

SETS, PEER_SETS = 10_000, 2_000
AT_LEAST = 1_500_000
OPERATORS = {
    "eq": "equal", "ne": "notEqual", "in": "in", "lt": "lessThan", "lte": "lessThanInclusive",
    "gt": "greaterThan", "gte": "greaterThanInclusive",
}  # fmt: skip


def figures() -> Iterator[Figure]:
    """Judged conditions per CPU-second; both engines must agree on how many held."""
    from scorecards.engine.conditions import compile_rule, parse

    trees, sets = conditions(), fact_sets(SETS)
    rules = [compile_rule(parse(tree)) for tree in trees]
    truths = [[rule(facts, 0.0) for rule in rules] for facts in sets[:PEER_SETS]]
    began = time.process_time()
    for facts in sets:
        for rule in rules:
            rule(facts, 0.0)
    rate = len(sets) * len(rules) / (time.process_time() - began)
    theirs = peer(trees, sets[:PEER_SETS])
    words = f"{theirs['evaluations'] / theirs['cpu']:,.0f} (json-rules-engine)" if theirs else ""
    yield Figure(
        "scorecards: conditions per CPU-second", round(rate), "evaluations/s", AT_LEAST, words, more_is_better=True
    )
    if theirs:
        held = sum(row.count(True) for row in truths)
        yield Figure("scorecards: difference from json-rules-engine", abs(held - theirs["held"]), "answers", 0)


def peer(trees: list[dict[str, Any]], sets: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What the npm package makes of it; None without Node or the package."""
    node = shutil.which("node")
    if node is None or not (BASE / "node_modules" / "json-rules-engine").is_dir():
        return None
    told = json.dumps({"facts": sets, "rules": [top(theirs(tree)) for tree in trees]})
    script = str(BASE / "benchmarks" / "json_rules_engine.mjs")
    done = subprocess.run([node, script], input=told, cwd=BASE, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def top(tree: dict[str, Any]) -> dict[str, Any]:
    """The package wants all, any or not at the top."""
    return tree if {"all", "any", "not"} & tree.keys() else {"all": [tree]}


def theirs(tree: dict[str, Any]) -> dict[str, Any]:
    """A tree in the package's words."""
    for word in ("all", "any"):
        if word in tree:
            return {word: [theirs(part) for part in tree[word]]}
    if "not" in tree:
        return {"not": theirs(tree["not"])}
    first, second, *steps = tree["path"].split(".")
    value, operator = tree["value"], OPERATORS[tree["op"]]
    return {"fact": f"{first}.{second}", "path": f"$.{'.'.join(steps)}", "operator": operator, "value": value}
