"""The comparison of a year's e-mails names each kind of fault."""

from datetime import UTC, datetime, timedelta

import pytest

from .cohort_comparison import Sent, breaches, differences
from .cohort_facts import Facts, PairFact, Person

MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA, BEN = Person(1, "Ada", "UTC"), Person(2, "Ben", "UTC")


@pytest.fixture
def facts():
    """A pair that was introduced, and ended as a mistake a day later."""
    pair = PairFact("pair", 7, ADA, BEN, MONDAY_NOON, ended_at=MONDAY_NOON + DAY)
    pair.ended_how = "error"
    return Facts(1, pairs=[pair], runs=[MONDAY_NOON + number * HOUR for number in range(100)])


def email(kind, person, at, **fields):
    fields = {"about": 7, "is_optional": False, "is_urgent": False, **fields}
    return Sent(kind, person.pk, at=at, **fields)


def promised():
    return [
        email("match-introduced", ADA, MONDAY_NOON),
        email("match-introduced", BEN, MONDAY_NOON),
        email("match-ended", ADA, MONDAY_NOON + DAY),
        email("match-ended", BEN, MONDAY_NOON + DAY),
    ]


def test_what_was_promised_is_no_difference(facts):
    assert differences(facts, promised()) == []
    assert breaches(facts, promised()) == []


def test_a_missing_email_is_named(facts):
    [line] = differences(facts, promised()[1:])
    assert line.startswith("MISSING match-introduced to Ada")


@pytest.mark.parametrize(
    "more",
    [
        email("match-introduced", ADA, MONDAY_NOON),  # a second one
        email("first-contact", ADA, MONDAY_NOON + 4 * DAY),  # after the end
        email("match-introduced", ADA, MONDAY_NOON, about=8),  # about another pair
    ],
)
def test_an_email_too_many_is_named(facts, more):
    [line] = differences(facts, [*promised(), more])
    assert line.startswith(f"UNEXPECTED {more.kind} to Ada")


def test_an_email_an_hour_late_is_named(facts):
    late = [email("match-introduced", ADA, MONDAY_NOON + HOUR), *promised()[1:]]
    assert [line.split()[0] for line in differences(facts, late)] == ["UNEXPECTED", "MISSING"]


def test_a_kind_without_a_rule_is_named(facts):
    [line] = differences(facts, [*promised(), email("new-kind", ADA, MONDAY_NOON)])
    assert "no rule for the kind 'new-kind'" in line


def test_nights_and_full_weeks_are_named(facts):
    night = email("match-introduced", ADA, MONDAY_NOON + 10 * HOUR)
    assert breaches(facts, [night])[0].startswith("AT NIGHT")
    saturday = email("match-introduced", ADA, MONDAY_NOON + 5 * DAY)
    assert breaches(facts, [saturday])[0].startswith("AT NIGHT")
    assert breaches(facts, [email("agreement-signed", ADA, saturday.at, is_urgent=True)]) == []
    week = [email("checkin-pulse", ADA, MONDAY_NOON + n * HOUR, is_optional=True) for n in range(4)]
    assert breaches(facts, week)[0].startswith("TOO MANY in a week: Ada")
    assert breaches(facts, week[:3]) == []


def test_an_email_of_several_things_tells_at_least_two(facts):
    one = email("several-at-once", ADA, MONDAY_NOON, about=1, is_optional=True)
    assert any("WITHOUT PARTS" in line for line in differences(facts, [*promised(), one]))
