"""Of Chaos Toolkit's library only the meaning of tolerances is used: never its runner, loader or validator, which run code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.house import ROOMS, ROOT, python_files

ALLOWED = {("chaoslib.hypothesis", "within_tolerance")}
FORMATS = ROOT / "chaos" / "formats"
REACHING_OUT = {
    "importlib",
    "subprocess",
    "socket",
    "requests",
    "urllib.request",
    "os",
    "runpy",
    "pickle",
    "shutil",
    "boto3",
}
BUILTINS = {"__import__", "eval", "exec", "compile", "open"}


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of every import of a file; the name is empty for `import module`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def test_only_the_tolerances_of_the_library_are_imported() -> None:
    used = {
        (module, name)
        for path in python_files(*ROOMS, "scripts")
        for module, name in imports(path)
        if module.partition(".")[0] in ("chaoslib", "chaosaws", "chaostoolkit")
    }
    assert used == ALLOWED


def test_no_word_of_the_runner_or_validator_stands_in_the_code() -> None:
    banned = ("run_experiment", "ensure_experiment_is_valid", "load_experiment", "execute_activity", "run_activity")
    found = [(path.name, word) for path in python_files("chaos") for word in banned if word in path.read_text()]
    assert not found


def test_nothing_that_reads_files_could_reach_out() -> None:
    files = sorted(FORMATS.rglob("*.py"))
    assert len(files) > 10
    found = [(path.name, module) for path in files for module, _ in imports(path) if module in REACHING_OUT]
    for path in files:
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        found += [(path.name, call.id) for call in calls if isinstance(call, ast.Name) and call.id in BUILTINS]
    assert not found
