"""Erase what was written in a pair once its time is over (`Policy.text_retention_months`).

The limit counts from the end of the pair. Each app that stores texts of a pair registers what it
erases. Counts, dates, chosen answers and signed agreements stay.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from applications import retention as applications
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from notifications.reconcilers import reconciler
from programs.retention_limits import BATCH, Theirs, text_limits
from workflow.models import Transition

from .models import (
    EndingNote,
    EndingReason,
    Farewell,
    FollowUp,
    Match,
    MatchQuerySet,
    PauseNote,
    PauseRequest,
    ThankYouNote,
)

Erase = Callable[[MatchQuerySet], None]
ERASERS: list[Erase] = []
IN_PAIR_OF_CLOSURE = Q(closure__match__mentee=OuterRef("pk")) | Q(
    closure__match__mentor=OuterRef("pk")
)
OTHER_RULE = (Application.State.DECLINED, Application.State.WITHDRAWN)  # `applications.retention`


def register(erase: Erase) -> Erase:
    """Register what an app erases about pairs; usable as a decorator."""
    ERASERS.append(erase)
    return erase


@reconciler
def erase_old_pairs(at: datetime) -> int:
    """Erase the texts of pairs that ended long ago; return how many. Each is marked.

    The applications of the two go with them, unless another pair needs them or the person asked
    for another match.
    """
    return sum(_erase_pairs(theirs, before, at) for theirs, before in text_limits(at))


@transaction.atomic
def _erase_pairs(theirs: Theirs, before: datetime, at: datetime) -> int:
    closed = Match.objects.filter(state=Match.State.CLOSED, texts_erased_at=None)
    due = closed.filter(theirs("mentee__cohort__program"), closed_at__lte=before)
    chosen = list(due.order_by("closed_at").values_list("pk", flat=True)[:BATCH])
    if not chosen:
        return 0
    rows = Match.objects.filter(pk__in=chosen)
    for erase in ERASERS:
        erase(rows)
    rows.update(texts_erased_at=at)
    of_pairs = Q(matches_as_mentee__in=chosen) | Q(matches_as_mentor__in=chosen)
    asking = FollowUp.objects.asking().filter(IN_PAIR_OF_CLOSURE, person=OuterRef("person"))
    over = _unused(theirs, before).filter(~Exists(asking), of_pairs).distinct()
    applications.erase_texts(over, limit=2 * BATCH)
    return len(chosen)


@reconciler
def erase_finished_applications(at: datetime) -> int:
    """Erase the texts of applications to cohorts that ended long ago; return how many.

    Not while their pair is open, or has not been closed for long enough itself.
    """
    return sum(_erase_applications(*limit) for limit in text_limits(at))


def _erase_applications(theirs: Theirs, before: datetime) -> int:
    ended = _unused(theirs, before).filter(cohort__ends_on__lte=before.date())
    return applications.erase_texts(ended)


def _unused(theirs: Theirs, before: datetime) -> ApplicationQuerySet:
    """Return applications with texts whose pairs, if any, ended before the limit."""
    pairs = Match.objects.filter(Q(mentee=OuterRef("pk")) | Q(mentor=OuterRef("pk")))
    in_use = pairs.filter(Q(closed_at=None) | Q(closed_at__gt=before))
    kept = applications.with_texts(theirs).exclude(state__in=OTHER_RULE)
    return kept.filter(~Exists(in_use))


@register
def erase_reasons(matches: MatchQuerySet) -> None:
    """Erase why pairs ended or paused, and what the two wrote to each other about it."""
    EndingReason.system.filter(match__in=matches).update(text="")
    EndingNote.system.filter(match__in=matches).delete()
    Farewell.system.filter(closure__match__in=matches).delete()
    ThankYouNote.system.filter(match__in=matches).delete()
    PauseRequest.system.filter(pause__match__in=matches).update(reason="", text="")
    PauseNote.system.filter(pause__match__in=matches).delete()
    Transition.system.about_any(matches).update(why="")
