"""All that costs adds to the portal."""

from __future__ import annotations

from costs import activities as rows
from costs import columns as cells
from costs import demo as demo_step
from costs import panels as cards
from costs import review, search_source
from costs.publish import FACTS
from costs.schedule import MONTHLY
from costs.start import JOB
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
from services.columns import Column, columns
from services.facts import sources

nav.add(NavItem("costs", "Costs", "costs:home", "coin", order=60))

panels.add(Panel("costs.service", "Cost", "service.side", "costs/panel_service.html", cards.service_side, 20))
panels.add(Panel("costs", "Costs", "service.tab", "costs/tab_service.html", cards.service_tab, 60))
panels.add(Panel("costs.team", "Cost", "team.side", "costs/panel_team.html", cards.team_main, 60))

jobs.add(Job(JOB, "Cost review", review.run, cron=MONTHLY, misfire="once", lease=120, order=60))
demo.add(DemoStep("costs", "Cost review", demo_step.load, order=60))
search.add(SearchSource("costs", "Cost findings", search_source.search, order=60))
activities.add(Activity("costs.running", "running", rows.running, order=60))
activities.add(Activity("costs.upcoming", "upcoming", rows.upcoming, order=60))
columns.add(Column("costs", "Cost", cells.cost, order=60, align="right"))
sources.add(FACTS)
