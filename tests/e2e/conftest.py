"""One real portal, started by the launcher with an empty data folder, and a browser that complains about everything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scripts import machine
from tests.running import Portal, launch, serving

SHOTS = Path(__file__).parent / "screenshots"
# Playwright's own event loop runs in this thread, and Django would refuse the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; inside a container it can only run without its own sandbox."""
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    return {**browser_type_launch_args, "executable_path": machine.chromium(), "args": arguments}


@pytest.fixture(scope="package")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal, from the first second on: the story test watches it come to life."""
    started = launch(tmp_path_factory.mktemp("e2e") / "data")
    try:
        serving(started)
        started.token = started.manage("token", "create", "admin", "--role", "admin").splitlines()[-1]
        yield started
    finally:
        if started.process.poll() is None:
            started.stop()


@dataclass
class Complaints:
    """What the browser said while pages were open: console errors, broken scripts, failed requests, CSP violations."""

    said: list[str] = field(default_factory=list)

    def listen(self, page: Any) -> None:
        """Note everything that this page complains about."""
        page.on("console", lambda message: message.type == "error" and self.said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("response", lambda answer: answer.status >= 400 and self.said.append(f"{answer.status}: {answer.url}"))


@pytest.fixture(scope="package")
def signed_in(browser: Any, portal: Portal) -> Callable[[str], Any]:
    """Cookies of a user, who signs in with the form once per test run."""
    known: dict[str, Any] = {}

    def state(user: str) -> Any:
        if user not in known:
            context = browser.new_context(base_url=portal.url)
            page = context.new_page()
            page.goto("/login/")
            page.fill("input[name=username]:not([type=hidden])", user)
            page.fill("input[name=password]:not([type=hidden])", "colonnade")
            page.locator("form", has=page.locator("input[type=password]")).locator("[type=submit]").click()
            page.wait_for_url(f"{portal.url}/")
            known[user] = context.storage_state()
            context.close()
        return known[user]

    return state


@pytest.fixture(scope="package")
def windows(
    browser: Any, portal: Portal, signed_in: Callable[[str], Any]
) -> Iterator[tuple[Callable[..., Any], Complaints]]:
    """One window per user, width and scheme for the whole run: what it has loaded once it keeps, as people's browsers do."""
    complaints, opened = Complaints(), {}

    def window(user: str, width: int, scheme: str) -> Any:
        if (user, width, scheme) not in opened:
            viewport = {"width": width, "height": 900 if width > 600 else 780}
            context = browser.new_context(
                base_url=portal.url,
                viewport=viewport,
                color_scheme=scheme,
                reduced_motion="reduce",
                storage_state=signed_in(user),
            )
            page = context.new_page()
            page.set_default_timeout(60_000)
            complaints.listen(page)
            opened[user, width, scheme] = page
        return opened[user, width, scheme]

    yield window, complaints
    for page in opened.values():
        page.context.close()


@pytest.fixture
def open_as(windows: tuple[Callable[..., Any], Complaints]) -> Iterator[Callable[..., Any]]:
    """A page of a signed-in user: open_as("mira", width=1360, scheme="dark"). The test fails on any complaint of the browser."""
    window, complaints = windows
    complaints.said.clear()
    used: list[Any] = []

    def make(user: str, *, width: int = 1360, scheme: str = "light") -> Any:
        used.append(window(user, width, scheme))
        return used[-1]

    yield make
    for page in used:
        page.goto("about:blank")  # live parts of the page must not speak into the next test
    assert not complaints.said, complaints.said
