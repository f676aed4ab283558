"""Each objective of a program with its measure, target and figure."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements.models import Goal
from checkins.models import ObjectiveMeasure, Wave
from checkins.objective_results import objective_results, set_measure
from programs.models import Conflict, Objective
from testkit import factories
from testkit.meetings import held

from .attackers import Group, member_in_a_pair, role_chair, role_reader

pytestmark = pytest.mark.django_db
SAY = "had_a_say"


@pytest.fixture
def group(program):
    found = Group(program, 12)
    found.publish_milestones(later=12)
    return found


@pytest.fixture
def chair(program):
    return factories.member(program=program, role="chair")


@pytest.fixture
def objective(program):
    return Objective.objects.create(program=program, text="People know what they want")


def measured(objective, by, kind, code="", target="4"):
    set_measure(objective, kind=kind, question_code=code, target=Decimal(target), by=by)
    return objective


def result(group, user):
    [found] = objective_results(group.cohort, user)
    return found


def reached_goal(match, state="reached"):
    words = {"text": "g", "measure": "m", "created_at": timezone.now()}
    words |= {"reached_at": timezone.now()} if state == "reached" else {}
    return Goal.system.create(match=match, person=match.mentee.person, state=state, **words)


def test_a_mean_is_that_of_the_newest_month(group, chair, objective):
    measured(objective, chair, "mean", "program_support", "3")
    found = result(group, chair)
    assert found.words.startswith("3.5 of 5 (closing, ")
    assert found.words.endswith("24 answers")
    assert (found.value, found.verdict) == (Decimal("3.5"), "target reached")


def test_a_change_is_told_as_on_its_page(group, chair, objective):
    measured(objective, chair, "change", "expectations", "1.5")
    found = result(group, chair)
    assert "No clear change" in found.words, "mid-term to closing, the newest comparison"
    assert (found.value, found.verdict) == (Decimal("0"), "not yet")


def test_meetings_are_counted(group, chair, objective):
    held(group.matches[0])
    measured(objective, chair, "meetings", target="3")
    assert result(group, chair).words == "1 meeting, of 1 pair"
    for match in group.matches[1:3]:
        held(match)
    measured(objective, chair, "meetings", target="3")
    assert result(group, chair).words == "3 meetings, of 3 pairs"
    assert result(group, chair).is_reached


def test_goals_are_counted_with_the_closing_survey_and_frozen(program, chair, objective):
    group = Group(program, 6)
    for place, match in enumerate(group.matches):
        reached_goal(match, "reached" if place < 4 else "parked")
    group.publish_milestones(later=6)
    measured(objective, chair, "goals", target="5")
    assert result(group, chair).words == "4 of 6 goals, of 6 mentees"
    Goal.system.update(state="reached", reached_at=timezone.now())
    assert result(group, chair).words == "4 of 6 goals, of 6 mentees"
    assert result(group, chair).verdict == "not yet"


def test_goals_of_a_few_are_hidden(program, chair, objective):
    group = Group(program, 6)
    for match in group.matches[:4]:
        reached_goal(match)
    group.publish_milestones(later=6)
    measured(objective, chair, "goals")
    assert (result(group, chair).value, result(group, chair).words) == (
        None, "too few closing surveys yet",
    )  # fmt: skip


def test_five_goals_are_too_few_for_one_whose_own_mentee_has_one(program, chair, objective):
    group = Group(program, 5)
    member = member_in_a_pair("reader", "mentor")(group)
    for match in group.matches:
        reached_goal(match)
    group.publish_milestones(later=5)
    measured(objective, chair, "goals")
    assert result(group, chair).value == 5
    assert result(group, member).value is None


def test_meetings_of_one_hidden_pair_are_not_given_away(group, chair, objective, program):
    member = role_reader(group)
    match = group.matches[0]
    held(match)
    Conflict.objects.create(member=member, person=match.mentee.person)
    measured(objective, chair, "meetings")
    assert result(group, member).value is None
    assert result(group, chair).value == 1


def test_nor_is_it_told_that_the_hidden_pair_has_never_met(group, chair, objective):
    member = role_reader(group)
    held(group.matches[1])
    Conflict.objects.create(member=member, person=group.matches[0].mentee.person)
    measured(objective, chair, "meetings")
    assert result(group, member).value is None
    assert result(group, chair).value == 1


def test_an_objective_without_a_measure_is_shown_too(group, chair, objective, as_user):
    html = as_user(chair).get(reverse("admin:checkins_wave_objectives", args=[group.cohort.pk]))
    assert "People know what they want" in html.content.decode()
    assert "not measured yet" in html.content.decode()


class TestSayingHow:
    def url(self, objective):
        return reverse("admin:checkins_wave_objective-measure", args=[objective.pk])

    def test_a_chair_says_it_and_says_it_again(self, chair, objective, as_user, surveys):
        client = as_user(chair)
        for target in ("4", "4.5"):
            words = {"kind": "mean", "question_code": "program_support", "target": target}
            assert client.post(self.url(objective), words).status_code == 302
        row = ObjectiveMeasure.objects.get()
        assert (row.kind, row.question_code, row.target) == (
            "mean",
            "program_support",
            Decimal("4.5"),
        )

    @pytest.mark.parametrize(
        ("words", "field", "message"),
        [
            ({"kind": "mean", "target": "4"}, "question_code", "Choose the question"),
            ({"kind": "mean", "question_code": SAY, "target": "40"}, "target", "at most 10"),
            ({"kind": "change", "question_code": SAY, "target": "9.5"}, "target", "at most 9"),
            ({"kind": "goals", "target": "2.5"}, "target", "whole number"),
            ({"kind": "goals", "target": "0"}, "target", "0.1"),
            ({"kind": "goals", "target": "nonsense"}, "target", "number"),
            ({"kind": "luck", "target": "4"}, "kind", "valid choice"),
            ({"kind": "mean", "question_code": "comment", "target": "4"}, "question_code", "valid"),
        ],
    )  # fmt: skip
    def test_nonsense_is_refused_with_a_reason(
        self, words, field, message, chair, objective, as_user, surveys
    ):
        response = as_user(chair).post(self.url(objective), words)
        assert response.status_code == 200
        assert message in str(response.context["form"].errors[field])
        assert not ObjectiveMeasure.objects.exists()

    def test_no_one_but_a_chair_does(self, program, objective, as_user):
        reader = factories.member(program=program, role="reader")
        stranger = factories.member(program=factories.program(), role="chair")
        for member in (reader, stranger):
            assert as_user(member).get(self.url(objective)).status_code == 404
            with pytest.raises(ActionNotAllowed):
                measured(objective, member, "meetings")


def test_the_file_has_what_the_page_shows(group, chair, objective, as_user):
    measured(objective, chair, "mean", "program_support", "3")
    url = reverse("admin:checkins_wave_objectives-export", args=[group.cohort.pk])
    data = b"".join(as_user(chair).post(url, {"format": "csv"}).streaming_content).decode()
    line = data.splitlines()[1]
    assert line.startswith("People know what they want,")
    assert ",3.0,3.5," in line
    assert line.endswith("target reached")


def test_the_cohorts_lead_to_their_results(group, chair, as_user):
    html = as_user(chair).get(reverse("admin:checkins_wave_cohorts")).content.decode()
    for name in ("before-after", "objectives"):
        assert reverse(f"admin:checkins_wave_{name}", args=[group.cohort.pk]) in html
    assert reverse("admin:checkins_wave_trend", args=[Wave.objects.get(kind="midterm").pk]) in html


def test_the_page_costs_the_same_for_more_pairs(as_user):
    costs = []
    for pairs in (6, 12):
        program = factories.program()
        group = Group(program, pairs)
        member = role_chair(group)
        objectives = [Objective.objects.create(program=program, text=str(n)) for n in range(4)]
        for kind, row in zip(("mean", "change", "meetings", "goals"), objectives, strict=True):
            measured(row, member, kind, "had_a_say" if kind in ("mean", "change") else "")
        group.publish_milestones(later=pairs)
        client = as_user(member)
        url = reverse("admin:checkins_wave_objectives", args=[group.cohort.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        costs.append(len(queries))
    assert costs[0] == costs[1]
