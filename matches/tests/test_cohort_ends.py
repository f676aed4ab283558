"""Who still waits when a cohort ends is told that it is over, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from applications.submission import withdraw
from matches import cohort_ends
from matches.models import Match
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ended(now, cohort):
    """The last day of the cohort is over everywhere."""
    cohort.ends_on = timezone.localdate(now) - 2 * DAY
    cohort.save()
    return cohort


def told():
    rows = Notification.system.filter(kind="cohort-over").exclude(state="cancelled")
    return sorted(rows.values_list("recipient__name", flat=True))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("submitted", "we have not answered your application"),
        ("waitlisted", "and so did its waiting list"),
        ("accepted", "we did not find a match for you"),
    ],
)
def test_whoever_still_waits_is_told_once(state, words, ended, ben, now):
    factories.application(ben, ended, state=state)
    cohort_ends.tell_those_who_wait(now)
    (email,) = [one for one in deliver_due_emails() if "has ended" in one.subject]
    assert email.to == [ben.email]
    assert words in " ".join(email.body.split())
    for days in (1, 5):
        cohort_ends.tell_those_who_wait(now + days * DAY)
    assert told() == [ben.name]


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_who_does_not_wait_is_told_nothing(state, ended, ben, now):
    factories.application(ben, ended, state=state)
    cohort_ends.tell_those_who_wait(now)
    assert told() == []


@pytest.mark.parametrize("days", [None, 7, 0, -1, -16])
def test_only_the_end_of_the_last_days_counts(days, cohort, ben, now):
    cohort.ends_on = None if days is None else timezone.localdate(now) + days * DAY
    cohort.save()
    factories.application(ben, cohort, state="waitlisted")
    cohort_ends.tell_those_who_wait(now)
    assert told() == []


def test_people_in_a_pair_are_not_told_nor_those_whose_pair_has_ended(ended, ada, ben, now):
    match = factories.match(ben, ada, ended)
    cohort_ends.tell_those_who_wait(now)
    Match.objects.filter(pk=match.pk).update(
        state="closed", closed_kind="completed", closed_at=now - 40 * DAY
    )
    cohort_ends.tell_those_who_wait(now)
    assert told() == []


def test_a_pair_made_by_mistake_is_none(ended, ada, ben, now):
    match = factories.match(ben, ada, ended)
    Match.objects.filter(pk=match.pk).update(
        state="closed", closed_kind="error", closed_at=now - 40 * DAY
    )
    cohort_ends.tell_those_who_wait(now)
    assert told() == [ada.name, ben.name]


def waits_no_more(application):
    withdraw(application, by=application.person)


def is_extended(application):
    application.cohort.ends_on += 30 * DAY
    application.cohort.save()


@pytest.mark.parametrize("change", [waits_no_more, is_extended])
def test_it_is_not_sent_once_it_is_not_true(change, ended, ben, now):
    application = factories.application(ben, ended, state="waitlisted")
    cohort_ends.tell_those_who_wait(now)
    change(application)
    deliver_due_emails()
    (row,) = Notification.system.filter(kind="cohort-over")
    assert (row.state, row.reason) == ("cancelled", "cohort-not-over")


def test_it_comes_after_the_new_end_of_a_cohort_that_was_extended(ended, ben, now):
    application = factories.application(ben, ended, state="waitlisted")
    cohort_ends.tell_those_who_wait(now)
    is_extended(application)
    deliver_due_emails()
    later = now + 30 * DAY
    for _twice in range(2):
        cohort_ends.tell_those_who_wait(later)
    states = Notification.system.filter(kind="cohort-over").order_by("ordinal")
    assert [*states.values_list("ordinal", "state")] == [(1, "cancelled"), (2, "pending")]


@pytest.mark.parametrize("people", [1, 3])
def test_finding_them_takes_one_query(people, ended, now, django_assert_num_queries):
    for _n in range(people):
        factories.application(factories.person(), ended, state="waitlisted")
    cohort_ends.tell_those_who_wait(now)
    with django_assert_num_queries(1):
        cohort_ends.tell_those_who_wait(now)
