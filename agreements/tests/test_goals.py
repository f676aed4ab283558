"""Goals after the signature: they follow the agreement, and the signed words stay as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements import amending, drafting, text
from agreements.goals import edits, goal_states, history, steps
from agreements.goals.edits import GoalWords
from agreements.models import AgreedGoal, AgreementText, Goal, GoalChange, GoalStep
from matches import endings, retention
from matches.models import Match
from notifications.models import Notification
from testkit import agreements as make

pytestmark = pytest.mark.django_db
NEW = GoalWords("Speak up", "Three times a month")


@pytest.fixture
def pair(match):
    make.signed(match)
    match.refresh_from_db()
    return match


@pytest.fixture
def goal(pair, ben):
    return Goal.objects.visible_to(ben).get()


def fresh(goal):
    return Goal.system.select_related("match__mentee__person", "match__mentor__person").get(
        pk=goal.pk
    )


def end(pair):
    endings.end(pair, by=pair.mentee.person, kind=Match.Closed.BY_CHOICE)


# --- following the agreement


def test_the_second_signature_makes_the_goals_that_were_agreed(match, ben):
    version = make.shared(match)
    assert not Goal.objects.visible_to(ben).exists()
    make.sign(version, *match.people)
    goal = Goal.objects.visible_to(ben).get()
    agreed = AgreedGoal.system.get()
    assert (goal.key, goal.text, goal.measure) == (agreed.key, agreed.text, agreed.measure)
    assert (goal.person, goal.state, goal.is_agreed) == (ben, "not_started", True)


def test_a_new_version_rewords_adds_and_parks_and_keeps_progress(goal, pair, ada, ben):
    goal_states.set_state(goal, "under_way", by=ben)
    kept = {"key": goal.key, "text": "Lead panels", "measure": goal.measure}
    added = {"key": "", "text": "A second goal", "measure": "Seen"}
    amend(pair, kept, added)
    first, second = Goal.objects.visible_to(ben).order_by("pk")
    assert (first.text, first.state) == ("Lead panels", "under_way")
    assert (second.text, second.state, second.is_agreed) == ("A second goal", "not_started", True)
    amend(pair, {"key": second.key, "text": second.text, "measure": second.measure})
    first = fresh(first)
    assert (first.state, first.is_agreed) == ("parked", False)
    kinds = GoalChange.system.filter(goal=first).values_list("kind", flat=True)
    assert list(kinds) == ["agreed", "text", "left_out"]


def amend(pair, *goals):
    version = amending.amend(pair, by=pair.mentee.person)
    revision = version.goals_revision
    values = {"goals": list(goals)}
    drafting.save_part(pair, "goals", values, expected_revision=revision, by=pair.mentor.person)
    version.refresh_from_db()
    drafting.share(version, by=pair.mentor.person)
    make.sign(version, *pair.people)


def test_what_the_pair_changed_here_stays_where_a_new_version_does_not_change_it(goal, pair, ben):
    words = GoalWords(goal.text, "Three panels", "It is my next role")
    edits.change_goal(goal, words, expected_revision=0, by=ben)
    agreed = AgreedGoal.system.get(version__number=1)
    amend(pair, {"key": goal.key, "text": "Lead panels", "measure": agreed.measure})
    goal = fresh(goal)
    assert (goal.text, goal.measure, goal.why) == (
        "Lead panels", "Three panels", "It is my next role",
    )  # fmt: skip


def test_changes_here_leave_the_signed_text_and_its_hash_as_they_are(goal, pair, ben):
    record = AgreementText.system.get()
    before = text.sha256(record.signed_text)
    edits.change_goal(goal, NEW, expected_revision=0, by=ben)
    goal_states.set_state(goal, "reached", by=ben)
    record.refresh_from_db(from_queryset=AgreementText.system.all())
    assert text.sha256(record.signed_text) == before
    assert AgreedGoal.system.get().measure == "Two panels led before June"
    assert text.sha256(text.canonical(text.content_for_record(record.version))) == before


# --- words


def test_either_adds_and_changes_goals_of_the_pair(pair, goal, ada, ben):
    added = edits.add_goal(pair, NEW, person=ben, by=ada)
    edits.change_goal(goal, NEW, expected_revision=goal.revision, by=ada)
    assert (added.person, fresh(goal).text) == (ben, "Speak up")


def test_adding_and_changing_twice_is_once(pair, goal, ben):
    assert edits.add_goal(pair, NEW, person=ben, by=ben) == edits.add_goal(
        pair, NEW, person=ben, by=ben
    )
    for _time in range(2):
        edits.change_goal(goal, NEW, expected_revision=0, by=ben)
    assert GoalChange.system.filter(goal=goal).exclude(kind="agreed").count() == 2


def test_a_changed_measure_keeps_the_old_one(goal, ben):
    words = GoalWords(goal.text, "Three panels")
    edits.change_goal(goal, words, expected_revision=0, by=ben)
    (change,) = history.earlier_measures(fresh(goal), ben)
    assert (change.before, change.person) == ("Two panels led before June", ben)
    edits.change_goal(fresh(goal), GoalWords(goal.text, "Four panels"), expected_revision=1, by=ben)
    assert history.first_measures(goal.match, ben) == {goal.pk: "Two panels led before June"}


def test_the_second_of_two_tabs_does_not_wipe_the_first(goal, ada, ben):
    edits.change_goal(goal, NEW, expected_revision=0, by=ada)
    with pytest.raises(edits.GoalEdited) as error:
        edits.change_goal(fresh(goal), GoalWords("Other", "Words"), expected_revision=0, by=ben)
    assert error.value.goal.text == "Speak up"
    assert fresh(goal).text == "Speak up"


def test_no_one_else_changes_a_goal(goal, pair, dan, cleo):
    for person in (dan, cleo):
        with pytest.raises(ActionNotAllowed, match="two people"):
            edits.change_goal(goal, NEW, expected_revision=0, by=person)
        with pytest.raises(ActionNotAllowed, match="two people"):
            edits.add_goal(pair, NEW, person=pair.mentee.person, by=person)
        with pytest.raises(ActionNotAllowed, match="two people"):
            goal_states.set_state(goal, "reached", by=person)


def test_goals_can_be_added_once_the_agreement_is_signed(match, ben):
    make.shared(match)
    with pytest.raises(ActionNotAllowed, match="signed the agreement"):
        edits.add_goal(match, NEW, person=ben, by=ben)


def test_after_the_end_nothing_changes(goal, pair, ben):
    step = steps.add_step(goal, "Read", by=ben)
    end(pair)
    for attempt in (
        lambda: edits.change_goal(goal, NEW, expected_revision=0, by=ben),
        lambda: edits.add_goal(pair, NEW, person=ben, by=ben),
        lambda: goal_states.set_state(goal, "reached", by=ben),
        lambda: steps.add_step(goal, "More", by=ben),
        lambda: steps.set_done(step, is_done=True, by=ben),
        lambda: steps.move_step(step, up=True, by=ben),
        lambda: steps.remove_step(step, by=ben),
        lambda: steps.restore_step(step, by=ben),
    ):
        with pytest.raises(ActionNotAllowed, match="ended"):
            attempt()


def test_seven_open_goals_are_the_most(pair, goal, ben):
    for n in range(edits.MAX_OPEN_GOALS - 1):
        last = edits.add_goal(pair, GoalWords(f"Goal {n}", "Seen"), person=ben, by=ben)
    with pytest.raises(ActionNotAllowed, match="7 open goals"):
        edits.add_goal(pair, NEW, person=ben, by=ben)
    goal_states.set_state(last, "parked", by=ben)
    edits.add_goal(pair, NEW, person=ben, by=ben)
    with pytest.raises(ActionNotAllowed, match="7 open goals"):
        goal_states.set_state(last, "under_way", by=ben)


def test_all_goals_together_are_bounded(pair, goal, ben):
    for n in range(edits.MAX_GOALS - 1):
        row = edits.add_goal(pair, GoalWords(f"Goal {n}", "Seen"), person=ben, by=ben)
        goal_states.set_state(row, "parked", by=ben)
    with pytest.raises(ActionNotAllowed, match="40 goals in all"):
        edits.add_goal(pair, NEW, person=ben, by=ben)
    goal_states.set_state(row, "under_way", by=ben)
    assert row.state == "under_way", "none is added by taking one up again"


# --- the mentor's own


def test_the_mentors_own_goal_is_private_unless_they_share_it(pair, ada, ben, cleo):
    words = GoalWords("Ask more", "No advice unasked", is_shared=False)
    own = edits.add_goal(pair, words, person=ada, by=ada)
    assert own not in Goal.objects.visible_to(ben)
    step = steps.add_step(own, "Count my questions", by=ada)
    assert step not in GoalStep.objects.visible_to(ben)
    with pytest.raises(ActionNotAllowed, match="partner's own"):
        edits.change_goal(own, NEW, expected_revision=0, by=ben)
    shared = GoalWords("Ask more", "No advice unasked", is_shared=True)
    edits.change_goal(own, shared, expected_revision=0, by=ada)
    assert own in Goal.objects.visible_to(ben)
    assert not Goal.objects.visible_to(cleo).exists()
    for attempt in (
        lambda: edits.change_goal(own, NEW, expected_revision=1, by=ben),
        lambda: goal_states.set_state(own, "reached", by=ben),
        lambda: steps.set_done(step, is_done=True, by=ben),
    ):
        with pytest.raises(ActionNotAllowed, match="partner's own"):
            attempt()


def test_a_mentor_can_say_what_they_want_to_learn_before_anything_is_signed(match, ada, ben):
    own = edits.add_goal(match, NEW, person=ada, by=ada)
    assert own.person == ada
    with pytest.raises(ActionNotAllowed, match="two people"):
        edits.add_goal(match, NEW, person=ada, by=ben)


def test_goals_of_the_pair_are_always_read_by_both(goal, ben):
    with pytest.raises(ActionNotAllowed, match="Both of you read"):
        edits.change_goal(goal, GoalWords("x", "y", is_shared=False), expected_revision=0, by=ben)


# --- state, and telling the partner


def emails(**where):
    return Notification.system.filter(kind="goal-reached", **where)


def test_the_partner_is_told_of_a_reached_goal(goal, ada, ben):
    goal_states.set_state(goal, "reached", by=ben)
    goal_states.set_state(goal, "reached", by=ada)
    (email,) = emails()
    assert (email.recipient, email.state) == (ada, "pending")
    assert email.due_at - email.created_at == goal_states.HOLD
    assert fresh(goal).reached_at is not None


def test_taking_it_back_cancels_the_email(goal, ada, ben):
    goal_states.set_state(goal, "reached", by=ben)
    goal_states.set_state(goal, "under_way", by=ada)
    (email,) = emails()
    assert (email.state, email.reason) == ("cancelled", "goal-not-reached")
    assert fresh(goal).reached_at is None
    goal_states.set_state(goal, "reached", by=ben)
    assert emails(state="pending").count() == 1


def test_no_one_is_told_of_a_private_goal(pair, ada):
    own = edits.add_goal(pair, GoalWords("a", "b", is_shared=False), person=ada, by=ada)
    goal_states.set_state(own, "reached", by=ada)
    assert not emails().exists()


def test_the_end_of_the_pair_cancels_it(goal, pair, ben):
    goal_states.set_state(goal, "reached", by=ben)
    end(pair)
    assert {row.state for row in emails()} == {"cancelled"}


def test_a_stale_page_does_not_undo_what_was_done_since(goal, ada, ben):
    goal_states.set_state(goal, "reached", by=ada)
    with pytest.raises(ActionNotAllowed, match="Reached"):
        goal_states.set_state(goal, "under_way", by=ben, expected_state="not_started")
    assert fresh(goal).state == "reached"


@pytest.mark.parametrize(("was", "to"), [("reached", "parked"), ("parked", "reached")])
def test_some_changes_of_state_make_no_sense(goal, ben, was, to):
    goal_states.set_state(goal, was, by=ben)
    with pytest.raises(ActionNotAllowed, match="no longer possible"):
        goal_states.set_state(goal, to, by=ben)


# --- steps


def names(goal, ben):
    return [step.text for step in steps.steps_of(goal, ben) if step.removed_at is None]


def test_steps_are_added_ticked_and_unticked(goal, ada, ben):
    step = steps.add_step(goal, "Read", by=ben)
    assert steps.add_step(goal, "Read", by=ben) == step
    at = timezone.now() - timedelta(days=1)
    steps.set_done(step, is_done=True, by=ada, at=at)
    steps.set_done(step, is_done=True, by=ben)
    step.refresh_from_db(from_queryset=GoalStep.system.all())
    assert (step.done_at, step.done_by) == (at, ada)
    steps.set_done(step, is_done=False, by=ben)
    steps.set_done(step, is_done=False, by=ben)
    step.refresh_from_db(from_queryset=GoalStep.system.all())
    assert (step.done_at, step.done_by) == (None, None)


def test_steps_change_places(goal, ben):
    one, two, three = (steps.add_step(goal, text, by=ben) for text in "abc")
    steps.move_step(three, up=True, by=ben)
    assert names(goal, ben) == ["a", "c", "b"]
    steps.move_step(one, up=True, by=ben)
    steps.move_step(two, up=False, by=ben)
    assert names(goal, ben) == ["a", "c", "b"]
    steps.move_step(one, up=False, by=ben)
    assert names(goal, ben) == ["c", "a", "b"]


def test_a_removed_step_can_be_put_back(goal, ben):
    one, _two = (steps.add_step(goal, text, by=ben) for text in "ab")
    for _time in range(2):
        steps.remove_step(one, by=ben)
    assert names(goal, ben) == ["b"]
    with pytest.raises(ActionNotAllowed, match="Put it back first"):
        steps.set_done(one, is_done=True, by=ben)
    for _time in range(2):
        steps.restore_step(one, by=ben)
    assert names(goal, ben) == ["b", "a"]


def test_twenty_steps_are_the_most(goal, ben):
    made = [steps.add_step(goal, f"Step {n}", by=ben) for n in range(steps.MAX_STEPS)]
    with pytest.raises(ActionNotAllowed, match="at most 20 steps"):
        steps.add_step(goal, "One more", by=ben)
    steps.remove_step(made[0], by=ben)
    steps.add_step(goal, "One more", by=ben)
    with pytest.raises(ActionNotAllowed, match="at most 20 steps"):
        steps.restore_step(made[0], by=ben)


def test_removed_steps_do_not_pile_up(goal, ben):
    for n in range(steps.MAX_REMOVED + 3):
        steps.remove_step(steps.add_step(goal, f"Step {n}", by=ben), by=ben)
    assert GoalStep.system.count() == steps.MAX_REMOVED
    assert not GoalStep.system.filter(removed_at=None).exists()


# --- erasing


def test_old_goals_lose_their_words_and_keep_their_state(goal, pair, ben):
    edits.change_goal(goal, NEW, expected_revision=0, by=ben)
    steps.add_step(goal, "Read", by=ben)
    goal_states.set_state(goal, "reached", by=ben)
    end(pair)
    for erase in retention.ERASERS:
        erase(Match.objects.filter(pk=pair.pk))
    goal = fresh(goal)
    assert (goal.text, goal.measure, goal.state, goal.texts_erased) == ("", "", "reached", True)
    assert not GoalStep.system.exists()
    assert not GoalChange.system.exists()
    assert AgreedGoal.system.get().text == "Lead a hiring panel"
