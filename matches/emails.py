"""E-mails about a pair. Each docstring says to whom, when, and until when it makes sense."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.reasons import reason
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Match
from .vocabulary_text import Vocabulary
from .why_you_two import why_you_two

MATCH_ENDED = reason("match-ended", gettext_lazy("the match has ended"))


@kind("match-introduced", about="matches.Match")
def match_introduced(match: Match, person: User) -> Email | Cancel:
    """**To**: both people. **When**: the round is published. **Until**: the match is closed."""
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
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
def sender_policy_of_match(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a match, None for other e-mails."""
    if row.about_type != Match._meta.label_lower or row.about_id is None:
        return None
    matches = Match.objects.filter(pk=row.about_id)
    match = matches.select_related("mentee__cohort__program__policy").first()
    return sender_policy_for(match.program) if match else None
