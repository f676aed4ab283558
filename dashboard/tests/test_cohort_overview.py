"""The committee's page of a cohort: each number is that of its list, for each member."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from applications.models import Application
from checkins.models import CheckIn, Concern, Wave
from dashboard.attention import attention_items, items_of_cohort
from dashboard.overviews.cohort_stages import phase_of
from matches.models import Match
from matching.rounds import lifecycle
from programs.models import Cohort, Conflict, Program
from testkit import checkins, events, factories

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.time_machine(NOW, tick=False)

QUERIES = 50
ROLES = ("chair", "matcher", "carer", "reader")


@pytest.fixture
def members(program):
    return {role: factories.member(f"Some {role}", program=program, role=role) for role in ROLES}


def fill(cohort, members, pairs=1):
    """Add people and pairs in each state, what is planned for them, and what needs someone."""
    carer, chair = members["carer"], members["chair"]
    for number in range(pairs):
        for state in ("submitted", "waitlisted", "accepted", "declined"):
            for role in ("mentee", "mentor"):
                factories.application(factories.person(), cohort, role, state=state)
        for state in ("introduced", "active"):
            match = factories.match(
                factories.person(), factories.person(), cohort, carer=carer,
                introduced_at=NOW - timedelta(days=90), state=state,
            )  # fmt: skip
            Concern.objects.create(
                program=cohort.program,
                match=match,
                person=match.mentee.person,
                urgency="soon",
                cause="noted",
            )
            CheckIn.objects.create(
                match=match, person=match.mentor.person, kind="pulse", ordinal=2,
                opens_at=NOW + timedelta(days=3),
            )  # fmt: skip
            checkins.opened(match, match.mentor.person, at=NOW)
        events.published(cohort.program, by=chair, titles={"en": f"Circle {number}"})
    lifecycle.open_round(cohort, by=members["matcher"])


@pytest.fixture
def filled(cohort, members):
    fill(cohort, members)
    # The same in another cohort of the program, which counts nowhere here.
    fill(factories.cohort(program=cohort.program), members, pairs=2)
    Wave.objects.create(
        cohort=cohort, kind="pulse", month=date(2026, 3, 1), asked=9, answered=8, published_at=NOW
    )
    return cohort


def address(cohort):
    return reverse("admin:programs_cohort_change", args=[cohort.pk])


def page_of(client, cohort):
    response = client.get(address(cohort))
    assert response.status_code == 200
    return response


def words_of(client, cohort):
    return " ".join(html.unescape(page_of(client, cohort).content.decode()).split())


def figures_of(overview):
    """Yield what each number is said of, the number, and where it leads."""
    for row in overview.people:
        for figure in row.figures:
            yield f"{row.label}, {figure.label}", figure.count, figure.url
    for figure in (*overview.pairs, *overview.health):
        yield figure.label, figure.count, figure.url
    for item in overview.items:
        if "step" not in item.text:
            yield item.text, item.count, item.url
    for section in overview.sections:
        if section.name == "surveys":
            for line in section.lines:
                number = (line.note or line.text).split()[0]
                yield line.text, int(number), line.url


def check_figures(client, cohort):
    """Follow every number of the page; return what there was."""
    found = list(figures_of(page_of(client, cohort).context["overview"]))
    for words, count, url in found:
        listed = client.get(url)
        assert listed.status_code == 200, url
        assert listed.context["cl"].result_count == count, (words, url)
    return {words: count for words, count, _url in found}


@pytest.mark.parametrize("role", ROLES)
def test_each_number_is_that_of_its_list(filled, members, as_user, role):
    found = check_figures(as_user(members[role]), filled)
    assert found["Applied, Mentee"] == 6
    assert found["In a pair, Mentor"] == 2
    assert found["Accepted, Mentor"] == 3
    assert found["Introduced"] == found["Active"] == found["Stuck"] == 1
    assert found["Pulse"] == 2
    assert found["1 result"] == 1
    in_care = role in ("chair", "carer")
    assert found.get("open concerns") == (2 if in_care else None)
    assert ("draft round" in found) == (role in ("chair", "matcher"))
    assert ("applications to read" in found) == (role != "carer")


def test_a_recused_member_counts_only_what_they_see(filled, members, as_user):
    chair = members["chair"]
    match = Match.objects.filter(mentee__cohort=filled, state="active").get()
    before = check_figures(as_user(chair), filled)
    Conflict.objects.create(member=chair, person=match.mentee.person)
    after = check_figures(as_user(chair), filled)
    assert (before["Applied, Mentee"], after["Applied, Mentee"]) == (6, 5)
    # The mentor is no conflict, but that they are in this pair is not said either.
    assert (before["In a pair, Mentor"], after["In a pair, Mentor"]) == (2, 1)
    assert before["Active"] == 1
    assert "Active" not in after
    assert (before["open concerns"], after["open concern"]) == (2, 1)


def test_a_carer_sees_only_the_concerns_of_their_pairs(filled, members, program, as_user):
    other = factories.member("Other carer", program=program, role="carer")
    assert "open concerns" in check_figures(as_user(members["carer"]), filled)
    found = check_figures(as_user(other), filled)
    assert not [words for words in found if "concern" in words]


def test_concerns_about_no_pair_belong_to_the_cohort_of_their_person(
    filled, members, program, as_user
):
    applicant = Application.objects.filter(cohort=filled, state="submitted").first().person
    for person in (applicant, factories.person()):
        Concern.objects.create(program=program, person=person, urgency="soon", cause="before")
    found = check_figures(as_user(members["chair"]), filled)
    assert found["open concerns"] == 3


def test_what_needs_someone_is_part_of_today(filled, members):
    """Of all cohorts together, the lines of the cohorts are those of Today."""
    chair = members["chair"]
    other = Cohort.objects.exclude(pk=filled.pk).get(program=filled.program)
    counts = {}
    for cohort in (filled, other):
        for item in items_of_cohort(cohort, chair, at=NOW):
            place = item.url.replace(f"cohort={cohort.slug}", "").strip("?&")
            counts[place] = counts.get(place, 0) + item.count
    today = {item.url: item.count for item in attention_items(chair, at=NOW)}
    assert counts.items() <= today.items()
    assert len(counts) > 4


def test_a_stranger_does_not_see_the_page(filled, as_user):
    stranger = factories.member("Olaf Reed", program=factories.program(), role="chair")
    assert as_user(stranger).get(address(filled)).status_code == 302


def test_the_acts_are_those_of_the_role(filled, members, as_user):
    acts = {
        "Open a round": {"chair", "matcher"},
        "Register a pair": {"chair", "matcher"},
        "Edit name and dates": {"chair"},
        "Copy this cohort for the next run": {"chair"},
        "Invite a mentor": set(ROLES),
    }
    for role in ROLES:
        words = words_of(as_user(members[role]), filled)
        content = words[words.index('id="content"') :]
        for act, roles in acts.items():
            assert (act in content) == (role in roles), (role, act)
        assert ('name="opens_on"' in content) == (role == "chair")


def test_nobody_is_invited_to_a_program_without_a_page(filled, members, as_user):
    Program.objects.filter(pk=filled.program_id).update(is_public=False)
    words = words_of(as_user(members["chair"]), filled)
    content = words[words.index('id="content"') :]
    assert "Invite a mentor" not in content
    assert "The program's page is not public: nobody can apply there." in content


def test_open_steps_of_the_program_are_for_its_chair(filled, members, as_user):
    for role in ROLES:
        words = words_of(as_user(members[role]), filled)
        assert ("steps left to set up the program" in words) == (role == "chair")
    Cohort.objects.filter(pk=filled.pk).update(
        closes_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1)
    )
    assert "steps left" not in words_of(as_user(members["chair"]), filled)


def test_an_empty_cohort_says_so(program, members, as_user):
    empty = factories.cohort(program=program, opens_on=TODAY + timedelta(days=7))
    words = words_of(as_user(members["reader"]), empty)
    for found in (
        "Applications are not open yet",
        "Applications open on 11 May 2026. That is in 7 days.",
        "Nothing in this cohort needs you right now.",
        "No applications have been sent yet.",
        "No pairs yet.",
    ):
        assert found in words
    for left_out in ("Next events", "Surveys</h2>", "How the open pairs are"):
        assert left_out not in words


def test_events_are_those_for_the_cohort(filled, members, as_user):
    other = Cohort.objects.exclude(pk=filled.pk).get(program=filled.program)
    for title, cohort in (("For us", filled), ("For them", other)):
        events.draft(filled.program, days=5, titles={"en": title}, cohorts=[cohort])
    (section,) = [
        one
        for one in page_of(as_user(members["reader"]), filled).context["overview"].sections
        if one.name == "events"
    ]
    assert [line.text for line in section.lines] == ["For us", "Circle 0", "Circle 0", "Circle 1"]
    assert section.lines[0].note.endswith(", Draft")


def test_a_wrong_date_is_corrected_without_the_overview(filled, members, as_user):
    page = as_user(members["chair"]).post(address(filled), {"name": "", "opens_on": "x"})
    assert page.status_code == 200
    assert "overview" not in page.context
    assert 'name="opens_on"' in page.content.decode()


def test_a_round_begins_with_the_cohort_that_led_there(filled, members, as_user):
    form = reverse("admin:matching_round_add")
    page = as_user(members["matcher"]).get(form, {"cohort": filled.slug})
    assert page.context["form"]["cohort"].value() == filled.pk
    assert as_user(members["matcher"]).get(form).context["form"]["cohort"].value() is None
    unknown = as_user(members["matcher"]).get(form, {"cohort": "none-such"})
    assert unknown.context["form"]["cohort"].value() is None


DAYS = {
    "opens_on": date(2026, 1, 10),
    "closes_on": date(2026, 2, 10),
    "matching_on": date(2026, 3, 10),
    "starts_on": date(2026, 4, 10),
    "ends_on": date(2026, 12, 10),
}


@pytest.mark.parametrize(
    ("today", "words", "following", "states"),
    [
        (date(2026, 1, 9), "Applications are not open yet",
         "Applications open on 10 January 2026. That is tomorrow.", "now later later later"),
        (date(2026, 2, 10), "Applications are open",
         "Applications close on 10 February 2026. That is today.", "now later later later"),
        (date(2026, 2, 11), "Applications are closed",
         "Matching day is 10 March 2026. That is in 27 days.", "done now later later"),
        (date(2026, 3, 11), "Applications are closed",
         "Pairs start on 10 April 2026. That is in 30 days.", "done done now later"),
        (date(2026, 4, 11), "The cohort has started",
         "The cohort ends on 10 December 2026. That is in 243 days.", "done done done now"),
        (date(2026, 12, 11), "The cohort has ended", "", "done done done done"),
    ],
)  # fmt: skip
def test_where_a_cohort_stands(today, words, following, states):
    found = phase_of(Cohort(**DAYS), today)
    assert (found.words, found.following) == (words, following)
    assert [stage.state for stage in found.stages] == states.split()


def test_a_rolling_cohort_has_no_days_to_wait_for():
    found = phase_of(Cohort(opens_on=date(2026, 1, 10)), TODAY)
    assert (found.words, found.following) == ("Applications are open", "")
    assert [(one.label, one.state, one.note) for one in found.stages] == [
        ("Applications", "now", "From 10 January 2026 on, at any time")
    ]


def test_a_day_that_is_not_set_is_said():
    days = {name: day for name, day in DAYS.items() if name != "matching_on"}
    found = phase_of(Cohort(**days), date(2026, 2, 20))
    assert [(one.state, one.note) for one in found.stages][1] == ("now", "No day is set")


@pytest.mark.parametrize("pairs", [1, 4])
def test_the_number_of_queries_is_the_same_for_many(
    cohort, members, as_user, pairs, django_assert_num_queries
):
    fill(cohort, members, pairs=pairs)
    client = as_user(members["chair"])
    page_of(client, cohort)
    with django_assert_num_queries(QUERIES):
        page_of(client, cohort)
