"""What happens elsewhere and ends a request for support."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from applications.models import Application
from applications.signals import application_withdrawn

from . import requesting


@receiver(application_withdrawn)
def withdraw_with_application(
    sender: type[Application], application: Application, at: datetime, **_kwargs: object
) -> None:
    """End what the person asked for: they take part no longer."""
    requesting.end_all(application, at=at)
