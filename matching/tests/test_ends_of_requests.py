"""What ends a request of two people who found each other, and what goes on without it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.draft_closing import close_old_drafts
from applications.models import Application
from matches.models import Match
from matching.models import PairInvitation, PairRequest
from matching.rounds import found_each_other
from notifications.testing import deliver_due_emails
from programs.models import Cohort
from testkit import factories

from .found import DAY, NOW, ask, complete, confirmed, fresh, link_in

State = PairRequest.State


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_no_ends_nothing_else_that_the_asker_has_asked(open_cohort, vera):
    first = ask(open_cohort, vera, "p1@example.org", role="mentor")
    second = ask(open_cohort, vera, "p2@example.org", role="mentor")
    found_each_other.say_no(PairInvitation.system.get(request=first))
    assert (fresh(first).state, fresh(second).state) == (State.LAPSED, State.ASKED)
    assert fresh(second).mentor.state == Application.State.DRAFT
    found_each_other.say_no(PairInvitation.system.get(request=second))
    assert fresh(second).mentor.state == Application.State.WITHDRAWN


def test_a_no_ends_no_pair_of_the_asker(open_cohort, vera, otto):
    first = ask(open_cohort, vera, "p1@example.org", role="mentor")
    complete(first.mentor, state="accepted", orientation_passed_at=timezone.now())
    match = Match.objects.create(
        mentee=factories.application(otto, open_cohort), mentor=first.mentor, origin="self"
    )
    found_each_other.say_no(PairInvitation.system.get(request=first))
    match.refresh_from_db()
    assert (match.state, fresh(first).mentor.state) == (Match.State.INTRODUCED, "accepted")


def test_a_short_draft_outlives_the_days_of_applications(open_cohort, vera):
    Cohort.objects.update(closes_on=NOW.date() - 30 * DAY)
    request = ask(Cohort.objects.select_related("program__policy").get(), vera)
    assert close_old_drafts(NOW + DAY) == 0
    assert fresh(request).state == State.ASKED


def test_a_request_ends_with_a_draft_that_was_never_sent(open_cohort, vera, otto, client):
    request = confirmed(open_cohort, vera, otto)
    complete(request.mentee)
    assert close_old_drafts(NOW + 41 * DAY) == 0
    assert close_old_drafts(NOW + 43 * DAY) == 1
    assert fresh(request).state == State.LAPSED
    assert not Application.objects.open().filter(is_for_pair=True).exists()
    client.force_login(vera)
    page = client.get(reverse("matching:pair-request", args=[request.public_id])).content.decode()
    assert "one of the two applications was not sent in time" in page
    assert "without an answer" not in page
    for application in (request.mentee, request.mentor):  # sent, and never sent
        client.force_login(application.person)
        sent = client.get(reverse("applications:application-sent", args=[application.public_id]))
        page = sent.content.decode()
        assert "We have closed your application" in page
        assert "It was only for a pair with someone you know, and that request has ended." in page
        assert "You have withdrawn" not in page


def test_a_link_after_yes_does_not_say_that_it_has_ended(open_cohort, vera, otto, client):
    request = ask(open_cohort, vera)
    (letter,) = deliver_due_emails(NOW)
    found_each_other.confirm(request, by=otto)
    for answer in ({}, {"answer": "no"}):
        page = client.post(link_in(letter), answer).content.decode()
        assert "You have already said yes" in page
        assert "has ended" not in page
        assert "Thank you for telling us" not in page
    assert fresh(request).state == State.CONFIRMED
