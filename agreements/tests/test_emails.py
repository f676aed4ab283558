from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from agreements import default_texts, drafting, reconcilers, signing
from agreements.models import PARTS
from agreements.text import PART_TITLES
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import agreements as make

pytestmark = pytest.mark.django_db


def sent(at):
    """(recipient's first name, subject) of each e-mail sent at `at`.

    Only this app's reconciler runs.
    """
    reconcilers.enqueue_reminders(at)
    return sorted(
        (message.to[0].split(".")[0], message.subject)
        for message in deliver_due_emails(at, reconcile=False)
    )


def deliver_after(match, *, days):
    at = match.introduced_at + timedelta(days=days, minutes=1)
    reconcilers.enqueue_reminders(at)
    return deliver_due_emails(at, reconcile=False)


def about_agreements(emails):
    return [
        (to, subject)
        for to, subject in emails
        if "agreement" in subject or "turn" in subject or "sign" in subject
    ]


DRAFT = "Write your mentoring agreement with Ada"


def test_mentee_is_asked_on_day_14_and_reminded_twice(match):
    found = {}
    for day in (0, 13, 14, 15, 20, 21, 22, 28, 29, 35, 42, 60):
        for email in about_agreements(sent(match.introduced_at + timedelta(days=day, minutes=1))):
            found.setdefault(email, []).append(day)
    assert found == {("ben", DRAFT): [14, 21, 28]}


def test_the_first_meeting_asks_sooner(match):
    held_at = match.introduced_at + timedelta(days=5)
    reconcilers.ask_for_draft(match, at=held_at)
    reconcilers.ask_for_draft(match, at=held_at + timedelta(days=1))
    assert about_agreements(sent(held_at)) == [("ben", DRAFT)]
    assert about_agreements(sent(held_at + timedelta(days=7))) == [("ben", DRAFT)]


def test_a_shared_draft_ends_the_reminders_to_draft(match):
    at = match.introduced_at + timedelta(days=14)
    reconcilers.enqueue_reminders(at)
    make.shared(match)
    assert ("ben", DRAFT) not in sent(at)
    row = Notification.system.get(kind="agreement-to-draft")
    assert (row.state, row.reason) == ("cancelled", "draft-shared")


def test_after_a_long_stop_only_the_last_reminder_is_sent(match):
    assert about_agreements(sent(match.introduced_at + timedelta(days=30))) == [("ben", DRAFT)]


def test_reconciling_twice_enqueues_once(match):
    make.shared(match)
    at = match.introduced_at + timedelta(days=4)
    reconcilers.enqueue_reminders(at)
    rows = Notification.system.filter(kind__startswith="agreement").count()
    reconcilers.enqueue_reminders(at)
    assert Notification.system.filter(kind__startswith="agreement").count() == rows


def test_whoever_has_not_signed_is_asked_to_sign(match, ada, ben):
    version = make.draft(match)
    now = version.changed_at
    drafting.share(version, by=ben, at=now)
    assert about_agreements(sent(now)) == [("ada", "Your agreement with Ben is ready to sign")]
    signing.sign(
        version, by=ada, typed_name="Ada Brook", expected_revision=version.revision, at=now
    )
    assert about_agreements(sent(now)) == [("ben", "Ada has signed: now it's your turn")]
    assert about_agreements(sent(now + timedelta(days=3))) == [
        ("ben", "Ada has signed: now it's your turn")
    ]
    signing.sign(
        version,
        by=ben,
        typed_name="Ben Okoro",
        expected_revision=version.revision,
        at=now + timedelta(days=4),
    )
    signed = about_agreements(sent(now + timedelta(days=8)))
    assert signed == [
        ("ada", "Signed: your mentoring agreement with Ben"),
        ("ben", "Signed: your mentoring agreement with Ada"),
    ]
    assert about_agreements(sent(now + timedelta(days=9))) == []


def test_several_changes_after_sharing_make_one_email(match, ada, ben):
    version = make.draft(match)
    now = version.changed_at
    drafting.share(version, by=ben, at=now)
    sent(now)
    drafting.save_part(
        match,
        "term",
        {**make.TERM, "term_months": 18},
        expected_revision=1,
        by=ada,
        at=now + timedelta(hours=1),
    )
    drafting.save_part(
        match,
        "activities",
        {"activities": ["A fair"]},
        expected_revision=1,
        by=ada,
        at=now + timedelta(hours=1, minutes=5),
    )
    assert about_agreements(sent(now + timedelta(hours=1, minutes=10))) == []
    assert about_agreements(sent(now + timedelta(hours=1, minutes=21))) == [
        ("ben", "Your agreement with Ada is ready to sign")
    ]


def test_emails_do_not_carry_the_text(match, ada):
    version = make.shared(match)
    make.sign(version, *match.people)
    deliver_due_emails()
    everything = "\n".join(
        message.subject + message.body + str(message.alternatives) for message in mail.outbox
    )
    assert "Ada" in everything
    assert "panel" not in everything.lower()


def test_an_ended_match_gets_no_email(match):
    version = make.shared(match)
    match.refresh_from_db()
    type(match).objects.update(state="closed", closed_at=version.shared_at, closed_kind="error")
    assert about_agreements(sent(version.shared_at + timedelta(days=3))) == []


def test_the_email_lists_every_part_and_the_same_minutes_as_the_page(match, as_user, ben):
    (message,) = (
        message
        for message in deliver_after(match, days=14)
        if message.subject == "Write your mentoring agreement with Ada"
    )
    page = as_user(ben).get(reverse("agreements:agreement-detail", args=[match.public_id]))
    minutes = f"about {default_texts.MINUTES_TO_DRAFT} minutes"
    for text in (message.body, page.content.decode()):
        assert [
            str(PART_TITLES[part]) for part in PARTS if str(PART_TITLES[part]) not in text
        ] == []
        assert minutes in text
