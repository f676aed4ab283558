"""Agreements that are late: not signed long after the introduction of their pair."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from matches.models import Match, MatchQuerySet, not_paused
from programs.models.programs_by import programs_by

from .models import AgreementVersion


def without_agreement(matches: MatchQuerySet, *, at: datetime) -> MatchQuerySet:
    """Return those of `matches` that have signed nothing for longer than their program allows.

    It is the program's `agreement_attention_days` since the introduction, or since the end of a
    pause.
    """
    late, latest = Q(pk__in=[]), datetime.min.replace(tzinfo=at.tzinfo)
    for (days,), theirs in programs_by("agreement_attention_days").items():
        before = at - timedelta(days=days)
        counts = Q(first_days_from=None) | Q(first_days_from__lt=before)
        late |= Q(counts, introduced_at__lt=before) & theirs("mentee__cohort__program")
        latest = max(latest, before)
    signed = AgreementVersion.objects.signed().filter(agreement__match=OuterRef("pk"))
    introduced = matches.filter(
        not_paused(at),
        state=Match.State.INTRODUCED,
        introduced_at__lt=latest,  # outside of the "or", for the index
    )
    return introduced.filter(late).exclude(Exists(signed))
