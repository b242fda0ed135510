"""All that the scorecards add to the portal."""

from __future__ import annotations

from portal.plugins import DemoStep, Job, NavItem, Panel, SearchSource, demo, jobs, nav, panels, search
from scorecards import columns, home, system_checks, tasks, verify
from scorecards import demo as demo_step
from scorecards import panels as shown
from scorecards.initiatives import digest
from scorecards.lenses import demo as lens_demo
from scorecards.lenses import panels as reviews
from scorecards.lenses import tasks as lens_tasks
from scorecards.own import folder
from scorecards.retention import remove
from services.columns import Column
from services.columns import columns as service_columns

__all__ = ["system_checks"]

nav.add(NavItem("scorecards", "Scorecards", "scorecards:maturity", "columns-3", order=30))

panels.add(
    Panel("scorecards.pillars", "Five pillars", "service.full", "scorecards/panel_pillars.html", shown.pillars, 10)
)
panels.add(
    Panel(
        "scorecards.actions", "Evaluate now", "service.actions", "scorecards/actions.html", shown.actions, 10, "editor"
    )
)
panels.add(Panel("scorecard", "Scorecard", "service.tab", "scorecards/tab_scorecard.html", shown.scorecard, 10))
panels.add(Panel("review", "Review", "service.tab", "scorecards/tab_review.html", reviews.tab, 15))
panels.add(Panel("scorecards.review", "Review", "system.main", "scorecards/tab_review.html", reviews.tab, 15))
panels.add(Panel("scorecards.team", "Five pillars", "team.main", "scorecards/panel_team.html", shown.scope, 5))
panels.add(Panel("scorecards.domain", "Five pillars", "domain.main", "scorecards/panel_team.html", shown.scope, 5))
panels.add(Panel("scorecards.system", "Five pillars", "system.main", "scorecards/panel_team.html", shown.scope, 5))
panels.add(Panel("scorecards.lead", "Levels", "home.lead", "scorecards/home_lead.html", home.lead, 20))
panels.add(Panel("scorecards.fixes", "My next five fixes", "home.main", "scorecards/home_fixes.html", home.fixes, 20))
panels.add(
    Panel(
        "scorecards.waiting", "Waits for your decision", "home.main", "scorecards/home_waiting.html", home.waiting, 30
    )
)

service_columns.add(Column("scorecards.pillars", "Pillars", columns.glyphs, order=10))
service_columns.add(Column("scorecards.level", "Level", columns.levels, order=11))
service_columns.add(Column("scorecards.step", "30 days", columns.steps, order=12, align="right"))

search.add(SearchSource("scorecards", "Checks", home.find_checks, order=30))
search.add(SearchSource("scorecards.initiatives", "Initiatives", home.find_initiatives, order=31))
jobs.add(Job(tasks.JOB, "Evaluate scorecards", tasks.run, every=5, keep=10, lease=60, order=30))
jobs.add(Job(folder.JOB, "Read the directory of checks", folder.run, every=60, keep=10, order=31))
jobs.add(Job(digest.JOB, "Tell teams what changed", digest.run, every=600, keep=20, order=32))
jobs.add(Job(lens_tasks.SYNC, "Sync a review with AWS", lens_tasks.sync, keep=50, order=31))
jobs.add(Job(lens_tasks.FETCH, "Fetch a lens from AWS", lens_tasks.fetch, keep=20, order=33))
jobs.add(Job(lens_tasks.KEEP, "Keep lenses and linked reviews in step", lens_tasks.keep, every=300, keep=10, order=32))
jobs.add(Job(verify.JOB, "Compare past scores with their facts", verify.run, cron="15 2 * * *", keep=60, order=34))
jobs.add(Job(remove.JOB, "Remove old detail of scores", remove.run, cron="45 3 * * *", keep=60, order=35))
# After the other plugins' steps: the history begins with services as they are, not with their demo half loaded.
demo.add(DemoStep("scorecards", "Scorecards", demo_step.load, order=90))
demo.add(DemoStep("scorecards.reviews", "Well-Architected reviews", lens_demo.load, order=95))
