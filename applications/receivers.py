"""What happens elsewhere and concerns applications."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from programs.models import Policy, Program
from programs.signals import policy_problems_asked, text_to_read_again

from . import opinions, preparations


@receiver(text_to_read_again)
def ask_people_again(
    sender: object, program: Program, name: str, version: int, at: datetime, **_kwargs: object
) -> None:
    """Ask those who have accepted or passed an earlier version once more."""
    preparations.ask_again(program, name, version=version, at=at)


@receiver(policy_problems_asked)
def keep_opinions_blind(sender: type[Policy], policy: Policy, **_kwargs: object) -> dict[str, str]:
    return opinions.problems_of_settings(policy)
