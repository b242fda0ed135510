"""How a review stands: for each question what a person said, what evidence says, and the risk that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from scorecards.engine.check import MET
from scorecards.engine.check import NOT_APPLICABLE as LEFT_OUT
from scorecards.engine.lens import cheapest, evidence
from scorecards.engine.lens.document import Pillar, Question
from scorecards.engine.lens.merge import Said
from scorecards.engine.lens.risk import NONE, NOT_APPLICABLE, RANK, UNANSWERED, counts, risk
from scorecards.lenses.library import links
from scorecards.models import Answer, CheckResult, CheckVersion, LensVersion, Review
from services.models import Entity

#: Minutes that taking up a choice is guessed at where no check knows better.
GUESS = 120
TICK = 1
EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Proof:
    """The standing result of one check for one service, as evidence for a choice. `since` is when the state began."""

    check: str
    title: str
    state: str
    since: datetime
    service: str
    url: str
    effort: int


@dataclass(frozen=True)
class Standing:
    """One question of a review."""

    pillar: Pillar
    question: Question
    answer: Answer | None
    evidenced: evidence.Evidenced
    proofs: Mapping[str, Sequence[Proof]]

    @property
    def source(self) -> str:
        """Who answered: "person", "aws", "evidence", or "" for nobody. A person's word stands before evidence."""
        if self.answer is not None and self.answer.given:
            return self.answer.source
        return EVIDENCE if self.evidenced.selected else ""

    @cached_property
    def said(self) -> Said:
        """The answer that counts."""
        if self.answer is not None and self.answer.given:
            return self.answer.said
        return Said(self.evidenced.selected, notes=self.answer.notes if self.answer else "")

    @property
    def selected(self) -> tuple[str, ...]:
        """The choices that count."""
        return self.said.selected

    @cached_property
    def risk(self) -> str:
        """HIGH, MEDIUM, NONE, UNANSWERED or NOT_APPLICABLE."""
        return risk(self.question, self.selected, applicable=self.said.applicable)

    @property
    def claimed(self) -> tuple[str, ...]:
        """Choices that a person selected although evidence speaks against them."""
        return self.evidenced.claimed(self.selected) if self._by_hand else ()

    @property
    def missed(self) -> tuple[str, ...]:
        """Choices that a person left out although evidence proves them."""
        return self.evidenced.missed(self.selected) if self._by_hand else ()

    @property
    def _by_hand(self) -> bool:
        return self.source not in ("", EVIDENCE) and self.said.applicable

    @property
    def uncovered(self) -> int:
        """How many practices no evidence speaks about, where evidence answers."""
        if self.source != EVIDENCE:
            return 0
        said = self.evidenced.states
        return sum(
            said.get(one.id, evidence.OPEN) == evidence.OPEN for one in self.question.choices if not one.none_of_these
        )

    @property
    def disputed(self) -> bool:
        """Whether evidence and a person disagree."""
        return bool(self.claimed or self.missed)

    @property
    def by_evidence(self) -> tuple[str, ...]:
        """The selection if a person followed the evidence: what is proven taken up, what is disproven given up."""
        agreed = (set(self.selected) | set(self.missed)) - set(self.claimed)
        practices = {choice.id for choice in self.question.choices if choice.id in agreed and not choice.none_of_these}
        return tuple(name for name in self.question.choice_ids if name in (practices or agreed))

    @cached_property
    def remedy(self) -> cheapest.Change | None:
        """The cheapest change that clears the risk, in minutes; failing that, the cheapest that lowers it."""
        if self.risk in (NONE, NOT_APPLICABLE):
            return None
        costs = {choice.id: self.cost(choice.id) for choice in self.question.choices}
        chosen = self.selected
        return cheapest.clear(self.question, chosen, costs) or cheapest.lower(self.question, chosen, costs)

    def cost(self, choice: str) -> int:
        """Minutes to take up a choice: those of its checks that do not pass, once each, or a guess; only a tick where
        evidence proves it already, or where there is nothing that it could be about."""
        if self.evidenced.states.get(choice) in (evidence.PROVEN, evidence.VOID):
            return TICK
        efforts = {
            proof.check: proof.effort for proof in self.proofs.get(choice, ()) if proof.state not in (*MET, LEFT_OUT)
        }
        return sum(efforts.values()) or GUESS


