"""Someone is asked by address to be a mentor: once, once more, and then the address is gone."""

from __future__ import annotations

import pytest

from access.exceptions import ActionNotAllowed
from applications import mentor_facts, mentor_invitations
from applications.models import Application, MentorInvitation
from matches import endings
from notifications import preferences
from notifications.models import Notification, UnsubscribedAddress
from programs.models import Policy, Program
from testkit import factories
from testkit.mentor_invitations import ADDRESS, DAY, NOW, deliver, invite, link_in, row, sent

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.time_machine(NOW),
    pytest.mark.usefixtures("no_quiet_hours"),
]


# --- what the e-mail says


def test_it_says_who_asks_and_the_hours_and_the_help(program, mentor):
    Policy.objects.filter(program=program).update(term_months=6, rhythm_days=14, meeting_minutes=45)
    program.refresh_from_db()
    invite(program, mentor)
    [letter] = sent()
    assert letter.subject == f"{mentor.name} thinks you would be a good mentor"
    assert letter.to == ["noor.haddad@example.org"]
    assert "About 10 hours in 6 months with one person: you meet for 45 minutes" in letter.body
    assert "An orientation of about" in letter.body
    assert "looks after your pair" in letter.body
    assert "List-Unsubscribe" in letter.extra_headers


@pytest.mark.parametrize(
    ("months", "rhythm", "minutes", "hours"), [(12, 30, 60, 12), (1, 30, 5, 1), (9, 7, 90, 59)]
)
def test_hours_are_those_of_the_policy(program, months, rhythm, minutes, hours):
    policy = program.policy
    policy.term_months, policy.rhythm_days, policy.meeting_minutes = months, rhythm, minutes
    assert mentor_facts.hours_of_term(program) == hours


def test_it_names_the_inviter_as_they_have_agreed(program, mentor):
    invite(program, mentor, named="first")
    [letter] = sent()
    assert mentor.first_name in letter.body
    assert mentor.name not in letter.body + letter.subject


def test_it_speaks_the_language_that_was_chosen(program, mentor):
    invite(program, mentor, language="fr")
    [letter] = sent()
    assert "Bonjour," in letter.body


# --- who may invite


def test_members_mentors_and_people_with_an_ended_pair_may_invite(program, cohort, ada, ben, cleo):
    assert mentor_invitations.may_invite(cleo, program)
    pair = factories.match(ben, ada, cohort)
    assert mentor_invitations.may_invite(ada, program)
    assert not mentor_invitations.may_invite(ben, program)
    endings.end(pair, by=ben, kind="choice")
    assert mentor_invitations.may_invite(ben, program)


@pytest.mark.parametrize("state", ["draft", "submitted", "waitlisted", "declined", "withdrawn"])
def test_whoever_has_only_applied_may_not(program, ada, cohort, state):
    factories.application(ada, cohort, "mentor", state=state)
    with pytest.raises(ActionNotAllowed):
        invite(program, ada)


def test_a_pair_by_mistake_makes_no_one_an_inviter(program, cohort, ada, ben, cleo):
    pair = factories.match(ben, ada, cohort, carer=cleo)
    endings.end(
        pair,
        by=factories.member("Kim", program=program, role="chair"),
        kind="error",
        cause="mistake",
    )
    assert not mentor_invitations.may_invite(ben, program)


def test_a_program_without_a_page_is_refused(program, cleo):
    Program.objects.filter(pk=program.pk).update(is_public=False)
    program.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="no public page"):
        invite(program, cleo)


def test_limits_are_per_inviter_and_pass(program, mentor, cleo):
    for number in range(mentor_invitations.LIMIT_OF_PARTICIPANT):
        invite(program, mentor, f"p{number}@example.org")
    with pytest.raises(ActionNotAllowed, match="invited 5 people within 30 days"):
        invite(program, mentor, "one.more@example.org")
    assert invite(program, mentor, "p1@example.org"), "it is known"
    invite(program, cleo, "one.more@example.org")
    invite(program, mentor, "one.more.still@example.org", at=NOW + 31 * DAY)


