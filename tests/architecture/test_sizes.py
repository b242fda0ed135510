"""A newcomer can read any file in one go."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator

from tests.architecture.house import ROOMS, ROOT, python_files, templates

LONGEST_FILE = 400
LONG_FUNCTION = 30
SHARE_OF_SHORT_FUNCTIONS = 0.9
VAGUE_NAMES = {"utils.py", "helpers.py", "managers.py", "misc.py", "common.py", "signals.py"}


def lengths() -> dict[str, int]:
    """Lines of each Python file and template that is more than an empty marker."""
    files = [*python_files(*ROOMS, "scripts", "benchmarks", "tests"), *templates()]
    counted = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    return {path: lines for path, lines in counted.items() if lines > 3}


def function_lengths() -> Iterator[int]:
    """Lines of each function of the rooms."""
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_400_lines() -> None:
    assert not {path: lines for path, lines in lengths().items() if lines > LONGEST_FILE}


def test_the_median_file_is_short() -> None:
    ours = [lines for path, lines in lengths().items() if path.split("/")[0] in ROOMS]
    assert 40 <= statistics.median(ours) <= 110


def test_nine_functions_in_ten_fit_on_a_screen() -> None:
    found = list(function_lengths())
    assert sum(lines <= LONG_FUNCTION for lines in found) / len(found) >= SHARE_OF_SHORT_FUNCTIONS


def test_every_file_says_in_its_name_what_it_holds() -> None:
    assert not [str(path.relative_to(ROOT)) for path in python_files() if path.name in VAGUE_NAMES]
