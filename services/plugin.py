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
from services import demo_answers, discover, home, observed, search_source
from services.discovery import compute, data, delivery, families, guarding, kinds, telemetry, traffic
from services.facts import sources
from services.imports import locations, read_due
from services.kinds import publish as judge_kinds
from services.panels import (
    about,
    api,
    architecture,
    configuration,
    descriptor,
    drift,
    facts,
    graph,
    holdings,
    leans_on,
    relations,
    team,
    used_by,
)
from services.storing import documents

nav.add(NavItem("services", "Services", "services:list", "layout-grid", order=20))

LEANS_ON, USED_BY = "services/panel_leans_on.html", "services/panel_used_by.html"
HOLDINGS, OTHERS = "services/panel_holdings.html", "services/panel_others.html"
panels.add(Panel("services.leans-on", "What it leans on", "service.side", LEANS_ON, leans_on.context, 60))
panels.add(Panel("services.used-by", "What leans on it", "service.side", USED_BY, used_by.context, 61))
panels.add(
    Panel("services.kinds", "Architecture", "service.side", "services/panel_kinds.html", architecture.summary, 55)
)
panels.add(
    Panel("architecture", "Architecture", "service.tab", "services/tab_architecture.html", architecture.context, 80)
)
panels.add(Panel("services.drift", "Drift", "service.main", "services/panel_drift.html", drift.context, 80))
panels.add(Panel("services.about", "About", "service.main", "services/panel_about.html", about.context, 90))
panels.add(Panel("facts", "Facts", "service.tab", "services/tab_facts.html", facts.context, 90))
panels.add(Panel("graph", "Graph", "entity.tab", "services/tab_graph.html", graph.context, 70))
panels.add(Panel("descriptor", "Descriptor", "entity.tab", "services/tab_descriptor.html", descriptor.context, 92))
for slot in ("team", "user", "system", "domain", "api", "resource", "other"):
    panels.add(Panel(f"services.about-{slot}", "About", f"{slot}.side", "services/panel_about.html", about.context, 10))
for slot in ("api", "resource", "other"):
    panels.add(
        Panel(
            f"services.relations-{slot}",
            "Relations",
            f"{slot}.side",
            "services/panel_relations.html",
            relations.context,
            90,
        )
    )
for slot in ("team", "user", "system", "domain"):
    panels.add(Panel(f"services.held-{slot}", "Services", f"{slot}.main", HOLDINGS, holdings.services, 20))
    panels.add(Panel(f"services.others-{slot}", "Also", f"{slot}.main", OTHERS, holdings.others, 30))
panels.add(Panel("services.systems", "Systems", "domain.main", "services/panel_systems.html", holdings.systems, 10))
panels.add(Panel("services.members", "Members", "team.side", "services/panel_members.html", team.members, 20))
panels.add(Panel("services.place", "Organisation", "team.side", "services/panel_place.html", team.place, 30))
panels.add(Panel("services.teams", "Teams", "user.side", "services/panel_teams.html", team.teams, 20))
panels.add(
    Panel(
        "services.configuration",
        "Configuration",
        "resource.main",
        "services/panel_configuration.html",
        configuration.context,
        10,
    )
)
panels.add(Panel("services.used-by-resource", "What leans on it", "resource.main", USED_BY, used_by.context, 20))
panels.add(Panel("services.leans-on-resource", "What it leans on", "resource.main", LEANS_ON, leans_on.context, 30))
panels.add(
    Panel("services.api-ends", "Who provides and calls it", "api.main", "services/panel_api_ends.html", api.ends, 10)
)
panels.add(Panel("services.definition", "Definition", "api.main", "services/panel_definition.html", api.definition, 20))
panels.add(Panel("services.lead", "My team", "home.lead", "services/home_lead.html", home.lead, 10))
panels.add(Panel("services.mine", "My services", "home.main", "services/home_mine.html", home.mine, 10))

jobs.add(Job(discover.JOB, "Discovery", discover.run, every=60, keep=50, order=20))
jobs.add(Job(judge_kinds.JOB, "Kinds of services", judge_kinds.run, every=60, keep=50, order=21))
jobs.add(Job("services.documents", "Finish documents", documents.run, every=60, keep=20, order=25))
jobs.add(Job(locations.JOB, "Read locations", read_due.run, every=60, keep=50, order=22))
demo.add(DemoStep("services", "Catalog and discovery", demo_step.load, order=20))
demo.add(DemoStep("services.kinds", "Database answers and kinds", demo_answers.load, order=21))
search.add(SearchSource("services", "Services", search_source.search, order=10))
activities.add(Activity("services.discover", "running", home.running, order=50))

for family in (
    *compute.FAMILIES, *data.FAMILIES, *traffic.FAMILIES, *kinds.FAMILIES, *telemetry.FAMILIES, *delivery.FAMILIES,
    *guarding.FAMILIES,
):  # fmt: skip
    families.add(family)
for source in observed.SOURCES:
    sources.add(source)
