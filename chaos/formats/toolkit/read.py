"""A Chaos Toolkit experiment → a draft of ours and a report of everything that cannot come along, with all reasons at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.engine.definition import MAX_PROBES
from chaos.formats import drafting
from chaos.formats.report import Findings, Imported
from chaos.formats.source import Source
from chaos.formats.toolkit import activities, measures, own, steps, tolerances, top, variables
from chaos.formats.toolkit.activities import Spot
from chaos.formats.toolkit.nearest import probe as nearest_probe
from chaos.formats.toolkit.probes import Refused
from chaos.formats.toolkit.variables import Variables

FORMAT = "chaostoolkit"


def looks_like(data: Mapping[str, Any]) -> bool:
    """Whether an object is meant as an experiment of the open format."""
    return bool({"method", "steady-state-hypothesis"} & set(data))


def read(source: Source) -> Imported:
    """Read an experiment. Never raises: what is wrong is in the findings."""
    findings = Findings()
    whole = own.whole(source.data, findings)
    if whole is not None:
        draft, service = whole
        count = len(draft["method"]) + len(draft["hypothesis"]["probes"])
        return Imported(FORMAT, draft, count, count, findings.placed(source.line_of), findings.totals(), [], service)
    return _Reading(source, findings).result()


class _Reading:
    """One walk over one file."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.data, self.findings = source, source.data, findings
        self.mapped = 0
        self.probes: dict[str, dict[str, Any]] = {}
        self.method: list[dict[str, Any]] = []

    def result(self) -> Imported:
        """Walk all of it, then put the draft together."""
        data, findings = self.data, self.findings
        top.check(data, findings)
        self.variables: Variables = variables.read(data, findings)
        variables.secrets(data, findings)
        spots = activities.walk(data, findings)
        self.known = activities.names(spots, findings)
        for spot in spots:
            activities.check(spot, self.known, findings)
        self.nested(spots)
        self.pauses = activities.pauses([s for s in spots if s.part == "method"], self.variables, findings)
        for spot in spots:
            {"hypothesis": self.probe, "method": self.step, "rollbacks": self.rollback}[spot.part](spot)
        draft, service = self.draft()
        return Imported(
            FORMAT,
            draft,
            len(spots),
            self.mapped,
            findings.placed(self.source.line_of),
            findings.totals(),
            self.to_complete(draft),
            service,
        )

    def nested(self, spots: list[Spot]) -> None:
        """Probes in the configuration and in tolerances: code in places where nobody looks."""
        for path, activity in activities.nested(self.data, spots):
            found = activity.get("provider") if isinstance(activity.get("provider"), dict) else {}
            module, func = str(found.get("module", ""))[:100], str(found.get("func", ""))[:100]
            what = f"{module}.{func}" if module else str(found.get("path") or found.get("url") or "?")[:100]
            if path.endswith(".tolerance"):
                # The tolerance itself is refused where its probe is read; here only what it would have called.
                self.findings.refuse(
                    f"{path}.provider", f"{what} would be called to judge a value.", nearest_probe(module, func)
                )
            else:
                self.findings.refuse(
                    path, f"a probe in the configuration runs before everything else, even dry ({what})."
                )

    def probe(self, spot: Spot) -> None:
        """A probe of the hypothesis."""
        if "ref" in spot.activity:
            self.again(spot)
            return
        made = measures.of_probe(spot, {p["key"] for p in self.probes.values()}, self.variables, self.findings)
        if made is None:
            return
        if len(self.probes) >= MAX_PROBES:
            self.findings.refuse(spot.path, f"a hypothesis has at most {MAX_PROBES} probes.")
        elif not self.findings.refused_below(spot.path):
            self.probes[spot.name] = made
            self.mapped += 1

    def again(self, spot: Spot) -> None:
        """A reference in the hypothesis measures a probe of it once more, as the portal does anyway."""
        target = self.known.get(spot.name)
        if target is not None and target.part != "hypothesis":
            self.findings.refuse(f"{spot.path}.ref", "a hypothesis only refers to its own probes: write it out.")
        elif target is not None:
            self.findings.warn(f"{spot.path}.ref", "Every probe is measured again and again: once is enough.")
            self.mapped += spot.name in self.probes

    def step(self, spot: Spot) -> None:
        """One activity of the method, with its pauses around it."""
        before, after = self.pauses.get(spot.path, (0, 0))
        if _measures(spot, self.known):
            made = self.measured(spot)
        else:
            # A reference to an action repeats it.
            repeated = self.known.get(spot.name) if "ref" in spot.activity else None
            action = Spot(spot.part, spot.path, repeated.activity) if repeated else spot
            made = steps.of_action(action, self.variables, self.findings)
        if spot.activity.get("background"):
            self.findings.warn(f"{spot.path}.background", "every fault stays in place while the next steps run.")
        if made is None or self.findings.refused_below(spot.path):
            return
        self.mapped += 1
        around = [_pause(f"Before {spot.name}", before), made, _pause(f"After {spot.name}", after)]
        self.method += [one for one in around if one]

    def measured(self, spot: Spot) -> dict[str, Any] | None:
        """A probe in the method measures what the hypothesis names; anything else is not measured."""
        name = spot.name
        if "ref" in spot.activity and name not in self.known:
            return None
        target = self.known.get(name, spot)
        same = next((n for n, s in self.known.items() if n in self.probes and _alike(s, target)), None)
        if same is not None:
            return {"type": "probe", "name": name[:120], "probe": self.probes[same]["key"]}
        if target.part == "hypothesis":
            self.findings.refuse(spot.path, f"{name[:80]} could not be taken over into the hypothesis.")
            return None
        if activities.provider(target.activity, target.path, self.findings) is not None:
            self.refuse_measure(spot, target)
        return None

    def refuse_measure(self, spot: Spot, target: Spot) -> None:
        """Say what is in the way of a probe that only the method has."""
        found = target.activity["provider"]
        module, func = str(found.get("module", "")), str(found.get("func", ""))
        if "tolerance" in target.activity:
            try:
                tolerances.check(target.activity["tolerance"])
            except Refused as refused:
                self.findings.refuse(f"{target.path}.tolerance", f"{refused}.")
        near = nearest_probe(module, func) if module else ""
        reason = "only probes of the hypothesis are measured: move it there and give it a tolerance."
        self.findings.refuse(f"{spot.path}.provider" if target is spot else spot.path, reason, near)

    def rollback(self, spot: Spot) -> None:
        """A rollback is covered by the undo of our faults, or refused."""
        target = self.known.get(spot.name) if "ref" in spot.activity else spot
        if target is not None and target.activity.get("type") == "probe":
            self.findings.refuse(spot.path, "a probe takes nothing back: recovery is measured after every undo anyway.")
        elif target is not None and steps.of_rollback(target, self.findings):
            self.findings.warn(spot.path, "covered: the portal undoes every fault itself and proves it.")
            self.mapped += 1

    def draft(self) -> tuple[dict[str, Any], str]:
        """The fields of an experiment, as far as the file tells them."""
        method = drafting.bounded(self.method, "method", self.findings)
        told = self.data.get("steady-state-hypothesis")
        sentence = told.get("title") if isinstance(told, dict) else None
        if not self.probes:
            self.findings.warn(
                "steady-state-hypothesis", "No probe came along: give the hypothesis its probes before you save."
            )
        draft: dict[str, Any] = {
            "title": _text(self.data.get("title"), top.LONGEST_TITLE) or "Imported experiment",
            "hypothesis": {
                "sentence": _text(sentence or self.data.get("description"), top.LONGEST_SENTENCE) or "It stays steady.",
                "probes": list(self.probes.values()),
            },
            "method": method,
            "stop_conditions": [],
            **drafting.seconds(method, "method", self.findings),
        }
        rest, service = own.rest(self.data, {probe["key"] for probe in self.probes.values()})
        draft |= rest
        if not draft["stop_conditions"]:
            self.findings.warn(
                "", "The open format has no stop conditions: add one, so that a bad surprise ends the run."
            )
        return draft, service

    def to_complete(self, draft: Mapping[str, Any]) -> list[str]:
        """What a person has to add before it can be saved."""
        open_paths = drafting.missing(draft["method"])
        for number, probe in enumerate(draft["hypothesis"]["probes"]):
            table = probe.get("alarm", {})
            open_paths += [
                f"hypothesis.probes[{number}].alarm.{key}" for key in ("account", "region") if table and not table[key]
            ]
        return open_paths if draft["hypothesis"]["probes"] else [*open_paths, "hypothesis.probes"]


def _measures(spot: Spot, known: Mapping[str, Spot]) -> bool:
    target = known.get(spot.name, spot) if "ref" in spot.activity else spot
    return target.activity.get("type") != "action"


def _alike(one: Spot, other: Spot) -> bool:
    return one is other or bool(one.activity.get("provider") == other.activity.get("provider"))


def _pause(name: str, seconds: int) -> dict[str, Any] | None:
    return {"type": "pause", "name": name[:120], "seconds": seconds} if seconds else None


def _text(value: Any, most: int) -> str:
    return value.strip()[:most].strip() if isinstance(value, str) else ""
