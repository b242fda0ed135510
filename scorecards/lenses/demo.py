"""The demo's reviews: two services of payments, partly answered by people, the rest from evidence, with a milestone each."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from portal.jobs.context import JobContext
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, library, milestones
from scorecards.models import Review
from services.models import Entity

NOTE = "Orders completed, payments accepted at the first try, and refunds; agreed with the head of payments."
ANSWERS: dict[str, dict[str, Said]] = {
    "checkout": {
        "ops_kpi": Said(("ops_kpi_chosen", "ops_kpi_measured", "ops_kpi_target"), notes=NOTE),
        "ops_learning": Said(("ops_learning_written", "ops_learning_owned", "ops_learning_hypotheses")),
        "sec_identity": Said(("sec_identity_roles", "sec_identity_least", "sec_identity_breakglass")),
        "sec_secrets": Said(("sec_secrets_store",), notes="The key of the card network is still rotated by hand."),
        "rel_objectives": Said(("rel_objectives_agreed", "rel_objectives_design")),
        "perf_goals": Said(("perf_goals_target", "perf_goals_measured")),
        "cost_budget": Said(("cost_budget_budget", "cost_budget_forecast")),
        "cost_transfer": Said(("cost_transfer_no",)),
    },
    "ledger": {
        "ops_kpi": Said(("ops_kpi_no",)),
        "sec_identity": Said(("sec_identity_roles",)),
        "rel_async": Said((), applicable=False, reason="OUT_OF_SCOPE", notes="It takes no work from queues."),
        "rel_delete": Said(("rel_delete_databases", "rel_delete_rights")),
    },
}  # fmt: skip


def load(context: JobContext) -> None:
    """Begin the reviews of services that are there and have none. May be called again."""
    lens = library.keep_own_lens().lens
    mira = User.objects.filter(username="mira").first()
    if mira is None:
        return
    for name, answers in ANSWERS.items():
        context.check()
        entity = Entity.objects.by_ref(f"component:default/{name}").first()
        if entity is None or Review.objects.filter(entity=entity, lens=lens).exists():
            continue
        review = answering.start(entity, lens, mira)
        _answer(review, dict(list(answers.items())[:2]), mira)
        milestones.take(review, "First look", mira)
        _answer(review, dict(list(answers.items())[2:]), mira)
        context.log(f"{entity.label} is reviewed under {lens.name}")


def _answer(review: Review, answers: dict[str, Said], user: Any) -> None:
    for question, said in answers.items():
        answering.answer(review, question, said, user)
