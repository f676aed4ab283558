"""Months after a completed pair each is asked two questions by a signed link, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins import planning
from checkins.editions import publish, retire
from checkins.emails import checkin_later
from checkins.models import Answer, CheckIn, Concern
from checkins.seeds import seed_surveys
from checkins.tests.conftest import START, run_program
from matches.models import Match
from notifications.models import Notification
from testkit import checkins as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ENDED = START + 40 * DAY
MONTHS = 180 * DAY


@pytest.fixture
def surveys(db):
    return seed_surveys(at=START - DAY)


@pytest.fixture
def ended(match):
    Match.objects.update(state="closed", closed_kind="completed", closed_at=ENDED)
    match.refresh_from_db()
    return match


def letters(kind="checkin-later"):
    return Notification.system.filter(kind=kind)


def asked():
    return list(CheckIn.objects.filter(kind="later").order_by("person"))


def test_both_of_a_pair_are_asked_two_questions_in_every_program(ended):
    make.plan(ENDED + MONTHS - DAY)
    assert asked() == []
    for _twice in range(2):
        make.plan(ENDED + MONTHS)
        assert [len(row.questions) for row in asked()] == [2, 2]
        assert letters().count() == 2


def test_there_is_no_reminder_and_no_concern(ended):
    for day in range(20):
        run_program(ENDED + MONTHS + day * DAY)
    assert letters().count() == 2
    assert {row.state for row in asked()} == {"lapsed"}
    assert not Concern.system.exists()


def test_the_signed_link_stores_the_answers_once(ended, client):
    mail = next(
        letter
        for day in range(4)
        for letter in run_program(ENDED + MONTHS + day * DAY)
        if "what has stayed with you?" in letter.subject
    )
    CheckIn.objects.update(closes_at=timezone.now() + 300 * DAY)
    planning.make_milestones(ENDED + MONTHS)
    row = next(one for one in asked() if one.person.email == mail.to[0])
    link = _link(row)
    assert client.get(link).status_code == 200
    assert not Answer.system.exists()
    for words in ("To ask before I answer.", "Something else."):
        client.post(link, {"lasting": "5", "stayed": words})
    stored = Answer.system.filter(checkin=row).order_by("question__position")
    assert [one.choice or one.text for one in stored] == ["5", "To ask before I answer."]


def _link(checkin):
    email = checkin_later(CheckIn.objects.with_details().get(pk=checkin.pk), checkin.person)
    return re.sub(r"https?://[^/]+", "", email.action_url)


def test_the_e_mail_offers_to_become_a_mentor(ended, ben, ada):
    make.plan(ENDED + MONTHS)
    offers = {
        row.person: checkin_later(row, row.person).context["may_mentor"]
        for row in CheckIn.objects.with_details().filter(kind="later")
    }
    assert offers == {ben: True, ada: True}


def test_a_program_with_its_own_edition_asks_that(ended, program, cleo):
    own = make.draft(program, cleo, "later")
    publish(own, by=cleo, at=START)
    make.plan(ENDED + MONTHS)
    assert {row.survey for row in asked()} == {own}
    assert len(asked()) == 2


def test_retiring_its_own_asks_the_shared_one_from_then_on(ended, program, cleo):
    own = make.draft(program, cleo, "later")
    publish(own, by=cleo, at=START)
    retire(own, by=cleo, at=ENDED + MONTHS + DAY)
    make.plan(ENDED + MONTHS + 2 * DAY)
    assert asked() == [], "its moment had passed before"


def test_what_had_passed_before_the_survey_existed_is_not_asked(ended):
    Match.objects.update(closed_at=START - MONTHS - 2 * DAY)
    make.plan(START)
    assert asked() == []


@pytest.mark.parametrize("kind", ["choice", "circumstance", "error"])
def test_pairs_that_ended_in_another_way_are_left_alone(ended, kind):
    Match.objects.update(closed_kind=kind)
    make.plan(ENDED + MONTHS)
    assert asked() == []


def test_a_reopened_pair_is_not_asked(ended):
    make.plan(ENDED + MONTHS)
    Match.objects.update(state="active", closed_kind="", closed_at=None)
    row = CheckIn.objects.with_details().filter(kind="later").first()
    assert checkin_later(row, row.person).reason == "reopened"
