"""Receivers of signals from the apps below: whoever leaves the program is asked no more."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from applications.models import Application
from applications.signals import application_withdrawn

from .rounds import pair_offers, pair_requests


@receiver(application_withdrawn)
def end_offers_of_application(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    """Take back the application's open offers; the next mentor is asked where the mentor left."""
    pair_offers.end_because_left(application, at=at)


@receiver(application_withdrawn)
def end_pair_requests_of_application(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    """Take back the open requests for a pair without a round."""
    pair_requests.end_of_application(application, at=at)
