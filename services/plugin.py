"""All that the catalog adds to the portal."""

from __future__ import annotations

from portal.plugins import (
    Activity,
    DemoStep,
    Job,
    NavItem,
    Panel,
    SearchSource,
    activities,
    demo,
    jobs,
    nav,
    panels,
    search,
)
from services import demo as demo_step
from services import demo_answers, discover, documents, home, judge_kinds, observed, search_source
from services.discovery import compute, data, delivery, families, kinds, telemetry, traffic
from services.facts import sources
from services.panels import about, architecture, drift, facts, leans_on, team

nav.add(NavItem("services", "Services", "services:list", "layout-grid", order=20))

panels.add(
    Panel("services.leans-on", "What it leans on", "service.side", "services/panel_leans_on.html", leans_on.context, 60)
)
panels.add(
    Panel("services.kinds", "Architecture", "service.side", "services/panel_kinds.html", architecture.summary, 55)
)
panels.add(
    Panel("architecture", "Architecture", "service.tab", "services/tab_architecture.html", architecture.context, 80)
)
panels.add(Panel("services.drift", "Drift", "service.main", "services/panel_drift.html", drift.context, 80))
panels.add(Panel("services.about", "About", "service.main", "services/panel_about.html", about.context, 90))
panels.add(Panel("facts", "Facts", "service.tab", "services/tab_facts.html", facts.context, 90))
panels.add(Panel("services.owned", "Services", "team.main", "services/panel_owned.html", team.owned, 10))
panels.add(Panel("services.members", "Members", "team.side", "services/panel_members.html", team.members, 20))
panels.add(Panel("services.lead", "My team", "home.lead", "services/home_lead.html", home.lead, 10))
panels.add(Panel("services.mine", "My services", "home.main", "services/home_mine.html", home.mine, 10))

jobs.add(Job(discover.JOB, "Discovery", discover.run, every=60, keep=50, order=20))
jobs.add(Job(judge_kinds.JOB, "Kinds of services", judge_kinds.run, every=60, keep=50, order=21))
jobs.add(Job("services.documents", "Finish documents", documents.run, every=60, keep=20, order=25))
demo.add(DemoStep("services", "Catalog and discovery", demo_step.load, order=20))
demo.add(DemoStep("services.kinds", "Database answers and kinds", demo_answers.load, order=21))
search.add(SearchSource("services", "Services", search_source.search, order=10))
activities.add(Activity("services.discover", "running", home.running, order=50))

for family in (
    *compute.FAMILIES, *data.FAMILIES, *traffic.FAMILIES, *kinds.FAMILIES, *telemetry.FAMILIES, *delivery.FAMILIES,
):  # fmt: skip
    families.add(family)
for source in observed.SOURCES:
    sources.add(source)
