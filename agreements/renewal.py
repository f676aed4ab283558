"""Going on for another term: a new version of the agreement with a longer term, signed by both."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.terms import today_of

from . import amending, drafting
from .models import RANGES, AgreementVersion

LONGEST_MONTHS = RANGES["term_months"][1]


def version_to_renew(match: Match) -> AgreementVersion | None:
    """Return the version in force of an active or closing pair, None where there is none."""
    if match.state not in {Match.State.ACTIVE, Match.State.CLOSING}:
        return None
    found = AgreementVersion.objects.of_match(match).signed().select_related("agreement").first()
    if found is not None:
        found.agreement.match = match
    return found


def most_months(version: AgreementVersion) -> int:
    """Return by how many months the term can be made longer."""
    return max(LONGEST_MONTHS - version.term_months, 0)


def new_end(match: Match, months: int) -> date | None:
    """Return the last day of a term that is `months` longer."""
    if match.agreed_end is None:
        return None
    return match.agreed_end + relativedelta(months=months) + timedelta(days=match.paused_days)


@transaction.atomic
def propose(match: Match, *, months: int, by: User, at: datetime | None = None) -> AgreementVersion:
    """Share a version whose term is `months` longer; it takes effect once both have signed it.

    All else is copied from the version in force. Return it, or the same one when it is there
    already. Raises ActionNotAllowed outside the pair, while there is no agreement in force, while
    another version is being written, for a term that gets too long, and for an end in the past.
    """
    at = at or timezone.now()
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a match can write its agreement."))
    signed = version_to_renew(match)
    if signed is None:
        raise ActionNotAllowed(_("There is no signed agreement to make longer."))
    total, end = signed.term_months + months, new_end(match, months)
    if months < 1 or months > most_months(signed):
        text = _("A term has at most %(most)s months in all. Choose fewer months.")
        raise ActionNotAllowed(text % {"most": LONGEST_MONTHS})
    if end is not None and end <= today_of(match, at):
        raise ActionNotAllowed(_("This term would be over already. Choose more months."))
    started = AgreementVersion.objects.of_match(match).editable().first()
    if started is not None:
        if started.state == AgreementVersion.State.SHARED and started.term_months == total:
            return started
        raise ActionNotAllowed(
            _("You are already writing a new version. Enter the longer term there.")
        )
    version = amending.amend(match, by=by, at=at)
    values = drafting.part_values(version, "term") | {"term_months": total}
    version = drafting.save_part(
        match, "term", values, expected_revision=version.term_revision, by=by, at=at
    )
    drafting.share(version, by=by, at=at)
    return version
