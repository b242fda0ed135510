"""Data flows one way: portal, services, then siblings that do not know each other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from django.apps import apps

from tests.architecture.house import MAY_KNOW, ROOMS, ROOT, line_of, python_files, room_of, templates

URL_TAG = re.compile(r"""{%\s*url\s+["']([a-z_]+):""")
TEMPLATE_TAG = re.compile(r"""{%\s*(?:include|extends)\s+["']([a-z_]+)/""")
URL_NAME = re.compile(r"""["'](services|scorecards|deployments|chaos|costs):[a-z_][a-z_-]*["']""")


def test_import_linter_holds_every_contract() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_foreign_key_points_against_the_direction() -> None:
    wrong = []
    for model in apps.get_models():
        room = model.__module__.partition(".")[0]
        if room not in ROOMS:
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is None or isinstance(target, str):
                continue
            known = target.__module__.partition(".")[0]
            if known in ROOMS and known not in MAY_KNOW[room]:
                wrong.append(f"{model._meta.label}.{field.name} points at {target._meta.label}")
    assert not wrong, wrong


def test_no_template_links_against_the_direction() -> None:
    wrong = []
    for path in templates():
        text, room = path.read_text(), room_of(path)
        for pattern in (URL_TAG, TEMPLATE_TAG):
            wrong += [
                f"{path.relative_to(ROOT)}:{line_of(text, match)} knows {match[1]}"
                for match in pattern.finditer(text)
                if match[1] in ROOMS and match[1] not in MAY_KNOW[room]
            ]
    assert not wrong, wrong


def test_no_view_names_an_url_against_the_direction() -> None:
    wrong = []
    for path in python_files():
        text, room = path.read_text(), room_of(path)
        wrong += [
            f"{path.relative_to(ROOT)}:{line_of(text, match)} knows {match[1]}"
            for match in URL_NAME.finditer(text)
            if match[1] not in MAY_KNOW[room]
        ]
    assert not wrong, wrong
