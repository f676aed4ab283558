"""Export and erasure of committee roles and declared conflicts of interest."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy import register

from .models import Conflict, Membership


def export(user: User) -> dict[str, Any]:
    return {
        "committee_roles": list(
            Membership.objects.of(user).values("program__name", "role", "since", "until")
        ),
        "conflicts_of_interest_declared": list(
            Conflict.objects.visible_to(user).values("person__name", "since", "until")
        ),
    }


def blocks(user: User) -> str:
    """A committee member hands over first: the program must not be left without its chair by accident."""
    if Membership.objects.live().of(user).exists():
        return _("You are on a committee. Please ask the chair to end your role first.")
    return ""


def erase(user: User) -> None:
    """Roles and conflicts hold no words of the person; a live role blocks erasure instead."""


register("programs", export=export, erase=erase, blocks=blocks)
