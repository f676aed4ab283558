"""What people hear when a round is published: introductions, decisions, and who is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import reviewing
from applications.models import Application, Decision
from matches.models import Match
from notifications.outbox import cancel_about, enqueue
from notifications.reasons import reason

from ..models import Proposal, Round

MATCHED = reason("matched", _("the person has a match, and another e-mail introduces them"))


def release_decisions(round_: Round, *, at: datetime) -> None:
    """Release the pending decisions about applications of the round's cohort."""
    pending = Decision.system.filter(application__cohort=round_.cohort_id, released_at=None)
    people = ("application__cohort__program", "application__person")
    reviewing.release(pending.select_related(*people), by=None, at=at)


def announce(
    round_: Round, matches: Sequence[Match], *, mentors: Sequence[int], at: datetime
) -> None:
    """Enqueue the e-mails of a published round, and note since when the rest have waited.

    mentors: application ids of all mentors of the round.
    """
    rows = Proposal.system.filter(round=round_).left_out().select_related("mentee__person")
    unmatched = [row.mentee for row in rows]
    matched = Match.objects.open().values("mentor")
    ready = Application.objects.ready().filter(pk__in=mentors).select_related("person")
    without_mentee = list(ready.exclude(pk__in=matched))
    emails = [
        *(("match-introduced", person, match, 1) for match in matches for person in match.people),
        *(("round-unmatched", one.person, one, round_.number) for one in unmatched),
        *(("round-no-mentee", one.person, one, round_.number) for one in without_mentee),
    ]
    for kind, person, about, ordinal in emails:
        enqueue(kind, to=person, about=about, ordinal=ordinal, at=at)
    for match in matches:  # "the committee is looking for the right person" is no longer true
        for application in (match.mentee, match.mentor):
            cancel_about(application, why=MATCHED, kinds=("decision-accepted",), at=at)
    left_out = [one.pk for one in (*unmatched, *without_mentee)]
    waiting = Application.objects.filter(pk__in=left_out, waiting_since=None)
    waiting.update(waiting_since=timezone.localdate(at))
