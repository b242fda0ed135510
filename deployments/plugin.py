"""All that deployments add to the portal."""

from __future__ import annotations

from deployments import advance, demo, observe, panels, released, report
from deployments.dora import delivery
from deployments.dora import views as dora
from deployments.gates import no_chaos
from deployments.gates import panels as gate_panels
from deployments.gates import waiting as gate_waiting
from deployments.gates.kinds import GATES
from deployments.gates.pipelines import JOBS, transition
from deployments.gates.registry import gates
from deployments.intake import retention
from deployments.intake.oidc import keys as issuer_keys
from deployments.intake.pull import queues
from deployments.intake.pull import run as pull
from deployments.intake.senders import sns_jobs
from deployments.judging import sources as metric_sources
from deployments.judging import traffic
from deployments.targets.all import KINDS
from deployments.targets.contract import targets
from portal.changes.kinds import kinds as change_kinds
from portal.plugins import Activity, DemoStep, NavItem, Panel, SearchSource, activities, jobs, nav, search
from portal.plugins import demo as demo_steps
from portal.plugins import panels as panel_registry
from services.columns import Column, columns
from services.facts import sources
from services.guards import guards

nav.add(NavItem("deployments", "Deployments", "deployments:list", "rocket", order=40))
panel_registry.add(
    Panel("deployments.start", "Start rollout", "service.actions", "deployments/panel_actions.html", panels.actions, 20)
)
panel_registry.add(
    Panel("deployments.version", "Version", "service.header", "deployments/panel_header.html", panels.header, 20)
)
panel_registry.add(
    Panel("deployments.rollout", "Rollout", "service.main", "deployments/panel_main.html", panels.main, 20)
)
panel_registry.add(Panel("deployments", "Deployments", "service.tab", "deployments/panel_tab.html", panels.tab, 40))
panel_registry.add(Panel("delivery", "Delivery", "service.tab", "deployments/dora/panel_tab.html", dora.panel, 41))
panel_registry.add(
    Panel("deployments.delivery", "Delivery", "team.main", "deployments/dora/panel_team.html", dora.of_team, 25)
)
jobs.add(advance.JOB)
jobs.add(observe.JOB)
jobs.add(delivery.JOB)
jobs.add(released.JOB)
for job in (*JOBS, issuer_keys.JOB, retention.JOB, pull.JOB, queues.JOB, *sns_jobs.JOBS):
    jobs.add(job)
jobs.add(traffic.JOB)
change_kinds.add(transition.KIND)
for target in KINDS:
    targets.add(target)
    change_kinds.add(target.change)
for metric_source in metric_sources.ALL:
    metric_sources.sources.add(metric_source)
for gate in GATES:
    gates.add(gate)
for guard in no_chaos.GUARDS:
    guards.add(guard)
sources.add(report.SOURCE)
columns.add(Column("deployments.released", "Released", panels.released, order=40))
activities.add(Activity("deployments.rollouts", "running", panels.running, order=10))
search.add(SearchSource("deployments.rollouts", "Rollouts", panels.search, order=40))
panel_registry.add(
    Panel(
        "deployments.waiting",
        "Releases wait for you",
        "home.main",
        "deployments/gates/_waiting.html",
        gate_waiting.panel,
        25,
    )
)
activities.add(Activity("deployments.freezes", "upcoming", gate_panels.upcoming, order=40))
search.add(SearchSource("deployments.pipelines", "Pipelines", gate_panels.search_pipelines, order=41))
search.add(SearchSource("deployments.freezes", "Freezes", gate_panels.search_calendars, order=42))
demo_steps.add(DemoStep("deployments", "Rollout of checkout 2026.11.3", demo.load, order=40))
