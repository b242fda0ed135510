"""The plugin contract: keyed, ordered, frozen registries, and isolation of what fails."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from portal import panels as panel_room
from portal.discover_plugins import enabled_plugins
from portal.plugins import NavItem, Panel, Registry, RegistryError, nav, panels


def item(key: str, order: int = 100) -> NavItem:
    return NavItem(key, key.title(), "home", "home", order=order)


def test_items_come_in_the_order_that_they_ask_for() -> None:
    with nav.temporarily(item("zeta", 1)), nav.temporarily(item("alpha", 1)):
        keys = [found.key for found in nav.items()]
    assert keys.index("alpha") < keys.index("zeta") < keys.index("home")


def test_a_registry_is_frozen_once_the_portal_has_started() -> None:
    with pytest.raises(RegistryError, match="frozen"):
        nav.add(item("late"))


def test_a_duplicate_key_names_both_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    import portal.plugins as contract

    registry: Registry[NavItem] = Registry("test items")
    contract.all_registries.remove(registry)
    token = contract._loading.set("acme")
    try:
        registry.add(item("same"))
        contract._loading.set("globex")
        with pytest.raises(RegistryError, match=r"globex.*acme"):
            registry.add(item("same"))
    finally:
        contract._loading.reset(token)


def test_what_a_failed_plugin_added_is_forgotten() -> None:
    import portal.plugins as contract

    registry: Registry[NavItem] = Registry("test items")
    contract.all_registries.remove(registry)
    token = contract._loading.set("acme")
    registry.add(item("half"))
    contract._loading.reset(token)
    registry.discard("acme")
    assert registry.items() == ()


def test_temporarily_puts_back_what_it_replaced() -> None:
    before = nav.get("home")
    with nav.temporarily(item("home")):
        assert nav.get("home") != before
    assert nav.get("home") == before


def test_services_is_always_on() -> None:
    paths, failures = enabled_plugins("chaos")
    assert paths[0].startswith("services.")
    assert not failures


def test_an_unknown_plugin_is_one_clear_sentence_and_no_crash() -> None:
    _, failures = enabled_plugins("services,nonsense")
    assert "not installed" in failures["nonsense"]
    assert "PORTAL_PLUGINS" in failures["nonsense"]


def test_a_panel_that_raises_becomes_a_card_and_the_others_stand(vera: object) -> None:
    def broken(request: object, subject: object) -> None:
        raise ZeroDivisionError("a plugin's mistake")

    request = RequestFactory().get("/")
    request.user = vera  # type: ignore[assignment]
    bad = Panel("test.bad", "Broken panel", "test.slot", "none.html", broken, order=1)
    quiet = Panel("test.quiet", "Quiet panel", "test.slot", "none.html", lambda request, subject: None, order=2)
    with panels.temporarily(bad), panels.temporarily(quiet):
        drawn = panel_room.render("test.slot", request)
    assert [panel.key for panel in drawn] == ["test.bad"]
    assert "Broken panel" in drawn[0].html
    assert "a plugin's mistake" not in drawn[0].html
