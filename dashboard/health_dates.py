"""When a pair drifts and is stuck if nothing happens: dates that are kept with the match.

1. The dates follow from meetings, contacts, the agreement and the program's settings, none of which
   changes with time. So they are computed when one of these changes, and pages compare them with
   now: which pairs are stuck is a question that an index answers, however many pairs there are.
2. `matches.signals.pair_changed` says that something has changed; it is sent in the transaction of
   the change. Settings concern all pairs of a program: these are marked, and the next sweep
   computes their dates.
3. A pair is quiet since its last meeting or contact. It drifts, then is stuck, after the program's
   percentages of the rhythm that it agreed on, at the latest after the program's longest silence.
   A meeting ahead, confirmed or suggested, keeps it from being stuck.
4. Before the first meeting it drifts some days after the introduction unless a meeting is ahead;
   and without a signed agreement, some days after the introduction.
5. Time in which the pair is paused does not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast

from django.db import transaction
from django.db.models import Manager, OuterRef, QuerySet, Subquery

from agreements.models import AgreementVersion
from matches.models import Match, Pause
from matches.pair_clock import Rest, later
from meetings.models import Meeting, PairContact
from notifications.reconcilers import reconciler
from programs.models import Policy, Program

State = Match.State
BATCH = 500
KEPT = (
    "last_met_at",
    "quiet_since",
    "rhythm_days",
    "drifting_from",
    "stuck_from",
    "are_health_dates_due",
)


class Facts(Protocol):
    """A match with the columns of `with_facts`."""

    state: str
    introduced_at: datetime
    active_at: datetime | None
    program: Program
    met_at: datetime | None  # the last time
    contact_at: datetime | None  # the last one between meetings
    confirmed_until: datetime | None  # of the last meeting ahead
    suggested_until: datetime | None
    agreed_days: int | None  # of the rhythm; None without a signed agreement
    pauses: Manager[Pause]


def with_facts(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Annotate what the dates follow from: `Facts`."""
    meetings = Meeting.objects.filter(match=OuterRef("pk"))
    agreed = AgreementVersion.objects.signed().filter(agreement__match=OuterRef("pk"))
    contacts = PairContact.objects.filter(match=OuterRef("pk")).order_by("-at")
    held = meetings.held().order_by("-starts_at")
    confirmed = meetings.filter(state=Meeting.State.SET).order_by("-starts_at")
    suggested = meetings.filter(state=Meeting.State.PROPOSED).order_by("-lapses_at")
    return matches.annotate(
        met_at=Subquery(held.values("starts_at")[:1]),
        contact_at=Subquery(contacts.values("at")[:1]),
        confirmed_until=Subquery(confirmed.values("starts_at")[:1]),
        suggested_until=Subquery(suggested.values("lapses_at")[:1]),
        agreed_days=Subquery(agreed.values("rhythm_days")[:1]),
    )


def days_until(policy: Policy, rhythm: int, percent: str) -> int:
    """Return after how many quiet days the health changes, for a rhythm of `rhythm` days."""
    return min(rhythm * int(getattr(policy, percent)) // 100, policy.silence_days)


@transaction.atomic
def keep(matches: Collection[int]) -> int:
    """Compute what is kept of the matches with these ids; return of how many it was different."""
    mine = Match.objects.filter(pk__in=matches)
    # So that of two changes at once the second one sees what the first one did.
    list(mine.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    related = mine.select_related("mentee__cohort__program__policy").prefetch_related("pauses")
    rows = list(with_facts(related))
    changed = []
    for row in rows:
        found = computed(cast(Facts, row))
        if any(getattr(row, name) != value for name, value in found.items()):
            changed.append(row)
        for name, value in found.items():
            setattr(row, name, value)
    Match.objects.bulk_update(changed, KEPT)
    return len(changed)


def keep_all() -> tuple[int, int]:
    """Compute the dates of all pairs; return how many there are, and how many were different."""
    ids = list(Match.objects.order_by("pk").values_list("pk", flat=True))
    batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    return len(ids), sum(map(keep, batches))


@reconciler
def keep_due(at: datetime) -> None:
    """Compute the dates of open pairs that are marked: their program's settings have changed."""
    due = Match.objects.open().filter(are_health_dates_due=True).order_by("pk")
    while ids := list(due.values_list("pk", flat=True)[:BATCH]):
        keep(ids)


def mark(matches: QuerySet[Match]) -> None:
    """Let the next sweep compute the dates of `matches`."""
    matches.update(are_health_dates_due=True)


def computed(match: Facts) -> dict[str, object]:
    """Return what is kept of a match."""
    policy = match.program.policy
    met_or_began = match.met_at or match.active_at or match.introduced_at
    quiet_since = max(met_or_began, match.contact_at or match.introduced_at)
    rhythm = match.agreed_days or policy.rhythm_days
    rests = list(match.pauses.all())
    drifting_from = stuck_from = None
    if match.state != State.CLOSED:
        days = days_until(policy, rhythm, "drifting_percent")
        drifting = later(quiet_since, timedelta(days=days), rests)
        drifting_from = min(_drifting_from(match, policy, drifting, rests), default=None)
    if match.state != State.CLOSED and _has_begun(match):
        quiet = timedelta(days=days_until(policy, rhythm, "stuck_percent"))
        stuck_from = _unless_ahead(match, later(quiet_since, quiet, rests))
    found = (match.met_at, quiet_since, rhythm, drifting_from, stuck_from, False)
    return dict(zip(KEPT, found, strict=True))


def _drifting_from(
    match: Facts, policy: Policy, quiet: datetime, rests: Sequence[Rest]
) -> Iterator[datetime]:
    if _has_begun(match):
        yield quiet
    if match.state == State.INTRODUCED and match.agreed_days is None:
        wait = timedelta(days=policy.agreement_attention_days)
        yield later(match.introduced_at, wait, rests)
    if match.met_at is None:
        wait = timedelta(days=policy.first_meeting_attention_days)
        yield _unless_ahead(match, later(match.introduced_at, wait, rests))


def _has_begun(match: Facts) -> bool:
    return match.state != State.INTRODUCED or match.met_at is not None


def _unless_ahead(match: Facts, moment: datetime) -> datetime:
    """Return `moment`, or when the last meeting ahead will have passed."""
    return max(moment, match.confirmed_until or moment, match.suggested_until or moment)
