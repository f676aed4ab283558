"""Close drafts that were never sent, once there is no more use in reminding of them.

1. A draft is closed 14 days after its cohort's applications have closed; in a cohort that takes
   applications at any time, 90 days after it was last saved.
2. What was written is erased: no one has read it, and no one will.
3. Running it again changes nothing; a draft that is sent at the same moment stays sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from notifications.reconcilers import reconciler
from workflow.models import Transition
from workflow.states import move

from . import privacy, retention
from .models import Application

State = Application.State
AFTER_CLOSING = timedelta(days=14)
UNTOUCHED = timedelta(days=90)
BATCH = 200  # drafts of one run


@reconciler
def close_old_drafts(at: datetime) -> int:
    """Close the drafts whose time is over; return how many."""
    closed_before = timezone.localdate(at) - AFTER_CLOSING
    touched = Coalesce("saved_at", "created_at")
    is_over = Q(cohort__closes_on__lt=closed_before)
    is_forgotten = Q(cohort__closes_on=None, touched_at__lt=at - UNTOUCHED)
    drafts = Application.objects.annotate(touched_at=touched).filter(
        is_over | is_forgotten, state=State.DRAFT
    )
    return sum(_close(draft, at) for draft in drafts.order_by("pk")[:BATCH])


@transaction.atomic
def _close(draft: Application, at: datetime) -> bool:
    try:
        move(draft, State.WITHDRAWN, by=None, at=at)
    except ActionNotAllowed:  # sent or withdrawn at the same moment
        return False
    retention.erase_texts(Application.objects.filter(pk=draft.pk), own=privacy.empty)
    return True


def was_closed(application: Application) -> bool:
    """Return whether the program closed it as a draft, so that the person did not withdraw it."""
    if application.state != State.WITHDRAWN:
        return False
    steps = Transition.objects.of(application)
    return steps.filter(from_state=State.DRAFT, to_state=State.WITHDRAWN, by=None).exists()
