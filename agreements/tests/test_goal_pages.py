"""The pages of goals, for the two of a pair."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from agreements.goals import edits, goal_states, presenters, steps
from agreements.goals.edits import GoalWords
from agreements.models import Goal, GoalStep
from matches import endings
from testkit import agreements as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(match):
    make.signed(match)
    match.refresh_from_db()
    return match


@pytest.fixture
def goal(pair, ben):
    return Goal.objects.visible_to(ben).get()


def url(name, row, **more):
    return reverse(f"agreements:{name}", args=[row.public_id])


def page(client, name, row):
    return html.unescape(client.get(url(name, row)).content.decode())


def test_before_the_signature_the_list_leads_to_the_agreement(match, as_user, ben):
    found = page(as_user(ben), "goal-list", match)
    assert "part of your mentoring agreement" in found
    assert url("agreement-detail", match) in found
    assert url("goal-create", match) not in found


def test_the_list_shows_goals_and_a_ring_with_its_text(pair, goal, as_user, ben):
    second = edits.add_goal(pair, GoalWords("Speak up", "Thrice"), person=ben, by=ben)
    goal_states.set_state(second, "reached", by=ben)
    parked = edits.add_goal(pair, GoalWords("Later", "Seen"), person=ben, by=ben)
    goal_states.set_state(parked, "parked", by=ben)
    found = page(as_user(ben), "goal-list", pair)
    assert 'role="img" aria-label="1 of 2 goals reached"' in found
    for words in ("Lead a hiring panel", "Speak up", "Thrice", "Later"):
        assert words in found


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(count, pair, goal, as_user, ben, django_assert_num_queries):
    for n in range(count):
        row = edits.add_goal(pair, GoalWords(f"Goal {n}", "Seen"), person=ben, by=ben)
        for m in range(count):
            steps.add_step(row, f"Step {m}", by=ben)
            steps.add_step(goal, f"Step {n}-{m}", by=ben)
    client = as_user(ben)
    client.get(url("goal-list", pair))
    with django_assert_num_queries(8):
        client.get(url("goal-list", pair))
    with django_assert_num_queries(8):
        client.get(url("goal-detail", goal))


def test_a_goal_of_its_own_needs_a_measure(pair, as_user, ben):
    answer = as_user(ben).post(url("goal-create", pair), {"text": "Speak up", "measure": ""})
    assert "Say how you will know" in html.unescape(answer.content.decode())
    assert Goal.system.count() == 1


def test_a_day_in_the_past_is_refused_and_an_old_one_stays(pair, goal, as_user, ben):
    words = {"text": "a", "measure": "b", "target_on": "2020-01-01"}
    answer = as_user(ben).post(url("goal-create", pair), words)
    assert "This day is over" in answer.content.decode()
    answer = as_user(ben).post(url("goal-create", pair), {**words, "target_on": "2999-01-01"})
    assert "Check the year" in answer.content.decode()
    Goal.system.filter(pk=goal.pk).update(target_on="2020-01-01")
    answer = as_user(ben).post(url("goal-update", goal), {**words, "expected_revision": "0"})
    assert answer.status_code == 302


def test_the_stale_tab_gets_both_texts_and_can_save_then(goal, as_user, ada, ben):
    first = {"text": "Ada's words", "measure": "Seen", "expected_revision": "0"}
    second = {"text": "Ben's words", "measure": "Heard", "expected_revision": "0"}
    assert as_user(ada).post(url("goal-update", goal), first).status_code == 302
    answer = as_user(ben).post(url("goal-update", goal), second)
    found = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Ada's words" in found
    assert "Ben's words" in found
    assert Goal.system.get().text == "Ada's words"
    revision = answer.context["form"]["expected_revision"].value()
    again = as_user(ben).post(url("goal-update", goal), {**second, "expected_revision": revision})
    assert again.status_code == 302
    found = page(as_user(ada), "goal-detail", goal)
    assert "Before: Ada's words" in found
    assert "Before: Lead a hiring panel" in found


def test_reaching_a_goal_asks_first_says_who_is_told_and_is_celebrated(goal, as_user, ada, ben):
    client = as_user(ben)
    asked = page(client, "goal-reach", goal)
    assert "Two panels led before June" in asked
    assert "Ada gets one e-mail about it, 10 minutes later" in asked
    assert Goal.system.get().state == "not_started"
    answer = client.post(url("goal-reach", goal), {"expected_state": "not_started"}, follow=True)
    assert "Well done" in answer.content.decode()
    found = page(as_user(ada), "goal-detail", goal)
    assert "Reached on" in found
    assert "Reached (Ben)" in found
    assert client.get(url("goal-reach", goal)).status_code == 302


def test_states_change_by_buttons_and_a_stale_one_says_so(goal, as_user, ada, ben):
    client = as_user(ben)
    data = {"state": "under_way", "expected_state": "not_started"}
    client.post(url("goal-progress", goal), data)
    assert Goal.system.get().state == "under_way"
    stale = {"state": "parked", "expected_state": "not_started"}
    answer = as_user(ada).post(url("goal-progress", goal), stale, follow=True)
    assert "has just been changed to: Under way" in html.unescape(answer.content.decode())
    for wrong in ("reached", "no such"):
        assert client.post(url("goal-progress", goal), {"state": wrong}).status_code == 404


def test_steps_by_buttons(goal, as_user, ben):
    client = as_user(ben)
    for text in ("Read", "Try"):
        client.post(url("step-create", goal), {"text": text})
    one, two = GoalStep.system.order_by("pk")
    client.post(url("step-done", one), {"done": "yes"})
    client.post(url("step-move", two), {"to": "up"})
    found = page(client, "goal-detail", goal)
    assert found.index("Try") < found.index("Read")
    assert 'aria-label="1 of 2 steps"' in found
    client.post(url("step-remove", one))
    assert "1 removed step" in page(client, "goal-detail", goal)
    client.post(url("step-restore", one))
    assert GoalStep.system.filter(removed_at=None).count() == 2


def test_an_empty_or_too_long_step_says_why(goal, as_user, ben):
    client = as_user(ben)
    for text, why in (("", "Say what the step is."), ("x" * 201, "at most 200 characters")):
        answer = client.post(url("step-create", goal), {"text": text})
        assert why in html.unescape(answer.content.decode())
    assert not GoalStep.system.exists()


def test_one_step_too_many_says_what_to_do(goal, as_user, ben):
    for n in range(steps.MAX_STEPS):
        steps.add_step(goal, f"Step {n}", by=ben)
    answer = as_user(ben).post(url("step-create", goal), {"text": "More"})
    assert "at most 20 steps" in answer.content.decode()


def test_a_mentor_chooses_who_reads_their_own_goal(pair, as_user, ada, ben):
    client = as_user(ada)
    words = {"text": "Ask more", "measure": "No advice unasked"}
    answer = client.post(url("learning-goal-create", pair), words)
    assert "Say who may read it" in html.unescape(answer.content.decode())
    client.post(url("learning-goal-create", pair), {**words, "readers": "me"})
    own = Goal.objects.visible_to(ada).get(person=ada)
    assert "Ask more" in page(client, "goal-list", pair)
    assert "Only you can read this page" in page(client, "goal-detail", own)
    assert "Ask more" not in page(as_user(ben), "goal-list", pair)
    assert as_user(ben).get(url("goal-detail", own)).status_code == 404
    client = as_user(ada)
    client.post(url("goal-update", own), {**words, "readers": "both", "expected_revision": "0"})
    assert "Ask more" in page(as_user(ben), "goal-list", pair)
    assert as_user(ben).get(url("goal-update", own)).status_code == 302
    assert as_user(ben).get(url("learning-goal-create", pair)).status_code == 404


def test_a_mentors_own_goals_are_in_their_reflection_only(pair, as_user, ada, ben):
    edits.add_goal(pair, GoalWords("Ask more", "Seen"), person=ada, by=ada)
    endings.end(pair, by=ben, kind="early")
    address = reverse("agreements:reflection", args=[pair.public_id])
    assert "Ask more" in as_user(ada).get(address).content.decode()
    assert "Ask more" not in as_user(ben).get(address).content.decode()


def test_the_reflection_shows_the_first_measure_and_the_state(pair, goal, as_user, ben):
    words = GoalWords(goal.text, "Three panels")
    edits.change_goal(goal, words, expected_revision=0, by=ben)
    goal_states.set_state(goal, "under_way", by=ben)
    endings.end(pair, by=ben, kind="early")
    address = reverse("agreements:reflection", args=[pair.public_id])
    found = html.unescape(as_user(ben).get(address).content.decode())
    for words in ("Three panels", "Two panels led before June", "Under way"):
        assert words in found


def test_after_the_end_the_pages_can_be_read_only(pair, goal, as_user, ben):
    steps.add_step(goal, "Read", by=ben)
    endings.end(pair, by=ben, kind="choice")
    client = as_user(ben)
    for name, row in (("goal-list", pair), ("goal-detail", goal)):
        found = page(client, name, row)
        assert "Lead a hiring panel" in found
        assert "/goal-step/" not in found
        assert url("goal-create", pair) not in found
    assert client.get(url("goal-update", goal)).status_code == 302


@pytest.mark.parametrize("name", ["goal-detail", "goal-update", "goal-reach"])
def test_no_one_else_opens_a_goal(name, goal, as_user, dan, cleo):
    for person in (dan, cleo):
        assert as_user(person).get(url(name, goal)).status_code == 404


@pytest.mark.parametrize("state", Goal.State)
def test_a_goal_in_every_state_has_its_page_and_buttons(state, pair, goal, as_user, ben):
    goal_states.set_state(goal, state, by=ben)
    found = page(as_user(ben), "goal-detail", goal)
    assert goal.get_state_display() in found
    ways = {to for was, to in presenters.BUTTONS if was == state}
    assert ways
    assert ways < Goal.TRANSITIONS[state] | {Goal.State.REACHED}
    assert all(f'value="{to}"' in found for to in ways)


def test_no_form_for_a_goal_that_cannot_be_added(match, as_user, ada, ben):
    forms = {"goal-create": ben, "learning-goal-create": ada}
    answers = {name: as_user(who).get(url(name, match)) for name, who in forms.items()}
    assert answers["goal-create"]["Location"] == url("goal-list", match), "not signed yet"
    assert answers["learning-goal-create"].status_code == 200
    endings.end(match, by=ben, kind="choice")
    for name, who in forms.items():
        answer = as_user(who).get(url(name, match), follow=True)
        assert answer.redirect_chain[0][0] == url("goal-list", match)
        assert "can be read but no longer changed" in html.unescape(answer.content.decode())
    sent = {"text": "Words that were typed", "measure": "m"}
    answer = as_user(ben).post(url("goal-create", match), sent)
    assert "Words that were typed" in answer.content.decode()
