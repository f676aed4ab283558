"""Receivers of signals from the apps below: whoever leaves the program is asked no more."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from applications.models import Application
from applications.signals import application_withdrawn

from .rounds import pair_offers


@receiver(application_withdrawn)
def end_offers_of_application(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    """Take back the application's open offers; the next mentor is asked where the mentor left."""
    pair_offers.end_because_left(application, at=at)
