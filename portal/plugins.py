"""The plugin contract: one `PluginConfig`, and keyed, ordered registries of frozen dataclasses.

A plugin's `apps.py` holds its `PluginConfig`; its `plugin.py` adds items to the registries. See docs/plugins.md.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.apps import AppConfig, apps

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

    from portal.jobs.context import JobContext

log = logging.getLogger(__name__)
_loading: ContextVar[str] = ContextVar("loading_plugin", default="")
failures: dict[str, str] = {}
all_registries: list[Registry[Any]] = []


class RegistryError(Exception):
    """A duplicate key, or an item added after the portal has started."""


class Keyed(Protocol):
    """What a registry holds: a frozen dataclass with a unique key and an order."""

    @property
    def key(self) -> str: ...
    @property
    def order(self) -> int: ...


T = TypeVar("T", bound=Keyed)


class Registry(Generic[T]):
    """Items by key, ordered by (order, key). Frozen once Django has loaded all apps."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[str, tuple[T, str]] = {}
        all_registries.append(self)

    def add(self, item: T) -> None:
        """Register `item` for the plugin that is loading. Raises RegistryError on a duplicate key or too late."""
        owner = _loading.get() or "portal"
        if apps.ready and not _loading.get():
            raise RegistryError(
                f"{self.name} is frozen: add {item.key!r} in plugin.py, or use temporarily() in a test."
            )
        if item.key in self._items:
            raise RegistryError(f"{self.name}: {item.key!r} of {owner} is already taken by {self._items[item.key][1]}.")
        self._items[item.key] = (item, owner)

    def items(self) -> tuple[T, ...]:
        """All items, in order."""
        return tuple(sorted((item for item, _ in self._items.values()), key=lambda item: (item.order, item.key)))

    def get(self, key: str) -> T | None:
        """The item with this key, if any."""
        found = self._items.get(key)
        return found[0] if found else None

    def owner(self, key: str) -> str:
        """The plugin that added this key."""
        return self._items[key][1]

    def discard(self, owner: str) -> None:
        """Forget all that `owner` added: its loading failed half-way."""
        self._items = {key: entry for key, entry in self._items.items() if entry[1] != owner}

    @contextmanager
    def temporarily(self, item: T) -> Iterator[T]:
        """Register `item` within the block, in place of one with the same key. For tests."""
        before = dict(self._items)
        self._items[item.key] = (item, "test")
        try:
            yield item
        finally:
            self._items = before


class PluginConfig(AppConfig):
    """An app that adds to the portal. `requires` names the plugins it stands on, separated by commas;
    `extra_routes` gives modules with `urlpatterns` by URL prefix, for interfaces whose address is fixed elsewhere.
    """

    url_prefix: str = ""
    requires: str = ""
    extra_routes: dict[str, str] = {}
    default_settings: dict[str, Any] = {}

    def ready(self) -> None:
        """Import `<app>.plugin`. A third party's failure is reported and isolated; a bundled plugin's is raised."""
        from portal.discover_plugins import BUNDLED

        token = _loading.set(self.name)
        try:
            missing = [
                name for name in self.requires.replace(" ", "").split(",") if name and not apps.is_installed(name)
            ]
            if missing:
                raise RegistryError(f"it needs {', '.join(missing)}; add it to PORTAL_PLUGINS")
            importlib.import_module(f"{self.name}.plugin")
        except Exception as error:
            if self.name in BUNDLED:
                raise
            for registry in all_registries:
                registry.discard(self.name)
            failures[self.name] = (
                f"Plugin {self.name!r} did not load: {error}. The rest of the portal goes on without it."
            )
            log.exception("plugin %s did not load", self.name)
        finally:
            _loading.reset(token)


def active_plugins() -> list[PluginConfig]:
    """The plugins that loaded, in the order of INSTALLED_APPS."""
    return [c for c in apps.get_app_configs() if isinstance(c, PluginConfig) and c.name not in failures]


@dataclass(frozen=True)
class NavItem:
    """An entry of the top navigation. `url_name` takes no arguments."""

    key: str
    label: str
    url_name: str
    icon: str
    order: int = 100
    role: str = "viewer"


@dataclass(frozen=True)
class Panel:
    """A fragment in a slot of the home or service page. `context` returns None where there is nothing to show."""

    key: str
    title: str
    slot: str
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]
    order: int = 100
    role: str = "viewer"


@dataclass(frozen=True)
class Job:
    """Background work. With `every` (seconds) or `cron` it gets a schedule with the same key.

    `keep` is how many ended runs stay; `lease` (seconds) is how long a silent worker holds a run; `misfire` says
    what becomes of a slot that nobody could run in time: "skip" (a visible row) or "once".
    """

    key: str
    title: str
    run: Callable[[JobContext], dict[str, Any] | None]
    every: int | None = None
    cron: str | None = None
    timezone: str = "UTC"
    misfire: str = "skip"
    keep: int = 200
    max_attempts: int = 1
    queue: str = "default"
    lease: int = 60
    order: int = 100


@dataclass(frozen=True)
class SearchHit:
    """One line of a search result."""

    title: str
    url: str
    note: str = ""
    icon: str = ""


@dataclass(frozen=True)
class SearchSource:
    """`search(user, text, limit)` returns what this user may see."""

    key: str
    label: str
    search: Callable[[User, str, int], list[SearchHit]]
    order: int = 100


@dataclass(frozen=True)
class DemoStep:
    """A step of the job `portal.demo`, which fills an empty portal with the demo organisation."""

    key: str
    title: str
    load: Callable[[JobContext], None]
    order: int = 100


@dataclass(frozen=True)
class ActivityRow:
    """One line of the home page's "Running now" or "This week". `progress` is 0 to 100."""

    title: str
    url: str
    note: str = ""
    icon: str = ""
    state: str = "neutral"
    progress: int | None = None
    when: datetime | None = None


@dataclass(frozen=True)
class Activity:
    """A source of activity rows; `kind` is "running" or "upcoming"."""

    key: str
    kind: str
    rows: Callable[[User], list[ActivityRow]]
    order: int = 100


nav: Registry[NavItem] = Registry("nav")
panels: Registry[Panel] = Registry("panels")
jobs: Registry[Job] = Registry("jobs")
search: Registry[SearchSource] = Registry("search")
demo: Registry[DemoStep] = Registry("demo")
activities: Registry[Activity] = Registry("activities")
