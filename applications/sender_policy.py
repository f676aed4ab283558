"""Finds the sender policy for e-mails about an application."""

from __future__ import annotations

from notifications.models import Notification
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Application


@sender_policy_finder
def sender_policy_of_application(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of the application that `row` is about, None for other rows."""
    if row.about_type != Application._meta.label_lower or row.about_id is None:
        return None
    found = (
        Application.objects.filter(pk=row.about_id)
        .select_related("cohort__program__policy")
        .first()
    )
    return sender_policy_for(found.program) if found else None
