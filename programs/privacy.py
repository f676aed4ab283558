"""Export and erasure of committee roles and declared conflicts of interest."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy import register

from .models import Conflict, Membership


def export(user: User) -> dict[str, object]:
    """Return the person's committee roles and declared conflicts of interest."""
    return {
        "committee_roles": list(
            Membership.objects.of(user).values("program__name", "role", "since", "until")
        ),
        "conflicts_of_interest_declared": list(
            Conflict.objects.visible_to(user).values("person__name", "since", "until")
        ),
    }


def blocks(user: User) -> str:
    """A committee role must end first: a program must not lose its chair by accident."""
    if Membership.objects.live().of(user).exists():
        return _("You are on a committee. Ask the chair to end your role first.")
    return ""


def erase(user: User) -> None:
    """Do nothing: roles and conflicts have no personal text, and a live role blocks erasure."""


register("programs", export=export, erase=erase, blocks=blocks)
