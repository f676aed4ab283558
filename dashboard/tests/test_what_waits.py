"""What a partner or the program waits for is the next step on the home page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import comments, expectations
from agreements.models import AgreementVersion
from matches import endings, follow_ups
from matches.models import FollowUp, ThankYouNote
from matching.models import Offer, Round
from meetings import contact_requests
from testkit import agreements, factories

HOME = reverse("dashboard:home")


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort, introduced_at=timezone.now() - timedelta(days=20))


def step_of(client):
    return client.get(HOME).context["step"]


def test_a_comment_on_the_agreement_is_answered_first(pair, as_user):
    agreements.signed(pair)
    comment = agreements.comment_on(AgreementVersion.objects.of_match(pair).get())
    partner = pair.partner_of(comment.author)
    assert "comment" in step_of(as_user(partner)).title
    assert "comment" not in step_of(as_user(comment.author)).title
    comments.answer(comment, words="Yes.", by=partner)
    assert "comment" not in step_of(as_user(partner)).title


def test_who_has_not_said_what_they_expect_is_asked_once_the_partner_has(pair, as_user, ada, ben):
    answers = dict.fromkeys(expectations.QUESTIONS, "") | {"hopes": "To learn"}
    expectations.answer(pair, by=ben, answers=answers, show=False)
    url = reverse("agreements:expectation-exchange", args=[pair.public_id])
    assert step_of(as_user(ada)).url == url
    assert step_of(as_user(ben)).url != url
    agreements.draft(pair)
    assert step_of(as_user(ada)).url != url


def test_a_request_for_a_contact_waits_for_the_partner(pair, as_user, ada, ben):
    agreements.signed(pair)
    row = contact_requests.ask(pair, by=ben, wished="A controller")
    url = reverse("meetings:contact-request-answer", args=[row.public_id])
    assert step_of(as_user(ada)).url == url
    contact_requests.promise(row, by=ada)
    assert step_of(as_user(ada)).url != url


def test_a_thank_you_note_is_named_for_two_weeks(pair, as_user, ada, ben):
    now = timezone.now()
    endings.end(pair, by=ben, kind="early")
    for person in (ada, ben):
        follow_ups.answer(FollowUp.objects.get(person=person), by=person, wish="stop")
    ThankYouNote.system.create(
        match=pair, author=ben, text="Thank you", written_at=now, leaves_at=now
    )
    assert step_of(as_user(ada)).title == "A thank-you note from Ben"
    assert "note" not in step_of(as_user(ben)).title
    ThankYouNote.system.update(leaves_at=now - timedelta(days=15))
    assert "note" not in step_of(as_user(ada)).title


def test_who_is_asked_before_a_pair_is_made_finds_the_question(cohort, as_user, ada, ben):
    policy = cohort.program.policy
    policy.asked_before = "mentor"
    policy.save()
    mentee, mentor = (
        factories.application(ben, cohort),
        factories.application(ada, cohort, "mentor"),
    )
    now = timezone.now()
    round_ = Round.objects.create(cohort=cohort, number=1)
    offer = Offer.objects.create(
        round=round_, mentee=mentee, mentor=mentor, opened_at=now, closes_at=now + timedelta(days=5)
    )
    client = as_user(ada)
    step = step_of(client)
    assert step.title == "Would you be this person's mentor?"
    assert "Ben" not in client.get(HOME).content.decode()
    assert "Would you be this person" in client.get(step.url).content.decode()
    assert "Would you" not in step_of(as_user(ben)).title
    Offer.system.update(mentor_agreed_at=now)
    assert "Would you" not in step_of(client).title
    assert offer.is_open(now)
