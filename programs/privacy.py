"""Export and erasure of committee roles and declared conflicts of interest."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.column_rules import impersonal, rules
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


OWN_WORDS = impersonal("what the program says about itself")
COLUMNS = rules(
    "programs",
    {
        "Program": {
            "public_id slug": impersonal("a name of the program"),
            "name purpose audience is_not code_of_conduct other_help emergency_note": OWN_WORDS,
            "mentee_benefits mentor_benefits selection faq": OWN_WORDS,
            "contact_email contact_phone": impersonal("how to reach the program, not a member"),
            "language time_zone": OWN_WORDS,
        },
        "Objective": {"text": OWN_WORDS},
        "PlaceDistance": {"one other": impersonal("names of places")},
        "Cohort": {"public_id name slug": OWN_WORDS},
        "ProgramQuestion": {
            "heading names options": OWN_WORDS,
        },
        "Topic": {"code names": OWN_WORDS},
        "Experience": {"code names": OWN_WORDS},
    },
)

register("programs", export=export, erase=erase, blocks=blocks, columns=COLUMNS)
