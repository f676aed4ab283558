"""The health of pairs follows what happens to them at once; what their page shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.dispatch import receiver

from accounts.models import User
from matches import signals
from matches.models import Match
from programs.models import Cohort, Policy
from programs.signals import cohort_overview_asked, policy_saved

from . import health_dates
from .overviews.cohort_overview import CohortOverview, overview_of_cohort
from .overviews.pair_overview import PairOverview, overview_of


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


@receiver(signals.committee_overview_asked)
def show_overview(
    sender: type[Match],
    match: Match,
    user: User,
    in_care: bool,
    page: int,
    at: datetime,
    **kwargs: object,
) -> PairOverview:
    return overview_of(match, user, in_care=in_care, page=page, at=at)


@receiver(cohort_overview_asked)
def show_cohort(
    sender: type[Cohort], cohort: Cohort, user: User, at: datetime, **kwargs: object
) -> CohortOverview:
    return overview_of_cohort(cohort, user, at=at)
