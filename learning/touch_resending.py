"""Short texts whose e-mail did not leave: they come after the pause, or for another pair.

1. Of the touches of one person with the same text one sends it, and the others are repeats. If its
   e-mail ended because the pair was paused or has ended, or because it was too late, the first
   touch whose pair runs sends it: after the pause its own one, else another one.
2. It is due when the pause is over, and left out when that is more than `LATE_DAYS` ago.
3. The new e-mail has the next number, so that running twice sends it once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from accounts.models import User
from matches.models import Closure, Match, Pause, not_paused
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler

from .models import Touch
from .models.touches import TouchQuerySet, is_lost
from .touch_planning import AT_ONCE, KIND, LATE_DAYS, sent_lately


@reconciler
def send_lost_touches(at: datetime) -> int:
    """Enqueue lost texts for a pair that runs; return how many. Twice changes nothing."""
    return sum(_send(touch, at) for touch in _lost(at))


def _lost(at: datetime) -> list[Touch]:
    """Return the lost touches in whose place one can be sent at `at`, the oldest first.

    Looked for from the few pairs that have come back lately, and from the few repeats.
    """
    lost = Touch.objects.filter(
        is_lost(),
        is_repeat=False,
        person__is_active=True,
        version__text__retired_on=None,
        version__text__program__policy__touches_from__isnull=False,
    ).select_related("version")
    reopened = Closure.objects.filter(reopened_at__gt=at - LATE_DAYS).order_by()
    came_back = _back_lately(at).order_by().values_list("match", flat=True)
    matches = list(came_back.union(reopened.values_list("match", flat=True)))
    repeats = Touch.objects.filter(
        Q(due_at__gt=at - LATE_DAYS) | Q(match__in=matches), is_repeat=True
    )
    waiting = set(_able(repeats, at).order_by().values_list("person", "version__text"))
    found: set[Touch] = set()
    if waiting:
        theirs = lost.filter(person__in={person for person, _text in waiting}).order_by()
        found |= {row for row in theirs if (row.person_id, row.version.text_id) in waiting}
    if matches:
        found |= set(_able(lost, at).filter(match__in=matches).order_by()[:AT_ONCE])
    return sorted(found, key=lambda touch: (touch.due_at, touch.pk))[:AT_ONCE]


def _back_lately(at: datetime) -> QuerySet[Pause]:
    return Pause.objects.filter(back_at__gt=at - LATE_DAYS, back_at__lte=at)


def _able(touches: TouchQuerySet, at: datetime) -> TouchQuerySet:
    """Return those of pairs that run at `at` that are not too late, also after a pause."""
    put_off = _back_lately(at).filter(
        match=OuterRef("match"), started_at__lte=OuterRef("due_at") + LATE_DAYS
    )
    running = touches.filter(not_paused(at, "match__")).exclude(match__state=Match.State.CLOSED)
    return running.filter(Q(due_at__gt=at - LATE_DAYS) | Q(Exists(put_off)))


@transaction.atomic
def _send(lost: Touch, at: datetime) -> bool:
    """Send the text of a lost touch for the first pair that runs; return whether it is enqueued."""
    person = User.objects.select_for_update(no_key=True).get(pk=lost.person_id)
    text = lost.version.text_id
    mine = Touch.objects.filter(pk=lost.pk, is_repeat=False)
    if not mine.filter(is_lost()).exists():
        return False  # another process was faster
    if sent_lately(person.pk, text, at).exclude(is_lost()).exists():
        mine.update(is_repeat=True)
        return False
    same = Touch.objects.filter(person=person, version__text=text)
    able = _able(same.filter(Q(is_repeat=True) | Q(pk=lost.pk)), at)
    able = able.select_related("match").prefetch_related("match__pauses")
    touch = able.order_by("is_repeat", "due_at", "pk").first()
    if touch is None:
        return False
    mine.update(is_repeat=True)
    touch.is_repeat, touch.due_at = False, _due_after_pauses(touch, at)
    touch.save(update_fields=["is_repeat", "due_at"])
    emails = Notification.system.about(touch).filter(kind=KIND, recipient=person.pk)
    last = emails.aggregate(last=Max("ordinal"))["last"] or 0
    enqueue(KIND, to=person, about=touch, ordinal=last + 1, at=at)
    return True


def _due_after_pauses(touch: Touch, at: datetime) -> datetime:
    """Return when a touch is due, at the end of the last pause that has put it off."""
    ends = [
        pause.back_at
        for pause in touch.match.pauses.all()
        if pause.started_at <= touch.due_at + LATE_DAYS and pause.back_at <= at
    ]
    return max([touch.due_at, *ends])