def of_review(review: Review) -> list[Standing]:
    """Every question of a review, in the order of the lens."""
    return of_reviews([review])[review.pk]


def of_reviews(reviews: Sequence[Review]) -> dict[int, list[Standing]]:
    """Every question of many reviews; five queries however many there are."""
    versions = LensVersion.objects.in_bulk({review.lens_version_id for review in reviews})
    answers: dict[int, dict[str, Answer]] = {}
    for answer in Answer.objects.filter(review__in=[review.pk for review in reviews]):
        answers.setdefault(answer.review_id, {})[answer.question_id] = answer
    members = _members([review.entity for review in reviews])
    proofs = _proofs([entity for group in members.values() for entity in group])
    return {
        review.pk: _standings(
            review,
            versions[review.lens_version_id],
            answers.get(review.pk, {}),
            [proof for entity in members[review.entity_id] for proof in proofs.get(entity.pk, ())],
        )
        for review in reviews
    }


def _members(entities: Sequence[Entity]) -> dict[int, list[Entity]]:
    """The services behind each entity: itself, or the services of a system."""
    refs = {entity.ref for entity in entities if entity.kind == "system"}
    within: dict[str, list[Entity]] = {}
    if refs:
        for service in Entity.objects.services().filter(system_ref__in=refs):
            within.setdefault(service.system_ref, []).append(service)
    return {entity.pk: within.get(entity.ref, []) if entity.kind == "system" else [entity] for entity in entities}


def _proofs(entities: Sequence[Entity]) -> dict[int, list[Proof]]:
    rows = CheckResult.objects.standing().filter(entity__in={entity.pk for entity in entities})
    versions = {version.pk: version for version in CheckVersion.objects.standing()}
    by_id = {entity.pk: entity for entity in entities}
    found: dict[int, list[Proof]] = {}
    for row in rows.defer("reason", "cause_detail"):
        version = versions.get(row.check_version_id)
        if version is None:
            continue
        entity = by_id[row.entity_id]
        page = reverse("services:entity-tab", args=[entity.kind, entity.namespace, entity.name, "scorecard"])
        found.setdefault(entity.pk, []).append(
            Proof(
                row.check_key, version.title, row.state, row.valid_from, entity.label, f"{page}#{row.check_key}",
                int(version.definition.get("effort", GUESS)),
            )
        )  # fmt: skip
    return found


def _standings(
    review: Review, version: LensVersion, answers: Mapping[str, Answer], proofs: Iterable[Proof]
) -> list[Standing]:
    by_check: dict[str, list[Proof]] = {}
    for proof in proofs:
        by_check.setdefault(proof.check, []).append(proof)
    states = {check: [proof.state for proof in some] for check, some in by_check.items()}
    covered = links(review.lens)
    found = []
    for pillar, question in version.parsed.questions():
        mine = covered.get(question.id, {})
        shown = {
            choice: [proof for check in checks for proof in by_check.get(check, ())] for choice, checks in mine.items()
        }
        evidenced = evidence.of_question(question, mine, states)
        found.append(Standing(pillar, question, answers.get(question.id), evidenced, shown))
    return found


def risks(standings: Iterable[Standing]) -> dict[str, int]:
    """How many questions have each risk."""
    return counts(standing.risk for standing in standings)


def by_risk(standings: Iterable[Standing]) -> list[Standing]:
    """The improvement plan: what is a risk or unanswered, the highest first, the cheapest remedy first within it."""
    open_ = [one for one in standings if one.risk not in (NONE, NOT_APPLICABLE)]
    return sorted(
        open_,
        key=lambda one: (
            one.risk == UNANSWERED,
            -RANK.get(one.risk, 0),
            one.remedy is None,
            one.remedy.cost if one.remedy else 0,
        ),
    )
