"""What holds at any time, whatever people do; `manage.py check_invariants` asks the database.

Each check returns the rows that break it, as "matches.match 12". Constraints of the database hold
what they can; these hold what spans several tables, or what only time brings about. None names a
person or reads a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Cast, Lag

from accounts.merge_rules import references
from accounts.models import User
from agreements.models import AgreementVersion, PaperRecord, Signature
from checkins.models import AFTER_THE_END, WITHOUT_PAIR, CheckIn, Concern
from events.models import Event, SignUp
from events.sign_ups import could_be_filled, not_for_any_more
from matches.models import AccountMerge, Closure, Match, Pause, not_paused
from matches.terms import CLOSE_AFTER_DAYS
from matches.uncovered import UNCOVERED_AT_MOST
from meetings.models import Meeting
from notifications.delivery_rules import WEEK, counted
from notifications.models import Notification
from programs.models import Policy
from workflow.models import Transition
from workflow.states import stateful_models

from . import health_dates

FRIDAY = 5
GRACE = timedelta(days=2)  # what a sweep brings about, in any time zone
Finder = Callable[[datetime], Iterable[models.Model | str]]
# What a person may read about their pair after its end, beside what is about the ending itself.
EMAILS_AFTER_THE_END = frozenset(
    {
        "agreement-signed",
        "certificate-ready",
        "mentor-again",
        "reflection",
        "checkin-after",
        "checkin-later",
    }
)
REMINDERS = frozenset(
    {
        "meeting-overdue",
        "checkin-fit",
        "checkin-pulse",
        "checkin-survey",
        "checkin-after",
        "checkin-later",
        "match-ends-soon",
        "match-term-over",
    }
)
ABOUT_A_PAIR = {
    "matches.match": "pk",
    "meetings.meeting": "match",
    "checkins.checkin": "match",
    "agreements.agreementversion": "agreement__match",
}


@dataclass(frozen=True)
class Invariant:
    """One thing that holds: a sentence, and what finds the rows of which it is untrue."""

    sentence: str
    find: Finder

    def broken(self, at: datetime) -> list[str]:
        """Return the rows that break it at `at`."""
        return [
            found if isinstance(found, str) else f"{found._meta.label_lower} {found.pk}"
            for found in self.find(at)
        ]


INVARIANTS: list[Invariant] = []


def invariant(sentence: str) -> Callable[[Finder], Finder]:
    """Register the decorated function: it yields the rows of which the sentence is untrue."""

    def register(find: Finder) -> Finder:
        INVARIANTS.append(Invariant(sentence, find))
        return find

    return register


def broken_invariants(at: datetime) -> dict[str, list[str]]:
    """Return the sentences that are untrue at `at`, each with the rows that break it."""
    found = {one.sentence: one.broken(at) for one in INVARIANTS}
    return {sentence: rows for sentence, rows in found.items() if rows}


# --- people


@invariant("No row names an account that was merged into another one.")
def rows_of_merged_accounts(at: datetime) -> Iterable[models.Model]:
    settled = AccountMerge.system.filter(settled_at__isnull=False)
    merged = list(settled.values_list("other", flat=True))
    trace = (AccountMerge, User)
    for model, field in references().values():
        if merged and model not in trace:
            yield from model._base_manager.filter(**{f"{field}__in": merged})


# --- pairs


@invariant("The two of a pair are two people.")
def pairs_with_oneself(at: datetime) -> Iterable[Match]:
    return Match.objects.filter(mentee__person=F("mentor__person"))


@invariant("A pair is closed exactly if an ending that stands says how.")
def pairs_without_their_ending(at: datetime) -> Iterable[Match]:
    stands = Exists(Closure.objects.in_force().filter(match=OuterRef("pk")))
    is_closed = Q(state=Match.State.CLOSED)
    return Match.objects.filter(is_closed & ~stands | ~is_closed & stands)


@invariant("An active pair has a last day, and is closing once it is near.")
def pairs_that_should_close(at: datetime) -> Iterable[Match]:
    active = Match.objects.filter(not_paused(at), state=Match.State.ACTIVE)
    yield from active.filter(ends_on=None)
    for days in set(Policy.objects.values_list("end_notice_days", flat=True)):
        is_near = Q(ends_on__lt=(at - GRACE).date() + timedelta(days=days // 2))
        yield from active.filter(is_near, mentee__cohort__program__policy__end_notice_days=days)


@invariant("No pair is open a month after its term.")
def pairs_open_after_their_term(at: datetime) -> Iterable[Match]:
    long_over = (at - GRACE).date() - timedelta(days=CLOSE_AFTER_DAYS)
    reopened = Closure.objects.filter(
        match=OuterRef("pk"), reopened_at__gt=at - GRACE - timedelta(days=CLOSE_AFTER_DAYS)
    )
    back = Pause.objects.filter(match=OuterRef("pk"), back_at__gt=at - GRACE)
    over = Match.objects.open().filter(ends_on__lt=long_over)
    return over.exclude(Exists(reopened)).exclude(Exists(back))


@invariant("The dates of a pair's health are those that follow from what it did.")
def pairs_with_other_health_dates(at: datetime) -> Iterable[Match]:
    rows = Match.objects.filter(are_health_dates_due=False)
    for row in health_dates.with_facts(rows.select_related("mentee__cohort__program__policy")):
        dates = health_dates.computed(cast(health_dates.Facts, row))
        if any(getattr(row, name) != value for name, value in dates.items()):
            yield row


@invariant("No pair is without an active carer for more than two weeks.")
def pairs_that_nobody_looks_after(at: datetime) -> Iterable[Match]:
    return Match.objects.open().filter(uncovered_since__lt=at - UNCOVERED_AT_MOST)


# --- what belongs to a pair


@invariant("A pair that has ended plans nothing: no date, no suggestion.")
def meetings_ahead_of_ended_pairs(at: datetime) -> Iterable[Meeting]:
    ended = Meeting.objects.filter(match__state=Match.State.CLOSED)
    return ended.filter(Q(awaiting__isnull=False) | Q(state=Meeting.State.SET, starts_at__gt=at))


@invariant("No meeting is held before it begins.")
def meetings_held_too_early(at: datetime) -> Iterable[Meeting]:
    return Meeting.objects.held().filter(starts_at__gt=at)


@invariant("A meeting waits for an answer exactly while times are suggested.")
def meetings_without_their_times(at: datetime) -> Iterable[Meeting]:
    rows = Meeting.objects.annotate(number=Count("times"))
    return rows.filter(Q(awaiting__isnull=False, number=0))


@invariant("A pair that has ended is asked only how it went.")
def checkins_of_ended_pairs(at: datetime) -> Iterable[CheckIn]:
    ended = _waiting_checkins().exclude(kind__in=AFTER_THE_END)
    return ended.filter(match__state=Match.State.CLOSED, match__closed_at__lt=at - GRACE)


@invariant("Only a pair that has ended is asked how it went.")
def asked_too_early_how_it_went(at: datetime) -> Iterable[CheckIn]:
    asked = _waiting_checkins().filter(kind__in=AFTER_THE_END)
    return asked.exclude(match__state=Match.State.CLOSED)


def _waiting_checkins() -> models.QuerySet[CheckIn]:
    return CheckIn.objects.filter(state__in=[CheckIn.State.SCHEDULED, CheckIn.State.OPEN])


@invariant("No one who has a match is asked how it is to have none.")
def unmatched_asked_with_a_match(at: datetime) -> Iterable[CheckIn]:
    asked = _waiting_checkins().filter(kind__in=WITHOUT_PAIR)
    before = {"introduced_at__lt": at - GRACE}
    matched = Match.objects.filter(mentee=OuterRef("application"), **before)
    mentoring = Match.objects.filter(mentor=OuterRef("application"), **before)
    return asked.filter(Exists(matched) | Exists(mentoring))


@invariant("A version in force or replaced bears both signatures, any other not both.")
def versions_with_other_signatures(at: datetime) -> Iterable[AgreementVersion]:
    rows = AgreementVersion.objects.annotate(
        valid=Count("signatures", filter=Q(signatures__withdrawn_at=None))
    )
    was_signed = Q(state__in=[AgreementVersion.State.SIGNED, AgreementVersion.State.SUPERSEDED])
    return rows.filter(was_signed & ~Q(valid=2) | ~was_signed & Q(valid__gte=2))


@invariant("At most one version of an agreement is in force, and none is signed in another text.")
def versions_in_force_twice(at: datetime) -> Iterable[AgreementVersion | Signature]:
    signed = AgreementVersion.objects.signed()
    several = signed.order_by().values("agreement").annotate(number=Count("pk"))
    twice = several.filter(number__gt=1).values("agreement")
    yield from signed.filter(agreement__in=twice)
    yield from Signature.objects.valid().filter(revision__gt=F("version__revision"))


@invariant("What is recorded of paper has a signature, of a day between the text and the record.")
def records_of_paper_without_their_signatures(
    at: datetime,
) -> Iterable[PaperRecord | Signature]:
    yield from PaperRecord.objects.filter(signatures=None)
    on_paper = Signature.objects.filter(paper__isnull=False)
    late = F("paper__recorded_at") + timedelta(days=1)  # the program's calendar may be a day ahead
    yield from on_paper.filter(paper_date__gt=Cast(late, models.DateField()))


@invariant("No one looks for a pair that has ended because it is silent.")
def concerns_about_ended_silence(at: datetime) -> Iterable[Concern]:
    silent = Concern.system.unresolved().filter(cause=Concern.Cause.SILENCE)
    return silent.filter(match__state=Match.State.CLOSED)


@invariant("A pair that has ended is not paused.")
def pauses_of_ended_pairs(at: datetime) -> Iterable[Pause]:
    return Pause.objects.open().filter(match__state=Match.State.CLOSED)


@invariant("A paused pair is reminded of nothing.")
def reminders_in_pauses(at: datetime) -> Iterable[Notification]:
    sent = Notification.system.filter(state=Notification.State.SENT, kind__in=REMINDERS)
    for table, path in ABOUT_A_PAIR.items():
        rows = apps.get_model(table)._base_manager.filter(pk=OuterRef(OuterRef("about_id")))
        pauses = Pause.objects.filter(
            match__in=rows.values(path),
            started_at__lt=OuterRef("sent_at"),
            back_at__gt=OuterRef("sent_at"),
        )
        yield from sent.filter(about_type=table).filter(Exists(pauses))


# --- events


@invariant("Nobody has a place at an event that is ahead and not for them any more.")
def places_of_others(at: datetime) -> Iterable[SignUp]:
    yield from not_for_any_more(Event.objects.coming(at))


@invariant("No place of an event that is ahead stays free while people wait for it.")
def places_that_stay_free(at: datetime) -> Iterable[Event]:
    yield from could_be_filled(Event.objects.coming(at))


# --- states and e-mails


@invariant("Every change of a state begins where the one before it ended.")
def broken_histories(at: datetime) -> Iterable[str]:
    before = Window(Lag("to_state"), partition_by=["about_type", "about_id"], order_by="pk")
    steps = Transition.system.annotate(before=before).values_list(
        "about_type", "about_id", "from_state", "before"
    )
    for about_type, about_id, from_state, earlier in steps.iterator():
        if earlier is not None and earlier != from_state:
            yield f"{about_type} {about_id}"


@invariant("A row has the state that its last change names.")
def rows_in_another_state(at: datetime) -> Iterable[models.Model]:
    for model in stateful_models():
        last = Transition.system.filter(
            about_type=model._meta.label_lower, about_id=OuterRef("pk")
        ).order_by("-pk")
        rows = model._base_manager.annotate(last=models.Subquery(last.values("to_state")[:1]))
        yield from rows.exclude(last=None).exclude(state=F("last"))


@invariant("An ended pair gets no e-mail but those about its end.")
def emails_after_the_end(at: datetime) -> Iterable[Notification]:
    sent = Notification.system.filter(state=Notification.State.SENT).exclude(
        kind__in=EMAILS_AFTER_THE_END
    )
    for table, path in ABOUT_A_PAIR.items():
        late = sent.filter(about_type=table).annotate(pair_ended_at=_ended(table, path))
        yield from late.filter(sent_at__gt=F("pair_ended_at"))


def _ended(table: str, path: str) -> models.Subquery:
    """Return when the pair of a row of `table` ended, as a subquery of the row's e-mails."""
    rows = apps.get_model(table)._base_manager.filter(pk=OuterRef("about_id"))
    column = "closed_at" if path == "pk" else f"{path}__closed_at"
    return models.Subquery(rows.values(column)[:1])


