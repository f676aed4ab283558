"""Who can't be reached by e-mail: the carer of their pair tries another way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from notifications.bounces import stopped_people
from notifications.outbox import cancel_about
from notifications.reasons import reason
from notifications.reconcilers import reconciler

from .concerns import raise_once
from .models import Concern

Cause = Concern.Cause
ADDRESS_WORKS = reason("address-works", gettext_lazy("e-mails reach the person again"))


@reconciler
def follow_bounces(at: datetime) -> None:
    """Raise a concern about everyone in an open pair whose address bounces; resolve the others.

    A carer who resolves one is not asked again until the address works and then bounces anew.
    """
    people = stopped_people()
    _resolve_passed(people, at)
    if not people:
        return
    known = Concern.system.filter(cause=Cause.BOUNCED, person__in=people).order_by("raised_at")
    rows = known.values_list("match", "person", "raised_at")
    raised = {(match, person): raised_at for match, person, raised_at in rows}
    either = Q(mentee__person__in=people) | Q(mentor__person__in=people)
    pairs = Match.objects.open().filter(either).with_people()
    for match in pairs.select_related("mentee__cohort__program"):
        for person in match.people:
            since, last = people.get(person.pk), raised.get((match.pk, person.pk))
            if since is not None and (last is None or last < since):
                raise_once(match, person, Cause.BOUNCED, at, urgency=Concern.Urgency.WHENEVER)


def _resolve_passed(people: Collection[int], at: datetime) -> None:
    """Resolve the concerns about people whom e-mail reaches again, and about pairs that ended."""
    unresolved = Concern.system.unresolved().filter(cause=Cause.BOUNCED).select_related("match")
    for concern in unresolved:
        has_ended = concern.match is not None and concern.match.state == Match.State.CLOSED
        if concern.person_id in people and not has_ended:
            continue
        note = _("The pair has ended.") if has_ended else _("E-mails reach this person again.")
        concern.close(by=None, outcome=Concern.Outcome.NOTHING, note=note, at=at)
        cancel_about(concern, why=MATCH_ENDED if has_ended else ADDRESS_WORKS, at=at)
