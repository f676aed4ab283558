"""`{% step_reading "goals" match=match %}`: what the library offers at a step, at its end."""

from __future__ import annotations

from typing import TypedDict

from django import template
from django.utils.translation import get_language

from applications.models import Application
from learning.models import ItemWords
from learning.step_reading import items_for
from matches.models import Match

register = template.Library()


class StepReading(TypedDict):
    items: list[tuple[str, ItemWords]]
    language: str


@register.inclusion_tag("learning/_step_reading.html", takes_context=True)
def step_reading(
    context: template.Context,
    step: str,
    match: Match | None = None,
    application: Application | None = None,
) -> StepReading:
    """Offer the items of a step to the reader: to one of `match`, or to who wrote `application`."""
    if match is not None:
        is_mentee = match.mentee.person_id == context["request"].user.pk
        role = Application.Role.MENTEE if is_mentee else Application.Role.MENTOR
        found = items_for(match.program, role, step)
    elif application is not None:
        found = items_for(application.cohort.program, application.role, step)
    else:
        raise template.TemplateSyntaxError("step_reading needs a match or an application")
    return {
        "items": [(item.public_id, item.words()) for item in found],
        "language": (get_language() or "").split("-")[0],
    }
