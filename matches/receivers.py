"""Receivers of signals from the apps below."""

from __future__ import annotations

from django.dispatch import receiver
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from applications.signals import application_withdrawn

from .models import Match


@receiver(application_withdrawn)
def keep_application_of_open_match(
    sender: type[Application], application: Application, **kwargs: object
) -> None:
    """Refuse to withdraw an application in an open match: the partner must hear of it first."""
    open_ = Match.objects.open()
    if (open_.filter(mentee=application) | open_.filter(mentor=application)).exists():
        raise ActionNotAllowed(
            _("You are in a pair. Ask us to end it first; we will help both of you.")
        )
