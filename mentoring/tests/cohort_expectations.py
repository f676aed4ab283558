"""Which e-mails a cohort should get: written from docs/emails.md and the defaults of the domain.

Nothing here imports the product. Each rule reads what happened (`cohort_facts`) and yields what is
expected of one kind. A new kind of e-mail needs a rule, or a line in `NOT_PLAYED`: one that is sent
and has neither fails the test by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from .cohort_calendar import DAY, FOREVER, HOUR, WEEK, Calendar, Expected, day_begins
from .cohort_facts import MeetingFact, PairFact, Person

RHYTHM = 30
COMPLETED = {"completed", "early"}
# Kinds that this cohort gives no occasion for; one of them that is sent all the same is a fault.
NOT_PLAYED: dict[str, str] = {}
Rule = Callable[[Calendar, PairFact], Iterator[Expected | None]]
RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Register the decorated generator for these kinds of e-mail about a pair."""

    def register(found: Rule) -> Rule:
        for name in kinds:
            RULES[name] = found
        return found

    return register


# --- the beginning


@rule("match-introduced")
def introduced(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for person in pair.people:
        yield calendar.expect(
            "match-introduced", person, pair, pair.introduced_at, until=active_at(pair)
        )


@rule("first-contact")
def first_contact(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    known = in_touch_at(pair)
    for due, last in ((4, 9), (9, 16)):
        yield calendar.expect(
            "first-contact", pair.mentee, pair, pair.introduced_at + due * DAY,
            until=min(known, pair.introduced_at + last * DAY),
        )  # fmt: skip


def in_touch_at(pair: PairFact) -> datetime:
    moments = [*pair.contacts, *(one.suggested_at for one in pair.meetings)]
    return min([*moments, *([pair.drafted_at] if pair.drafted_at else [])], default=FOREVER)


def active_at(pair: PairFact) -> datetime | None:
    return pair.versions[0].in_force_at if pair.versions else None


@rule("agreement-to-draft")
def to_draft(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    asked = [pair.introduced_at + 14 * DAY]
    asked += [one.recorded_at for one in pair.meetings if one.outcome == "held" and one.recorded_at]
    since = min(asked)
    for days, ends in ((0, 7), (7, 14), (14, 21)):
        until = min(since + ends * DAY, pair.drafted_at or FOREVER)
        yield calendar.expect(
            "agreement-to-draft", pair.mentee, pair, since + days * DAY, until=until
        )


@rule("agreement-to-sign")
def to_sign(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for version in pair.versions:
        other = pair.partner_of(version.by)
        for days, ends in ((0, 3), (3, 7), (7, 14)):
            until = min(version.shared_at + ends * DAY, version.signed.get(other, FOREVER))
            yield calendar.expect(
                "agreement-to-sign", other, pair, version.shared_at + days * DAY, until=until,
                is_urgent=True, in_pauses=True,
            )  # fmt: skip


@rule("agreement-signed")
def signed(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for version in pair.versions:
        if version.in_force_at:
            for person in pair.people:
                yield calendar.expect(
                    "agreement-signed", person, pair, version.in_force_at, is_urgent=True,
                    in_pauses=True,
                )  # fmt: skip


# --- meetings


@rule("meeting-date", "meeting-date-soon")
def dates(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for one in pair.meetings:
        if not one.is_agreed:
            until = min(one.accepted_at or FOREVER, one.starts_at)
            yield _date(calendar, pair, one, pair.partner_of(one.by), one.suggested_at, until)
        if one.set_at:
            for person in pair.people:
                yield _date(calendar, pair, one, person, one.set_at, one.starts_at)


def _date(
    calendar: Calendar,
    pair: PairFact,
    one: MeetingFact,
    person: Person,
    told_at: datetime,
    until: datetime,
) -> Expected | None:
    is_soon = one.starts_at - told_at <= 48 * HOUR
    kind = "meeting-date-soon" if is_soon else "meeting-date"
    return calendar.expect(
        kind, person, pair, told_at, until=until, is_urgent=is_soon, in_pauses=True
    )


@rule("meeting-prepare", "meeting-agenda")
def preparing(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for one in pair.meetings:
        if not one.set_at:
            continue
        due = max(one.starts_at - 3 * DAY, one.set_at)
        until = min(one.starts_at, one.agenda_at or FOREVER)
        yield calendar.expect(
            "meeting-prepare", pair.mentee, pair, due, until=until, is_optional=True
        )
        if one.agenda_at:
            due = max(one.starts_at - DAY, one.agenda_at)
            yield calendar.expect(
                "meeting-agenda", pair.mentor, pair, due, until=one.starts_at, is_optional=True
            )


@rule("meeting-record")
def recording(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for one in pair.meetings:
        said = one.recorded_at or FOREVER
        end = one.starts_at + 14 * DAY
        first = next_morning(one.starts_at, pair.mentee.zone)
        third = next_morning(one.starts_at, pair.mentor.zone) + 3 * DAY
        # One run of the worker gives up a suggestion without an answer, and the next one asks.
        given_up = calendar.run_from(one.starts_at) if one.set_at is None else one.starts_at
        for person, due, last in (
            (pair.mentee, first, first + 4 * DAY),
            (pair.mentee, first + 4 * DAY, end),
            (pair.mentor, third, end),
        ):
            due = FOREVER if given_up == FOREVER else max(due, given_up + timedelta(minutes=1))
            yield calendar.expect(
                "meeting-record", person, pair, due, until=min(said, last), is_optional=True
            )


def next_morning(moment: datetime, zone: str) -> datetime:
    day = moment.astimezone(ZoneInfo(zone)).date() + DAY
    return datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@rule("meeting-overdue")
def overdue(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    begun = active_at(pair)
    if begun is None:
        return
    closing = closing_at(pair, calendar)
    held = [one for one in pair.meetings if one.outcome == "held"]
    known = sorted([begun, *(one.starts_at for one in held if one.starts_at > begun)])
    for since in known:
        # It counts from when it is known that they met; until then the silence is the older one.
        said = [one.recorded_at for one in held if one.recorded_at and one.starts_at > since]
        until = min([*said, closing])
        for percent, people in ((150, (pair.mentee,)), (200, pair.people)):
            due = pair.later(since, timedelta(days=RHYTHM * percent // 100))
            asked_at = next_without_date(calendar, pair, due)
            suggested = [one.suggested_at for one in pair.meetings if one.suggested_at > asked_at]
            stop = min([until, due + 14 * DAY, *suggested])
            for person in people:
                yield calendar.expect(
                    "meeting-overdue", person, pair, asked_at, until=stop, is_optional=True,
                    slack=2 * DAY,
                )  # fmt: skip


def next_without_date(calendar: Calendar, pair: PairFact, moment: datetime) -> datetime:
    """Return the first run then or later in which no date is ahead."""
    run = calendar.first_run(moment, pair)
    for one in sorted(pair.meetings, key=lambda one: one.starts_at):
        if one.suggested_at <= run < one.starts_at:
            run = calendar.first_run(one.starts_at, pair)
    return run


# --- the term


def term_ends(pair: PairFact, months: int) -> date | None:
    begun = active_at(pair)
    if begun is None:
        return None
    paused = sum(
        (one.back_at.date() - one.begun_at.date()).days
        for one in pair.pauses
        if one.begun_at >= begun
    )
    return begun.date() + relativedelta(months=months) + paused * DAY


def terms(pair: PairFact) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield each last day, from when it counted and until when."""
    counted = [one for one in pair.versions if one.in_force_at]
    for number, one in enumerate(counted):
        last_day = term_ends(pair, one.months)
        later = counted[number + 1].in_force_at if number + 1 < len(counted) else None
        if last_day and one.in_force_at:
            yield last_day, one.in_force_at, later or FOREVER


def closing_at(pair: PairFact, calendar: Calendar) -> datetime:
    """Return when the pair begins to close: 30 days before its last day."""
    for last_day, since, until in terms(pair):
        begins = calendar.first_run(max(day_begins(last_day - 30 * DAY), since), pair)
        if begins < until:
            return begins
    return FOREVER


@rule("match-ends-soon", "match-term-over")
def end_of_term(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for last_day, since, until in terms(pair):
        talks = [one.set_at for one in pair.meetings if one.is_closing_talk and one.set_at]
        stop = min([until, day_begins(last_day), *talks])
        for days in (60, 30):
            due = max(day_begins(last_day - days * DAY), since)
            for person in pair.people:
                yield calendar.expect("match-ends-soon", person, pair, due, until=stop)
        for days in (0, 12):
            for person in pair.people:
                due = day_begins(last_day + days * DAY)
                yield calendar.expect("match-term-over", person, pair, due, until=until)


@rule("goal-review")
def reviews(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    begun = active_at(pair)
    if begun is None:
        return
    closing = closing_at(pair, calendar)
    for month in (3, 6, 9):
        wait = begun + relativedelta(months=month) - begun
        asked = calendar.first_run(day_begins(pair.later(begun, wait).date()), pair)
        again = asked + WEEK if asked < FOREVER else FOREVER
        for person, due in ((pair.mentee, asked), (pair.mentor, asked), (pair.mentee, again)):
            yield calendar.expect("goal-review", person, pair, due, until=closing, is_optional=True)


# --- check-ins


def check_in(
    calendar: Calendar, pair: PairFact, kind: str, number: int, due: datetime, *, optional: bool
) -> Iterator[Expected | None]:
    opened = calendar.first_run(due, pair)
    if opened >= (pair.ended_at or FOREVER):
        return
    for person in pair.people:
        answered = pair.answers.get((person, kind, number), FOREVER)
        for days, ends in ((0, 3), (3, 7), (7, 14)):
            rests = any(
                one.begun_at < opened + 14 * DAY and one.back_at > opened for one in pair.pauses
            )
            yield calendar.expect(
                f"checkin-{kind}", person, pair, opened + days * DAY,
                until=min(answered, opened + ends * DAY), is_optional=optional,
                may=rests and days > 0,
            )  # fmt: skip


@rule("checkin-fit")
def fit(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    due = pair.later(pair.introduced_at, 45 * DAY)
    held = sorted(
        (one.recorded_at, one) for one in pair.meetings if one.outcome == "held" and one.recorded_at
    )
    if len(held) > 1:
        due = min(due, held[1][0])
    yield from check_in(calendar, pair, "fit", 1, due, optional=False)


@rule("checkin-pulse")
def pulses(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for number in range(1, 9):
        due = pair.later(pair.introduced_at, (30 + 60 * (number - 1)) * DAY)
        yield from check_in(calendar, pair, "pulse", number, due, optional=True)


@rule("checkin-later")
def half_a_year_later(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    if pair.ended_at and pair.ended_how in COMPLETED:
        for person in pair.people:
            due = pair.ended_at + 180 * DAY
            yield calendar.expect(
                "checkin-later", person, pair, due, until=due + 14 * DAY, is_optional=True,
                slack=3 * DAY, told_after_end=True,
            )  # fmt: skip


# --- pauses


@rule("match-paused", "match-pause-ends", "match-pause-over")
def pauses(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    for one in pair.pauses:
        told = calendar.expect(
            "match-paused", pair.partner_of(one.by), pair, one.begun_at, until=one.back_at,
            in_pauses=True,
        )  # fmt: skip
        yield told
        yield calendar.expect(
            "match-pause-ends", one.by, pair, planned_back_at(one.back_at) - 3 * DAY,
            until=one.back_at, is_optional=True, in_pauses=True, may=one.ended_by is not None,
        )  # fmt: skip
        for person in pair.people:
            if person == one.ended_by or (person != one.by and told is None):
                continue
            yield calendar.expect("match-pause-over", person, pair, one.back_at)


def planned_back_at(moment: datetime) -> datetime:
    return moment


# --- the end


@rule("match-ended", "match-next", "certificate-ready")
def endings(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    if pair.ended_at is None:
        return
    was_told = {one.person for one in introduced(calendar, pair) if one}
    for person in pair.people:
        if person in was_told:
            yield calendar.expect(
                "match-ended", person, pair, pair.ended_at, told_after_end=True, in_pauses=True
            )
        if pair.ended_how != "error":
            due = pair.ended_at + WEEK
            said = pair.said_next.get(person, FOREVER)
            yield calendar.expect(
                "match-next", person, pair, due, until=min(said, due + 14 * DAY),
                is_optional=True, told_after_end=True, in_pauses=True,
            )  # fmt: skip
        if pair.ended_how in COMPLETED:
            yield calendar.expect(
                "certificate-ready", person, pair, pair.ended_at + DAY, told_after_end=True,
                in_pauses=True,
            )  # fmt: skip


@rule("reflection")
def reflections(calendar: Calendar, pair: PairFact) -> Iterator[Expected | None]:
    """On the evening of the closing talk, or else after the pair was completed."""
    is_completed = pair.ended_how in COMPLETED
    stop = FOREVER if is_completed else pair.ended_at or FOREVER
    ended = pair.ended_at or FOREVER
    talks = [one for one in pair.meetings if one.is_closing_talk and one.set_at]
    talks = [one for one in talks if one.outcome != "missed" and one.starts_at <= ended]
    for person in pair.people:
        if talks:
            since = max(talk_evening(talks[-1], person), min(closing_at(pair, calendar), ended))
            asked = ((0, 5), (5, 12), (12, 26))
        elif is_completed:
            since, asked = ended, ((5, 12), (12, 26))
        else:
            continue
        for days, ends in asked:
            yield calendar.expect(
                "reflection", person, pair, since + days * DAY,
                until=min(stop, since + ends * DAY), is_optional=True, told_after_end=True,
            )  # fmt: skip


def talk_evening(talk: MeetingFact, person: Person) -> datetime:
    ends_at = talk.starts_at + timedelta(minutes=talk.minutes)
    local = ends_at.astimezone(ZoneInfo(person.zone))
    return max(ends_at, local.replace(hour=18, minute=0).astimezone(UTC))
