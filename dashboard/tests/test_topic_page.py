"""The page of a cohort that says which topics lack mentors: each number is that of its list."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import ApplicationTopic
from dashboard.attention_lines import Scope
from dashboard.overviews.topic_demand import demand_of_cohort
from matches.match_creation import create_matches
from programs.models import Conflict, Program, Topic
from testkit import factories

QUERIES = 11


@pytest.fixture
def topics(db):
    names = {"payroll": "Payroll", "change": "Change", "law": "Labour law"}
    return {
        code: Topic.objects.create(code=code, kind="subject", names={"en": name}, position=place)
        for place, (code, name) in enumerate(names.items())
    }


@pytest.fixture
def reader(program):
    return factories.member("Rhea Lind", program=program, role="reader")


@pytest.fixture
def choose(cohort, topics):
    """Let someone apply who asks for topics, or offers them."""

    def choose(role, *codes, weight=2, **fields):
        row = factories.application(
            factories.person(), fields.pop("cohort", cohort), role, **fields
        )
        for code in codes:
            ApplicationTopic.objects.create(application=row, topic=topics[code], weight=weight)
        return row

    return choose


def pair_up(mentee, mentor):
    return create_matches([(mentee.pk, mentor.pk, {})], at=timezone.now())


def address(cohort, query=""):
    return reverse("admin:cohort-topics", args=[cohort.slug]) + query


def demand(member, cohort):
    return demand_of_cohort(Scope(member, timezone.now(), cohort))


def numbers(found):
    return {
        str(one.topic): (one.asked.count, one.most_important, one.offered.count, one.places,
                         one.missing)
        for one in found.topics
    }  # fmt: skip


def test_what_is_asked_for_is_set_against_free_places(choose, cohort, cleo):
    choose("mentee", "payroll", weight=3)
    choose("mentee", "payroll", "law", state="submitted")
    choose("mentee", "payroll", state="waitlisted")
    choose("mentor", "payroll", "change", capacity=2)
    found = demand(cleo, cohort)
    assert numbers(found) == {
        "Payroll": (3, 1, 1, 2, 1),
        "Labour law": (1, 0, 0, 0, 1),
        "Change": (0, 0, 1, 2, 0),
    }
    assert (found.mentees.count, found.mentors.count, found.places) == (3, 1, 2)


def test_a_topic_with_the_code_of_a_shared_one_is_one_topic(choose, cohort, cleo, as_user):
    own = Topic.objects.create(
        program=cohort.program, code="payroll", kind="subject", names={"en": "Our payroll"}
    )
    both = choose("mentee", "payroll", weight=1)
    ApplicationTopic.objects.create(application=both, topic=own, weight=3)
    choose("mentee", "payroll")
    (found,) = demand(cleo, cohort).topics
    assert (str(found.topic), found.asked.count, found.most_important) == ("Our payroll", 2, 1)
    assert as_user(cleo).get(found.asked.url).context["cl"].result_count == 2


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_who_can_not_be_matched_does_not_count(choose, cohort, cleo, state):
    choose("mentee", "payroll", state=state)
    choose("mentor", "payroll", state=state)
    choose("mentee", "payroll", cohort=factories.cohort(program=cohort.program))
    assert demand(cleo, cohort).topics == []


def test_a_pair_takes_its_mentee_and_one_place(choose, cohort, cleo):
    mentee, mentor = choose("mentee", "payroll"), choose("mentor", "payroll", capacity=2)
    (match,) = pair_up(mentee, mentor)
    assert numbers(demand(cleo, cohort)) == {"Payroll": (0, 0, 1, 1, 0)}
    type(match).objects.update(state="closed", closed_at=timezone.now(), closed_kind="choice")
    assert numbers(demand(cleo, cohort)) == {"Payroll": (1, 0, 1, 2, 0)}


@pytest.mark.parametrize("who", ["cleo", "reader"])
def test_each_number_of_people_is_that_of_its_list(choose, cohort, as_user, request, who):
    member = request.getfixturevalue(who)
    for state in ("submitted", "accepted", "declined"):
        choose("mentee", "payroll", state=state)
        choose("mentor", "payroll", "law", state=state)
    offering = choose("mentor", "payroll")
    paired = choose("mentee", "law")
    pair_up(paired, offering)
    Conflict.objects.create(member=member, person=choose("mentee", "payroll").person)
    found, client = demand(member, cohort), as_user(member)
    assert found.mentees.count == 2
    figures = [found.mentees, found.mentors]
    for one in found.topics:
        figures += [one.asked, one.offered]
    assert len(figures) == 6
    for figure in figures:
        assert client.get(figure.url).context["cl"].result_count == figure.count, figure.url


def test_the_page_shows_what_is_missing_first_and_helps_to_find_mentors(
    choose, cohort, reader, as_user
):
    Program.objects.update(is_public=True)
    choose("mentor", "change")
    choose("mentee", "payroll")
    client = as_user(reader)
    page = html.unescape(client.get(address(cohort)).content.decode())
    assert page.index('<th scope="row">Payroll') < page.index('<th scope="row">Change')
    assert "1 topic has fewer free places than mentees who ask for it" in page
    assert "Find mentors for" not in page
    page = html.unescape(client.get(address(cohort, "?ask=payroll")).content.decode())
    assert "Find mentors for Payroll" in page
    assert "Could you help someone with Payroll?" in page
    assert "Pourriez-vous aider quelqu'un sur ce thème\N{NO-BREAK SPACE}: Payroll?" in page
    assert reverse("programs:program-detail", args=[cohort.program.slug]) in page
    assert reverse("programs:poster-code", args=[cohort.program.slug]) in page


@pytest.mark.parametrize("query", ["?ask=nothing", "?ask=", "?ask=%20"])
def test_an_unknown_topic_asks_for_nothing(choose, cohort, cleo, as_user, query):
    choose("mentee", "payroll")
    page = as_user(cleo).get(address(cohort, query))
    assert page.status_code == 200
    assert "Find mentors for" not in page.content.decode()


def test_no_one_is_led_to_a_page_that_is_not_public(choose, cohort, cleo, as_user):
    Program.objects.update(is_public=False)
    choose("mentee", "payroll")
    page = html.unescape(as_user(cleo).get(address(cohort, "?ask=payroll")).content.decode())
    assert "The program's page is not public: nobody can apply there." in page
    assert "Could you help" not in page


def test_an_empty_cohort_says_so(cohort, cleo, as_user):
    page = as_user(cleo).get(address(cohort)).content.decode()
    assert "Nobody who may be matched has chosen a topic yet." in page


def test_only_who_reads_applications_opens_it(cohort, program, as_user, ada):
    carer = factories.member("Eve Lund", program=program, role="carer")
    assert as_user(carer).get(address(cohort)).status_code == 403
    assert as_user(ada).get(address(cohort)).status_code in (302, 403)
    other = factories.member("Someone Else", program=factories.program(), role="chair")
    assert as_user(other).get(address(cohort)).status_code == 404


@pytest.mark.parametrize("people", [1, 4])
def test_the_page_asks_as_often_for_many(
    choose, cohort, cleo, as_user, people, django_assert_num_queries
):
    for _number in range(people):
        choose("mentee", "payroll", "law")
        choose("mentor", "payroll", "change")
    client = as_user(cleo)
    client.get(address(cohort))
    with django_assert_num_queries(QUERIES):
        client.get(address(cohort))
