"""Which e-mails of the outbox a member may read, over the rule of what each is about."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest

from notifications.models.outbox import NotificationQuerySet
from programs.models import conflicts_with


def without_conflicts(rows: NotificationQuerySet, request: HttpRequest) -> NotificationQuerySet:
    """Leave out e-mails to people with whom the member has a conflict of interest.

    An e-mail may be about something that the member sees, such as an event, and go to someone whom
    they must not read about. The member's own e-mails stay.
    """
    near = conflicts_with(request.user, "recipient") & ~Q(recipient=request.user.pk)
    return rows.exclude(near)
