"""The facets beside the list as links: choose, take back, leave out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict

from services.engine.facets import Terms
from services.lists.facets import FIELDS, Choice, label
from services.lists.filter_values import NOT, REFS, WITHOUT
from services.lists.listing import Listing, clean
from services.naming import MANY

FEW, MOST = 6, 40
CHOSEN, LEFT_OUT = "chosen", "left out"


@dataclass(frozen=True)
class FacetLink:
    """One choice. `url` chooses it or takes the choice back, `without` leaves its rows out."""

    choice: Choice
    state: str
    url: str
    without: str
    mark: str


@dataclass(frozen=True)
class Facet:
    """One field: its few most frequent choices, the rest, and how many more there are."""

    name: str
    title: str
    few: list[FacetLink]
    rest: list[FacetLink]
    more: int


def boxes(listing: Listing) -> list[Facet]:
    """Every field but the kind that has something to choose."""
    made = []
    for name, title in FIELDS.items():
        choices = listing.facets[name]
        chosen = name in listing.terms
        if name == "kind" or (len(choices) < 2 and not chosen):
            continue
        links = [_link(listing, name, choice) for choice in _chosen_first(listing, name, choices)[: FEW + MOST]]
        made.append(Facet(name, title, links[:FEW], links[FEW:], max(0, len(choices) - FEW - MOST)))
    return made


def kinds(listing: Listing) -> list[FacetLink]:
    """The kinds, services first, then everything."""
    order = list(MANY)
    choices = sorted(
        listing.facets["kind"], key=lambda choice: (order.index(choice.key) if choice.key in order else 99, choice.key)
    )
    total = sum(choice.count for choice in choices)
    chosen = set(listing.asked.getlist("kind"))
    links = []
    named = [Choice(one.key, MANY.get(one.key, one.label), one.count) for one in choices]
    for choice in (*named, Choice("all", "everything", total)):
        address = clean(listing.address)
        address.setlist("kind", [choice.key] if choice.key != "component" else [])
        state = CHOSEN if choice.key in chosen or f"{NOT}{choice.key}" in chosen else ""
        links.append(FacetLink(choice, state, _url(address), "", f"kind-{choice.key}"))
    return links


def chosen(listing: Listing) -> Iterator[tuple[str, str]]:
    """(words, the address without it) for each filter that is set."""
    for name, terms in listing.terms.items():
        if name == "kind":
            continue
        for keys, sign, word in ((terms.wanted, "", ""), (terms.unwanted, NOT, "not ")):
            for key in keys:
                before = "" if name == "tier" else f"{FIELDS[name]}: "
                words = f"{before}{word}{label(listing.index, name, key)}"
                yield words, _url(_toggled(listing.address, listing, name, key, sign, on=False))
    for name, words in (("q", "Text"), ("uses", "Uses"), ("mine", "Mine")):
        if listing.readable.get(name):
            address = clean(listing.address)
            address.pop(name, None)
            yield (words if name == "mine" else f"{words}: {listing.readable[name]}"), _url(address)


def _chosen_first(listing: Listing, name: str, choices: list[Choice]) -> list[Choice]:
    terms = listing.terms.get(name, Terms())
    held = {*terms.wanted, *terms.unwanted}
    return sorted(choices, key=lambda choice: choice.key not in held)


def _link(listing: Listing, name: str, choice: Choice) -> FacetLink:
    terms = listing.terms.get(name, Terms())
    state = CHOSEN if choice.key in terms.wanted else LEFT_OUT if choice.key in terms.unwanted else ""
    sign = NOT if state == LEFT_OUT else ""
    url = _url(_toggled(listing.address, listing, name, choice.key, sign, on=not state))
    without = "" if state else _url(_toggled(listing.address, listing, name, choice.key, NOT, on=True))
    return FacetLink(choice, state, url, without, f"{name}-{choice.key or WITHOUT}".replace(" ", "_"))


def _toggled(address: QueryDict, listing: Listing, name: str, key: str, sign: str, *, on: bool) -> QueryDict:
    """The address with or without this value of the field."""
    kept, terms = clean(address), listing.terms.get(name, Terms())
    values = [("", held) for held in terms.wanted] + [(NOT, held) for held in terms.unwanted]
    values = [*values, (sign, key)] if on else [pair for pair in values if pair != (sign, key)]
    kept.setlist(name, [f"{before}{_short(name, held)}" for before, held in values])
    return kept


def _short(name: str, key: str) -> str:
    """The key as one would write it: a bare name where that says the same."""
    usual = f"{REFS.get(name, '')}:default/"
    return key.removeprefix(usual) if key else WITHOUT


def _url(address: QueryDict) -> str:
    text = address.urlencode()
    return f"?{text}" if text else "?"
