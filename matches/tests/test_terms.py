"""The end of a term comes by itself: notices, closing, closed, and a longer term that both sign."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from access.exceptions import ActionNotAllowed
from agreements import renewal, signing
from agreements.models import AgreementVersion
from checkins.models import Concern
from matches import endings, reopening, terms
from matches.models import Closure, Match
from notifications.models import Notification
from testkit import agreements, factories

State = Match.State
END = date(2027, 6, 1)


def on(day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def days(number):
    return on(END + timedelta(days=number))


@pytest.fixture
def pair(ada, ben, cohort):
    carer = factories.member("Karin Osei", program=cohort.program, role="carer")
    return factories.match(
        ben, ada, cohort, carer=carer, state=State.ACTIVE, active_at=days(-365), ends_on=END
    )


def state(pair):
    pair.refresh_from_db()
    return pair.state


def notices():
    rows = Notification.system.filter(kind__in=[terms.ENDS_SOON, terms.IS_OVER])
    waiting = rows.exclude(state="cancelled").order_by("created_at", "pk")
    return [(row.kind, row.recipient.first_name, row.ordinal) for row in waiting]


SOON, OVER = terms.ENDS_SOON, terms.IS_OVER


def test_notices_come_60_and_30_days_before_and_on_the_last_day(pair):
    sent = {}
    for number in range(-70, 29):
        before = Notification.system.count()
        for _run in range(2):
            terms.follow_terms(days(number))
        new = Notification.system.order_by("pk")[before:]
        if new:
            sent[number] = [(row.kind, row.ordinal) for row in new]
    assert sent == {
        -60: [(SOON, 1), (SOON, 1)],
        -30: [(SOON, 2), (SOON, 2)],
        0: [(OVER, 1), (OVER, 1)],
        12: [(OVER, 2), (OVER, 2)],
    }


def test_after_a_long_stop_only_the_latest_notice_is_sent(pair):
    terms.follow_terms(days(13))
    assert notices() == [(OVER, "Ben", 1), (OVER, "Ada", 1)]
    assert state(pair) == State.CLOSING


def test_the_notice_follows_the_policy(pair):
    policy = pair.program.policy
    policy.end_notice_days = 20
    policy.save()
    terms.follow_terms(days(-21))
    assert (notices(), state(pair)) == ([], State.ACTIVE)
    terms.follow_terms(days(-20))
    assert len(notices()) == 2
    terms.follow_terms(days(-11))
    assert state(pair) == State.ACTIVE
    terms.follow_terms(days(-10))
    assert state(pair) == State.CLOSING


def test_a_pair_is_closing_from_30_days_before_and_closed_30_days_after(pair):
    seen = {}
    for number in range(-32, 32):
        terms.follow_terms(days(number))
        seen.setdefault(state(pair), number)
    assert seen == {"active": -32, "closing": -30, "closed": 30}
    closure = Closure.objects.get()
    assert (closure.kind, closure.cause, closure.closed_by) == ("completed", "expected", None)


def test_a_pair_that_was_reopened_late_has_another_30_days(pair):
    for number in (-30, 30):
        terms.follow_terms(days(number))
    reopening.reopen(pair, by=pair.carer, at=days(40))
    assert terms.closes_on(pair) == days(70).date()
    terms.follow_terms(days(69))
    assert state(pair) == State.CLOSING
    terms.follow_terms(days(70))
    assert state(pair) == State.CLOSED


def test_instead_of_silence_the_carer_is_asked_to_talk(pair):
    for number in (-30, 30):
        terms.follow_terms(days(number))
    assert Concern.system.get().cause == Concern.Cause.ENDING
    mail = Notification.system.get(kind="concern-ending")
    assert mail.recipient == pair.carer


def test_the_day_is_that_of_the_programs_calendar(pair):
    program = pair.program
    program.time_zone = "Pacific/Auckland"
    program.save()
    terms.follow_terms(on(END - timedelta(days=31), 11))  # 23:00 there
    assert state(pair) == State.ACTIVE
    terms.follow_terms(on(END - timedelta(days=31), 12))  # midnight there
    assert state(pair) == State.CLOSING


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 8, 29), 6, date(2028, 2, 29)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
    ],
)
def test_a_term_around_29_february(ada, ben, cohort, begins, months, ends):
    match = factories.match(ben, ada, cohort, introduced_at=on(begins))
    reason = {"term_months": months, "short_term_reason": "as long as the course"}
    version = agreements.shared(match, term=reason)
    for person in match.people:
        signing.sign(
            version,
            by=person,
            typed_name=person.name,
            expected_revision=version.revision,
            at=on(begins),
        )
    match.refresh_from_db()
    assert match.ends_on == ends
    for number in range(-31, 31):
        terms.follow_terms(on(ends + timedelta(days=number)))
    assert state(match) == State.CLOSED


# --- completing early, going on


def test_either_completes_a_closing_pair(pair, ada):
    terms.follow_terms(days(-30))
    match = Match.objects.get(pk=pair.pk)
    assert endings.completed_kind(match) == Match.Closed.COMPLETED
    endings.end(match, by=ada, kind=Match.Closed.COMPLETED, at=days(-3))
    terms.follow_terms(days(40))
    assert Closure.objects.get().closed_by == ada
    assert [row for row in notices() if row[0] == OVER] == []


@pytest.fixture
def agreed(ada, ben, cohort):
    """A pair with a signed agreement, whose term has just begun to close."""
    match = factories.match(ben, ada, cohort)
    agreements.signed(match)
    match.refresh_from_db()
    now = on(match.ends_on - timedelta(days=30))
    terms.follow_terms(now)
    match.refresh_from_db()
    return match, now


def sign(version, person, at):
    signing.sign(
        version, by=person, typed_name=person.name, expected_revision=version.revision, at=at
    )


def test_a_longer_term_that_both_sign_makes_the_pair_active_again(agreed, ada, ben):
    match, now = agreed
    ends_on = match.ends_on
    version = renewal.propose(match, months=6, by=ben, at=now)
    sign(version, ben, now)
    assert state(match) == State.CLOSING
    sign(version, ada, now)
    assert state(match) == State.ACTIVE
    assert match.ends_on == ends_on + relativedelta(months=6)
    assert AgreementVersion.objects.of_match(match).signed().get().number == 2
    terms.follow_terms(now)
    assert notices() == []  # those that waited say an end that has moved


def test_the_new_term_is_announced_like_the_first(agreed, ada, ben):
    match, now = agreed
    version = renewal.propose(match, months=12, by=ben, at=now)
    for person in (ben, ada):
        sign(version, person, now)
    match.refresh_from_db()
    terms.follow_terms(on(match.ends_on - timedelta(days=60)))
    assert {ordinal for _kind, _name, ordinal in notices()} == {2}


def test_a_longer_term_is_for_the_two_and_while_the_pair_runs(agreed, ben, dan, cleo):
    match, now = agreed
    for other in (dan, cleo):
        with pytest.raises(ActionNotAllowed, match="Only the two people"):
            renewal.propose(match, months=6, by=other, at=now)
    endings.end(match, by=ben, kind="choice", at=now)
    with pytest.raises(ActionNotAllowed, match="no signed agreement"):
        renewal.propose(match, months=6, by=ben, at=now)


@pytest.mark.parametrize("months", [0, -3, 25])
def test_a_term_is_not_endless(agreed, ben, months):
    match, now = agreed
    with pytest.raises(ActionNotAllowed, match="at most 36 months"):
        renewal.propose(match, months=months, by=ben, at=now)


def test_a_term_that_would_be_over_is_refused(agreed, ben):
    match, _now = agreed
    with pytest.raises(ActionNotAllowed, match="over already"):
        renewal.propose(match, months=1, by=ben, at=on(match.ends_on + timedelta(days=40)))


def test_suggesting_twice_makes_one_version(agreed, ada, ben):
    match, now = agreed
    first = renewal.propose(match, months=6, by=ben, at=now)
    assert renewal.propose(match, months=6, by=ada, at=now).pk == first.pk
    with pytest.raises(ActionNotAllowed, match="already writing a new version"):
        renewal.propose(match, months=12, by=ada, at=now)


def test_a_signature_after_the_end_does_not_open_the_pair_again(agreed, ada, ben):
    match, now = agreed
    version = renewal.propose(match, months=6, by=ben, at=now)
    sign(version, ben, now)
    endings.end(match, by=ben, kind="completed", at=now)
    with pytest.raises(ActionNotAllowed, match="has ended"):
        sign(AgreementVersion.objects.get(pk=version.pk), ada, now)
    assert state(match) == State.CLOSED


@pytest.mark.parametrize("size", [1, 3])
def test_nothing_due_costs_the_same_for_many(pair, cohort, django_assert_num_queries, size):
    for number in range(size - 1):
        factories.match(
            factories.person(f"Mentee {number}"),
            factories.person(f"Mentor {number}"),
            cohort,
            state=State.ACTIVE,
            ends_on=END,
        )
    terms.follow_terms(days(-40))
    with django_assert_num_queries(4):
        terms.follow_terms(days(-40))
