"""A cohort's year through the site: from the public page to a check-in that the committee reads.

Ada is a mentor, Ben a mentee, Cora stays unmatched. Cleo is the chair; Eli approves the round and
is the pair's carer.
"""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from applications import reviewing
from applications.models import Application, Decision
from checkins.models import CheckIn, Concern
from checkins.seeds import seed_surveys
from matches.models import Match
from matching.models import Round
from notifications.testing import deliver_due_emails
from programs.seeds import load_shared_vocabulary, load_vocabulary
from testkit import factories
from testkit.programs import MENTEE, MENTOR, fill_in

SPRING = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday afternoon


@pytest.fixture
def story(program, as_user, time_machine):
    time_machine.move_to(SPRING, tick=False)
    load_shared_vocabulary()
    load_vocabulary("hr", None)
    seed_surveys()
    cohort = factories.cohort(
        program=program, opens_on=date(2026, 2, 1), closes_on=date(2026, 3, 31)
    )
    return Story(cohort, as_user, time_machine)


class Story:
    """The people's browsers, the clock, and the letters that have left."""

    def __init__(self, cohort, as_user, clock):
        self.cohort, self.as_user, self.clock, self.now = cohort, as_user, clock, SPRING

    def after(self, **time):
        self.now += timedelta(**time)
        self.clock.move_to(self.now, tick=False)
        return deliver_due_emails(self.now)

    def apply(self, person, role, pages):
        browser = self.as_user(person)
        browser.post(reverse("applications:apply", args=[self.cohort.slug, role]))
        draft = Application.objects.get(person=person, role=role)
        fill_in(
            browser, draft, {**pages, "about-you": {**MENTEE["about-you"], "name": person.name}}
        )
        browser.post(reverse("applications:application-send", args=[draft.public_id]))
        return draft

    def decide(self, member, application, outcome="accepted"):
        browser, key = self.as_user(member), [application.pk]
        browser.post(reverse("admin:applications_application_read", args=key))
        browser.post(
            reverse("admin:applications_application_decide", args=key), {"outcome": outcome}
        )

    def release(self, chair):
        pending = Decision.system.filter(released_at=None)
        ticked = [f"{one.pk} {reviewing.decision_version(one)}" for one in pending]
        self.as_user(chair).post(
            reverse("admin:applications_application_release-schedule", args=[self.cohort.pk]),
            {"decision": ticked},
        )

    def round(self, member, step, round_, **data):
        return self.as_user(member).post(
            reverse(f"admin:matching_round_{step}", args=[round_.public_id]), data
        )


def letters_to(person, letters):
    return [letter for letter in letters if person.email in letter.to[0]]


def link_in(letter, purpose):
    """The path of the signed link in a letter's text part."""
    return re.search(rf"https?://[^/\s]+(/go/{purpose}/[^\s?]+)", unescape(letter.body))[1]


def test_a_year_begins(story, cleo, ada, ben):
    program, cora = story.cohort.program, factories.person("Cora Finch")
    eli = factories.member("Eli Stone", program=program, role="matcher")
    factories.Membership.objects.create(
        user=eli, program=program, role="carer", since=date(2020, 1, 1)
    )

    # People apply; the committee reads and decides; nobody hears before the release.
    work = {
        **MENTOR["work"],
        "employer_name": "Northern Lights Co",
        "level": "5",
        "years_experience": "15",
    }
    mentor = story.apply(ada, "mentor", {**MENTOR, "work": work, "wishes": {}})
    mentees = [story.apply(one, "mentee", {**MENTEE, "wishes": {}}) for one in (ben, cora)]
    assert {letter.to[0] for letter in story.after(minutes=5)} >= {ada.email, ben.email, cora.email}
    for application in (mentor, *mentees):
        story.decide(cleo, application)
    assert not story.after(hours=1)
    story.release(cleo)
    assert not story.after(minutes=9)
    assert len(letters_to(ben, story.after(minutes=2))) == 1
    Application.objects.filter(pk=mentor.pk).update(orientation_passed_at=story.now, capacity=1)

    # A round: run by one member, approved by another, released ten minutes after Publish.
    story.as_user(cleo).post(
        reverse("admin:matching_round_add"), {"cohort": story.cohort.pk, "name": "Spring"}
    )
    round_ = Round.system.get()
    story.round(cleo, "run", round_)
    round_ = Round.system.get()
    assert (round_.pairs, round_.draft) == (1, 1)
    story.round(cleo, "send", round_)
    seen = Round.system.get().plan_version
    story.round(eli, "approve", round_, expected_version=seen)
    story.round(cleo, "schedule", round_, when="together")
    story.after(minutes=9)
    assert not Match.objects.exists()
    letters = story.after(minutes=2)
    match = Match.objects.with_people().get()
    mentee = match.mentee.person
    assert len(letters_to(mentee, letters)) == len(letters_to(ada, letters)) == 1
    assert len(letters_to(cora if mentee == ben else ben, letters)) == 1
    # They are introduced, write their agreement and sign it.
    assert (
        ada.name
        in story.as_user(mentee)
        .get(reverse("matches:match-hello", args=[match.public_id]))
        .content.decode()
    )
    for part in ("rhythm", "goals", "activities", "confidentiality", "term"):
        url = reverse("agreements:part-update", args=[match.public_id, part])
        form = story.as_user(mentee).get(url).context["form"]
        data = {
            name: "" if form[name].value() is None else form[name].value() for name in form.fields
        }
        data |= (
            {"goal_0": "Lead a hiring panel", "measure_0": "Two panels led by June"}
            if part == "goals"
            else {}
        )
        data |= {"activities": "Shadow a panel"} if part == "activities" else {}
        assert story.as_user(mentee).post(url, data).status_code == 302, part
    story.as_user(mentee).post(reverse("agreements:agreement-share", args=[match.public_id]))
    for person in (mentee, ada):
        page = reverse("agreements:agreement-sign", args=[match.public_id])
        seen = story.as_user(person).get(page).context["form"]["expected_revision"].value()
        story.as_user(person).post(
            page, {"expected_revision": seen, "typed_name": person.name, "is_agreed": "on"}
        )
    match.refresh_from_db()
    assert match.state == Match.State.ACTIVE

    # A carer is assigned. On day 45 both are asked; the mentee answers by link, without sign-in.
    Match.objects.filter(pk=match.pk).update(carer=eli)
    letters = letters_to(mentee, story.after(days=46))
    link = next(link_in(one, "survey-answer") for one in letters if "fit" in one.subject.lower())
    browser = Client()
    answers = {
        field.name: "not_fit" if "not_fit" in str(field) else ""
        for field in browser.get(link).context["form"]
    }
    browser.post(link, {**answers, "comment": "We talk past each other."})

    # The carer is called, reads the words and says so; the mentor never sees them.
    assert letters_to(eli, story.after(minutes=5))
    checkin = CheckIn.objects.get(match=match, person=mentee, state="answered")
    read = reverse("admin:checkins_checkin_change", args=[checkin.pk])
    assert "We talk past each other." in story.as_user(eli).get(read).content.decode()
    assert story.as_user(ada).get(read).status_code in (302, 404)
    story.as_user(eli).post(reverse("admin:checkins_checkin_read", args=[checkin.pk]))
    checkin.refresh_from_db()
    assert checkin.read_by == eli
    concern = Concern.objects.visible_to(eli).get()
    story.as_user(eli).post(reverse("admin:checkins_concern_take", args=[concern.pk]))
    assert Concern.objects.visible_to(eli).get().state == "taken"
