"""Invitations to be a mentor, made by the verb, and their e-mails as they arrive."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import User
from applications import mentor_invitations
from applications.models import MentorInvitation
from notifications.testing import deliver_due_emails
from programs.models import Program

ADDRESS = "Noor.Haddad@Example.org"
DAY = timedelta(days=1)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)  # tests set their clock to it


def invite(
    program: Program, by: User, address: str = ADDRESS, at: datetime = NOW, **options: str
) -> MentorInvitation:
    options = {"named": "full", "language": "en"} | options
    return mentor_invitations.invite(program, address, by=by, at=at, **options)


def sent(at: datetime | None = None) -> list:
    return deliver_due_emails(at or timezone.now())


def deliver(days: int = 0) -> list:
    """Deliver what is due so many days from now."""
    return deliver_due_emails(NOW + days * DAY)


def link_in(email: EmailMessage, purpose: str = "mentor-invitation") -> str:
    """Return the path of the signed link of this purpose in the text of an e-mail."""
    found = re.search(rf"https?://[^/]+(/(?:go|unsubscribe)/{purpose}/\S+/)", str(email.body))
    assert found is not None, email.body
    return found[1]


def row() -> MentorInvitation:
    return MentorInvitation.system.get()
