"""Mira walks through the portal, wide and narrow, light and dark. The browser must not complain, axe must find nothing serious."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import SHOTS
from tests.running import Portal, until

pytestmark = [pytest.mark.service, pytest.mark.browser]

SERVICE = "/services/component/default/checkout/"
PAGES = {
    "home": "/",
    "services": "/services/",
    "service": SERVICE,
    "drift": "/services/component/default/exports/",
    "discovery": "/services/discovery/",
    "untagged": "/services/untagged/",
    "services-narrowed": "/services/?tier=1&owner=!search&columns=owner&columns=tags&columns=scorecards.pillars",
    "saved-views": "/services/views/",
    "graph": f"{SERVICE}graph/",
    "graph-of-a-team": "/services/graph/?focus=group:default/payments&types=ownedBy&types=memberOf&types=childOf",
    "descriptor": f"{SERVICE}descriptor/",
    "architecture": f"{SERVICE}architecture/",
    "kinds": "/services/kinds/",
    "history": "/services/history/component/default/checkout/",
    "database-advice": f"{SERVICE}database-advice/",
    "facts": f"{SERVICE}facts/",
    "imports": "/services/imports/",
    "location": "/services/imports/ td a[href^='/services/imports/']",
    "new-entry": "/services/new/",
    "system": "/services/system/default/payments/",
    "domain": "/services/domain/default/commerce/",
    "team": "/services/group/default/payments/",
    "person": "/services/user/default/mira/",
    "api": "/services/api/default/checkout-api/",
    "resource": "/services/?kind=resource td a[href^='/services/resource/']",
    "scorecard": f"{SERVICE}scorecard/",
    "maturity": "/scorecards/",
    "movements": "/scorecards/movements/",
    "report": "/scorecards/report/",
    "checks": "/scorecards/checks/",
    "check": "/scorecards/checks/services.alb-access-logs/",
    "own-checks": "/scorecards/checks/own/",
    "own-check": "/scorecards/checks/own/new/",
    "waivers": "/scorecards/waivers/",
    "waiver": "/scorecards/waivers/ td a[href^='/scorecards/waivers/']",
    "waiver-new": f"{SERVICE}scorecard/ a[href^='/scorecards/waivers/new/']",
    "initiatives": "/scorecards/initiatives/",
    "initiative": "/scorecards/initiatives/?state=running td a[href^='/scorecards/initiatives/']",
    "initiative-new": "/scorecards/initiatives/new/",
    "digest": "/scorecards/digest/",
    "reviews": "/scorecards/reviews/",
    "review": "/scorecards/reviews/ td a[href^='/scorecards/reviews/']",
    "review-pillar": "/scorecards/reviews/1/pillars/reliability/",
    "review-plan": "/scorecards/reviews/1/plan/",
    "review-report": "/scorecards/reviews/1/report/",
    "service-review": f"{SERVICE}review/",
    "lenses": "/scorecards/lenses/",
    "lens": "/scorecards/lenses/colonnade/",
    "service-deployments": f"{SERVICE}deployments/",
    "service-chaos": "/services/component/default/search-api/chaos/",
    "service-costs": f"{SERVICE}costs/",
    "deployments": "/deployments/",
    "rollout": "/deployments/ a[href^='/deployments/rollouts/']",
    "pipelines": "/deployments/pipelines/",
    "pipeline": "/deployments/pipelines/ td a[href^='/deployments/pipelines/']",
    "freezes": "/deployments/freezes/",
    "freeze-calendar": "/deployments/freezes/calendars/year-end/",
    "freeze-calendar-new": "/deployments/freezes/new-calendar/",
    "window-new": "/deployments/windows/new/",
    "chaos": "/chaos/",
    "experiment": "/chaos/ a[href^='/chaos/experiments/']",
    "run": "/chaos/experiments/search-api-zone-us-east-1a-down/ a[href^='/chaos/runs/']",
    "costs": "/costs/",
    "cost-review": "/costs/ a[href^='/costs/reviews/']",
    "finding": "/costs/ a[href^='/costs/findings/']",
    "jobs": "/jobs/",
    "job-run": "/jobs/ a[href^='/jobs/runs/']",
    "audit": "/audit/",
    "tokens": "/tokens/",
    "api-docs": "/api/docs/",
    "search": "/search/?q=check",
    "search-nothing": "/search/?q=no-such-thing",
}
SIZES = [(1360, "light"), (1360, "dark"), (360, "light"), (360, "dark")]
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def alive(portal: Portal) -> Portal:
    """The portal once its demo organisation is complete and the cost reviews are there."""
    until(lambda: "Demo organisation" in portal.said(), 300, portal, "demo organisation")
    until(lambda: portal.get("/api/v1/costs/reviews/")["results"], 300, portal, "a cost review")
    until(lambda: portal.get("/api/v1/chaos/runs/")["results"], 300, portal, "a run of the experiment")
    return portal


def reach(page: Any, where: str) -> None:
    """Open a path, and where a selector follows it, the first such link on that page."""
    path, _, selector = where.partition(" ")
    page.goto(path)
    if selector:
        page.goto(page.locator(selector).first.get_attribute("href"))
    page.wait_for_load_state("load")


@pytest.mark.parametrize(("width", "scheme"), SIZES, ids=[f"{width}-{scheme}" for width, scheme in SIZES])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_stands(alive: Portal, open_as: Callable[..., Any], name: str, width: int, scheme: str) -> None:
    page = open_as("admin" if name in ("audit", "own-check") else "mira", width=width, scheme=scheme)
    reach(page, PAGES[name])
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
    assert page.locator("h1").count() == 1
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"the page is {overflow} px wider than the window"
    found = Axe().run(page).response["violations"]
    grave = [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found if one["impact"] in GRAVE]
    assert not grave, grave


def test_a_wide_table_takes_the_focus_and_a_narrow_one_does_not(alive: Portal, open_as: Callable[..., Any]) -> None:
    narrow = open_as("mira", width=360)
    narrow.goto("/api/docs/")
    assert narrow.locator(".table-wrap").first.get_attribute("tabindex") == "0"
    wide = open_as("mira")
    wide.goto("/api/docs/")
    assert wide.locator(".table-wrap").first.get_attribute("tabindex") is None


def test_every_tab_of_a_service_opens(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira")
    reach(page, SERVICE)
    tabs = [link.get_attribute("href") for link in page.locator(f"nav a[href^='{SERVICE}']").all()]
    assert len(tabs) >= 3
    for tab in tabs:
        assert page.goto(tab).status == 200


def test_the_navigation_is_reachable_by_keyboard(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_search_opens_from_anywhere_and_goes_by_keyboard(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira")
    page.goto("/costs/")
    page.keyboard.press("Control+k")
    field = page.locator("#search-dialog input")
    page.locator("#search-hits [role=option]").first.wait_for()
    page.keyboard.type("fraud")
    page.locator("#hit-1-1[aria-selected=true]", has_text="fraud-score").wait_for()
    assert field.get_attribute("aria-activedescendant") == "hit-1-1"
    grave = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in GRAVE]
    assert not grave, grave
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/component/default/fraud-score/")
    page.keyboard.press("/")
    page.locator("#search-recent [role=option]", has_text="fraud-score").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#search-dialog").evaluate("dialog => dialog.open")


def test_a_facet_narrows_the_list_in_place_and_back_brings_it_back(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira")
    page.goto("/services/")
    link = page.locator("#f-tier-1")
    count = link.locator(".count").inner_text()
    link.click()
    page.locator("h2", has_text=f"{count} found").wait_for()
    assert page.url.endswith("/services/?tier=1")
    page.go_back()
    page.locator("h2", has_text="26 found").wait_for()


def test_every_node_of_the_graph_is_reached_by_keyboard(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira")
    page.goto(f"{SERVICE}graph/")
    nodes = page.locator("a.graph-node")
    nodes.first.focus()
    for _ in range(1, nodes.count()):
        page.keyboard.press("Tab")
        assert "graph-node" in page.evaluate("document.activeElement.getAttribute('class')")
    leads_to = page.evaluate("document.activeElement.getAttribute('href')")
    # Both addresses end alike, so the navigation itself is awaited: one in flight would meet the end of the test.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(leads_to)


def test_the_policy_forbids_inline_code(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira")
    policy = page.goto("/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_theme_follows_the_system_while_the_page_is_open(alive: Portal, open_as: Callable[..., Any]) -> None:
    page = open_as("mira", scheme="dark")
    page.goto("/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="light")
    page.locator("html[data-bs-theme=light]").wait_for(state="attached")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")  # as this window was opened
    assert light != dark
