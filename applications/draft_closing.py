"""Close drafts that were never sent, once there is no more use in reminding of them.

1. A draft is closed 14 days after its cohort's applications have closed; in a cohort that takes
   applications at any time, 90 days after it was last saved. A short one, for a pair of two people
   who found each other, can be sent while the cohort runs: it is closed with the cohort, or 42 days
   after it was last saved. A request for a pair that waits for a draft ends with it.
2. What was written is erased: no one has read it, and no one will.
3. Running it again changes nothing; a draft that is sent at the same moment stays sent.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from notifications.reconcilers import reconciler
from workflow.models import Transition

from . import privacy, retention
from .draft_times import AFTER_CLOSING, UNTOUCHED, UNTOUCHED_SHORT
from .models import Application
from .submission import close

State = Application.State
BATCH = 200  # drafts of one run


@reconciler
def close_old_drafts(at: datetime) -> int:
    """Close the drafts whose time is over; return how many."""
    closed_before = timezone.localdate(at) - AFTER_CLOSING
    touched = Coalesce("saved_at", "created_at")
    is_over = Q(cohort__closes_on__lt=closed_before)
    is_forgotten = Q(cohort__closes_on=None, touched_at__lt=at - UNTOUCHED)
    ordinary = Q(is_for_pair=False) & (is_over | is_forgotten)
    has_ended = Q(cohort__ends_on__lt=timezone.localdate(at))
    short = Q(is_for_pair=True) & (has_ended | Q(touched_at__lt=at - UNTOUCHED_SHORT))
    drafts = Application.objects.annotate(touched_at=touched).filter(
        ordinary | short, state=State.DRAFT
    )
    return sum(_close(draft, at) for draft in drafts.order_by("pk")[:BATCH])


def _close(draft: Application, at: datetime) -> bool:
    try:
        with transaction.atomic():
            close(draft, by=None, at=at)
            retention.erase_texts(Application.objects.filter(pk=draft.pk), own=privacy.empty)
    except ActionNotAllowed:  # sent or withdrawn at the same moment
        return False
    return True


def was_closed(application: Application) -> bool:
    """Return whether the program closed it, so that the person did not withdraw it.

    A draft, or one that was only for a pair that did not come about.
    """
    return application.state == State.WITHDRAWN and _closings(application).exists()


def was_never_sent(application: Application) -> bool:
    """Return whether the program closed it as a draft."""
    return _closings(application).filter(from_state=State.DRAFT).exists()


def _closings(application: Application) -> QuerySet[Transition]:
    return Transition.objects.of(application).filter(to_state=State.WITHDRAWN, by=None)
