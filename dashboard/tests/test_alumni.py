"""The page after mentoring: papers, hours, contact, one tap for what next."""

from __future__ import annotations

import html
from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matches import endings, keeping_in_touch
from matches.models import FollowUp, Match
from meetings.models import Meeting
from testkit import factories

ALUMNI = "dashboard:alumni"


@pytest.fixture
def pair(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    meet(match, date(2026, 1, 12))
    return match


def meet(match, on):
    Meeting.objects.create(
        match=match,
        state="held",
        on=on,
        wall_time=time(17, 30),
        zone="UTC",
        minutes=90,
        proposed_by=match.mentee.person,
    )


def complete(match):
    endings.end(match, by=match.mentee.person, kind=Match.Closed.COMPLETED_EARLY)


def page_of(client):
    return html.unescape(client.get(reverse(ALUMNI)).content.decode())


def test_without_pairs_the_page_says_what_will_be_here(as_user, dan):
    page = page_of(as_user(dan))
    assert "Your certificate and your hours appear here" in page
    assert reverse("accounts:privacy") in page


def test_hours_are_there_during_the_year_and_the_certificate_after_it(pair, as_user, ben):
    certificate = reverse("meetings:certificate-create", args=[pair.public_id])
    page = page_of(as_user(ben))
    assert "1 hour 30 minutes" in page
    assert certificate not in page
    complete(pair)
    assert certificate in page_of(as_user(ben))


def test_one_tap_says_what_next(pair, as_user, ada, ben):
    complete(pair)
    page = page_of(as_user(ada))
    for wish in ("again", "pause", "stop"):
        assert f'value="{wish}"' in page
    assert 'value="fewer"' not in page  # of one mentee there are no fewer
    as_user(ada).post(reverse("matches:match-next", args=[pair.public_id]), {"wish": "pause"})
    assert FollowUp.objects.of(ada).get().wish == "pause"
    page = page_of(as_user(ada))
    assert 'value="again"' not in page
    assert "What you would like next" in page


def test_contact_is_shown_as_both_agreed(pair, as_user, ada, ben):
    complete(pair)
    assert ada.email not in page_of(as_user(ben))
    for person in (ada, ben):
        keeping_in_touch.choose(pair, by=person, allows="email")
    assert ada.email in page_of(as_user(ben))


def test_a_mentee_is_invited_to_mentor_and_a_mentor_is_not(pair, as_user, ada, ben, cohort):
    complete(pair)
    assert "Become a mentor" in page_of(as_user(ben))
    assert "Become a mentor" not in page_of(as_user(ada))
    factories.application(ben, cohort, "mentor")
    assert "Become a mentor" not in page_of(as_user(ben))


def test_a_pair_created_by_mistake_is_not_there(pair, as_user, ben, cleo):
    endings.end(pair, by=cleo, kind=Match.Closed.IN_ERROR, cause="mistake")
    page = page_of(as_user(ben))
    assert "You and Ada" not in page
    assert "1 hour" not in page


def test_someone_in_both_roles_reads_each_pair_alone(pair, as_user, ada, ben, cohort):
    dora = factories.person("Dora Lund")
    other = factories.match(dora, ben, cohort)
    complete(pair)
    complete(other)
    page = page_of(as_user(ben))
    assert "You and Ada Brook" in page
    assert "You and Dora Lund" in page
    for person, stranger in ((ada, "Dora"), (dora, "Ada")):
        assert stranger not in page_of(as_user(person))


def test_queries_do_not_grow_with_the_pairs(pair, as_user, ada):
    complete(pair)
    client = as_user(ada)
    page_of(client)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page_of(client)
    for name in ("Dora Lund", "Eli Stone"):
        more = factories.cohort(program=factories.program())
        match = factories.match(factories.person(name), ada, more)
        meet(match, date(2026, 2, 2))
        complete(match)
    with CaptureQueriesContext(connection) as three:
        page_of(client)
    assert len(three) == len(one)
