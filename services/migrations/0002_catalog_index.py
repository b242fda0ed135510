"""What only PostgreSQL needs for the catalog API: the index in the byte order that SQLite has anyhow, and trigrams.

Without the right to create the extension pg_trgm the catalog works all the same; full text then reads the whole index of
a field, and a line in the log says how to get it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, migrations, transaction

log = logging.getLogger(__name__)
KEYS = ("metadata.name", "metadata.title", "metadata.description", "spec.profile.displayname", "metadata.tags")
COLUMNS = """ALTER TABLE services_searchkey
    ALTER COLUMN key TYPE varchar(200) COLLATE "C", ALTER COLUMN value TYPE varchar(200) COLLATE "C" """
LISTED = ", ".join(f"'{key}'" for key in KEYS)
TRIGRAMS = f"""CREATE INDEX services_searchkey_trigrams ON services_searchkey USING gin (value gin_trgm_ops)
    WHERE key IN ({LISTED})"""


def forwards(apps: Any, editor: Any) -> None:
    """Collations, then trigrams where they can be had."""
    if editor.connection.vendor != "postgresql":
        return
    editor.execute(COLUMNS)
    try:
        with transaction.atomic(using=editor.connection.alias):
            editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            editor.execute(TRIGRAMS)
    except DatabaseError as error:
        log.warning(
            "Full text in the catalog is slower than it could be: an administrator of the database should run "
            "CREATE EXTENSION pg_trgm, then %s (%s)",
            TRIGRAMS,
            str(error).strip(),
        )


def backwards(apps: Any, editor: Any) -> None:
    """Drop the trigrams; the collation does no harm."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX IF EXISTS services_searchkey_trigrams")


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
