"""E-mails about a pair. Each docstring says to whom, when, and until when it makes sense."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Match
from .vocabulary import Vocabulary
from .why_you_two import why_you_two


@kind("match-introduced", about="matches.Match")
def match_introduced(match: Match, person: Any) -> Email | Cancel:
    """**To**: both people of the match, in their own words. **When**: the round is released. **Until**: it is closed."""
    if match.state == Match.State.CLOSED:
        return Cancel("the match has ended")
    is_mentee = match.mentee.person_id == person.pk
    partner = match.partner_of(person)
    policy = match.program.policy
    page = absolute(reverse("matches:match-hello", args=[match.public_id]))
    return Email(
        context={
            "match": match,
            "partner": partner,
            "is_mentee": is_mentee,
            "reasons": why_you_two(
                match.why_codes, match.mentee, match.mentor, Vocabulary(match.program)
            ),
            "write_within": policy.first_contact_days,
            "meet_within": policy.first_meeting_days,
        },
        action=(_("Meet %(name)s") % {"name": partner.first_name}, page),
        program=match.program,
    )


@sender_policy_finder
def sender_policy_of_match(row: Any) -> SenderPolicy | None:
    """For e-mails about a match."""
    if row.about_type != Match._meta.label_lower:
        return None
    match = (
        Match.objects.filter(pk=row.about_id)
        .select_related("mentee__cohort__program__policy")
        .first()
    )
    return sender_policy_for(match.program) if match else None
