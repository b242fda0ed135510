"""All that chaos adds to the portal."""

from __future__ import annotations

from chaos import advance, coverage, demo, evidence, fis_discovery, guards, panels, proof, start
from chaos.faults.all import MODULES
from chaos.faults.registry import faults
from chaos.gremlin import halt_job
from chaos.probes.all import SOURCES
from chaos.probes.registry import sources
from chaos.suites import advance as suite_advance
from portal.changes.kinds import kinds
from portal.plugins import Activity, DemoStep, Job, NavItem, Panel, SearchSource, activities, jobs, nav, search
from portal.plugins import demo as demo_steps
from portal.plugins import panels as panel_registry
from services import facts
from services.guards import guards as guard_registry

for module in MODULES:
    kinds.add(module.KIND)
    faults.add(module.FAULT)
for probe_source in SOURCES:
    sources.add(probe_source)
for guard in guards.GUARDS:
    guard_registry.add(guard)
for source in proof.SOURCES:
    facts.sources.add(source)

nav.add(NavItem("chaos", "Chaos", "chaos:list", "bolt", order=50))
panel_registry.add(Panel("chaos.service", "Chaos", "service.main", "chaos/panel.html", panels.service_panel, 50))
panel_registry.add(Panel("chaos", "Chaos", "service.tab", "chaos/tab.html", panels.service_tab, 50))
activities.add(Activity("chaos.running", "running", panels.running, order=50))
activities.add(Activity("chaos.upcoming", "upcoming", panels.upcoming, order=50))
search.add(SearchSource("chaos", "Experiments", panels.find, order=50))
demo_steps.add(DemoStep("chaos", "Experiments on a schedule", demo.load, order=50))

jobs.add(Job("chaos.run", "Run an experiment", start.run_slot, queue="chaos"))
jobs.add(Job("chaos.advance", "Advance experiments", advance.ring, every=2, keep=5, lease=15, queue="chaos"))
jobs.add(Job("chaos.coverage", "Coverage by experiments", coverage.run, every=600, keep=20))
jobs.add(Job("chaos.preview", "Preview the blast radius", start.preview, keep=50))
jobs.add(Job(halt_job.JOB, "Halt everything at Gremlin", halt_job.run, keep=50, max_attempts=8, queue="chaos"))
jobs.add(Job(fis_discovery.JOB, "Read the templates of AWS FIS", fis_discovery.run, every=900, keep=20))
jobs.add(Job("chaos.evidence", "Void proofs of what has changed", evidence.run, every=30, keep=20))
jobs.add(Job("chaos.suite", "Run a resilience suite", suite_advance.run_slot, queue="chaos"))
jobs.add(Job("chaos.suites", "Advance resilience suites", suite_advance.ring, every=5, keep=5, lease=15, queue="chaos"))
