"""Fills the catalog of a server under test: its people with tokens, and one location that has been read. Prints JSON."""

from __future__ import annotations

import json
import os
import sys


def main(target: str) -> None:
    """Register `target`, read it, and make a viewer, an editor of payments and an admin."""
    import django

    django.setup()
    from django.contrib.auth.models import User

    from portal.access import tokens
    from portal.access.models import Grant
    from services.imports import locations
    from services.imports.read_locations import read_location
    from services.storing import documents

    made = {}
    for name, role, team in (
        ("vera", "viewer", ""),
        ("ana", "editor", "group:default/payments"),
        ("admin", "admin", ""),
    ):
        user = User.objects.create(username=name)
        if role != "viewer":
            Grant.objects.create(user=user, role=role, team_ref=team)
        made[role] = tokens.issue(user, role)
    registered = locations.register("url", target, by="seed")
    assert read_location(registered.location), "the location was not read"
    documents.refresh()
    print(json.dumps(made))


def read(target: str) -> None:
    """Read what a test registered, as the worker would."""
    import django

    django.setup()
    from services.imports.read_locations import read_location
    from services.models import Location
    from services.storing import documents

    for location in Location.objects.filter(target=target):
        read_location(location)
    documents.refresh()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    {"seed": main, "read": read}[sys.argv[1]](sys.argv[2])
