"""Erase what people wrote in an application once its time is over (`Policy`).

A withdrawn application loses its texts, a declined one everything but the row. What belongs to a
finished cohort or pair is erased by `matches.retention`, which knows the pairs. Rows stay, so
counts stay.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.privacy import describes_retention
from notifications.reconcilers import reconciler
from programs.models import Policy
from programs.retention_limits import BATCH, Theirs, declined_limits, text_limits
from workflow.models import Transition

from . import privacy
from .models import Application, Decision
from .models.applications import ApplicationQuerySet

Erase = Callable[[ApplicationQuerySet], None]
State = Application.State

ERASERS: list[Erase] = []  # of upper apps


def register(erase: Erase) -> Erase:
    """Register what an upper app erases about applications; usable as a decorator."""
    ERASERS.append(erase)
    return erase


@reconciler
def erase_old_applications(at: datetime) -> int:
    """Erase the texts of declined and withdrawn applications whose time is over; return how many.

    Running it again changes nothing: each application is marked.
    """
    withdrawn = sum(_erase_withdrawn(*one) for one in text_limits(at))
    return withdrawn + sum(_empty_declined(*one) for one in declined_limits(at))


def _erase_withdrawn(theirs: Theirs, before: datetime) -> int:
    moved = Transition.system.filter(
        about_type="applications.application",
        about_id=OuterRef("pk"),
        to_state=State.WITHDRAWN,
        at__lte=before,
    )
    return erase_texts(with_texts(theirs).filter(Exists(moved), state=State.WITHDRAWN))


def _empty_declined(theirs: Theirs, before: datetime) -> int:
    told = Decision.system.filter(application=OuterRef("pk"), released_at__lte=before)
    due = with_texts(theirs).filter(Exists(told), state=State.DECLINED)
    return erase_texts(due, own=privacy.empty)


def with_texts(theirs: Theirs) -> ApplicationQuerySet:
    """Return the applications of some programs whose texts have not been erased."""
    return Application.objects.filter(theirs("cohort__program"), texts_erased_at=None)


@transaction.atomic
def erase_texts(
    due: ApplicationQuerySet, *, own: Erase = privacy.erase_texts, limit: int = BATCH
) -> int:
    """Erase the texts of at most `limit` of these applications in every app; return how many.

    `own` erases what this app stores, and marks the applications.
    """
    chosen = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
    rows = Application.objects.filter(pk__in=chosen)
    for erase in (*ERASERS, own) if chosen else ():
        erase(rows)
    return len(chosen)


@describes_retention
def retention_lines(user: User) -> list[str]:
    """Return one sentence for each program in which the person has an application."""
    policies = Policy.objects.filter(program__cohorts__applications__person=user).distinct()
    return [_line(policy) for policy in policies.select_related("program").order_by("pk")]


def _line(policy: Policy) -> str:
    months, declined = policy.text_retention_months, policy.declined_retention_months
    after = ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    after_decline = ngettext("%(n)s month", "%(n)s months", declined) % {"n": declined}
    return _(
        "%(program)s: what you wrote, and notes about you, are erased %(after)s after your pair has"
        " ended or you have withdrawn. A declined application is erased after %(after_decline)s."
    ) % {"program": policy.program, "after": after, "after_decline": after_decline}
