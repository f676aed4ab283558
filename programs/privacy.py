"""Export and erasure of committee roles, conflicts of interest and addresses that wait."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.column_rules import erased, impersonal, rules
from accounts.models import User
from accounts.privacy import register
from notifications.outbox import delete_about_missing

from . import opening_requests
from .models import Conflict, Membership, OpeningRequest


def export(user: User) -> dict[str, object]:
    """Return the person's roles, declared conflicts, and which openings they want to hear of."""
    waits = opening_requests.rows_of(user).order_by("pk")
    return {
        "wants_to_know_when_it_opens": list(
            waits.values("program__name", "role", "language", "asked_at", "confirmed_at")
        ),
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
    """Delete the address from the lists of those who wait for an opening.

    Roles and conflicts have no personal text, and a live role blocks erasure.
    """
    opening_requests.rows_of(user).delete()
    delete_about_missing(OpeningRequest)


OWN_WORDS = impersonal("what the program says about itself")
COLUMNS = rules(
    "programs",
    {
        "Program": {
            "public_id slug": impersonal("a name of the program"),
            "name purpose audience is_not code_of_conduct other_help emergency_note": OWN_WORDS,
            "mentee_benefits mentor_benefits selection faq": OWN_WORDS,
            "interview_questions interview_anchors reference_questions": OWN_WORDS,
            "contact_email contact_phone": impersonal("how to reach the program, not a member"),
            "language time_zone translations role_names": OWN_WORDS,
        },
        "TextVersion": {"language text": OWN_WORDS},
        "EmailText": {"kind language texts defaults": OWN_WORDS},
        "Objective": {"text": OWN_WORDS},
        "PlaceDistance": {"one other": impersonal("names of places")},
        "Cohort": {"public_id name slug": OWN_WORDS},
        "FirstChairLink": {"key": impersonal("a hash of a link, deleted with its use")},
        "OrganisationSignIn": {
            "public_id link_key": impersonal("random ids"),
            "name_en name_fr issuer client_id secret domains": impersonal(
                "how the program's organisation signs people in"
            ),
        },
        "OpeningRequest": {
            "public_id": impersonal("a random id"),
            "address_key": impersonal("a keyed hash, deleted with its row"),
            "language": impersonal("one of the languages of the site"),
            "address": erased(
                not_exported="an own address, which the account's part has",
                mentions="the address of its owner",
            ),
        },
        "ProgramQuestion": {
            "heading help_text names options unit translations": OWN_WORDS,
        },
        "Topic": {"code names": OWN_WORDS},
        "WordMerge": {
            "merged retired": impersonal("which words were merged"),
            "moved": impersonal("ids of rows and levels, deleted after a day"),
        },
        "ProgramActivity": {"code names": OWN_WORDS},
        "Experience": {"code names": OWN_WORDS},
    },
)

register("programs", export=export, erase=erase, blocks=blocks, columns=COLUMNS)
