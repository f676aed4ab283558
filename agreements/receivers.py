"""The end of a pair: its agreement asks for nothing any more, and each of the two can look back."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from matches.closing_steps import ClosingStep
from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from matches.signals import closing_steps_asked, match_ended
from notifications.outbox import cancel_about

from . import reflections
from .goals import goal_states
from .models import AgreementVersion, GoalReview


@receiver(match_ended)
def cancel_emails(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    for version in AgreementVersion.objects.of_match(match):
        cancel_about(version, why=MATCH_ENDED, at=at)
    goal_states.cancel_emails(match, why=MATCH_ENDED, at=at)
    for review in GoalReview.objects.filter(match=match, done_at=None):
        cancel_about(review, why=MATCH_ENDED, at=at)


@receiver(closing_steps_asked)
def step_to_look_back(
    sender: type[Match], match: Match, person: User, **kwargs: object
) -> list[ClosingStep]:
    """Return the step to the reflection of `person`, one of the pair."""
    if not reflections.may_reflect(match):
        return []
    is_written = reflections.reflection_of(match, person) is not None
    return [
        {
            "label": _("Look back: your goals, and what you learned"),
            "url": reverse("agreements:reflection", args=[match.public_id]),
            "hint": _("Only you read it."),
            "state": "completed" if is_written else "not_started",
        }
    ]
