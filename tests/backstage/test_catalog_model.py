"""Backstage's own catalog model says of every descriptor what we say of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services.model_cases import CASES

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node")
HAS_MODEL = (ROOT / "node_modules" / "@backstage" / "catalog-model").is_dir()


@pytest.mark.skipif(not NODE or not HAS_MODEL, reason="Node or the package @backstage/catalog-model is not there")
def test_backstage_judges_every_case_as_we_do() -> None:
    judge = Path(__file__).with_name("judge.cjs")
    answer = subprocess.run(
        [str(NODE), str(judge)], input=json.dumps([case.document for case in CASES]), capture_output=True, text=True,
        timeout=60, check=True, cwd=ROOT,
    )  # fmt: skip
    verdicts = json.loads(answer.stdout)
    differ = [
        (case.name, verdict)
        for case, verdict in zip(CASES, verdicts, strict=True)
        if verdict is not None and (verdict is True) is not (case.good or bool(case.ours))
    ]
    assert differ == []
