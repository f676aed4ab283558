"""What becomes of an invitation to be a mentor: the answer, the list, and the deleted address."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from access.exceptions import ActionNotAllowed
from accounts import privacy
from applications import mentor_invitations
from applications.models import MentorInvitation
from notifications import outbox
from notifications.models import Notification
from testkit import factories
from testkit.mentor_invitations import ADDRESS, DAY, NOW, deliver, invite, link_in, row, sent

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.time_machine(NOW),
    pytest.mark.usefixtures("no_quiet_hours"),
]


# --- reminder and end


def test_one_reminder_then_the_address_is_gone(program, mentor):
    invite(program, mentor)
    letters = {day: len(deliver(day)) for day in range(30)}
    assert sum(letters.values()) == 2
    first, second = (day for day, count in letters.items() if count)
    assert (first, 7 <= second <= 10) == (0, True)
    assert (row().address, row().answer, bool(row().closed_at)) == ("", "", True)
    assert not Notification.system.filter(kind="mentor-invitation").exists()
    mentor_invitations.forget_invited(NOW + 366 * DAY)
    assert not MentorInvitation.system.exists()


def test_no_reminder_without_a_first_e_mail(program, mentor):
    invite(program, mentor)
    Notification.system.update(state="held", reason="by-committee")
    assert mentor_invitations.remind_invited(NOW + 8 * DAY) == 0


def test_the_sweeps_change_nothing_the_second_time(program, mentor):
    invite(program, mentor)
    deliver()
    assert [mentor_invitations.remind_invited(NOW + 8 * DAY) for _time in "12"] == [1, 0]
    assert [mentor_invitations.forget_invited(NOW + 22 * DAY) for _time in "12"] == [1, 0]


def test_nothing_is_sent_when_the_inviter_has_left(program, mentor):
    invite(program, mentor)
    privacy.erase_person(mentor)
    assert sent() == []
    assert (row().address, bool(row().closed_at)) == ("", True)


# --- the answer


def test_opening_the_link_changes_nothing(program, mentor, client):
    invite(program, mentor)
    [letter] = sent()
    page = client.get(link_in(letter)).content.decode()
    assert "I would like to" in page
    assert "Not now" in page
    assert row().answer == ""


def test_yes_leads_to_the_application_of_a_mentor(program, cohort, mentor, client):
    invite(program, mentor)
    [letter] = sent()
    for _time in range(2):
        answer = client.post(link_in(letter), {"answer": "yes"})
        assert answer.headers["Location"] == reverse(
            "applications:apply", args=[cohort.slug, "mentor"]
        )
    assert (row().answer, row().address) == ("yes", "")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_yes_leads_to_the_list_while_applications_are_closed(program, cohort, mentor, client):
    invite(program, mentor)
    [letter] = sent()
    program.cohorts.update(closes_on=timezone.localdate() - DAY)
    answer = client.post(link_in(letter), {"answer": "yes"})
    page = client.get(answer.headers["Location"])
    assert page.context["form"]["role"].initial == "mentor"


def test_not_now_is_one_tap_and_stays(program, mentor, client):
    invite(program, mentor)
    [letter] = sent()
    link = link_in(letter)
    for given in ("not_now", "not_now", "yes", "nonsense"):
        page = client.post(link, {"answer": given}).content.decode()
        assert "Thank you for telling us" in page
    assert row().answer == "not_now"
    assert deliver(8) == []


def test_a_late_answer_is_refused(program, mentor, client):
    invitation = invite(program, mentor)
    [letter] = sent()
    with pytest.raises(ActionNotAllowed):
        mentor_invitations.answer(invitation, "yes", at=NOW + 21 * DAY)
    mentor_invitations.forget_invited(NOW + 21 * DAY)
    assert "This invitation is over" in client.get(link_in(letter)).content.decode()
    assert (
        "This invitation is over"
        in client.post(link_in(letter), {"answer": "yes"}).content.decode()
    )


def test_a_deleted_invitation_has_no_page(program, mentor, client):
    invite(program, mentor)
    [letter] = sent()
    MentorInvitation.system.all().delete()
    assert client.get(link_in(letter)).status_code == 404


# --- no oracle


def form(address=ADDRESS):
    return {"email": address, "named": "full", "language": "en"}


def page_of(program):
    return reverse("applications:mentor-invitation-create", args=[program.slug])


def _applied(program, cohort):
    person = factories.person("Noor Haddad", email=ADDRESS.lower())
    factories.application(person, cohort, "mentee", state="submitted")


def test_known_and_unknown_addresses_get_the_same_answer(program, cohort, mentor, as_user):
    _applied(program, cohort)
    client, seen = as_user(mentor), []
    client.post(page_of(program), form("first@example.org"))
    for address in (ADDRESS, "unknown@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.post(page_of(program), form(address))
        seen.append((answer.status_code, answer.headers["Location"], len(queries)))
    assert seen[0] == seen[1]
    sent()
    text = client.get(page_of(program)).content.decode()
    assert "Sent by you within a year: 3 invitations." in text
    assert "example.org" not in text


def test_the_page_is_for_those_who_may_invite(program, cohort, mentor, ben, as_user):
    factories.application(ben, cohort, "mentee")
    assert as_user(mentor).get(page_of(program)).status_code == 200
    assert as_user(ben).get(page_of(program)).status_code == 404
    assert as_user(ben).post(page_of(program), form()).status_code == 404
    assert not MentorInvitation.system.exists()


def test_nonsense_is_refused_beside_its_field(program, mentor, as_user):
    data = {"email": "no address", "named": "boss", "language": "xx"}
    answer = as_user(mentor).post(page_of(program), data)
    assert set(answer.context["form"].errors) == {"email", "named", "language"}


# --- the committee


ADMIN = "admin:applications_mentorinvitation"


def test_a_member_invites_in_the_admin(program, cleo, as_user):
    client = as_user(cleo)
    data = form() | {"program": program.pk}
    answer = client.post(reverse(f"{ADMIN}_add"), data)
    assert answer.status_code == 302, answer.context["adminform"].errors
    assert len(sent()) == 1
    assert row().inviter == cleo


def test_the_list_has_states_and_no_address(program, cohort, cleo, mentor, as_user):
    _applied(program, cohort)
    for address in (ADDRESS, "unknown@example.org", "no@example.org"):
        invite(program, mentor, address)
    letters = {letter.to[0]: letter for letter in sent()}
    as_user(mentor).post(link_in(letters["no@example.org"]), {"answer": "not_now"})
    client = as_user(cleo)
    text = client.get(reverse(f"{ADMIN}_changelist")).content.decode()
    assert text.count(">Waiting for an answer</span>") == 2, (
        "the one that was not sent looks the same"
    )
    assert ">Not now</span></td>" in text
    assert "example.org" not in text.replace(cleo.email, "")
    for invitation in MentorInvitation.system.all():
        url = reverse(f"{ADMIN}_change", args=[invitation.pk])
        assert "example.org" not in client.get(url).content.decode().replace(cleo.email, "")
    outbox_page = client.get(reverse("admin:notifications_notification_changelist"))
    assert "Invitation to be a mentor" not in re.sub(
        r"<select.*?</select>|<a .*?</a>", "", outbox_page.content.decode(), flags=re.S
    )


def test_a_member_never_learns_what_was_answered_to_them(program, cleo, mentor, as_user):
    for by, address in ((cleo, ADDRESS), (mentor, "no@example.org")):
        invite(program, by, address)
    MentorInvitation.system.update(answer="not_now", closed_at=NOW, address_deleted_at=NOW)
    client, list_page = as_user(cleo), reverse(f"{ADMIN}_changelist")
    text = client.get(list_page).content.decode()
    assert text.count(">Not now</span></td>") == 1
    assert "idden from you" in text
    found = client.get(list_page, {"answer": "not_now"}).content.decode()
    assert f"Invitation by {mentor}" in found
    assert f"Invitation by {cleo}" not in found
    mine = MentorInvitation.system.get(inviter=cleo)
    page = client.get(reverse(f"{ADMIN}_change", args=[mine.pk])).content.decode()
    assert "ot now" not in page


def test_the_admin_obeys_the_limit(program, cleo, as_user, monkeypatch):
    monkeypatch.setattr(mentor_invitations, "LIMIT_OF_MEMBER", 0)
    data = form() | {"program": program.pk}
    answer = as_user(cleo).post(reverse(f"{ADMIN}_add"), data)
    assert "Please wait a little" in answer.content.decode()
    assert not MentorInvitation.system.exists()


# --- export and erasure


def test_export_and_erasure_of_the_person_who_was_invited(program, mentor):
    invite(program, mentor)
    person = factories.person("Noor Haddad", email=ADDRESS.lower())
    exported = privacy.export_person(person)
    assert exported["applications"]["invitations_to_mentor"][0]["program__name"] == program.name
    privacy.erase_person(person)
    assert not MentorInvitation.system.exists()
    assert not Notification.system.filter(kind="mentor-invitation").exists()


def test_export_of_the_inviter_has_no_address(program, mentor):
    invite(program, mentor)
    exported = str(privacy.export_person(mentor))
    assert "my_invitations_of_mentors" in exported
    assert "noor" not in exported.lower()


def test_the_key_cannot_be_turned_back(program, mentor):
    assert row_key(program, mentor) == outbox.digest_of_address(ADDRESS)


def row_key(program, mentor):
    return invite(program, mentor).address_key


def test_the_page_of_the_link_speaks_the_language_of_the_e_mail(program, mentor, client):
    invite(program, mentor, language="fr")
    [letter] = sent()
    with translation.override("en"):
        assert "Pas maintenant" in client.get(link_in(letter)).content.decode()
