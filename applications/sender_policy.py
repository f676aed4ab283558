"""Finds the sender policy for e-mails about an application."""

from __future__ import annotations

from typing import Any

from notifications.sender_policy import House, house_finder
from programs.sender_policy import house_for

from .models import Application


@house_finder
def house_of_application(row: Any) -> House | None:
    """For letters about an application."""
    if row.about_type != Application._meta.label_lower:
        return None
    found = (
        Application.objects.filter(pk=row.about_id)
        .select_related("cohort__program__policy")
        .first()
    )
    return house_for(found.program) if found else None
