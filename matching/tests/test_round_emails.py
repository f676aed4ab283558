"""Letters of a round: who gets which, what they say, and when they are not wanted any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from applications.models import Application, Decision
from matches.models import Match
from matching.models import Round
from matching.rounds import lifecycle
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.testing import deliver_due_emails
from programs.models import Program
from testkit import rounds as make


@pytest.fixture
def published(cohort, people, cleo, kim):
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    return people


def letters():
    """What leaves within the next hour, the hold included: {address: message}."""
    return {
        message.to[0]: message
        for message in deliver_due_emails(timezone.now() + timedelta(hours=1))
    }


def test_both_are_introduced_and_read_why(published):
    sent = letters()
    to_mentee = sent[published["amina"].person.email]
    to_mentor = sent[published["ruth"].person.email]
    assert to_mentee.subject == "Meet Ruth, your mentor"
    assert to_mentor.subject == "Meet Amina, your mentee"
    assert "Ruth has been through this: career change." in to_mentee.body
    assert "You have been through this: career change." in to_mentor.body
    assert "write to Ruth within 5 days" in to_mentee.body
    assert "Amina will write to you within 5 days" in to_mentor.body


def test_text_and_html_say_the_same(published):
    message = letters()[published["amina"].person.email]
    html = message.alternatives[0][0]
    assert "Ruth has been through this: career change." in html
    assert "Your first step" in html


def test_an_unmatched_mentee_is_notified_the_same_day(published, program):
    Program.objects.filter(pk=program.pk).update(other_help="The career service of the town\n")
    message = letters()[published["sofia"].person.email]
    assert "No mentor for you yet" in message.subject
    assert "you'll have priority in the next round" in message.body
    assert "More people asked for the mentors who could suit you than these mentors" in message.body
    assert "Other help in the meantime:\n- The career service of the town" in message.body
    assert ">The career service of the town</li>" in message.alternatives[0][0]


def test_a_mentee_without_a_possible_mentor_reads_another_reason(cohort, cleo, kim):
    make.applicant(cohort, "Amina Farah", topics={"hiring": 3})
    make.applicant(cohort, "Ruth Adeyemi", "mentor", topics={"hiring": 3})
    noor = make.applicant(cohort, "Noor Haddad", employer="Birch", mode="in_person")
    make.applicant(cohort, "Omar Saad", "mentor", employer="birch", mode="in_person")
    Application.objects.filter(person__name__in=["Amina Farah", "Ruth Adeyemi"]).update(
        mode="online"
    )
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    assert "No mentor in this round fits" in letters()[noor.person.email].body


def test_a_mentor_without_a_mentee_is_thanked(cohort, people, cleo, kim):
    idle = make.applicant(cohort, "Vera Lind", "mentor", topics={"tax": 1}, mode="in_person")
    Application.objects.filter(role="mentee").update(mode="online")
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    text = letters()[idle.person.email].body
    assert "Thank you for offering your time." in text
    assert "priority" not in text  # only mentees are placed by how long they have waited


def test_others_are_notified_when_one_email_is_cancelled(published):
    Application.objects.filter(pk=published["sofia"].pk).update(state="withdrawn")
    assert len(letters()) == 4


def test_no_email_for_a_pair_that_has_ended(published):
    now = timezone.now()
    Match.objects.filter(mentee=published["amina"]).update(
        state="closed", closed_at=now, closed_kind="error"
    )
    assert published["amina"].person.email not in letters()


def test_no_email_to_a_person_who_withdrew(published):
    Application.objects.filter(pk=published["sofia"].pk).update(state="withdrawn")
    assert published["sofia"].person.email not in letters()


def test_the_review_request_is_cancelled_once_reviewed(drafted, cleo, kim):
    lifecycle.send_to_review(drafted, by=cleo)
    assert "asks you to review it" in letters()[kim.email].body
    lifecycle.send_back(drafted, by=kim, why="Look at Joel.")
    lifecycle.send_to_review(drafted, by=cleo)
    lifecycle.approve(drafted, by=kim, expected_version=drafted.plan_version)
    assert letters() == {}


def test_a_review_request_goes_at_once_at_night_and_on_weekends(drafted, cleo, kim):
    saturday = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)
    lifecycle.send_to_review(drafted, by=cleo, at=saturday)
    assert [one.to for one in deliver_due_emails(saturday, delivery_rules=True)] == [[kim.email]]


def test_a_failed_publication_notifies_preparer_and_publisher(cohort, people, cleo, kim):
    from matching.rounds import publication

    ready = make.approved_round(cohort, kim, cleo)
    publication.schedule(ready, by=cleo)
    Application.objects.filter(pk=people["ruth"].pk).update(state="withdrawn")
    publication.publish_due(ready.publish_at)
    sent = {message.to[0]: message for message in deliver_due_emails(ready.publish_at)}
    assert "was not published" in sent[cleo.email].body
    assert "was not published" in sent[kim.email].body
    assert Round.system.get().state == "draft"


def test_no_email_contains_scores_or_wishes(published):
    for message in letters().values():
        assert "points" not in message.body
        assert "Strong" not in message.body


def test_who_is_matched_is_not_told_any_more_that_the_search_goes_on(
    cohort, people, cleo, kim, program
):
    amina = people["amina"]
    Decision.objects.create(
        application=amina, outcome="accepted", decided_by=cleo, released_at=timezone.now()
    )
    enqueue("decision-accepted", to=amina.person, about=amina)
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    row = Notification.system.get(kind="decision-accepted")
    assert (row.state, row.reason) == ("cancelled", "matched")
