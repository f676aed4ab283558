"""The words for a state of any table."""

from __future__ import annotations

from typing import cast

from django.db.models import Model, TextChoices


def state_name(model: type[Model], state: str) -> str:
    """Return the label of one of the model's states; unknown ones as they are stored."""
    states = cast(type[TextChoices] | None, getattr(model, "State", None))
    return str(states(state).label) if states and state in states.values else state
