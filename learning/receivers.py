"""What happens elsewhere and concerns the library."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from matches.closing_steps import ClosingStep
from matches.models import Match
from matches.signals import closing_steps_asked
from programs.models import Program
from programs.signals import program_created, role_names_changed

from . import lessons, role_wording, seeding, touch_seeding


@receiver(program_created)
def give_it_a_library(sender: object, program: Program, **_kwargs: object) -> None:
    """Let a new program start with the product's own topics and items."""
    now = timezone.now()
    seeding.load(program, at=now)
    touch_seeding.load(program, at=now)


@receiver(role_names_changed)
def name_the_roles(
    sender: object, program: Program, before: Program, at: datetime, **_kwargs: object
) -> None:
    """Let what the product wrote in the library name the roles as the program does from now on."""
    role_wording.follow_names(program, before, at=at)


@receiver(closing_steps_asked)
def step_to_share_a_lesson(
    sender: type[Match], match: Match, person: User, **_kwargs: object
) -> list[ClosingStep]:
    """Return the step to the lesson of `person`, one of the pair."""
    if not lessons.may_offer(match):
        return []
    is_offered = lessons.lesson_of(match, person) is not None
    return [
        {
            "label": _("Share one lesson with later pairs"),
            "url": reverse("learning:lesson", args=[match.public_id]),
            "hint": _("A chair edits it. Later pairs read it without your name."),
            "state": "completed" if is_offered else "not_started",
        }
    ]
