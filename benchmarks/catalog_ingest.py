"""`python -m benchmarks.catalog_ingest FOLDER`: read a folder of descriptors; prints what it cost as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

import django


def main(folder: str) -> None:
    """Processor seconds and memory of this process; the start of Django counts too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    began = time.monotonic()
    django.setup()
    from services.ingest import ingest_all
    from services.models import Document, Relation

    ingest_all((path.read_bytes(), path.name) for path in sorted(Path(folder).glob("*.yaml")))
    wall, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    entities, relations = Document.objects.count(), Relation.objects.count()
    found = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak_mb": used.ru_maxrss / 1024}
    print(json.dumps(found | {"entities": entities, "relations": relations}))


if __name__ == "__main__":
    main(sys.argv[1])
