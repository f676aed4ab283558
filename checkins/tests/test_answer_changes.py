"""Change between two answers of the same people: the arithmetic, the page, and the attacker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from applications.models import Application
from checkins import answer_changes, change_readers
from checkins.answer_changes import cell_of
from checkins.disclosure_by_sums import are_safe, rank, sum_of
from checkins.intervals import mean_with_interval, t_quantile
from checkins.models import CheckIn, Wave
from checkins.results import publish_waves
from checkins.suppression import NOTHING, Knowledge, Source
from matches.models import Match
from programs.models import Membership
from testkit import factories

from .attackers import (
    SMALLEST,
    Attacker,
    Group,
    carer_of,
    computable,
    member_in_a_pair,
    role_chair,
    role_reader,
    roles,
)

# --- arithmetic


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 10, 11, 40, 41, 299])
def test_quantiles_are_those_of_student(freedom):
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=1e-9)


def test_quantiles_of_large_samples_are_normal():
    assert t_quantile(100_000) == pytest.approx(stats.t.ppf(0.975, 100_000), abs=1e-3)


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=60).filter(lambda row: len(set(row)) > 1))
def test_intervals_are_those_of_the_one_sample_t_test(values):
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    mean, low, high = mean_with_interval(values)
    assert (low, high) == pytest.approx((expected.low, expected.high))
    assert mean == pytest.approx(sum(values) / len(values))


ROWS = st.lists(st.lists(st.integers(-2, 2), min_size=4, max_size=4), max_size=6)


@given(ROWS)
def test_ranks_are_those_of_numpy(rows):
    import numpy as np

    expected = int(np.linalg.matrix_rank(np.array(rows))) if rows else 0
    assert rank(rows) == expected


PEOPLE = st.frozensets(st.integers(1, 24), max_size=24)


@given(PEOPLE, PEOPLE, PEOPLE, st.frozensets(st.integers(1, 24), max_size=4))
def test_what_is_safe_cannot_be_computed(before, after, mentees, pair):
    """Two months and the change of those in both: an independent attacker agrees."""
    first, last = (
        frozenset(Source(person, person + start) for person in people)
        for people, start in ((before, 100), (after, 200))
    )
    both = {Source(p, p + 100): -1 for p in before & after}
    both |= {Source(p, p + 200): 1 for p in before & after}
    cells = [sum_of(first), sum_of(last), both]
    cells += [{one: n for one, n in both.items() if one.person in mentees}]
    cells = [cell for cell in cells if cell]
    if are_safe(cells, SMALLEST, Knowledge(pair=pair)):
        assert list(computable(cells, frozenset(), pair)) == []


def test_those_who_answered_only_once_are_not_given_away():
    """Twelve answered first, three of them not again: the difference is those three."""
    first = sum_of({Source(n, 100 + n) for n in range(12)})
    last = sum_of({Source(n, 200 + n) for n in range(9)})
    both = {Source(n, 100 + n): -1 for n in range(9)} | {Source(n, 200 + n): 1 for n in range(9)}
    assert are_safe([first, last], SMALLEST, NOTHING)
    assert not are_safe([first, last, both], SMALLEST, NOTHING)
    known = frozenset(Source(n, 100 + n) for n in range(9, 12))
    assert are_safe([first, last, both], SMALLEST, Knowledge((known,)))


# --- on the pages

pytestmark = pytest.mark.django_db


def page_of(client, group):
    response = client.get(reverse("admin:checkins_wave_before-after", args=[group.cohort.pk]))
    assert response.status_code == 200
    return {
        (question.code, change.before, part.role): part
        for question, changes in response.context["found"]
        for change in changes
        for part in change.parts
    }, response.content.decode()


def test_a_change_is_told_in_words(program, as_user):
    group = Group(program, 12)
    group.publish_milestones()
    found, html = page_of(as_user(role_reader(group)), group)
    part = found["expectations", "baseline", ""]
    assert part.sentence == (
        "Rose by 1.0 on a scale of 5 (between 1.0 and 1.0), from 24 people who answered both times."
    )
    assert {role for code, _before, role in found if code == "expectations"} == {
        "", "mentee", "mentor",
    }  # fmt: skip
    assert found["expectations", "baseline", "mentor"].count == 12
    assert "not why" in html
    assert "From baseline to mid-term" in html
    assert "because" not in html.split("<main")[-1]


@pytest.mark.parametrize(
    ("mean", "words"),
    [((0.6, 0.3, 0.9), "Rose by 0.6"), ((-0.6, -0.9, -0.3), "Fell by 0.6"),
     ((0.2, -0.1, 0.5), "No clear change")],
)  # fmt: skip
def test_a_change_within_chance_is_none(mean, words):
    numbers = dict(zip(("mean", "low", "high"), mean, strict=True))
    part = change_readers.Part("", {"count": 23, **numbers}, 23, steps=5, smallest=5)
    assert part.sentence.startswith(words)
    assert "from 23 people who answered both times" in part.sentence
    assert 0 <= float(part.drawn["start"][:-1]) <= float(part.drawn["middle"][:-1]) <= 100


def test_only_the_same_question_is_compared(program, as_user):
    group = Group(program, 12)
    group.publish_milestones()
    found, _html = page_of(as_user(role_reader(group)), group)
    assert {code for code, _before, _role in found} == {"expectations", "goal_next_step"}


def test_another_pair_and_another_survey_do_not_count(program):
    group = Group(program, 6)
    group.publish_milestones(before=6, after=6)
    other = Group(factories.program(), 6)
    other.publish()
    changes = Wave.objects.get(kind="midterm").changes
    [change] = [one for one in changes if one["code"] == "expectations"]
    assert sum(map(len, change["counted"].values())) == 12
    assert Wave.objects.get(cohort=other.cohort).changes == []


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (12, 12, {"", "mentee", "mentor"}),
        (4, 12, {""}),  # eight people answered twice; four mentees are too few
        (11, 12, set()),  # one pair only answered later: two people
        (7, 12, {"", "mentee", "mentor"}),  # five only answered later
    ],
)
def test_it_is_shown_only_if_no_few_can_be_computed(before, after, shown, program, as_user):
    group = Group(program, 12)
    group.publish_milestones(before=before, after=after)
    found, _html = page_of(as_user(role_reader(group)), group)
    means = [(code, role) for (code, _b, role), part in found.items() if part.mean]
    assert {role for code, role in means if code == "expectations"} == shown


@roles
@pytest.mark.parametrize(
    ("pairs", "answering", "asked"),
    [(7, 7, {}), (9, 8, {"when_applying": True, "waiting": 2})],
    ids=["in-pairs", "when-applying"],
)
def test_no_role_computes_a_few_from_changes(role, pairs, answering, asked, program, as_user):
    group = Group(program, pairs)
    member = role(group)
    group.publish_milestones(before=answering, after=answering, later=answering, **asked)
    assert Attacker(member, as_user).look().finds() == []


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        (role_reader, {}),
        (role_chair, {"when_applying": True}),
        (carer_of(2), {}),
        (member_in_a_pair("reader", "mentor"), {"when_applying": True}),
    ],
    ids=["reader", "chair-when-applying", "carer", "in-a-pair-when-applying"],
)
def test_without_the_rule_the_attacker_finds_few(role, asked, program, as_user, monkeypatch):
    """The test above can fail: this is what it finds if changes are shown as they are."""

    def everything(changes, *_rest):
        return [{"", *change["parts"]} for change in changes]

    monkeypatch.setattr(answer_changes, "safe_parts", everything)
    monkeypatch.setattr(change_readers, "safe_parts", everything)
    group = Group(program, 9)
    member = role(group)
    group.publish_milestones(before=8, after=8, **asked)
    assert Attacker(member, as_user).look().finds() != []


def test_becoming_the_chair_tells_nothing_more(program, as_user):
    group = Group(program, 7)
    member = factories.member(program=program, role="reader")
    group.add(member)
    group.publish_milestones()
    attacker = Attacker(member, as_user).look()
    Membership.objects.create(user=member, program=program, role="chair")
    assert attacker.look().finds() == []


def test_a_recused_member_is_not_told_how_many(program, as_user):
    group = Group(program, 12)
    member = member_in_a_pair("reader", "mentor")(group)
    group.publish_milestones()
    found, _html = page_of(as_user(member), group)
    part = found["expectations", "baseline", ""]
    assert part.count is None
    assert "from at least 5 people" in part.sentence


def test_the_file_hides_what_the_page_hides(program, as_user):
    group = Group(program, 12)
    group.publish_milestones(before=4)
    url = reverse("admin:checkins_wave_before-after-export", args=[group.cohort.pk])
    client = as_user(role_reader(group))
    data = b"".join(client.post(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    about = "I know what is expected"
    rows = [line.split(",") for line in data.splitlines() if line.startswith(about)]
    assert [row[3:5] for row in rows] == [
        ["All", "1.0"], ["Mentees", "too few"], ["Mentors", "too few"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["before-after", "before-after-export"])
def test_other_committees_find_nothing(name, program, as_user):
    group = Group(program, 6)
    stranger = factories.member(program=factories.program(), role="chair")
    url = reverse(f"admin:checkins_wave_{name}", args=[group.cohort.pk])
    assert as_user(stranger).get(url).status_code == 404


def test_an_empty_cohort_says_what_it_takes(program, as_user):
    group = Group(program, 2)
    found, html = page_of(as_user(role_reader(group)), group)
    assert found == {}
    assert "There is no change to show yet" in html


def test_the_page_costs_the_same_for_more_pairs(as_user):
    costs = []
    for pairs in (6, 12):
        group = Group(factories.program(), pairs)
        client = as_user(role_chair(group))
        group.publish_milestones()
        url = reverse("admin:checkins_wave_before-after", args=[group.cohort.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_cells_add_later_and_subtract_earlier_answers():
    change = {"counted": {"mentee": [(1, 10, 20)], "mentor": [(2, 11, 21)]}}
    assert cell_of(change, "mentee") == {(1, 10): -1, (1, 20): 1}
    assert len(cell_of(change, "")) == 4


# --- from what people answered when they applied


def change_of(kind, code="expectations", before="baseline"):
    changes = Wave.objects.get(kind=kind).changes
    return next(one for one in changes if (one["code"], one["before"]) == (code, before))


def test_it_counts_from_the_application(program, as_user):
    group = Group(program, 12)
    group.publish_milestones(when_applying=True)
    found, _html = page_of(as_user(role_reader(group)), group)
    assert found["expectations", "baseline", ""].count == 24
    assert found["expectations", "baseline", "mentor"].count == 12
    assert Wave.objects.get(kind="baseline").asked == 24


def test_people_without_a_match_are_compared_too(program, as_user):
    group = Group(program, 6)
    group.publish_milestones(when_applying=True, waiting=7)
    found, html = page_of(as_user(role_reader(group)), group)
    assert found["goal_next_step", "baseline", ""].mean is not None
    assert "From baseline to without a match" in html
    counted = change_of("unmatched", "goal_next_step")["counted"]
    assert {role: len(rows) for role, rows in counted.items()} == {"mentee": 7}


def test_a_mentor_of_two_counts_once(program):
    group = Group(program, 6)
    mentor = group.matches[0].mentor
    mentor.capacity = 2
    mentor.save()
    second = factories.application(factories.person(), group.cohort)
    group.matches.append(Match.objects.create(mentee=second, mentor=mentor))
    Match.objects.update(introduced_at=timezone.now() - timedelta(days=200))
    asked_twice = group.matches.pop()
    group.publish_milestones(when_applying=True, before=6, after=0)
    CheckIn.objects.filter(kind="midterm").delete()
    Wave.objects.filter(kind="midterm").delete()
    group.matches.append(asked_twice)
    group._ask("midterm", 100, 99)
    publish_waves(timezone.now())
    people = [row[0] for row in change_of("midterm")["counted"]["mentor"]]
    assert len(people) == len(set(people)) == 6


def test_a_second_pair_of_an_application_does_not_count_again(program):
    group = Group(program, 6)
    group.publish_milestones(when_applying=True)
    first = group.matches[0]
    Match.objects.filter(pk=first.pk).update(
        state="closed", closed_kind="choice", closed_at=timezone.now()
    )
    mentor = factories.application(factories.person(), group.cohort, "mentor")
    group.matches = [Match.objects.create(mentee=first.mentee, mentor=mentor)]
    group._ask("midterm", 60, 1)
    publish_waves(timezone.now())
    last = Wave.objects.filter(kind="midterm").latest("month")
    assert last.answered == 2
    assert last.changes == []


def test_answers_of_another_cohort_are_not_compared(program):
    """Their figures are hidden by other groups, so subtracting them could tell about few."""
    group = Group(program, 6)
    other = factories.cohort(program=program)
    Application.objects.filter(role="mentor").update(cohort=other)
    for match in group.matches:
        match.mentor.refresh_from_db()
    group.publish_milestones(when_applying=True)
    changes = Wave.objects.get(kind="midterm", cohort=group.cohort).changes
    assert {role for change in changes for role in change["counted"]} == {"mentee"}
