"""The program whose rules an e-mail about an event is sent by."""

from __future__ import annotations

from notifications.models import Notification
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Event


@sender_policy_finder
def sender_policy_of_event(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about an event, None for other e-mails."""
    if row.about_type != Event._meta.label_lower or row.about_id is None:
        return None
    event = Event.objects.filter(pk=row.about_id).select_related("program__policy").first()
    return sender_policy_for(event.program) if event else None
