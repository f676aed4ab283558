"""What an application that is withdrawn means for matching."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from applications.signals import application_withdrawn

from .models import Match


@receiver(application_withdrawn)
def refuse_while_in_a_pair(sender: Any, application: Application, **_more: Any) -> None:
    """A pair is ended with care, not by a form: the other person must hear it from somebody."""
    of_theirs = Match.objects.open().filter(mentee=application) | Match.objects.open().filter(
        mentor=application
    )
    if of_theirs.exists():
        raise ActionNotAllowed(
            _(
                "You are in a pair. Please ask for it to be ended first; we help both of you with that."
            )
        )
