"""What happens elsewhere and concerns applications."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from accounts.models import User
from programs.models import Program
from programs.signals import text_to_read_again

from . import appointments, preparations
from .models import Application
from .signals import application_decided, application_withdrawn


@receiver(text_to_read_again)
def ask_people_again(
    sender: object, program: Program, name: str, version: int, at: datetime, **_kwargs: object
) -> None:
    """Ask those who have accepted or passed an earlier version once more."""
    preparations.ask_again(program, name, version=version, at=at)


@receiver(application_decided)
def end_appointment_of_decided(
    sender: object, application: Application, by: User | None, at: datetime, **_kwargs: object
) -> None:
    """Cancel an interview that is to come; someone on the waiting list is still interviewed."""
    if application.state != Application.State.WAITLISTED:
        appointments.end_of(application, by=by, at=at)


@receiver(application_withdrawn)
def end_appointment_of_withdrawn(
    sender: object, application: Application, at: datetime, **_kwargs: object
) -> None:
    """Cancel an interview that is to come."""
    appointments.end_of(application, by=None, at=at)
