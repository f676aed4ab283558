"""Export and erasure of what matches hold about a person: with whom, when, and why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.column_rules import erased, impersonal, rules
from accounts.models import User
from accounts.privacy import register
from workflow.models import Transition

from .models import Match
from .vocabulary_text import Vocabulary
from .why_you_two import why_you_two


def export(user: User) -> list[dict[str, object]]:
    """Return the pairs of `user`: the partner, the dates, and why they were matched."""
    matches = Match.objects.of(user).with_people()
    return [
        {
            "with": match.partner_of(user).name,
            "program": match.program.name,
            "state": match.get_state_display(),
            "introduced_at": match.introduced_at,
            "active_at": match.active_at,
            "ends_on": match.ends_on,
            "closed_at": match.closed_at,
            "how_it_ended": match.get_closed_kind_display(),
            "why": why_you_two(
                match.why_codes, match.mentee, match.mentor, Vocabulary(match.program)
            ),
        }
        for match in matches
    ]


def blocks(user: User) -> str:
    """An open pair must end first: the partner must hear of it."""
    match = Match.objects.of(user).open().with_people().first()
    if match is None:
        return ""
    if match.program.contact_email:
        text = _(
            "You are in a pair. Write to %(address)s and ask the committee to end it; we will tell"
            " %(partner)s. Then you can erase your data here."
        )
        names = {"address": match.program.contact_email, "partner": match.partner_of(user).name}
        return text % names
    return _("You are in a pair. Ask the committee to end it. Then you can erase your data here.")


def erase(user: User) -> None:
    """Forget why the two were matched; the row stays for the partner and the counts."""
    matches = Match.objects.of(user)
    matches.update(why_codes={})
    Transition.system.about_any(matches).update(why="")


COLUMNS = rules(
    "matches",
    {
        "Match": {
            "public_id": impersonal("a random id"),
            "why_codes": erased(mentions="codes and ids"),
        }
    },
)

register("matches", export=export, erase=erase, blocks=blocks, columns=COLUMNS)
