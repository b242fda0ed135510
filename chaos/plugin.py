"""All that chaos adds to the portal."""

from __future__ import annotations

from chaos import advance, guards, proof, start
from chaos.faults import function_off, zone_down
from chaos.faults.registry import faults
from portal.changes.kinds import kinds
from portal.plugins import Job, jobs
from services import facts
from services.guards import guards as guard_registry

for fault in (zone_down, function_off):
    kinds.add(fault.KIND)
    faults.add(fault.FAULT)
for guard in guards.GUARDS:
    guard_registry.add(guard)
for source in proof.SOURCES:
    facts.sources.add(source)

jobs.add(Job("chaos.run", "Run an experiment", start.run_slot, queue="chaos"))
jobs.add(Job("chaos.advance", "Advance experiments", advance.ring, every=2, keep=5, lease=15, queue="chaos"))
jobs.add(Job("chaos.preview", "Preview the blast radius", start.preview, keep=50))
