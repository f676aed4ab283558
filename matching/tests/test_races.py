"""Two members or workers at the same moment, on real connections: nothing is lost or doubled."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.match_creation import create_matches
from matches.models import Match
from matching.models import Proposal, Round, RoundEntry
from matching.rounds import publication
from matching.rounds.decisions import Kind, RoundDecision, decide
from notifications.models import Notification
from testkit import factories
from testkit import rounds as make
from testkit.concurrency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
RACES, AT_ONCE = 1_000, 5  # places that two people want; how many of them one publication asks for


@pytest.fixture
def many(cohort):
    """`many(role, count)` makes ready applications quickly."""

    def build(role, count):
        users = [
            factories.User(email=f"{role}{n}@example.org", name=f"{role} {n}") for n in range(count)
        ]
        factories.User.objects.bulk_create(users)
        now = timezone.now()
        rows = [
            Application(
                cohort=cohort,
                person=user,
                role=role,
                state="accepted",
                code_accepted_at=now,
                orientation_passed_at=now,
            )
            for user in factories.User.objects.filter(email__startswith=role).order_by("pk")
        ]
        Application.objects.bulk_create(rows)
        return list(
            Application.objects.filter(cohort=cohort, role=role)
            .order_by("pk")
            .values_list("pk", flat=True)
        )

    return build


def test_no_mentor_ever_has_more_mentees_than_places(many):
    mentors = many("mentor", RACES)
    mentees = many("mentee", 2 * RACES)
    first, second = mentees[:RACES], mentees[RACES:]

    def place(group):
        pairs = [(mentee, mentor, {}) for mentor, mentee in zip(mentors, group, strict=True)]
        for start in range(0, RACES, AT_ONCE):
            with suppress(ActionNotAllowed):
                create_matches(pairs[start : start + AT_ONCE], at=timezone.now())

    at_once(lambda: place(first), lambda: place(second))
    taken = list(Match.objects.values_list("mentor", flat=True))
    assert sorted(taken) == sorted(mentors)  # each place once, and none left empty


def test_decisions_on_two_rows_are_both_kept(cohort, people, cleo, kim):
    drafted = make.run_round(cohort, cleo)
    expected_version, pins = drafted.plan_version, [("amina", "ruth", cleo), ("joel", "priya", kim)]

    def pin(mentee, mentor, by):
        fresh = Round.system.get(pk=drafted.pk)
        decide(
            fresh,
            RoundDecision(Kind.PIN, people[mentee].pk, people[mentor].pk),
            by=by,
            expected_version=expected_version,
        )

    assert at_once(*(lambda one=one: pin(*one) for one in pins)) == [0, 1]
    rows = Proposal.system.filter(round=drafted).pinned()
    assert {row.mentee_id for row in rows} == {people["amina"].pk, people["joel"].pk}
    versions = RoundEntry.system.filter(round=drafted).values_list("version", flat=True)
    assert list(versions) == [1, 2, 3]


def test_of_two_members_on_one_row_the_second_is_refused(cohort, people, cleo, kim):
    drafted = make.run_round(cohort, cleo)
    expected_version = drafted.plan_version

    def choose(mentor, by):
        fresh = Round.system.get(pk=drafted.pk)
        decide(
            fresh,
            RoundDecision(Kind.CHOOSE, people["amina"].pk, people[mentor].pk),
            by=by,
            expected_version=expected_version,
        )

    assert len(at_once(lambda: choose("ruth", cleo), lambda: choose("priya", kim))) == 1
    assert Proposal.system.filter(round=drafted).pinned().count() == 1


def test_two_workers_publish_a_round_once(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo)
    at_once(*[lambda: publication.publish_due(ready.publish_at)] * 3)
    assert Match.objects.count() == 2
    assert Round.system.get(pk=ready.pk).state == "published"


def test_cancel_and_publish_never_both_happen(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo)
    moment = ready.publish_at
    at_once(lambda: publication.cancel(ready, by=kim), lambda: publication.publish_due(moment))
    fresh = Round.system.get(pk=ready.pk)
    introduced = Notification.system.filter(kind="match-introduced").exists()
    assert (fresh.state == "published") == Match.objects.exists() == introduced
    assert (fresh.state == "approved") == (fresh.publish_at is None)


def test_a_worker_that_read_the_round_before_it_was_stopped_leaves_it_alone(
    cohort, people, cleo, kim
):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo)
    read_before = Round.system.get(pk=ready.pk)
    publication.cancel(ready, by=kim)
    assert not publication.publish_or_return(read_before, read_before.publish_at)
    fresh = Round.system.get(pk=ready.pk)
    assert (fresh.state, fresh.publish_at) == ("approved", None)
    assert not Match.objects.exists()
