"""Creates the parts of a service through boto3; one module per resource family, found through `SEEDERS` by part type."""

from __future__ import annotations

from . import compute, data, delivery, edge, faults, guarding, meshes, messaging, observability
from .aws import SEEDERS, Place

__all__ = [
    "SEEDERS",
    "Place",
    "compute",
    "data",
    "delivery",
    "edge",
    "faults",
    "guarding",
    "meshes",
    "messaging",
    "observability",
]
