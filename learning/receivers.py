"""What happens elsewhere and concerns the library."""

from __future__ import annotations

from django.dispatch import receiver
from django.utils import timezone

from programs.models import Program
from programs.signals import program_created

from . import seeding, touch_seeding


@receiver(program_created)
def give_it_a_library(sender: object, program: Program, **_kwargs: object) -> None:
    """Let a new program start with the product's own topics and items."""
    now = timezone.now()
    seeding.load(program, at=now)
    touch_seeding.load(program, at=now)
