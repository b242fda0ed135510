"""`python -m benchmarks.catalog_ingest FOLDER`: what `manage.py ingest FOLDER` does; prints what it cost as JSON."""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import time

import django


def main(folder: str) -> None:
    """Processor seconds and memory of this process; the start of Django counts too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    began = time.monotonic()
    django.setup()
    from django.core.management import call_command

    from services.models import Document, Relation

    call_command("ingest", folder, stdout=io.StringIO())
    wall, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    entities, relations = Document.objects.count(), Relation.objects.count()
    found = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak_mb": used.ru_maxrss / 1024}
    print(json.dumps(found | {"entities": entities, "relations": relations}))


if __name__ == "__main__":
    main(sys.argv[1])
