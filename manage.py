#!/usr/bin/env python
"""Colonnade's command line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a management command. What the environment got wrong is one sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"colonnade: {error}")
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"colonnade: the database cannot be used ({reason}): check DATABASE_URL, that it is up and migrated.")


if __name__ == "__main__":
    main()
