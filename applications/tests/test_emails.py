"""When e-mails of this app are sent, and when they are cancelled."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.formats import date_format

from applications import orientation, reviewing
from applications.draft_times import kept_until
from applications.emails import enqueue_draft_reminders, enqueue_invitations
from applications.models import Application, Decision
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Cohort
from testkit import factories
from testkit.orientation_answers import right_answers

BEGAN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def days(n):
    return BEGAN + timedelta(days=n, minutes=1)


@pytest.fixture
def old_draft(draft):
    """A draft that was begun on 2 March, in a cohort that closes on 30 March."""
    Application.objects.filter(pk=draft.pk).update(created_at=BEGAN)
    draft.cohort.closes_on = datetime(2027, 3, 30, tzinfo=UTC).date()
    draft.cohort.save()
    return draft


def subjects(at):
    return [email.subject for email in deliver_due_emails(at)]


def test_a_draft_gets_reminders_on_day_3_and_day_10(old_draft):
    sent = {n: len(deliver_due_emails(days(n))) for n in (1, 3, 4, 10, 11)}
    assert sent == {1: 0, 3: 1, 4: 0, 10: 1, 11: 0}


def test_a_draft_gets_a_reminder_two_days_before_applications_close(old_draft):
    old_draft.cohort.closes_on = datetime(2026, 3, 30, tzinfo=UTC).date()
    old_draft.cohort.save()
    enqueue_draft_reminders(datetime(2026, 3, 28, 9, 0, tzinfo=UTC))
    rows = Notification.system.filter(kind="application-unfinished")
    assert [row.ordinal for row in rows] == [3]


def test_reconciling_twice_enqueues_once(old_draft):
    for _ in range(2):
        enqueue_draft_reminders(days(3))
    assert Notification.system.filter(kind="application-unfinished").count() == 1


def test_missed_reminders_are_not_sent_all_at_once(old_draft):
    enqueue_draft_reminders(days(12))
    rows = Notification.system.filter(kind="application-unfinished")
    assert [row.ordinal for row in rows] == [2]


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
def test_no_reminder_is_sent_for_what_is_done(old_draft, state):
    enqueue_draft_reminders(days(3))
    Application.objects.filter(pk=old_draft.pk).update(state=state)
    assert subjects(days(3)) == []


def test_the_reminder_names_the_next_part_and_leads_there(old_draft):
    email = deliver_due_emails(days(3))[0]
    assert email.subject == "Your application is saved: 5 parts left"
    assert f"/applications/{old_draft.public_id}/suitability-time/" in email.body
    assert "List-Unsubscribe" in email.extra_headers


def test_the_reminder_says_until_when_the_draft_is_kept(old_draft):
    email = deliver_due_emails(days(3))[0]
    day = date_format(kept_until(old_draft))
    said = f"Without a change we keep this draft until {day}, then it is closed"
    assert said in " ".join(email.body.split())
    assert "ends with it" not in email.body


def test_a_draft_for_a_pair_is_reminded_a_week_before_it_is_closed(old_draft):
    """Also when the cohort takes no applications any more: the draft can still be sent."""
    Application.objects.filter(pk=old_draft.pk).update(is_for_pair=True)
    Cohort.objects.filter(pk=old_draft.cohort_id).update(closes_on=days(1).date())
    old_draft.refresh_from_db()
    touched = old_draft.saved_at or old_draft.created_at
    assert kept_until(old_draft) == (touched + timedelta(days=42)).date()
    sent = {n: len(deliver_due_emails(touched + timedelta(days=n))) for n in (33, 36, 37)}
    assert sent == {33: 0, 36: 1, 37: 0}


def accept(application, by):
    decision = reviewing.decide(application, by=by, outcome="accepted")
    reviewing.release([decision], by=by, at=BEGAN)


@pytest.fixture
def mentor(ada, cohort):
    return factories.application(
        ada, cohort, "mentor", state="submitted", review_started_at=None, orientation_passed_at=None
    )


def test_an_accepted_mentor_is_led_to_the_orientation_and_reminded_twice(mentor, cleo):
    accept(mentor, cleo)
    first = deliver_due_emails(BEGAN)
    assert f"/orientation/{mentor.public_id}/" in first[0].body
    assert [len(deliver_due_emails(days(n))) for n in (6, 7, 14, 21)] == [0, 1, 1, 0]


def test_reminders_of_the_orientation_stop_when_it_is_passed(mentor, cleo, ada):
    accept(mentor, cleo)
    deliver_due_emails(BEGAN)
    mentor.refresh_from_db()
    assert orientation.submit_answers(mentor, by=ada, answers=right_answers(mentor))
    assert subjects(days(7)) == []


def test_an_accepted_mentee_gets_no_orientation(sent, cleo):
    accept(sent, cleo)
    deliver_due_emails(BEGAN)
    assert subjects(days(14)) == []


def test_a_confirmation_is_not_sent_after_withdrawing(sent, ben):
    from applications import submission
    from notifications.outbox import enqueue

    enqueue("application-received", to=ben, about=sent)
    submission.withdraw(sent, by=ben)
    assert deliver_due_emails() == []


def test_emails_show_the_name_and_address_of_the_program(sent, cleo):
    sent.program.contact_email = "hello@example.org"
    sent.program.save()
    accept(sent, cleo)
    email = deliver_due_emails(BEGAN)[0]
    assert email.reply_to == ["hello@example.org"]
    assert sent.program.name in email.from_email


def invitations(at):
    enqueue_invitations(at)
    rows = Notification.system.filter(kind="orientation-open").order_by("ordinal")
    return [row.ordinal for row in rows]


def test_a_mentor_who_was_imported_as_accepted_is_invited_at_once(ben, cohort):
    factories.application(
        ben,
        cohort,
        role="mentor",
        state="accepted",
        review_started_at=BEGAN,
        orientation_passed_at=None,
    )
    assert invitations(BEGAN) == [1]
    assert invitations(BEGAN + timedelta(days=6)) == [1]
    assert invitations(BEGAN + timedelta(days=7)) == [1, 2]
    assert invitations(BEGAN + timedelta(days=14)) == [1, 2, 3]
    assert invitations(BEGAN + timedelta(days=40)) == [1, 2, 3]


def test_who_was_accepted_by_email_is_reminded_only(ben, cleo, cohort):
    mentor = factories.application(
        ben, cohort, role="mentor", state="accepted", orientation_passed_at=None
    )
    Decision.objects.create(
        application=mentor, outcome="accepted", decided_by=cleo, released_at=BEGAN
    )
    assert invitations(BEGAN + timedelta(days=1)) == []
    assert invitations(BEGAN + timedelta(days=7)) == [2]


def test_after_a_long_stop_one_invitation_goes_out(ben, cohort):
    factories.application(
        ben,
        cohort,
        role="mentor",
        state="accepted",
        review_started_at=BEGAN,
        orientation_passed_at=None,
    )
    assert invitations(BEGAN + timedelta(days=15)) == [3]


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "mentee"},
        {"state": "withdrawn"},
        {"orientation_passed_at": BEGAN},
        {"review_started_at": None},
    ],
)
def test_nobody_else_is_invited(ben, cohort, changes):
    given = {"role": "mentor", "state": "accepted", "review_started_at": BEGAN}
    given["orientation_passed_at"] = None
    factories.application(ben, cohort, **{**given, **changes})
    assert invitations(BEGAN + timedelta(days=8)) == []
