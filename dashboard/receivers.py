"""The health of pairs follows what happens to them at once."""

from __future__ import annotations

from collections.abc import Collection

from django.dispatch import receiver

from matches import signals
from matches.models import Match
from programs.models import Policy
from programs.signals import policy_saved

from . import health_dates


@receiver(signals.pair_changed)
def keep_health_dates(sender: type[Match], matches: Collection[int], **kwargs: object) -> None:
    health_dates.keep(matches)


@receiver([signals.match_ended, signals.match_reopened, signals.pause_changed])
def keep_dates_of_one(sender: type[Match], match: Match, **kwargs: object) -> None:
    health_dates.keep([match.pk])


@receiver(policy_saved)
def mark_pairs(sender: type[Policy], policy: Policy, **kwargs: object) -> None:
    """Let the next sweep compute the dates: a program may have thousands of pairs."""
    health_dates.mark(Match.objects.open().filter(mentee__cohort__program=policy.program_id))