def test_the_same_again_is_one_invitation(program, mentor):
    assert invite(program, mentor) == invite(program, mentor, "  noor.haddad@example.ORG ")
    assert (MentorInvitation.system.count(), Notification.system.count()) == (1, 1)


# --- who is not written to


def _applied(program, cohort, role="mentee", state="submitted"):
    person = factories.person("Noor Haddad", email=ADDRESS.lower())
    factories.application(person, cohort, role, state=state)


@pytest.mark.parametrize(
    ("role", "state"),
    [("mentor", "accepted"), ("mentor", "declined"), ("mentee", "draft"), ("mentee", "accepted")],
)
def test_whoever_takes_part_is_not_asked(program, cohort, cleo, role, state):
    _applied(program, cohort, role, state)
    invite(program, cleo)
    assert sent() == []
    mentor_invitations.forget_invited(NOW)
    assert Notification.system.filter(kind="mentor-invitation").count() == 0, "deleted with it"
    assert row().address == ""


def test_a_former_mentee_and_whoever_withdrew_are_asked(program, cohort, ada, ben, cleo):
    pair = factories.match(ben, ada, cohort)
    endings.end(pair, by=ben, kind="early")
    Notification.system.all().delete()
    invite(program, cleo, ben.email)
    assert [letter.to for letter in sent()] == [[ben.email]]
    Application.objects.filter(person=ada).update(state="withdrawn")
    invite(program, cleo, ada.email)
    assert [letter.to for letter in sent()] == [[ada.email]]


def test_a_member_of_the_committee_is_not_asked(program, cleo, mentor):
    invite(program, mentor, cleo.email)
    assert sent() == []


def test_whoever_turned_such_e_mails_off_is_not_asked(program, cleo):
    person = factories.person("Noor Haddad", email=ADDRESS.lower())
    preferences.mute(person, "optional", at=NOW)
    invite(program, cleo)
    assert sent() == []


def test_an_address_that_unsubscribed_is_never_asked_again(program, cleo, mentor, client):
    invite(program, mentor)
    [letter] = sent()
    stop = link_in(letter, "mentor-invitation-stop")
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert (row().answer, row().address) == ("not_now", "")
    MentorInvitation.system.all().delete()  # as after a year
    other = factories.program(name="Other", slug="other")
    factories.member("Gil Roy", program=other, role="chair")
    invite(program, cleo)
    assert sent() == []
    assert UnsubscribedAddress.objects.count() == 1


def test_one_address_is_asked_once_a_year(program, cleo, mentor, client):
    invite(program, mentor)
    invite(program, cleo)
    [letter] = sent()
    client.post(link_in(letter), {"answer": "not_now"})
    Notification.system.all().delete()
    invite(program, cleo, at=NOW + 300 * DAY)
    assert deliver(300) == []
    MentorInvitation.system.filter(inviter=cleo).delete()
    invite(program, cleo, at=NOW + 366 * DAY)
    assert len(deliver(366)) == 1


def test_who_got_no_reminder_is_still_asked_once_a_year(program, cleo, mentor):
    invite(program, mentor)
    assert len(deliver(0)) == 1
    type(mentor).objects.filter(pk=mentor.pk).update(is_active=False)
    for day in range(1, 12):
        assert deliver(day) == [], "the reminder is not sent: the inviter has left"
    invite(program, cleo, at=NOW + 12 * DAY)
    assert deliver(12) == []


def test_who_was_not_written_to_can_be_asked_later(program, cohort, cleo, mentor):
    _applied(program, cohort)
    invite(program, mentor)
    assert sent() == []
    Application.objects.filter(person__email=ADDRESS.lower()).update(state="withdrawn")
    invite(program, cleo)
    assert len(sent()) == 1
