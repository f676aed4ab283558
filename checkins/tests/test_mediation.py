"""Mediation as a small procedure, missed contacts, and notes that become concerns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins import contact_log, contact_plan, mediation, missed_contacts
from checkins.models import Concern, ContactLog, MediationStep
from checkins.tests.test_concerns import ask
from matches import endings
from matches.models import Match
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import factories
from testkit.concurrency import at_once

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
Kind = MediationStep.Kind


@pytest.fixture
def concern(cared, ben, eve, cleo):
    """Ben asked for help; the partner may not know."""
    return ask(cared, ben)


def step(concern, by, kind="mentee", *, days=0, **values):
    on = timezone.localdate() + timedelta(days=days)
    return mediation.add_step(concern, by=by, step=kind, on=on, **values)


# --- mediation


def test_a_step_is_noted_once_with_its_day_and_who_did_it(concern, eve):
    first = step(concern, eve, days=-1, text="He is tired.")
    assert step(concern, eve, days=-1, text="He is tired.").pk == first.pk
    row = MediationStep.objects.visible_to(eve).get()
    assert (row.member, row.text) == (eve, "He is tired.")
    concern.refresh_from_db()
    assert concern.first_action_at


@pytest.mark.parametrize("who", ["ben", "ada", "dan", "recused"])
def test_only_whoever_handles_the_concern_reads_and_notes(concern, who, request, cleo, ben, eve):
    step(concern, eve)
    if who == "recused":
        Conflict.objects.create(member=cleo, person=ben)
    user = cleo if who == "recused" else request.getfixturevalue(who)
    assert not MediationStep.objects.visible_to(user).exists()
    with pytest.raises(Exception, match="can't handle this concern"):
        step(concern, user)


@pytest.mark.parametrize(
    ("kind", "days", "values", "words"),
    [
        ("mentee", 1, {}, "only a talk with both may be ahead"),
        ("mentee", -400, {}, "within the last half year"),
        ("nothing", 0, {}, "Choose a step"),
        ("joint", 0, {}, "partner may not know"),
        ("words", 0, {"text": "x"}, "partner may not know"),
        ("points", 0, {"text": " ", "has_agreed": True}, "Enter the words"),
        ("points", 0, {"text": "x", "has_agreed": True}, "talk with both first"),
    ],
)
def test_what_makes_no_sense_is_refused(concern, eve, kind, days, values, words):
    with pytest.raises(Exception, match=words):
        step(concern, eve, kind, days=days, **values)
    assert not MediationStep.system.exists()


def test_mediated_needs_a_talk_with_both_that_has_taken_place(concern, eve):
    how = {"by": eve, "outcome": "mediated", "note": "They agreed."}
    step(concern, eve, "joint", days=3, has_agreed=True)
    with pytest.raises(Exception, match="Note the talk with both"):
        mediation.resolve(concern, **how)
    step(concern, eve, "joint", has_agreed=True)
    step(concern, eve, "points", text="Write before moving.", has_agreed=True)
    mediation.resolve(concern, **how)
    with pytest.raises(Exception, match="resolved"):
        step(concern, eve)


def test_words_go_to_both_once_and_name_no_reason(concern, eve, ada, ben):
    for _click in range(2):
        step(concern, eve, "words", text="Thank you both.", has_agreed=True)
    mails = [mail for mail in deliver_due_emails() if "A few words" in mail.subject]
    assert sorted(mail.to[0] for mail in mails) == sorted([ada.email, ben.email])
    for mail in mails:
        assert "Thank you both." in mail.body
        assert "concern" not in mail.body.lower()


def test_words_are_not_sent_after_the_end(concern, cared, eve, ben):
    endings.end(cared, by=ben, kind="choice")
    concern = Concern.system.get(pk=concern.pk)
    with pytest.raises(Exception, match="has ended"):
        step(concern, eve, "words", text="x", has_agreed=True)
    assert step(concern, eve, "mentee").pk


def test_the_page_notes_a_step_and_shows_what_was_refused(concern, eve, as_user):
    client = as_user(eve)
    url = reverse("admin:checkins_concern_mediate", args=[concern.pk])
    today = timezone.localdate().isoformat()
    done = client.post(url, {"step": "mentee", "on": today, "text": "Calm."}, follow=True)
    assert "The step is noted." in done.content.decode()
    assert "Calm." in done.content.decode()
    wrong = client.post(url, {"step": "mentee", "on": "", "text": "Kept"}).content.decode()
    assert "Enter the day." in wrong
    assert "Kept" in wrong
    page = {"outcome": "mediated", "note": "Done"}
    client.post(reverse("admin:checkins_concern_resolve", args=[concern.pk]), page)
    assert Concern.system.get().state == "open"


# --- missed contacts


@pytest.fixture
def planned(cared):
    contact_plan.keep_plans(START)
    return cared


def missed(at):
    missed_contacts.follow_missed_contacts(at)
    return Concern.system.filter(cause="contact")


def test_someone_whom_nobody_reached_for_long_is_a_concern_once(planned, ada, ben, eve):
    assert not missed(START + 90 * DAY).exists()
    for days in (91, 92):
        rows = missed(START + days * DAY)
    assert sorted(row.person.first_name for row in rows) == ["Ada", "Ben"]
    assert {row.urgency for row in rows} == {"whenever"}
    told = Notification.system.filter(kind="concern", recipient=eve)
    assert told.count() == 2


def test_reaching_them_resolves_it_and_a_try_does_not(planned, ben, eve):
    at = START + 91 * DAY
    missed(at)
    contact_log.log(planned, ben, by=eve, how="phone", result="missed", at=at)
    assert missed(at).get(person=ben).state == "open"
    contact_log.log(planned, ben, by=eve, how="phone", result="reached", at=at + DAY)
    row = missed(at + DAY).get(person=ben)
    assert (row.state, row.outcome) == ("resolved", "nothing")


def test_one_that_was_resolved_by_hand_comes_back_after_the_next_long_time_only(planned, ben, eve):
    at = START + 91 * DAY
    row = missed(at).get(person=ben)
    row.take(by=eve, at=at)
    row.resolve(by=eve, outcome="talked", note="By letter.", at=at)
    assert missed(at + 30 * DAY).filter(person=ben).count() == 1
    on = (at + 31 * DAY).date()
    contact_log.log(planned, ben, by=eve, how="phone", result="reached", on=on, at=at + 31 * DAY)
    assert missed(at + 125 * DAY).filter(person=ben).count() == 2


@pytest.mark.parametrize("what", ["paused", "ended"])
def test_a_pair_that_rests_or_has_ended_is_no_missed_contact(planned, ben, what):
    at = START + 91 * DAY
    missed(at)
    if what == "ended":
        endings.end(planned, by=ben, kind="choice", at=at)
    else:
        Match.objects.update(paused_until=at + 10 * DAY)
    assert {row.state for row in missed(at + DAY)} == {"resolved"}


@pytest.mark.parametrize("number", [1, 3])
def test_a_quiet_sweep_costs_the_same_for_one_and_three(
    planned, cohort, django_assert_num_queries, number
):
    for _pair in range(number):
        factories.match(factories.person(), factories.person(), cohort, introduced_at=START)
    contact_plan.keep_plans(START)
    missed(START + 91 * DAY)
    with django_assert_num_queries(2):
        missed_contacts.follow_missed_contacts(START + 92 * DAY)


# --- from a note


@pytest.fixture
def noted(cared, ben, eve):
    return contact_log.log(cared, ben, by=eve, how="phone", result="reached", note="He may stop.")


def test_a_note_becomes_a_concern_with_one_press(noted, ben, eve, as_user):
    url = reverse("admin:checkins_contactplan_concern", args=[noted.pk])
    for _press in range(2):
        page = as_user(eve).post(url, follow=True).content.decode()
        assert "He may stop." in page
    row = Concern.system.get()
    assert (row.person, row.cause, row.taken_by, row.state) == (ben, "noted", eve, "taken")


def test_others_cannot_and_without_a_note_there_is_none(noted, ada, dan, cleo, ben, eve, cared):
    Conflict.objects.create(member=cleo, person=ada)
    for user in (ada, dan, cleo):
        with pytest.raises(Exception, match="don't look after"):
            contact_log.note_as_concern(noted, by=user)
    bare = contact_log.log(cared, ben, by=eve, how="email", result="reached")
    with pytest.raises(Exception, match="There is no note"):
        contact_log.note_as_concern(bare, by=eve)
    assert not Concern.system.exists()


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_concern(noted, eve, cleo):
    def press(member):
        row = ContactLog.system.get(pk=noted.pk)
        return lambda: contact_log.note_as_concern(row, by=member)

    at_once(press(eve), press(cleo))
    assert Concern.system.count() == 1
