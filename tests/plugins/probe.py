"""Runs in a process of its own with other settings than the tests: migrates, visits every page, prints one JSON object.

{"check": str, "nav": [...], "added": {registry: [keys of acme_flags]}, "pages": {path: status}, "bodies": {path: text}}
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import django

KEEP = ("/flags/", "/api/v1/flags/", "/catalog", "/services/")


def main(owner: str) -> None:
    """Probe the portal; `owner` is the plugin whose registry items are listed."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("check", fail_level="ERROR")
    sys.stdout.write(
        json.dumps({"check": said.getvalue(), "schedules": schedules(), **contributions(owner), **visit()}) + "\n"
    )


def schedules() -> list[str]:
    """Keys of the schedules that the migration made."""
    from portal.jobs.models import Schedule

    return list(Schedule.objects.filter(enabled=True).values_list("key", flat=True))


def contributions(owner: str) -> dict[str, Any]:
    """What the plugin added to each registry, and the whole navigation."""
    from portal.plugins import all_registries, nav

    added = {
        registry.name: [item.key for item in registry.items() if registry.owner(item.key) == owner]
        for registry in all_registries
    }
    return {"nav": [item.key for item in nav.items()], "added": added}


def visit() -> dict[str, Any]:
    """GET every page and API list that needs no argument, and the page of a service, as an admin."""
    from django.contrib.auth.models import User
    from django.test import Client

    from portal.demo import people_and_accounts
    from services.models import Entity

    people_and_accounts()
    service = Entity.objects.create(
        kind="component", namespace="default", name="checkout", title="Checkout", owner_ref="group:default/payments",
        system_ref="system:default/payments", type="service", lifecycle="production", source="test",
    )  # fmt: skip
    load_flags()
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="admin"))
    pages, bodies = {}, {}
    for path in [*plain_paths(), service.get_absolute_url()]:
        answer = client.get(path)
        pages[path] = answer.status_code
        if path.startswith(KEEP) and not answer.streaming:
            bodies[path] = answer.content.decode()
    return {"pages": pages, "bodies": bodies, "service": service.get_absolute_url()}


def load_flags() -> None:
    """A flag, where the third-party plugin is there."""
    from django.apps import apps

    if apps.is_installed("acme_flags"):
        apps.get_model("acme_flags", "Flag").objects.create(
            entity_ref="component:default/checkout", name="new-basket", stale=True
        )


def plain_paths() -> list[str]:
    """Every path of the URL configuration without a parameter."""
    from django.urls import get_resolver

    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for entry in patterns:
            text = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns, text)
            else:
                yield "/" + text

    return sorted(
        {path for path in walk(get_resolver().url_patterns, "") if not set("<>^$(?") & set(path)} - {"/logout/"}
    )


if __name__ == "__main__":
    main(sys.argv[1])
