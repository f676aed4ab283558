"""Have you been in touch? Asks new pairs, until it is known that they have.

1. The mentee is asked twice, on the days that the program has set; the carer gets a copy of the
   second question. A contact, a meeting or a draft of the agreement answers it.
2. One tap on a link of the e-mail answers, too: see `first_contact_links`. Who could not reach the
   partner has asked the carer to try another way, and is not asked again meanwhile.
3. A pair of which nothing is known for longer needs attention: `dashboard.attention`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from access.bounded import found_in
from accounts.models import User
from agreements.models import AgreementVersion
from matches.models import Match, MatchQuerySet, not_paused
from meetings.models import Meeting, PairContact
from notifications.models import Notification
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder
from programs.models.programs_by import programs_by

from .care_access import chairs_of
from .models import Concern

QUESTION, COPY = "first-contact", "first-contact-copy"
LAST_DAYS = 7  # how long the last question may still be sent


def out_of_touch(matches: MatchQuerySet) -> MatchQuerySet:
    """Return the introduced ones of `matches` of which no contact of any kind is known."""
    return never_in_touch(matches.filter(state=Match.State.INTRODUCED))


def never_in_touch(matches: MatchQuerySet) -> MatchQuerySet:
    """Return those of `matches`, in whatever state, of which no contact of any kind is known."""
    for rows in (
        PairContact.objects.filter(match=OuterRef("pk")),
        Meeting.objects.filter(match=OuterRef("pk")),
        AgreementVersion.objects.filter(agreement__match=OuterRef("pk")),
    ):
        matches = matches.exclude(Exists(rows))
    return matches


def without_contact(matches: MatchQuerySet, *, at: datetime) -> MatchQuerySet:
    """Return those of `matches` that are out of touch for longer than their program allows.

    It is the program's `first_meeting_attention_days` since the introduction.
    """
    late = Q(pk__in=[])
    rows = _counted(matches.filter(not_paused(at)))
    for (days,), theirs in programs_by("first_meeting_attention_days").items():
        before = at - timedelta(days=days)
        late |= Q(counted_from__lt=before) & theirs("mentee__cohort__program")
    return out_of_touch(rows.filter(late))


def to_ask(matches: MatchQuerySet) -> MatchQuerySet:
    """Return those of `out_of_touch` for whom no carer tries to reach one of the two."""
    tried = Concern.system.unresolved().filter(
        match=OuterRef("pk"), cause=Concern.Cause.NO_REPLY, author__isnull=False
    )
    return out_of_touch(matches).exclude(Exists(tried))


@reconciler
def ask_for_first_contact(at: datetime) -> None:
    """Ask the mentees of new pairs, and send the carer a copy of the second question."""
    introduced = _counted(Match.objects.filter(not_paused(at), state=Match.State.INTRODUCED))
    found = introduced.filter(_due(at)).order_by()
    ids = list(found.values_list("pk", flat=True))
    if not ids:
        return
    # First by few tables: with the people PostgreSQL took 50 ms to plan the query.
    silent = to_ask(Match.objects.filter(pk__in=ids))
    matches = list(
        found_in(
            silent,
            lambda rows: rows.with_people().select_related("mentee__cohort__program__policy"),
        )
    )
    pending = PendingEmails([QUESTION, COPY], matches)
    for match in matches:
        policy = match.program.policy
        first, last = policy.contact_reminder_days, policy.contact_last_reminder_days
        since = match.counts_from + timedelta(days=first)
        reminder = due_reminder(at, since=since, reminders=[last - first], last_days=LAST_DAYS)
        if reminder is None:
            continue
        pending.enqueue(QUESTION, reminder, to=match.mentee.person, about=match, at=at)
        if reminder.ordinal > 1:
            for member in in_charge(match):
                pending.enqueue(COPY, reminder, to=member, about=match, at=at)


def _counted(matches: MatchQuerySet) -> MatchQuerySet:
    """Annotate `counted_from`, which is `Match.counts_from`: a pause makes it later."""
    return matches.annotate(counted_from=Coalesce("first_days_from", "introduced_at"))


def _due(at: datetime) -> Q:
    """Match pairs for whom a question is due that is not enqueued yet."""
    emails = Notification.system.filter(
        about_type=Match._meta.label_lower, about_id=OuterRef("pk"), kind=QUESTION
    )
    due = Q(pk__in=[])
    for days, theirs in programs_by("contact_reminder_days", "contact_last_reminder_days").items():
        ends = (*days, days[-1] + LAST_DAYS)
        for ordinal in (1, 2):
            newest, oldest = (at - timedelta(days=ends[n]) for n in (ordinal - 1, ordinal))
            is_missing = ~Q(Exists(emails.filter(ordinal=ordinal)))
            window = Q(counted_from__lte=newest, counted_from__gt=oldest)
            due |= window & is_missing & theirs("mentee__cohort__program")
    return due


def in_charge(match: Match) -> list[User]:
    """Return the carer, or the chairs where there is none; without conflicts of interest."""
    people = [match.carer] if match.carer else chairs_of(match.program)
    return [one for one in people if is_in_charge(match, one)]


def is_in_charge(match: Match, member: User) -> bool:
    """Whether `member` looks after the pair today."""
    return Match.objects.in_care_of(member).filter(pk=match.pk).exists()
