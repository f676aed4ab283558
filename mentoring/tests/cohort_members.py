"""Which e-mails the committee should get, and who its events and words are for.

See `cohort_expectations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from .cohort_calendar import DAY, FOREVER, HOUR, Calendar, Expected, day_begins
from .cohort_expectations import in_touch_at, next_morning
from .cohort_facts import Facts, Person

MemberRule = Callable[[Calendar, Facts], Iterator[Expected | None]]
MEMBER_RULES: dict[str, MemberRule] = {}
DEPUTY_AFTER, CHAIR_AFTER = timedelta(hours=4), timedelta(hours=24)


def rule(*kinds: str) -> Callable[[MemberRule], MemberRule]:
    """Register the decorated generator for these kinds of e-mail to members."""

    def register(found: MemberRule) -> MemberRule:
        for name in kinds:
            MEMBER_RULES[name] = found
        return found

    return register


def at_once(
    calendar: Calendar,
    kind: str,
    person: Person,
    about: int,
    due: datetime,
    until: datetime = FOREVER,
) -> Expected | None:
    run = calendar.run_from(due)
    return None if run >= until else Expected(kind, person, about, run)


@rule("first-contact-copy")
def copies(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    """The carer reads of the second question, at once."""
    for pair in facts.pairs:
        asked = calendar.run_from(pair.introduced_at + timedelta(days=9))
        if asked < min(in_touch_at(pair), pair.ended_at or FOREVER):
            yield Expected("first-contact-copy", facts.carers[pair.pk], pair.pk, asked)


@rule("pairs-in-care")
def pairs_given(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    for member in facts.members.values():
        for moment in member.given_pairs:
            yield at_once(calendar, "pairs-in-care", member.person, member.person.pk, moment)


@rule("concern", "concern-urgent", "concern-ending", "concern-bounced", "concern-rule")
def concerns(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    """The carer at once, the chairs after a day, until someone has taken it."""
    for one in facts.concerns:
        until = one.open_until or FOREVER
        first = [one.carer] if one.carer else [*one.chairs]
        for person in first:
            yield at_once(calendar, one.kind, person, one.pk, one.raised_at, until)
        for person in one.chairs if one.carer else ():
            if person != one.carer:
                due = one.raised_at + CHAIR_AFTER
                yield at_once(calendar, one.kind, person, one.pk, due, until)


@rule("carer-silent", "pairs-taken-over")
def silences(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    for moment, pk, carer in facts.silences:
        for person in (carer, facts.members["chair"].person):
            yield at_once(calendar, "carer-silent", person, pk, moment)
    for member in facts.members.values():
        for moment, pk in member.taken_over:
            yield at_once(calendar, "pairs-taken-over", member.person, pk, moment)


@rule("carer-leaves")
def leaving(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    """30 days before the last day of the role the carer and the chairs, while pairs are theirs."""
    for member in facts.members.values():
        if member.role_ends_on is None:
            continue
        due = calendar.run_from(day_begins(member.role_ends_on - 30 * DAY))
        theirs = [pair for pair in facts.pairs if facts.carers.get(pair.pk) == member.person]
        if any((pair.ended_at or FOREVER) > due for pair in theirs):
            for person in (member.person, facts.members["chair"].person):
                yield at_once(calendar, "carer-leaves", person, member.person.pk, due)


@rule("reading-digest", "committee-week")
def digests(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    """At most one a weekday, and one a week; what waits for a member, the lists of pages say."""
    first, last = calendar.runs[0].date(), calendar.runs[-1].date()
    for member in facts.members.values():
        until = min(member.role_ends_on or last, last)
        for number in range((until - first).days + 1):
            begins = day_begins(first + number * DAY) + 8 * HOUR
            if begins.isoweekday() == 1:
                yield _digest("committee-week", member.person, begins, 36 * HOUR)
            if begins.isoweekday() <= 5:
                yield _digest("reading-digest", member.person, begins, 12 * HOUR)


def _digest(kind: str, person: Person, begins: datetime, slack: timedelta) -> Expected:
    return Expected(kind, person, person.pk, begins, may=True, slack=slack)


# --- for everyone: an event and an announcement


def in_pair_at(facts: Facts, moment: datetime) -> set[Person]:
    return {
        person
        for pair in facts.pairs
        if (pair.ended_at or FOREVER) > moment
        for person in pair.people
    }


def optional(
    calendar: Calendar, kind: str, person: Person, about: int, due: datetime, until: datetime
) -> Expected | None:
    run = calendar.run_from(due)
    sent = calendar.first_daytime(run, person) if run < until else FOREVER
    return Expected(kind, person, about, sent, until, is_optional=True) if sent < until else None


@rule("event-invitation", "event-signed-up", "event-reminder", "event-feedback")
def event_emails(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    for one in facts.events:
        invited_at = calendar.run_from(one.published_at)
        for person in in_pair_at(facts, invited_at):
            ends = max((pair.ended_at or FOREVER) for pair in facts.pairs if person in pair.people)
            until = min(one.signed_up.get(person, FOREVER), one.sign_up_until, ends)
            yield optional(calendar, "event-invitation", person, one.pk, invited_at, until)
        for person, moment in one.signed_up.items():
            sent = calendar.first_daytime(moment, person)
            if sent < one.starts_at:
                yield Expected("event-signed-up", person, one.pk, sent)
            due = one.starts_at - 24 * HOUR
            yield optional(calendar, "event-reminder", person, one.pk, due, one.starts_at)
        for person in one.came if one.recorded_at else ():
            end = one.recorded_at + 14 * DAY
            yield optional(calendar, "event-feedback", person, one.pk, one.recorded_at, end)


@rule("event-attendance")
def who_came(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    for one in facts.events:
        chair = facts.members["chair"].person
        due = next_morning(one.ends_at, chair.zone)
        until = one.recorded_at or FOREVER
        yield at_once(calendar, "event-attendance", chair, one.pk, due, until)


@rule("announcement")
def announced(calendar: Calendar, facts: Facts) -> Iterator[Expected | None]:
    for one in facts.announcements:
        for person in one.people:
            end = one.sent_at + timedelta(days=14)
            yield optional(calendar, "announcement", person, one.pk, one.sent_at, end)
