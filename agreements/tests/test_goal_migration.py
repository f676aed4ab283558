"""Goals and activities that were made of agreements signed before there were any."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import User
from agreements.goals import goal_states
from agreements.models import Activity, Goal, GoalChange
from matches import endings
from matches.models import Match
from testkit import agreements as make

pytestmark = pytest.mark.django_db
migration = importlib.import_module("agreements.migrations.0015_goals_of_erased_texts")


def words():
    goals = [(row.text, row.measure, row.texts_erased) for row in Goal.system.all()]
    return goals, [row.text for row in Activity.system.all()]


@pytest.fixture
def made(match):
    """The goals and activities of a signed agreement."""
    make.signed(match)
    return words()


def test_words_that_are_still_there_stay(made):
    migration.erase_again(apps, None)
    assert words() == made
    assert GoalChange.system.exists()


@pytest.mark.parametrize("reason", ["retention", "mentee"])
def test_words_that_were_erased_before_do_not_come_back(reason, made, match, ben):
    if reason == "mentee":
        User.objects.filter(pk=ben.pk).update(email="x@erased.invalid")
    else:
        endings.end(match, by=ben, kind="choice")
        Match.objects.filter(pk=match.pk).update(texts_erased_at=timezone.now())
    migration.erase_again(apps, None)
    assert words() == ([("", "", True)], ["", ""])
    assert not GoalChange.system.exists()


def test_a_goal_was_reached_when_it_was_marked_so(made, ben):
    goal = Goal.system.get()
    marked_at = timezone.now() - timedelta(days=40)
    goal_states.set_state(goal, "reached", by=ben, at=marked_at)
    Goal.system.update(reached_at=timezone.now())
    migration.date_reached_goals(apps, None)
    assert Goal.system.get().reached_at == marked_at
