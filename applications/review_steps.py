"""Add what was done with an application to its history, in the transaction in which it was done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from django.utils import timezone

from accounts.models import User

from .models import Application, ReviewStep

Kind = ReviewStep.Kind


def add_step(
    application: Application,
    kind: str,
    *,
    by: User | None,
    at: datetime | None = None,
    outcome: str = "",
    member: User | None = None,
) -> None:
    """Add one step; `by` is None for what the program itself does."""
    ReviewStep.objects.create(
        application=application,
        kind=kind,
        by=by,
        at=at or timezone.now(),
        outcome=outcome,
        member=member,
    )


def add_steps(
    applications: Iterable[int], kind: str, *, by: User | None, at: datetime | None = None
) -> None:
    """Add the same step to several applications, by their ids."""
    now = at or timezone.now()
    ReviewStep.objects.bulk_create(
        ReviewStep(application_id=pk, kind=kind, by=by, at=now) for pk in applications
    )


def add_changed_page(application: Application, page: str, *, by: User, at: datetime) -> None:
    """Add that the person changed the answers of a page after sending.

    Saving a page several times on one day is one step, with the last moment.
    """
    day = timezone.localdate(at)
    midnight = timezone.make_aware(datetime.combine(day, time()))
    same = {"application": application, "kind": Kind.ANSWERS_CHANGED, "page": page, "by": by}
    if not ReviewStep.system.filter(**same, at__gte=midnight).update(at=at):
        ReviewStep.objects.create(**same, at=at)
