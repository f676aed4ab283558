"""It has been a while: reminders to pairs that have not met for long, by the rhythm they agreed on.

The mentee is asked at the program's percentage of the rhythm at which a pair counts as drifting,
both at the one at which it counts as stuck; as much later again `silence_looked_for` tells the apps
above, and the carer is asked to try another way. A meeting, a contact or a date ahead ends it. The
ordinal counts what the pair has done so far, so that the next silence is asked about again.

Silence is measured in weeks, so each pair is looked at twice a day: a run takes those whose
`Match.look_for_silence_at` has come, at most `BATCH` of them, so that they spread over the day.
Nothing else has to remember that a pair has to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from agreements.models import AgreementVersion
from matches.models import Match, not_paused
from matches.pair_clock import later
from matches.signals import silence_looked_for
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder
from programs.models import Policy

from .models import Meeting

OVERDUE = "meeting-overdue"
BATCH = 100  # pairs that one run looks at: enough for 70,000 pairs
LOOK_AGAIN = timedelta(hours=12)
ORDINALS_PER_SILENCE = 10
EXPIRES_DAYS = 14


@reconciler
def remind_overdue(at: datetime) -> None:
    """Ask the pairs that have not met for long to suggest a time."""
    due = Q(look_for_silence_at=None) | Q(look_for_silence_at__lte=at)
    active = Match.objects.filter(due, state=Match.State.ACTIVE)
    next_first = active.order_by(F("look_for_silence_at").asc(nulls_first=True), "pk")
    chosen = list(next_first.values_list("pk", flat=True)[:BATCH])
    if not chosen:
        return
    rows = list(silent_matches(at).filter(pk__in=chosen))
    pending = PendingEmails([OVERDUE], rows)
    for match in rows:
        for person, reminder in _due(match, at):
            first = _silence_number(match) * ORDINALS_PER_SILENCE
            pending.enqueue(OVERDUE, reminder, to=person, about=match, at=at, first_ordinal=first)
    silent = {match: quiet_since(match) for match in rows if _is_for_carer(match, at)}
    others = set(chosen) - {match.pk for match in silent}
    silence_looked_for.send(Match, silent=silent, others=others, at=at)
    Match.objects.filter(pk__in=chosen).update(look_for_silence_at=at + LOOK_AGAIN)


def silent_matches(at: datetime) -> QuerySet[Match]:
    """Return the active matches without a date ahead, with `rhythm` (days); none is paused."""
    ahead = Meeting.objects.ahead(at).filter(match=OuterRef("pk"))
    agreed = AgreementVersion.objects.signed().filter(agreement__match=OuterRef("pk"))
    is_held = Q(meetings__state=Meeting.State.HELD)
    active = Match.objects.filter(not_paused(at), state=Match.State.ACTIVE)
    found = active.exclude(Exists(ahead))
    return (
        found.annotate(
            met_at=Max("meetings__starts_at", filter=is_held),
            times_met=Count("meetings", filter=is_held, distinct=True),
            last_contact_at=Max("contacts__at"),
            times_in_touch=Count("contacts", distinct=True),
            rhythm=Coalesce(
                Subquery(agreed.values("rhythm_days")[:1]),
                F("mentee__cohort__program__policy__rhythm_days"),
                output_field=IntegerField(),
            ),
        )
        .with_people()
        .select_related("mentee__cohort__program__policy")
        .prefetch_related("pauses")
    )


def _due(match: Match, at: datetime) -> Iterator[tuple[User, Reminder]]:
    mentee, mentor = match.people
    for number, percent, people in (
        (1, "drifting_percent", (mentee,)),
        (2, "stuck_percent", (mentee, mentor)),
    ):
        begin = due_at(match, percent)
        expires_at = begin + timedelta(days=EXPIRES_DAYS)
        if begin <= at < expires_at:
            for person in people:
                yield person, Reminder(number, begin, expires_at)


def due_at(match: Match, percent: str) -> datetime:
    """Return when a reminder of a match of `silent_matches` is due; pauses do not count."""
    return _due_after(match, days_until(match.program.policy, match, percent))


def _due_after(match: Match, days: int) -> datetime:
    return later(quiet_since(match), timedelta(days=days), list(match.pauses.all()))


def _is_for_carer(match: Match, at: datetime) -> bool:
    """Whether a silence goes on although both were asked: by default 2.5 times the rhythm."""
    policy = match.program.policy
    percent = policy.stuck_percent + (policy.stuck_percent - policy.drifting_percent)
    return at >= _due_after(match, _days(policy, match, percent))


def quiet_since(match: Match) -> datetime:
    """Return since when a match of `silent_matches` has neither met nor been in touch."""
    known = (getattr(match, "met_at"), getattr(match, "last_contact_at"))  # noqa: B009  # annotated
    begun = match.active_at or match.introduced_at
    return max([begun, *(moment for moment in known if moment)])


def days_until(policy: Policy, match: Match, percent: str) -> int:
    """Return after how many quiet days a reminder is due; `percent` names the setting."""
    return _days(policy, match, int(getattr(policy, percent)))


def _days(policy: Policy, match: Match, percent: int) -> int:
    rhythm: int = getattr(match, "rhythm")  # noqa: B009  annotated
    return min(rhythm * percent // 100, policy.silence_days)


def _silence_number(match: Match) -> int:
    number: int = getattr(match, "times_met") + getattr(match, "times_in_touch")  # noqa: B009  # annotated
    return number
