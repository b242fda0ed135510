"""Direct writes: entities that people and programs keep here, without a descriptor file anywhere else."""

from __future__ import annotations

SOURCE = "api:entities"
