"""One way to change a state: `move()`.

A model with states has a `state` column and, beside its `State(TextChoices)`, a table

    TRANSITIONS = {State.DRAFT: {State.SUBMITTED}, ...}

that names every state as a key. The change is a compare-and-set in the database: of two people who act on the same
state exactly one succeeds, on every database, without locks; the other is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed

from .models import Transition


class Stateful(Protocol):
    """What `move()` needs of a model."""

    state: str
    TRANSITIONS: Mapping[str, set[str]]


def stateful_models() -> list[type[models.Model]]:
    """Every model that has a transition table; for tests and the generated page of states."""
    return [model for model in apps.get_models() if hasattr(model, "TRANSITIONS")]


@transaction.atomic
def move(
    row: Any,
    to: str,
    *,
    by: Any,
    why: str = "",
    at: datetime | None = None,
    **changes: Any,
) -> Transition:
    """Move `row` to state `to`, set `changes` in the same UPDATE, and record the transition.

    `by` is the acting user or None for the program itself. The row in memory is updated only on success.
    Raises Refused when the table does not allow the step, or when somebody else was faster.
    """
    was = row.state
    if to not in row.TRANSITIONS[was]:
        raise ActionNotAllowed(
            _("This step is not possible any more. Please look at the page again.")
        )
    changed = type(row)._base_manager.filter(pk=row.pk, state=was).update(state=to, **changes)
    if not changed:
        raise ActionNotAllowed(
            _("Somebody else has just changed this. Please look at the page again.")
        )
    for name, value in {"state": to, **changes}.items():
        setattr(row, name, value)
    return Transition.objects.create(
        about_type=row._meta.label_lower,
        about_id=row.pk,
        from_state=was,
        to_state=to,
        by=by if getattr(by, "pk", None) else None,
        at=at or timezone.now(),
        why=why,
    )
