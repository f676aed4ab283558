"""The program whose rules an e-mail about support is sent by."""

from __future__ import annotations

from notifications.models import Notification
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.models import Program
from programs.sender_policy import sender_policy_for

from .models import SupportAnswer, SupportRequest


@sender_policy_finder
def sender_policy_of_support(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a request or an answer, None for others."""
    if row.about_id is None:
        return None
    if row.about_type == SupportAnswer._meta.label_lower:
        answers = SupportAnswer.system.filter(pk=row.about_id)
        requests = SupportRequest.system.filter(pk__in=answers.values("request"))
    elif row.about_type == SupportRequest._meta.label_lower:
        requests = SupportRequest.system.filter(pk=row.about_id)
    else:
        return None
    programs = Program.objects.filter(pk__in=requests.values("program"))
    program = programs.select_related("policy").first()
    return sender_policy_for(program) if program else None
