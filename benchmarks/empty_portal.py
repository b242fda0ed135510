"""An empty portal in a test database, with one admin signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment


@contextmanager
def empty_portal() -> Iterator[Client]:
    """A signed-in client on a fresh database, which is destroyed afterwards. The real database is not touched."""
    from django.contrib.auth.models import User

    from portal.access.models import Grant

    setup_test_environment(debug=False)
    name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        user = User.objects.create(username="bench")
        Grant.objects.create(user=user, role="admin")
        Grant.objects.create(user=user, role="operator", team_ref="group:default/team-00")
        client = Client()
        client.force_login(user)
        yield client
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()
