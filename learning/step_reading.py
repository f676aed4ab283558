"""What the library offers at one step of taking part: at most two items for one role."""

from __future__ import annotations

from programs.models import Program

from .models import LibraryItem

AT_ONCE = 2  # more would be in the way of the step itself


def items_for(program: Program, role: str, step: str) -> list[LibraryItem]:
    """Return what someone with `role` is offered at `step`, the first by position."""
    rows = LibraryItem.objects.for_role(program, role).filter(step=step)
    return list(rows.select_related("program")[:AT_ONCE])
