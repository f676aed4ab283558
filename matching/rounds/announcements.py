"""What people hear when a round is published: introductions, decisions, and who is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import reviewing
from applications.models import Application, Decision
from matches.models import Match
from notifications.outbox import cancel_about, enqueue
from notifications.reasons import reason
from notifications.release_times import Zones
from programs.models import Policy

from ..models import Offer, Proposal, Round, Snapshot

State = Application.State

MATCHED = reason("matched", _("the person has a match, and another e-mail introduces them"))


EmailSort = tuple[str, str]  # (kind, role of the recipient)


def planned_emails(round_: Round) -> dict[EmailSort, Zones]:
    """Count the e-mails that the publication of a round would send, by time zone of the recipient.

    Reads the current plan, in a fixed number of queries; sorts without e-mails are left out.
    """
    rows = Proposal.system.filter(round=round_).in_plan()
    paired = rows.exclude(mentor=None)
    asked = round_.program.policy.asked_before
    kind = "match-introduced" if asked == Policy.Asked.NOBODY else "offer"
    to_mentee = paired.none() if asked == Policy.Asked.MENTOR else paired
    planned: dict[EmailSort, Counter[str]] = {
        (kind, "mentee"): _by_zone(to_mentee, "mentee__person"),
        (kind, "mentor"): _by_zone(paired, "mentor__person"),
        ("round-unmatched", "mentee"): _by_zone(rows.filter(mentor=None), "mentee__person"),
        ("round-no-mentee", "mentor"): _by_zone(
            without_mentee(round_, mentors_of(round_)).exclude(pk__in=mentors_in_plan(round_)),
            "person",
        ),
    }
    for outcome, role, zone in pending_in_round(round_).values_list(
        "outcome", "application__role", "application__person__time_zone"
    ):
        kind = reviewing.EMAIL_KINDS[Decision.Outcome(outcome)]
        planned.setdefault((kind, role), Counter())[zone] += 1
    return {sort: zones for sort, zones in planned.items() if zones}


def _by_zone(rows: QuerySet, person: str) -> Counter[str]:
    return Counter(rows.order_by().values_list(f"{person}__time_zone", flat=True))


def all_zones(planned: Mapping[EmailSort, Zones]) -> Zones:
    """Count the recipients of all sorts of e-mail by time zone."""
    total: Counter[str] = Counter()
    for zones in planned.values():
        total.update(zones)
    return total


def mentors_of(round_: Round) -> list[int]:
    """Return the application ids of all mentors that the last run of a round considered."""
    columns = Snapshot.system.filter(round=round_).values_list("columns", flat=True).first()
    return list((columns or {}).get("mentors", []))


def mentors_in_plan(round_: Round) -> QuerySet:
    """Return the application ids of the mentors who have a mentee in the plan, as a subquery."""
    rows = Proposal.system.filter(round=round_).in_plan()
    return rows.exclude(mentor=None).values("mentor")


def without_mentee(round_: Round, mentors: Iterable[int]) -> QuerySet[Application]:
    """Return those of a round's mentors who are ready and have no open match."""
    matched = Match.objects.open().values("mentor")
    asked = Offer.system.open().values("mentor")
    ready = Application.objects.ready().filter(pk__in=list(mentors), cohort=round_.cohort_id)
    return ready.exclude(pk__in=matched).exclude(pk__in=asked).select_related("person")


def pending_in_round(round_: Round) -> QuerySet[Decision]:
    """Return the pending decisions that the publication of a round releases."""
    possible = Q(application__state=State.SUBMITTED) | Q(
        application__state=State.WAITLISTED, outcome=Decision.Outcome.ACCEPT
    )
    return Decision.system.filter(possible, application__cohort=round_.cohort_id, released_at=None)


def release_decisions(round_: Round, *, at: datetime) -> None:
    """Release the pending decisions about applications of the round's cohort."""
    people = ("application__cohort__program", "application__person")
    reviewing.release(pending_in_round(round_).select_related(*people), by=None, at=at)


def announce(
    round_: Round, matches: Sequence[Match], *, mentors: Sequence[int], at: datetime
) -> None:
    """Enqueue the e-mails of a published round, and note since when the rest have waited.

    mentors: application ids of all mentors of the round.
    """
    rows = Proposal.system.filter(round=round_).left_out().select_related("mentee__person")
    unmatched = [row.mentee for row in rows]
    idle = list(without_mentee(round_, mentors))
    emails = [
        *(("match-introduced", person, match, 1) for match in matches for person in match.people),
        *(("round-unmatched", one.person, one, round_.number) for one in unmatched),
        *(("round-no-mentee", one.person, one, round_.number) for one in idle),
    ]
    for kind, person, about, ordinal in emails:
        enqueue(kind, to=person, about=about, ordinal=ordinal, at=at)
    for match in matches:  # "the committee is looking for the right person" is no longer true
        for application in (match.mentee, match.mentor):
            cancel_about(application, why=MATCHED, kinds=("decision-accepted",), at=at)
    left_out = [one.pk for one in (*unmatched, *idle)]
    waiting = Application.objects.filter(pk__in=left_out, waiting_since=None)
    waiting.update(waiting_since=timezone.localdate(at))
