"""A round from its opening to its publication."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications import reviewing
from applications.models import Application
from matches.models import Match
from matching.models import Proposal, Round
from matching.rounds import announcements, lifecycle, publication
from notifications.models import Notification, OutboxState
from notifications.testing import deliver_due_emails
from testkit import factories
from testkit import rounds as make


def test_a_run_proposes_the_best_pairs_and_proves_it(drafted, table):
    assert table(drafted) == {"Amina": "Ruth", "Joel": "Priya", "Sofia": None}
    assert (drafted.pairs, drafted.draft, drafted.has_certificate) == (2, 1, True)


def test_parts_add_up_to_the_score(drafted):
    for row in Proposal.system.filter(round=drafted).paired():
        assert sum(row.parts.values()) == row.score


def test_only_a_matcher_or_the_chair_opens_a_round(cohort, program, dan):
    for user in (dan, factories.member(program=program, role="reader")):
        with pytest.raises(ActionNotAllowed):
            lifecycle.open_round(cohort, by=user)


def test_running_again_without_changes_changes_nothing(drafted, cleo, table):
    before = table(drafted)
    lifecycle.run(drafted, by=cleo)
    assert table(drafted) == before
    assert (drafted.draft, drafted.before_pairs) == (2, 2)
    assert not Proposal.system.filter(round=drafted, is_changed=True).exists()


def test_a_round_without_people_says_so(cohort, cleo):
    with pytest.raises(ActionNotAllowed, match="at least one mentee"):
        lifecycle.run(lifecycle.open_round(cohort, by=cleo), by=cleo)


def test_another_member_must_approve(drafted, cleo, kim):
    lifecycle.send_to_review(drafted, by=cleo)
    with pytest.raises(ActionNotAllowed, match="another member"):
        lifecycle.approve(drafted, by=cleo, expected_version=drafted.plan_version)
    lifecycle.approve(drafted, by=kim, expected_version=drafted.plan_version)
    assert (drafted.state, drafted.approved_by) == ("approved", kim)


def test_a_member_with_a_conflict_cannot_approve(drafted, cleo, kim, people):
    from programs.models import Conflict

    Conflict.objects.create(member=kim, person=people["joel"].person)
    lifecycle.send_to_review(drafted, by=cleo)
    with pytest.raises(ActionNotAllowed, match="You have a conflict of interest"):
        lifecycle.approve(drafted, by=kim, expected_version=drafted.plan_version)


def test_a_plan_that_changed_while_it_was_read_is_not_approved(drafted, cleo, kim):
    lifecycle.send_to_review(drafted, by=cleo)
    with pytest.raises(ActionNotAllowed, match="changed since you opened"):
        lifecycle.approve(drafted, by=kim, expected_version=drafted.plan_version - 1)


def test_a_round_is_not_approved_before_it_is_sent(drafted, kim):
    with pytest.raises(ActionNotAllowed, match="not waiting"):
        lifecycle.approve(drafted, by=kim, expected_version=drafted.plan_version)


def test_members_who_may_approve_are_asked_to_review(drafted, cleo, kim):
    lifecycle.send_to_review(drafted, by=cleo)
    letters = Notification.system.filter(kind="round-review-request")
    assert [letter.recipient for letter in letters] == [kim]


def test_sending_back_needs_a_word_and_makes_a_draft(drafted, cleo, kim):
    lifecycle.send_to_review(drafted, by=cleo)
    with pytest.raises(ActionNotAllowed):
        lifecycle.send_back(drafted, by=kim, why=" ")
    lifecycle.send_back(drafted, by=kim, why="Look at Joel again.")
    assert drafted.state == "draft"


def test_publishing_waits_for_the_hold_and_can_be_stopped(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    now = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday
    publication.schedule(ready, by=cleo, at=now)
    assert ready.publish_at == now + timedelta(minutes=10)
    assert publication.publish_due(now + timedelta(minutes=9)) == 0
    publication.cancel(ready, by=kim)
    assert publication.publish_due(now + timedelta(hours=1)) == 0
    assert not Match.objects.exists()


def test_at_its_moment_the_round_is_published_once(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo)
    assert publication.publish_due(ready.publish_at) == 1
    assert publication.publish_due(ready.publish_at + timedelta(hours=1)) == 0
    pairs = {
        (match.mentee.person.first_name, match.mentor.person.first_name)
        for match in Match.objects.all()
    }
    assert pairs == {("Amina", "Ruth"), ("Joel", "Priya")}
    assert Round.system.get(pk=ready.pk).state == "published"


def test_at_night_matches_wait_with_their_emails(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo, at=datetime(2026, 3, 7, 2, 0, tzinfo=UTC))  # a Saturday
    monday = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # the people of the tests live in UTC
    assert ready.publish_at == monday
    assert publication.publish_due(monday) == 1
    assert len(deliver_due_emails(monday, delivery_rules=True)) == 5


def test_a_publication_that_was_missed_waits_until_its_emails_can_leave(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo, at=datetime(2026, 3, 4, 15, 0, tzinfo=UTC))
    assert publication.publish_due(datetime(2026, 3, 4, 23, 0, tzinfo=UTC)) == 0
    fresh = Round.system.get(pk=ready.pk)
    assert fresh.publish_at == datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    publication.cancel(fresh, by=kim)  # still possible
    assert not Match.objects.exists()


def test_publication_waits_while_the_mail_server_is_down(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo, at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    moment = ready.publish_at
    OutboxState.objects.update_or_create(
        defaults={"paused_until": moment + timedelta(hours=1), "pause_reason": "no-mail-server"}
    )
    assert publication.publish_due(moment) == 0
    assert publication.publish_due(moment + timedelta(hours=1)) == 1


def test_the_emails_that_were_announced_are_those_that_are_enqueued(cohort, people, cleo, kim):
    make.applicant(cohort, "Vera Lind", "mentor", topics={"tax": 1}, mode="in_person")
    Application.objects.filter(role="mentee").update(mode="online")
    for number, (role, outcome) in enumerate(
        [("mentee", "accepted"), ("mentor", "accepted"), ("mentee", "declined")]
    ):
        waiting = factories.application(
            factories.person(f"Waiting {number}"), cohort, role, state="submitted"
        )
        reason = "timing" if outcome == "declined" else ""
        reviewing.decide(waiting, by=cleo, outcome=outcome, reason=reason)
    ready = make.approved_round(cohort, kim, cleo)
    planned = announcements.planned_emails(ready)
    make.publish(ready, cleo)
    sent = Counter(
        Notification.system.exclude(kind="round-review-request").values_list("kind", flat=True)
    )
    announced = Counter()
    for (kind, _role), zones in planned.items():
        announced[kind] += sum(zones.values())
    assert sent == announced
    assert set(sent) == {
        "match-introduced",
        "round-unmatched",
        "round-no-mentee",
        "decision-accepted",
        "decision-declined",
    }


def test_everyone_is_notified_at_publication(cohort, people, cleo, kim):
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    owed = Notification.system.exclude(kind="round-review-request")
    told = {(letter.kind, letter.recipient.first_name) for letter in owed}
    introduced = {("match-introduced", name) for name in ("Amina", "Ruth", "Joel", "Priya")}
    assert told == introduced | {("round-unmatched", "Sofia")}


def test_who_was_left_out_comes_first_next_time(cohort, people, cleo, kim):
    done = make.approved_round(cohort, kim, cleo)
    make.publish(done, cleo)
    people["sofia"].refresh_from_db()
    assert people["sofia"].waiting_since == timezone.localdate(done.published_at)


def test_only_the_chair_publishes(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, cleo, kim)
    with pytest.raises(ActionNotAllowed, match="Only a chair"):
        publication.schedule(ready, by=kim)


def test_a_draft_is_not_published(drafted, cleo):
    with pytest.raises(ActionNotAllowed, match="approved"):
        publication.schedule(drafted, by=cleo)


def test_a_plan_without_a_certificate_is_not_published(cohort, people, cleo, kim):
    from matching.models import RoundPlan
    from matching.storage.serialization import pack_plan
    from matching.storage.solver_state import SolverState

    ready = make.approved_round(cohort, kim, cleo)
    plan = SolverState.load(ready).plan
    plan.mu[0], plan.mu[1] = plan.mu[1], plan.mu[0]
    RoundPlan.system.filter(round=ready).update(plan=pack_plan(plan))
    with pytest.raises(ActionNotAllowed, match="not proven"):
        publication.schedule(ready, by=cleo)


def test_a_round_goes_back_to_draft_if_someone_left(cohort, people, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo)
    type(people["ruth"]).objects.filter(pk=people["ruth"].pk).update(state="withdrawn")
    assert publication.publish_due(ready.publish_at) == 0
    assert not Match.objects.exists()
    assert Round.system.get(pk=ready.pk).state == "draft"
    assert Notification.system.filter(kind="round-held-back").count() == 2


def test_a_committee_member_in_a_pair_gets_a_conflict_with_the_partner(
    cohort, people, program, cleo, kim
):
    from programs.models import Conflict

    factories.Membership.objects.create(user=people["ruth"].person, program=program, role="carer")
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    conflicts = {
        (row.member.first_name, row.person.first_name)
        for row in Conflict.objects.filter(kind="partner")
    }
    assert conflicts == {("Ruth", "Amina")}


def test_a_published_round_is_frozen(cohort, people, cleo, kim):
    done = make.approved_round(cohort, kim, cleo)
    make.publish(done, cleo)
    for verb in (
        lambda: lifecycle.run(done, by=cleo),
        lambda: lifecycle.discard(done, by=cleo),
        lambda: publication.cancel(done, by=cleo),
    ):
        with pytest.raises(ActionNotAllowed):
            verb()
