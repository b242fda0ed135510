"""All that the scorecards add to the portal."""

from __future__ import annotations

from portal.plugins import DemoStep, Job, NavItem, demo, jobs, nav
from scorecards import demo as demo_step
from scorecards import system_checks, tasks

__all__ = ["system_checks"]

nav.add(NavItem("scorecards", "Scorecards", "scorecards:maturity", "columns-3", order=30))
jobs.add(Job(tasks.JOB, "Evaluate scorecards", tasks.run, every=5, keep=10, lease=60, order=30))
demo.add(DemoStep("scorecards", "Scorecards", demo_step.load, order=30))
