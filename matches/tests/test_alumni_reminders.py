"""Who is asked to look back after a pair was completed, and who is invited to mentor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from agreements import reflection_reminders, reflections
from matches import endings, follow_ups
from matches.alumni_emails import may_mentor
from notifications.models import Notification
from testkit import factories

NOW = timezone.now()


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


def end(pair, kind="early"):
    return endings.end(pair, by=pair.mentee.person, kind=kind, at=NOW)


def sent(kind):
    return Notification.system.filter(kind=kind).count()


def days(count):
    return NOW + timedelta(days=count)


def invites(match, person):
    match.refresh_from_db()
    return may_mentor(match, person)


def test_only_who_can_mentor_is_invited_to(pair, ada, ben, program):
    closure = end(pair)
    assert invites(pair, ben)
    assert invites(pair, ada)
    follow_ups.answer(closure.follow_ups.get(person=ada), by=ada, wish="stop")
    assert not invites(pair, ada), "they are done"
    follow_ups.answer(closure.follow_ups.get(person=ada), by=ada, wish="again")
    later = factories.cohort(program=program)
    factories.match(factories.person("Finn Berg"), ada, later)
    assert not invites(pair, ada), "they have a pair"
    factories.match(factories.person("Gail Ott"), ben, pair.cohort)
    assert not invites(pair, ben), "they have become a mentor"


@pytest.mark.parametrize("kind", ["choice", "circumstance"])
def test_a_pair_that_ended_in_another_way_is_left_alone(pair, kind):
    end(pair, kind)
    reflection_reminders.ask_to_reflect(days(6))
    assert sent("reflection") == 0


def test_each_is_asked_to_look_back_and_once_more(pair):
    end(pair)
    for day in (4, 6, 7, 13, 14, 60):
        reflection_reminders.ask_to_reflect(days(day))
    assert sent("reflection") == 4


def test_who_has_looked_back_is_not_asked_again(pair, ben, ada):
    from agreements.reflection_emails import reflection

    closure = end(pair)
    reflections.save(pair, by=ben, learned="To ask.", next_steps="", goals={})
    assert reflection(closure, ben).reason == "answered"
    assert reflection(closure, ada).action
