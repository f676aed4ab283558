"""What happens elsewhere and concerns support: an application is sent, or withdrawn."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.after_sending import OptionalStep
from applications.models import Application
from applications.signals import application_withdrawn, optional_step_asked

from . import referring, requesting
from .models import SentBy


@receiver(application_withdrawn)
def withdraw_with_application(
    sender: type[Application], application: Application, at: datetime, **_kwargs: object
) -> None:
    """End what the person asked for: they take part no longer."""
    requesting.end_all(application, at=at)


@receiver(optional_step_asked)
def ask_who_sent(
    sender: type[Application], application: Application, **_kwargs: object
) -> OptionalStep | None:
    """Ask which partner organisation sent an applicant, until one is chosen or they are decided."""
    is_known = SentBy.objects.filter(application=application).exists()
    is_open = application.state == Application.State.SUBMITTED
    if is_known or not is_open or not referring.senders_for(application).exists():
        return None
    return OptionalStep(
        title=_("Who told you about the program?"),
        text=_("One question, if you like. Your answer decides nothing."),
        action=_("Answer it"),
        url=reverse("support:sent-by", args=[application.public_id]),
    )
