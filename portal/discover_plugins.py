"""Which plugins are installed and switched on. Read by settings, so it must not touch Django's app registry."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points

BUNDLED = ("services", "scorecards", "deployments", "chaos", "costs")
GROUP = "colonnade.plugins"


def _config_path(name: str) -> str:
    return f"{name}.apps.{name.capitalize()}Config"


def enabled_plugins(wanted: str) -> tuple[list[str], dict[str, str]]:
    """AppConfig paths to install, and the failures by plugin name.

    `wanted` is the setting `PORTAL_PLUGINS`: names separated by commas, `*` for all that is installed, empty for
    the bundled ones. `services` is always on: everything else stands on the catalog.
    """
    installed = {name: _config_path(name) for name in BUNDLED}
    installed |= {point.name: point.value.replace(":", ".") for point in entry_points(group=GROUP)}
    names = [name.strip() for name in wanted.split(",") if name.strip()] or list(BUNDLED)
    if "*" in names:
        names = list(installed)
    if "services" not in names:
        names.insert(0, "services")
    names.sort(key=lambda name: BUNDLED.index(name) if name in BUNDLED else len(BUNDLED))
    paths: list[str] = []
    failures: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if name not in installed:
            failures[name] = f"Plugin {name!r} is not installed: install its package or take it out of PORTAL_PLUGINS."
            continue
        try:
            importlib.import_module(installed[name].rpartition(".")[0])
        except Exception as error:
            if name in BUNDLED:
                raise
            failures[name] = (
                f"Plugin {name!r} cannot be imported ({error}): update it or take it out of PORTAL_PLUGINS."
            )
            continue
        paths.append(installed[name])
    return paths, failures
