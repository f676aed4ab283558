"""What happens elsewhere and concerns the library."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver
from django.utils import timezone

from programs.models import Program
from programs.signals import program_created, role_names_changed

from . import role_wording, seeding, touch_seeding


@receiver(program_created)
def give_it_a_library(sender: object, program: Program, **_kwargs: object) -> None:
    """Let a new program start with the product's own topics and items."""
    now = timezone.now()
    seeding.load(program, at=now)
    touch_seeding.load(program, at=now)


@receiver(role_names_changed)
def name_the_roles(
    sender: object, program: Program, before: Program, at: datetime, **_kwargs: object
) -> None:
    """Let what the product wrote in the library name the roles as the program does from now on."""
    role_wording.follow_names(program, before, at=at)
