"""Hostile files: refused with all reasons at once, and reading them reaches nothing outside of the text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chaos.formats.toolkit.http import is_metadata

from .conftest import METRIC, action, python, read, said, toolkit

ROOT = Path(__file__).parents[3]


def http(url: str, **more: Any) -> dict[str, Any]:
    """An HTTP provider."""
    return {"type": "http", "url": url, "timeout": 3, **more}


def probe(provider: Any, tolerance: Any = 200, name: str = "p") -> dict[str, Any]:
    """A probe of the hypothesis."""
    return {"type": "probe", "name": name, "tolerance": tolerance, "provider": provider}


HOSTILE = toolkit(
    dry="actions",
    controls=[{"name": "c", "provider": {"type": "python", "module": "evil.control"}}],
    configuration={
        "home": {"type": "env", "key": "HOME"},
        "vaulted": {"type": "vault", "path": "secret/root"},
        "early": {"type": "probe", "provider": {"type": "process", "path": "/bin/id"}},
    },
    secrets={
        "aws": {"key": {"type": "env", "key": "AWS_SECRET_ACCESS_KEY"}},
        "db": {"password": {"type": "vault", "path": "db"}},
        "plain": {"token": "hunter2"},
    },
    runtime={"rollbacks": {"strategy": "never"}, "hypothesis": {"strategy": "skip"}},
    **{
        "steady-state-hypothesis": {
            "title": "x",
            "controls": [{"name": "h", "provider": {"type": "python", "module": "evil"}}],
            "probes": [
                probe(http("http://169.254.169.254/latest/meta-data/", verify_tls=False), name="meta"),
                probe(http("http://${home}/x"), name="host"),
                probe(http("https://ok.example/x"), {"type": "probe", "provider": python("os", "system", value=1)}, "judge"),
                probe(METRIC, {"type": "regex", "pattern": "(a+)+$"}, "slow"),
                probe(METRIC, {"type": "jsonpath", "path": "$..*"}, "path"),
                probe(METRIC, 0.5, "decimal"),
            ],
        },
    },
    method=[
        action("shell", {"type": "process", "path": "/bin/sh", "arguments": "-c 'id'"}),
        action("system", python("os", "system", command="id"), controls=[{"name": "a"}], secrets=["aws"]),
        action("system", python("subprocess", "call", args=["id"])),
        {"ref": "nobody"},
        action("day", toolkit()["method"][0]["provider"], pauses={"after": 86_400}),
        action("post", http("https://ok.example/delete", method="POST"), dry="true"),
    ],
    rollbacks=[{"ref": "also-nobody"}, action("again", toolkit()["method"][0]["provider"], background="yes")],
)  # fmt: skip
REASONS = [
    ("dry", "dry as a text is ignored"),
    ("controls[0]", "runs code around the steps (evil.control)"),
    ("steady-state-hypothesis.controls[0]", "runs code around the steps"),
    ("configuration.home", "environment is never read (HOME)"),
    ("configuration.vaulted", "vault is never read"),
    ("configuration.early", "runs before everything else, even dry (/bin/id)"),
    ("secrets.aws.key", "environment is never read"),
    ("secrets.db.password", "vault is never read"),
    ("secrets.plain.token", "do not belong into a file"),
    ("runtime.rollbacks", "always"),
    ("runtime.hypothesis", "nothing is judged"),
    ("steady-state-hypothesis.probes[0].provider.url", "own credentials"),
    ("steady-state-hypothesis.probes[0].provider.verify_tls", "always verified"),
    ("steady-state-hypothesis.probes[1].provider.url", "without ${}"),
    ("steady-state-hypothesis.probes[2].tolerance", "code that judges"),
    ("steady-state-hypothesis.probes[2].tolerance.provider", "os.system would be called"),
    ("steady-state-hypothesis.probes[2].provider.url", "OUTBOUND_ALLOW"),
    ("steady-state-hypothesis.probes[3].tolerance", "special characters is not run"),
    ("steady-state-hypothesis.probes[4].tolerance", "path into the answer"),
    ("steady-state-hypothesis.probes[5].tolerance", "never fits"),
    ("method[0].provider", "starts a program (/bin/sh)"),
    ("method[1].provider", "os.system is not on the list"),
    ("method[1].controls[0]", "runs code"),
    ("method[1].secrets", "no secrets of a file"),
    ("method[2].name", "'system' is there twice"),
    ("method[2].provider", "subprocess.call is not on the list"),
    ("method[3].ref", "nothing in the file has the name 'nobody'"),
    ("method[4].pauses.after", "1 to 3600 seconds"),
    ("method", "86400 s in all"),
    ("method[5].provider", "over HTTP could do anything"),
    ("method[5].dry", "ignored"),
    ("rollbacks[0].ref", "also-nobody"),
    ("rollbacks[1].provider", "must not"),
]


@pytest.mark.parametrize(("path", "words"), REASONS, ids=lambda value: value[:40])
def test_every_reason_is_in_the_report_of_one_reading(path: str, words: str) -> None:
    found = said(read(HOSTILE))
    assert any(words in sentence for sentence in found.get(path, [])), (path, found)


def test_nothing_is_refused_without_a_reason_in_the_list() -> None:
    named = {path for path, _ in REASONS}
    assert set(said(read(HOSTILE))) <= named | {
        "method[4].provider.arguments.function_name",
        "rollbacks[1].provider.arguments.function_name",
    }


def test_nothing_hostile_comes_along() -> None:
    found = read(HOSTILE)
    assert found.mapped == 0
    assert found.draft["method"] == []
    assert found.draft["hypothesis"]["probes"] == []
    assert not found.usable


def test_a_thousand_steps_and_a_day_of_pauses_are_refused() -> None:
    step = toolkit()["method"][0]["provider"]
    steps = [action(f"off-{n}", step, pauses={"after": 87}) for n in range(1000)]
    found = read(toolkit(method=steps))
    assert not found.usable
    assert "1000 activities" in said(found, "broken")["method"][0]
    assert "8700 s in all" in said(found)["method"][0]


def test_a_flood_of_reasons_is_cut_and_says_so() -> None:
    found = read(toolkit(**{f"unknown-{n}": 1 for n in range(1000)}))
    assert len(found.findings) == 301
    assert "further findings are not listed" in found.findings[-1].sentence


def test_a_flood_of_warnings_hides_no_refusal() -> None:
    flood = {f"unknown-{n}": 1 for n in range(1000)}
    refused = read(toolkit(**flood, controls=[{"name": "x"}]))
    assert not refused.whole
    assert "controls[0]" in said(refused)
    broken = read(toolkit(**flood, rollbacks=7))
    assert not broken.usable
    assert broken.counts()["warnings"] > 1000


def test_few_names_cannot_stand_for_very_much() -> None:
    data = toolkit(configuration={"big": "x" * 400_000})
    data["method"][0]["provider"]["arguments"]["function_name"] = "${big}" * 50_000
    words = said(read(data))["method[0].provider.arguments.function_name"][0]
    assert "longer than 4000 characters" in words


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/", "http://2852039166/",
        "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/", "http://metadata.google.internal/",
        "http://METADATA.google.internal./", "http://169.254.170.2/v2/credentials", "http://[fe80::1%25eth0]/",
    ],
)  # fmt: skip
def test_metadata_addresses_are_known_in_every_notation(url: str) -> None:
    assert is_metadata(url)


@pytest.mark.parametrize(
    "url", ["https://example.com/169.254.169.254", "http://10.0.0.1/", "http://a.b.c.d.e/", "http://[", "x"]
)
def test_other_addresses_are_not_taken_for_them(url: str) -> None:
    assert not is_metadata(url)


def test_a_metadata_address_stays_refused_when_a_wildcard_would_allow_it(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["169.254.169.254", "*.internal"]
    data = toolkit(**{"steady-state-hypothesis": {"title": "x", "probes": [probe(http("http://169.254.169.254/x"))]}})
    assert "own credentials" in said(read(data))["steady-state-hypothesis.probes[0].provider.url"][0]


WATCHED = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
import django
django.setup()
from chaos.formats import reading
from chaos.formats.toolkit import tolerances
texts = [text.encode() for text in json.load(sys.stdin)]
tolerances.accepts({"type": "range", "range": [1, 2]}, 1)
# Warm: what is imported and looked up once on the first reading of a harmless file.
reading.read(texts[0]); reading.read(texts[1])
seen, known = [], set(sys.modules)
environment = type(os.environ).__getitem__
type(os.environ).__getitem__ = lambda self, key: (seen.append("environ " + str(key)), environment(self, key))[1]
def hook(event, args):
    if event.startswith(("import", "open", "socket.", "subprocess.", "os.", "exec", "compile", "ctypes.", "pty.", "shutil.", "urllib.", "http.", "pickle.", "marshal.")):
        seen.append(event + " " + str(args)[:80])
sys.addaudithook(hook)
counts = [reading.read(text).counts() for text in texts[2:]]
found, news = list(seen), sorted(set(sys.modules) - known)
print(json.dumps([found, news, counts]))
"""


def test_reading_hostile_files_imports_nothing_starts_nothing_and_opens_nothing(tmp_path: Path) -> None:
    template = {"actions": {"a": {"actionId": "aws:ec2:stop-instances"}}, "stopConditions": []}
    yaml = "method:\n- !!python/object/apply:os.system ['touch /tmp/x']\n"
    texts = [
        json.dumps(toolkit()),
        "method: []\n",
        json.dumps(HOSTILE),
        json.dumps(HOSTILE, indent=1),
        json.dumps(template),
        yaml,
    ]
    watched = subprocess.run(
        [sys.executable, "-c", WATCHED], input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLONNADE_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert watched.returncode == 0, watched.stderr[-2000:]
    seen, modules, counts = json.loads(watched.stdout.splitlines()[-1])
    assert seen == []
    assert modules == []
    assert counts[0]["refused"] > 30
