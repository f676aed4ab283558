"""Export and erasure of what matches hold about a person: with whom, when, why, and how they ended.

Erasing ends the open pairs first, so that the partner hears of it; dates and kinds stay for the
counts.
"""

from __future__ import annotations

from django.utils import timezone

from accounts.column_rules import erased, impersonal, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from applications.models import Application
from workflow.models import Transition

from . import merge_requests, recovering
from .ending_texts import leaving_lines
from .endings import end_because_left
from .models import (
    AccountMerge,
    AccountRecovery,
    ContactChoice,
    EndingNote,
    EndingReason,
    EndingRequest,
    Farewell,
    FollowUp,
    Match,
    Pause,
    PauseNote,
    PauseRequest,
    ThankYouNote,
)
from .vocabulary_text import Vocabulary
from .why_you_two import why_you_two


def export(user: User) -> dict[str, object]:
    """Return the pairs of `user`, and what they asked and wrote when one ended."""
    reasons = EndingReason.objects.visible_to(user).filter(person=user)
    farewells = Farewell.objects.visible_to(user).filter(author=user)
    thanks = ThankYouNote.objects.visible_to(user).filter(author=user)
    matches = Match.objects.of(user).with_people()
    return {
        "pairs": [_export_match(match, user) for match in matches],
        "asked_to_end": list(EndingRequest.objects.filter(person=user).values("asked_at")),
        "reasons_for_ending": [
            {"reason": row.get_reason_display(), "text": row.text, "given_at": row.given_at}
            for row in reasons
        ],
        "farewells": [{"text": row.text, "written_at": row.written_at} for row in farewells],
        "thank_you_notes": [{"text": row.text, "written_at": row.written_at} for row in thanks],
        "staying_in_touch": list(
            ContactChoice.objects.visible_to(user).values("allows", "chosen_at")
        ),
        "pauses": _export_pauses(user),
        "lost_mailboxes": list(
            AccountRecovery.system.filter(person=user).values("new_email", "proposed_at", "state")
        ),
        "joined_accounts": list(
            AccountMerge.system.of_person(user).values("asked_at", "state", "joined_at")
        ),
        "what_next": list(FollowUp.objects.of(user).values("asked_at", "answered_at", "wish")),
    }


def _export_pauses(user: User) -> list[dict[str, object]]:
    """Return the pauses of the pairs of `user`, with what they asked for and wrote themselves."""
    found = Pause.objects.filter(match__in=Match.objects.of(user))
    requests = PauseRequest.objects.visible_to(user).filter(person=user)
    asked = {row.pause_id: row for row in requests}
    notes = {
        row.pause_id: row.text for row in PauseNote.objects.visible_to(user).filter(author=user)
    }
    return [
        {
            "from": row.starts_on,
            "until": row.last_day,
            "reason": asked[row.pk].get_reason_display() if row.pk in asked else "",
            "text": asked[row.pk].text if row.pk in asked else "",
            "line_for_partner": notes.get(row.pk, ""),
        }
        for row in found
    ]


def _export_match(match: Match, user: User) -> dict[str, object]:
    vocabulary = Vocabulary(match.program)
    why = why_you_two(match.why_codes, match.mentee, match.mentor, vocabulary, reader=user)
    return {
        "with": match.partner_of(user).name,
        "program": match.program.name,
        "state": match.get_state_display(),
        "introduced_at": match.introduced_at,
        "active_at": match.active_at,
        "ends_on": match.ends_on,
        "closed_at": match.closed_at,
        "how_it_ended": match.get_closed_kind_display(),
        "why": why,
    }


def begin_erasure(user: User) -> None:
    """End open pairs, and lock all pairs of `user` until the erasure is complete.

    A verb of the partner in the same second waits, and then finds the pair ended. Applications
    first, as everywhere.
    """
    merge_requests.move_rest_to(user, at=timezone.now())
    list(Application.objects.select_for_update(no_key=True).filter(person=user).order_by("pk"))
    list(Match.objects.of(user).select_for_update(no_key=True, of=("self",)).order_by("pk"))
    end_because_left(user)


def erase(user: User) -> None:
    """Forget why the two were matched, and what was written when they ended.

    The row stays for the partner and the counts.
    """
    recovering.forget_person(user)
    merge_requests.forget_person(user)
    matches = Match.objects.of(user)
    matches.update(why_codes={})
    Transition.system.about_any(matches).update(why="")
    EndingReason.system.filter(person=user).delete()
    Farewell.system.filter(author=user).delete()
    ThankYouNote.system.filter(author=user).delete()
    ContactChoice.objects.filter(person=user).delete()
    PauseRequest.system.filter(person=user).delete()
    PauseNote.system.filter(author=user).delete()
    EndingNote.system.filter(match__in=matches).delete()
    mentions = Mentions.of(user)
    mentions.replace_in(EndingReason.system.filter(match__in=matches), "text")
    mentions.replace_in(Farewell.system.filter(closure__match__in=matches), "text")
    mentions.replace_in(ThankYouNote.system.filter(match__in=matches), "text")
    mentions.replace_in(PauseRequest.system.filter(pause__match__in=matches), "text")
    mentions.replace_in(PauseNote.system.filter(pause__match__in=matches), "text")


def effects(user: User) -> list[str]:
    """Return which pairs end with the erasure, and what the partners will read."""
    matches = Match.objects.of(user).open().with_people()
    return [line for match in matches for line in leaving_lines(match, user)]


COLUMNS = rules(
    "matches",
    {
        "Match": {
            "public_id": impersonal("a random id"),
            "why_codes": erased(mentions="codes and ids"),
        },
        "AccountRecovery": {
            "public_id": impersonal("a random id"),
            "new_email": erased(mentions="the address of the person it is about"),
            "checked": erased(
                not_exported="notes of the committee; ask it for them",
                mentions="how a member knows the one person it is about",
            ),
            "code_hash": erased(not_exported="a hash of a code", mentions="a hash"),
        },
        "AccountMerge": {
            "public_id": impersonal("a random id"),
            "checked": erased(
                not_exported="notes of the committee; ask it for them",
                mentions="how a member knows the one person it is about",
            ),
            "code_hash": erased(not_exported="a hash of a code", mentions="a hash"),
        },
        "EndingReason": {"text": erased()},
        "Farewell": {"text": erased()},
        "ThankYouNote": {"text": erased()},
        "Pause": {"public_id": impersonal("a random id")},
        "PauseRequest": {"text": erased()},
        "PauseNote": {"text": erased()},
        "EndingNote": {
            "text": erased(
                not_exported="notes of the committee; ask it for them",
                mentions="all notes about the pairs of a person go",
            ),
        },
    },
)

register(
    "matches",
    export=export,
    begin=begin_erasure,
    erase=erase,
    effects=effects,
    columns=COLUMNS,
)
