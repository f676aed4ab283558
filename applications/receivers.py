"""What happens elsewhere and concerns applications."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from programs.models import Program
from programs.signals import text_to_read_again

from . import preparations


@receiver(text_to_read_again)
def ask_people_again(
    sender: object, program: Program, name: str, version: int, at: datetime, **_kwargs: object
) -> None:
    """Ask those who have accepted or passed an earlier version once more."""
    preparations.ask_again(program, name, version=version, at=at)
