"""The page of a pair shows what it has now: a date, goals, the agreement, shared items."""

from __future__ import annotations

import html
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import activities
from agreements.goals import edits
from agreements.goals.edits import GoalWords
from agreements.models import AgreementVersion
from matches.models import Match
from meetings.models import ContactRequest, SharedItem
from testkit import agreements, factories, meetings


@pytest.fixture
def pair(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    agreements.signed(match)
    match.refresh_from_db()
    return match


def page_of(client, match):
    response = client.get(reverse("matches:match-detail", args=[match.public_id]))
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def add_goal(match, text="Lead a team", **more):
    words = GoalWords(text=text, why="", measure="Two people say so", **more)
    mentee = match.mentee.person
    return edits.add_goal(match, words, person=mentee, by=mentee)


def test_a_new_pair_sees_its_next_steps_and_nothing_of_later_moments(ada, ben, cohort, as_user):
    match = factories.match(ben, ada, cohort)
    page = page_of(as_user(ben), match)
    assert reverse("meetings:meeting-create", args=[match.public_id]) in page
    assert "Not begun." in page
    for later in ("Goals and activities", "Share the first article", "Your term ends"):
        assert later not in page


def test_the_next_meeting_leads_to_its_preparation(pair, as_user, ben):
    meeting = meetings.meeting(pair)
    page = page_of(as_user(ben), pair)
    assert reverse("meetings:meeting-prepare", args=[meeting.public_id]) in page
    assert reverse("meetings:meeting-create", args=[pair.public_id]) not in page


def test_goals_and_activities_say_what_is_due(pair, as_user, ada):
    add_goal(pair, target_on=date(2030, 5, 1))
    activities.add(pair, by=ada, text="Visit a fair", planned_on=date(2030, 3, 2))
    page = page_of(as_user(ada), pair)
    for words in ("Lead a team", "by 1 May 2030", "Visit a fair", "by 2 March 2030"):
        assert words in page
    assert "Not started" in page


def test_shared_items_and_requests_are_named(pair, as_user, ada, ben):
    SharedItem.objects.create(
        match=pair, author=ada, kind="link", title="On feedback", url="https://example.org/f"
    )
    request = ContactRequest.objects.create(match=pair, asker=ben, wished="A controller")
    answer = reverse("meetings:contact-request-answer", args=[request.public_id])
    page = page_of(as_user(ada), pair)
    assert "https://example.org/f" in page
    assert answer in page
    assert answer not in page_of(as_user(ben), pair)


def test_a_comment_that_waits_is_named_for_who_has_to_answer(pair, as_user, ada, ben):
    comment = agreements.comment_on(AgreementVersion.objects.of_match(pair).get())
    for person in (ada, ben):
        is_asked = person != comment.author
        assert ("Comments wait for you" in page_of(as_user(person), pair)) is is_asked


def test_a_closing_pair_finds_the_end_first(pair, as_user, ben):
    Match.objects.filter(pk=pair.pk).update(state="closing")
    page = page_of(as_user(ben), pair)
    assert "Your term ends on" in page
    assert "Plan a good ending" in page
    Match.objects.filter(pk=pair.pk).update(ends_on=date(2026, 1, 5))
    assert "Your term ended on 5 January 2026" in page_of(as_user(ben), pair)


def test_an_ended_pair_has_no_sections(pair, as_user, ben):
    now = timezone.now()
    Match.objects.filter(pk=pair.pk).update(state="closed", closed_at=now, closed_kind="completed")
    page = page_of(as_user(ben), pair)
    for words in ("Next meeting", "Goals and activities", "Pause for a while"):
        assert words not in page


def test_several_pairs_are_tabs_and_one_says_nothing_of_the_other(pair, as_user, ada, ben, cohort):
    assert "Your pairs" not in page_of(as_user(ada), pair)
    dora = factories.person("Dora Lund")
    mentee = factories.application(dora, cohort)
    other = Match.objects.create(mentee=mentee, mentor=pair.mentor)
    agreements.signed(other)
    add_goal(other, text="Speak in public")
    page = page_of(as_user(ada), pair)
    assert 'class="wm-tabs" aria-label="Your pairs"' in page
    assert f'href="{reverse("matches:match-detail", args=[other.public_id])}">Dora' in page
    assert "Speak in public" not in page
    assert "Dora" not in page_of(as_user(ben), pair)


def test_queries_are_constant(pair, as_user, ada, ben, django_assert_num_queries):
    client, address = as_user(ada), reverse("matches:match-detail", args=[pair.public_id])
    client.get(address)
    for more in range(3):
        with django_assert_num_queries(14):
            client.get(address)
        add_goal(pair, text=f"Goal {more}")
        activities.add(pair, by=ada, text=f"Activity {more}")
        SharedItem.objects.create(match=pair, author=ben, kind="contact", title=f"Contact {more}")
        ContactRequest.objects.create(match=pair, asker=ben, wished=f"Person {more}")
        meetings.meeting(pair, timezone.now() + timedelta(days=5 + more))
