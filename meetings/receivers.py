"""The end of a pair cancels the meetings that were still ahead, at once."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from matches.models import Match
from matches.signals import match_ended

from .reconcilers import cancel_ahead


@receiver(match_ended)
def cancel_meetings(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    """Cancel what is ahead. The e-mail about the end says so, there is none for each meeting."""
    cancel_ahead(Match.objects.filter(pk=match.pk), at=at)
