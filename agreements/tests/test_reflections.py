"""Looking back at the end: each alone, beside the old measure, and in no one's way."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements import reflections
from agreements.goals import edits
from agreements.goals.edits import GoalWords
from agreements.models import Goal, GoalReflection, Reflection
from agreements.reflections import GoalAnswer
from matches import endings, retention
from matches.models import Match
from testkit import agreements, factories

WORDS = {"learned": "To ask.", "next_steps": "Lead one more panel."}


@pytest.fixture
def pair(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    agreements.signed(match)
    Match.objects.filter(pk=match.pk).update(state="closing")
    match.refresh_from_db()
    return match


def url(pair):
    return reverse("agreements:reflection", args=[pair.public_id])


def text_of(response):
    return html.unescape(response.content.decode())


def goal_of(pair):
    return Goal.system.get(match=pair)


def reflect(pair, by, **answer):
    goals = {goal_of(pair).key: GoalAnswer(**answer)}
    return reflections.save(pair, by=by, goals=goals, **WORDS)


def test_the_page_shows_each_goal_with_its_old_measure(pair, as_user, ben):
    page = text_of(as_user(ben).get(url(pair)))
    assert "Lead a hiring panel" in page
    assert "Two panels led before June" in page
    for outcome in ("Reached", "Partly reached", "Not reached"):
        assert outcome in page


def test_what_was_saved_stands_in_the_form_again_and_can_be_changed(pair, as_user, ben):
    outcome, learned = (f"{name}_{goal_of(pair).key}" for name in ("outcome", "learned"))
    answers = {outcome: "partly", learned: "It takes time.", **WORDS}
    as_user(ben).post(url(pair), answers)
    assert "It takes time." in text_of(as_user(ben).get(url(pair)))
    as_user(ben).post(url(pair), {**answers, outcome: "reached"})
    row = GoalReflection.objects.visible_to(ben).get()
    assert (row.outcome, row.learned) == ("reached", "It takes time.")
    assert Reflection.system.count() == 1


def test_an_answer_stays_with_its_goal_when_the_goals_have_changed_meanwhile(pair, as_user, ada):
    mine = GoalWords("Listen", "Fewer answers", is_shared=False)
    own = edits.add_goal(pair, mine, person=ada, by=ada)
    client = as_user(ada)
    form = client.get(url(pair)).context["form"]
    (field,) = [fields[2].name for fields in form.goal_fields if fields[0] == own]
    edits.add_goal(pair, GoalWords("Write", "Two texts"), person=pair.mentee.person, by=ada)
    client.post(url(pair), {field: "reached", **WORDS})
    said = {row.goal_key: row.outcome for row in GoalReflection.objects.visible_to(ada)}
    assert {key for key, outcome in said.items() if outcome} == {own.key}


def test_only_the_author_reads_it(pair, ada, ben, cleo):
    reflect(pair, ben, outcome="not", learned="Private words.")
    for reader in (ada, cleo):
        assert not Reflection.objects.visible_to(reader).exists()
        assert not GoalReflection.objects.visible_to(reader).exists()


def test_no_one_waits_for_it(pair, ada, ben):
    reflect(pair, ben, outcome="reached")
    reflect(pair, ada, outcome="not")
    endings.end(pair, by=ada, kind=Match.Closed.COMPLETED)
    reflect(pair, ben, outcome="partly")
    assert GoalReflection.objects.visible_to(ben).get().outcome == "partly"
    assert GoalReflection.objects.visible_to(ada).get().outcome == "not"
    assert goal_of(pair).state == Goal.State.NOT_STARTED


def test_a_pair_closes_without_any(pair, ben):
    endings.end(pair, by=ben, kind=Match.Closed.COMPLETED)
    assert not Reflection.system.exists()


@pytest.mark.parametrize("state", ["introduced", "active"])
def test_it_is_not_the_time_before_the_pair_is_closing(pair, as_user, ben, state):
    Match.objects.filter(pk=pair.pk).update(state=state)
    pair.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="coming to its end"):
        reflect(pair, ben)
    assert as_user(ben).get(url(pair)).status_code == 302


def test_no_one_else_can_write_it(pair, cleo):
    with pytest.raises(ActionNotAllowed, match="two people"):
        reflect(pair, cleo)


def test_an_empty_form_says_what_to_do(pair, as_user, ben):
    page = text_of(as_user(ben).post(url(pair), {"learned": " "}))
    assert "Answer at least one of the questions" in page
    assert not Reflection.system.exists()


def test_it_is_erased_with_the_texts_of_the_pair(pair, ben):
    reflect(pair, ben, outcome="reached", learned="Words.")
    endings.end(pair, by=ben, kind=Match.Closed.COMPLETED)
    for erase in retention.ERASERS:
        erase(Match.objects.filter(pk=pair.pk))
    assert not Reflection.system.exists()
    assert not GoalReflection.system.exists()
    Match.objects.filter(pk=pair.pk).update(texts_erased_at=timezone.now())
    pair.refresh_from_db()
    with pytest.raises(ActionNotAllowed):
        reflect(pair, ben)


def test_a_pair_without_an_agreement_can_look_back_too(ada, ben, cohort, as_user):
    match = factories.match(ben, ada, cohort)
    endings.end(match, by=ada, kind=Match.Closed.BY_CIRCUMSTANCE)
    as_user(ben).post(url(match), WORDS)
    assert Reflection.objects.visible_to(ben).get().learned == "To ask."


def test_the_step_is_done_once_it_is_written(pair, as_user, ben):
    closing = reverse("matches:match-closing", args=[pair.public_id])
    Match.objects.filter(pk=pair.pk).update(ends_on=timezone.localdate())
    assert "Completed" not in text_of(as_user(ben).get(closing))
    reflect(pair, ben, outcome="reached")
    assert "Completed" in text_of(as_user(ben).get(closing))


def test_queries_do_not_grow_with_the_goals(pair, ben, django_assert_num_queries):
    answers = {goal_of(pair).key: GoalAnswer("reached")}
    reflections.save(pair, by=ben, goals=answers, **WORDS)
    for n in range(1, 4):
        edits.add_goal(pair, GoalWords(f"Goal {n}", "m"), person=ben, by=ben)
    with django_assert_num_queries(1):
        assert len(reflections.goals_of(pair, ben)) == 4
