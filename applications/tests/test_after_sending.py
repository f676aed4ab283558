"""What someone may still do once their application is sent."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins.answering import own_answers
from checkins.editions import publish
from checkins.models import CheckIn
from testkit import checkins as make
from testkit.programs import MENTEE, fill_in

GOOD = {"goal_clear": "2", "goal_next_step": "3", "expectations": "4"}


@pytest.fixture
def survey(program, cleo):
    """A baseline that the program asks of everyone who applies."""
    publish(make.draft(program, cleo, "baseline"), by=cleo, at=timezone.now() - timedelta(days=9))


@pytest.fixture
def filled(as_user, ben, draft):
    """Ben signed in, with a complete draft."""
    client = as_user(ben)
    fill_in(client, draft, MENTEE)
    return client


def test_the_survey_follows_sending(survey, filled, draft, ben):
    sent = reverse("applications:application-sent", args=[draft.public_id])
    for _twice in range(2):
        page = filled.post(reverse("applications:application-send", args=[draft.public_id]))
        checkin = CheckIn.objects.get(person=ben)
        assert page["Location"] == reverse("checkins:checkin-answer", args=[checkin.public_id])
    words = filled.get(page["Location"]).content.decode()
    assert "We have received your application." in words
    assert "No one reads your answers" in words
    assert "never sees" not in words
    assert f'href="{sent}">Leave it out' in words
    assert "Answer the questions" in filled.get(sent).content.decode()
    assert filled.post(page["Location"], GOOD)["Location"] == sent
    checkin.refresh_from_db()
    assert (checkin.state, own_answers(checkin, ben)) == ("answered", GOOD)
    assert "Answer the questions" not in filled.get(sent).content.decode()
    assert "Leave it out" not in filled.get(page["Location"]).content.decode()


def test_without_a_survey_sending_leads_to_the_application(filled, draft):
    page = filled.post(reverse("applications:application-send", args=[draft.public_id]))
    assert page["Location"] == reverse("applications:application-sent", args=[draft.public_id])
