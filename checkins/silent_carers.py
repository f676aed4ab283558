"""A carer who goes silent is seen, and the pairs can be taken over with one press.

1. A carer is silent in a program when a contact with someone in their care is overdue, or a concern
   about their pairs waits untouched, for longer than the program says. An attempt is a sign. What
   waited before the pairs were theirs counts from then on.
2. The deputy and the chairs see it, and are told once; so is the carer. It ends by itself once
   nothing waits for so long, or the pairs have another carer.
3. The deputy or a chair takes over all pairs of the carer, but for those with whom they have a
   conflict of interest. Both carers are told; what was said about the pairs stays with them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.carers import take_over_pairs
from matches.models import Match, MatchQuerySet
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails
from programs.committee import chairs_by_program
from programs.models.programs_by import programs_by
from workflow.models import Transition

from .care_access import deputies_by_carer
from .models import CarerSilence, Concern, ContactPlan

NOTICE, TAKEN_OVER = "carer-silent", "pairs-taken-over"
PROGRAM = "match__mentee__cohort__program"
THEIRS_SINCE = Coalesce("match__carer_since", "match__introduced_at")
Silent = dict[tuple[int, int], date]  # since when, by the ids of carer and program


def silent_carers(at: datetime) -> Silent:
    """Return which carers are silent at `at`, each with the day since when something waits."""
    today = timezone.localdate(at)
    late, untouched = Q(pk__in=[]), Q(pk__in=[])
    for (days,), theirs in programs_by("care_silent_days").items():
        wait = timedelta(days=days)
        mine = theirs(PROGRAM) & (Q(match__carer_since=None) | Q(match__carer_since__lt=at - wait))
        late |= Q(due_on__lt=today - wait) & mine
        untouched |= Q(touched_at__lt=at - wait) & mine
    has_carer = Q(match__carer__isnull=False, match__uncovered_since=None)
    plans = ContactPlan.system.running(at).filter(late, has_carer).order_by()
    waiting = Concern.system.filter(
        has_carer, ~Q(match__state=Match.State.CLOSED), state=Concern.State.OPEN
    )
    concerns = waiting.annotate(touched_at=_touched_at()).filter(untouched).order_by()
    found: Silent = {}
    for carer, program, day in plans.values_list("match__carer", PROGRAM).annotate(
        first=Min(Greatest("due_on", TruncDate(THEIRS_SINCE)))
    ):
        found[carer, program] = day
    for carer, program, moment in concerns.values_list("match__carer", PROGRAM).annotate(
        first=Min(Greatest("touched_at", THEIRS_SINCE))
    ):
        day = timezone.localdate(moment)
        found[carer, program] = min(found.get((carer, program), day), day)
    return found


def _touched_at() -> Greatest:
    """Return when an open concern was raised, first acted on or given back, whichever was last."""
    opened = Transition.system.filter(
        about_type=Concern._meta.label_lower, about_id=OuterRef("pk"), to_state=Concern.State.OPEN
    )
    given_back = Subquery(opened.order_by("-pk").values("at")[:1])
    return Greatest(
        "raised_at", Coalesce("first_action_at", "raised_at"), Coalesce(given_back, "raised_at")
    )


@reconciler
def notice_silent_carers(at: datetime) -> None:
    """Note who has gone silent and tell who can act; end what is over."""
    silent = silent_carers(at)
    open_ones = {(row.carer_id, row.program_id): row for row in CarerSilence.objects.open()}
    over = [row.pk for key, row in open_ones.items() if key not in silent]
    CarerSilence.objects.open().filter(pk__in=over).update(ended_at=at)
    new = [
        CarerSilence(carer_id=carer, program_id=program, since=since, noticed_at=at)
        for (carer, program), since in silent.items()
        if (carer, program) not in open_ones
    ]
    # Another worker may have written the same rows a moment ago.
    CarerSilence.objects.bulk_create(new, ignore_conflicts=True)
    if silent:
        _tell(at)


def _tell(at: datetime) -> None:
    rows = list(CarerSilence.objects.open().select_related("carer", "program"))
    pending = PendingEmails([NOTICE], rows)
    deputies = deputies_by_carer((row.carer_id, row.program_id) for row in rows)
    chairs = chairs_by_program({row.program_id for row in rows})
    for row in rows:
        people = [
            row.carer,
            *deputies.get((row.carer_id, row.program_id), []),
            *chairs.get(row.program_id, []),
        ]
        for member in dict.fromkeys(people):
            pending.enqueue(NOTICE, to=member, about=row, at=at)


def pairs_to_take_over(silence: CarerSilence, member: User) -> MatchQuerySet:
    """Return the open pairs of the carer that `member` has no conflict of interest with."""
    theirs = Match.objects.for_committee(member).open().filter(carer=silence.carer_id)
    return theirs.filter(mentee__cohort__program=silence.program_id)


@transaction.atomic
def take_over(silence: CarerSilence, *, by: User, at: datetime | None = None) -> list[Match]:
    """Make `by` the carer of the pairs of a silent carer; return these pairs.

    Raises ActionNotAllowed for anyone but the deputies and chairs, and when no pair is left.
    """
    at = at or timezone.now()
    if not CarerSilence.objects.visible_to(by).filter(pk=silence.pk).exists():
        raise ActionNotAllowed(_("Only the deputy and the chairs can take these pairs over."))
    taken = take_over_pairs(silence.carer, silence.program, by=by, at=at)
    left = Match.objects.open().filter(
        carer=silence.carer_id, mentee__cohort__program=silence.program_id
    )
    silence.taken_by, silence.pairs_taken = by, len(taken)
    if silence.ended_at is None and not left.exists():
        silence.ended_at = at
    silence.save(update_fields=["taken_by", "pairs_taken", "ended_at"])
    told = Notification.system.about(silence).filter(kind=TAKEN_OVER).count()
    enqueue(TAKEN_OVER, to=silence.carer, about=silence, ordinal=told + 1, at=at)
    return taken
