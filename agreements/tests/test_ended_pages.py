"""The pages of an ended pair promise, and ask for, nothing that is over."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from agreements import activities, amending, comments, expectations
from agreements.goals import goal_states
from agreements.models import Activity, Goal
from matches import endings
from testkit import agreements as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(match, ada, ben):
    """Active, with one of everything that waits: a comment, a new version, expectations."""
    version = make.signed(match)
    match.refresh_from_db()
    comments.comment(version, "goals", words="Too much?", by=ben)
    goal_states.set_state(Goal.objects.visible_to(ben).get(), "reached", by=ben)
    expectations.answer(match, by=ben, answers={"hopes": "Calm"}, show=False)
    amending.amend(match, by=ada)
    return match


def read(client, name, *ids):
    return html.unescape(client.get(reverse(f"agreements:{name}", args=ids)).content.decode())


def pages(client, pair, reader):
    """All that `reader` reads about the agreement, in one text."""
    goal = Goal.objects.visible_to(reader).get()
    (comment,) = comments.of_match(pair, reader)
    names = ("agreement-detail", "agreement-review", "goal-list", "activity-list")
    return "\n".join(
        [
            *(read(client, name, pair.public_id) for name in names),
            read(client, "expectation-exchange", pair.public_id),
            read(client, "goal-detail", goal.public_id),
            read(client, "comment-detail", comment.public_id),
        ]
    )


OVER = {
    "ben": [
        "applies until you have both signed",
        "Waits for an answer",
        "You read what Ada expects once",
        "in your next meeting",
    ],
    "ada": [
        "Read and answer",
        "Ben has answered. You read it once you have answered too",
        "Mentors learn too",
    ],
}


@pytest.mark.parametrize("name", list(OVER))
def test_what_is_over_is_not_said(name, pair, as_user, ben, request):
    reader = request.getfixturevalue(name)
    client = as_user(reader)
    before = pages(client, pair, reader)
    assert [words for words in OVER[name] if words not in before] == []
    endings.end(pair, by=ben, kind="choice")
    after = pages(client, pair, reader)
    assert [words for words in OVER[name] if words in after] == []


def test_the_form_of_an_activity_is_gone_once_it_is_done_or_the_pair_has_ended(pair, as_user, ben):
    first, second = Activity.objects.visible_to(ben)
    client = as_user(ben)
    addresses = [reverse("agreements:activity-done", args=[a.public_id]) for a in (first, second)]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    activities.set_done(first, first.added_at.date(), by=ben)
    assert [client.get(address).status_code for address in addresses] == [302, 200]
    endings.end(pair, by=ben, kind="choice")
    assert [client.get(address).status_code for address in addresses] == [302, 302]


def test_no_form_of_the_agreement_is_shown_after_the_end(pair, as_user, ben):
    endings.end(pair, by=ben, kind="choice")
    detail = reverse("agreements:agreement-detail", args=[pair.public_id])
    addresses = [
        reverse("agreements:part-update", args=[pair.public_id, "goals"]),
        reverse("agreements:agreement-amend", args=[pair.public_id]),
        reverse("agreements:agreement-discard", args=[pair.public_id]),
    ]
    for address in addresses:
        assert as_user(ben).get(address)["Location"] == detail
    page = html.unescape(as_user(ben).get(detail).content.decode())
    assert 'name="text"' not in page