@invariant("Nobody gets more than the program's number of e-mails a week that are not essential.")
def people_with_too_many_emails(at: datetime) -> Iterable[str]:
    most = max(Policy.objects.values_list("weekly_optional_emails", flat=True), default=0)
    if not most:
        return
    sent = counted().filter(sent_at__gt=at - 2 * WEEK, sent_at__lte=at, recipient__isnull=False)
    # So many e-mails earlier: if it was within a week, this one should have waited.
    earlier = Window(
        Lag("sent_at", most), partition_by="recipient", order_by=[F("sent_at"), F("pk")]
    )
    found = sent.order_by().annotate(earlier=earlier)
    rows = found.values_list("recipient", "sent_at", "is_urgent", "earlier")
    people = {
        person
        for person, sent_at, is_urgent, before in rows.iterator()
        if not is_urgent and sent_at > at - WEEK and before and before > sent_at - WEEK
    }
    for person in sorted(people):
        yield f"accounts.user {person}"


@invariant("No e-mail that can wait is sent at night or on a weekend, by the clock of its reader.")
def emails_at_night(at: datetime) -> Iterable[Notification]:
    hours = list(Policy.objects.values_list("quiet_from_hour", "quiet_until_hour"))
    sent = Notification.system.filter(
        state=Notification.State.SENT, is_urgent=False, sent_at__gt=at - timedelta(days=7)
    )
    for row in sent.exclude(recipient=None).select_related("recipient"):
        assert row.sent_at is not None
        assert row.recipient is not None
        local = row.sent_at.astimezone(ZoneInfo(row.recipient.time_zone))
        # Some program's day: which program an e-mail is of, only its kind knows.
        is_day = any(first > local.hour >= until for first, until in hours)
        if not is_day or local.isoweekday() > FRIDAY:
            yield row
