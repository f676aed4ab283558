"""The invitation to be a mentor: to an address that may belong to anyone."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy

from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import guest_link, one_click_link
from notifications.recipients import Recipient
from notifications.rendering import UNSUBSCRIBE_DAYS

from . import mentor_facts, mentor_invitations
from .mentor_invitations import OPEN_DAYS, REMIND_DAYS
from .models import MentorInvitation

SEE, STOP = "mentor-invitation", "mentor-invitation-stop"  # what its links do


@kind(
    mentor_invitations.KIND,
    label=gettext_lazy("Invitation to be a mentor"),
    about="applications.MentorInvitation",
    stream=OPTIONAL,
    expires_after=timedelta(days=REMIND_DAYS),
)
def mentor_invitation(invitation: MentorInvitation, recipient: Recipient) -> Email | Cancel:
    """**To**: an address that a committee member or a participant has named. **When**: at once;
    once more after 7 days. **Until**: it is answered or over, its owner takes part, wants no such
    e-mails or was asked within a year, or who invited has left."""
    now = timezone.now()
    if refusal := mentor_invitations.why_not(invitation, now):
        return Cancel(refusal)
    program = invitation.program
    until = now + timedelta(days=UNSUBSCRIBE_DAYS)
    return Email(
        context={
            "program": program,
            "inviter_name": invitation.inviter_name,
            "is_reminder": now >= invitation.asked_at + timedelta(days=REMIND_DAYS),
            "what_it_takes": mentor_facts.what_it_takes(program),
            "help": mentor_facts.help_for_mentors(program),
            "closes_at": invitation.closes_at,
        },
        action_url=guest_link(SEE, subject=invitation, until=now + timedelta(days=OPEN_DAYS)),
        program=program,
        unsubscribe_url=one_click_link(STOP, subject=invitation, until=until),
    )
