"""Every state on a scorecard leads down to a fact with its source and age, for every service of the demo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Portal, until

pytestmark = [pytest.mark.service, pytest.mark.browser]
SERVICES = 26
# For each check that applies: its id, its state in words, and of each line of evidence the link, the age and the source.
READ = """() => [...document.querySelectorAll("li.row-item[id]")].map((row) => ({
  id: row.id,
  state: row.querySelector(".state, [class*=state]")?.textContent.trim() ?? "",
  leaves: [...row.querySelectorAll("tbody tr")].map((line) => ({
    link: line.querySelector("td a")?.getAttribute("href") ?? "",
    seen: line.querySelector("td:last-child time")?.getAttribute("datetime") ?? "",
    source: line.querySelector("td:last-child small")?.textContent.trim() ?? "",
  })),
}))"""


@pytest.fixture(scope="module")
def services(portal: Portal) -> list[str]:
    """The names of all services once each of them is scored."""
    until(lambda: "Demo organisation" in portal.said(), 300, portal, "demo organisation")
    path = "/api/v1/scorecards/scores/?scope=service&pillar=overall&page_size=100"
    until(lambda: len(portal.get(path)["results"]) >= SERVICES, 300, portal, "scores of all services")
    return sorted(row["ref"].rpartition("/")[2] for row in portal.get(path)["results"])


def test_every_check_that_passes_or_fails_shows_facts_with_source_and_age(
    services: list[str], open_as: Callable[..., Any]
) -> None:
    page, links, checks = open_as("mira"), dict[str, str](), 0
    assert len(services) == SERVICES
    for name in services:
        page.goto(f"/services/component/default/{name}/scorecard/")
        for check in page.evaluate(READ):
            where = f"{name}, {check['id']}"
            assert check["leaves"], where
            known = [leaf for leaf in check["leaves"] if leaf["seen"]]
            if not check["state"].startswith("Unknown"):
                assert known, f"{where}: {check['state']} without a fact"
            assert all(leaf["link"] for leaf in check["leaves"]), where
            assert all(leaf["source"] for leaf in known), where
            links |= {leaf["link"]: where for leaf in known}
            checks += 1
    assert checks > 10 * SERVICES
    for link, where in links.items():
        path, _, anchor = link.partition("#")
        answer = page.request.get(path)
        assert answer.status == 200, f"{where}: {link} answers {answer.status}"
        assert f'id="{anchor}"' in answer.text() or not anchor, f"{where}: {link} leads to no fact"
