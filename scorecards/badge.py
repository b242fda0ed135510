"""A service's level as a small picture, for the README of its repository.

Pictures in a README are fetched without a sign-in. They are given to everybody only where BADGES_PUBLIC is set; else to
those who are signed in. A service that is not there looks like one without a level, so that nobody can find out names.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from scorecards.engine.scoring import NO_LEVEL, OVERALL, colour
from scorecards.models import ScorePoint
from services.models import Entity

#: A letter of the badge's font takes about so many pixels.
LETTER, PADDING = 6.6, 12
SECONDS = 300
COLOURS = {"good": "#1c7c4a", "fair": "#8a6100", "poor": "#b3261e", "unknown": "#5b6472"}
LABEL = "maturity"


@login_not_required
@require_safe
def badge(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """The overall level and score of a service as SVG, for five minutes in caches."""
    if not (settings.BADGES_PUBLIC or request.user.is_authenticated):
        return _picture("sign in to see it", "unknown", status=401)
    entity = Entity.objects.services().by_ref(f"{kind}:{namespace}/{name}").first()
    point = ScorePoint.objects.standing().filter(entity=entity, pillar=OVERALL).first() if entity else None
    if point is None or point.score is None:
        return _picture(NO_LEVEL, "unknown")
    return _picture(f"{point.level} · {point.score:.0f}", colour(point.score))


def _picture(value: str, state: str, status: int = 200) -> HttpResponse:
    left, right = (round(len(text) * LETTER + PADDING) for text in (LABEL, value))
    context = {
        "label": LABEL, "value": value, "colour": COLOURS[state], "left": left, "right": right, "width": left + right,
        "middle": left / 2, "centre": left + right / 2,
    }  # fmt: skip
    answer = HttpResponse(render_to_string("scorecards/badge.svg", context), "image/svg+xml", status=status)
    answer.headers["Cache-Control"] = f"{'public' if settings.BADGES_PUBLIC else 'private'}, max-age={SECONDS}"
    return answer
