"""One way to change a state: `move()`.

A model with states has a `state` column and, beside its `State(TextChoices)`, a table

    TRANSITIONS = {State.DRAFT: {State.SUBMITTED}, ...}

that has every state as a key. The change is a compare-and-set in the database: when two people
change the same state at once, exactly one succeeds and the other gets an error. This needs no lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol, cast

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed

from .models import Transition


class Stateful(Protocol):
    """What `move()` needs of a row."""

    state: str
    TRANSITIONS: ClassVar[Mapping[str, set[str]]]


def stateful_models() -> list[type[models.Model]]:
    """Return every model that has a transition table; a proxy has that of its model."""
    return [
        model
        for model in apps.get_models()
        if hasattr(model, "TRANSITIONS") and not model._meta.proxy
    ]


@transaction.atomic
def move(
    row: models.Model,
    to: str,
    *,
    by: AbstractBaseUser | AnonymousUser | None,
    why: str = "",
    at: datetime | None = None,
    **changes: object,
) -> Transition:
    """Move `row` to state `to`, set `changes` in the same UPDATE, and record the transition.

    `row` is a row of a stateful model. `by` is the acting user, or None for the program itself.
    The row in memory is updated only on success. Raises ActionNotAllowed when TRANSITIONS does not
    allow the change, or when someone else was faster.
    """
    stateful = cast(Stateful, row)
    was = stateful.state
    if to not in stateful.TRANSITIONS[was]:
        raise ActionNotAllowed(_("This is no longer possible. Please reload the page."))
    changed = type(row)._base_manager.filter(pk=row.pk, state=was).update(state=to, **changes)
    if not changed:
        raise ActionNotAllowed(_("Someone else has just changed this. Please reload the page."))
    for name, value in {"state": to, **changes}.items():
        setattr(row, name, value)
    return Transition.objects.create(
        about_type=row._meta.label_lower,
        about_id=row.pk,
        from_state=was,
        to_state=to,
        by_id=by.pk if by else None,
        at=at or timezone.now(),
        why=why,
    )
