"""One search for a person, in the head of every page of the committee."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.models import Conflict
from testkit import factories

FIND = reverse("admin:find")


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


def found(client, text):
    page = client.get(FIND, {"q": text})
    assert page.status_code == 200
    found = page.context["found"]
    return [found.people, [row.person for row in found.applications], found.pairs]


def test_a_person_is_found_with_applications_and_pairs(as_user, cleo, ada, pair):
    for text in ("ada", " Brook  ada ", ada.email.upper()):
        assert found(as_user(cleo), text) == [[ada], [ada], [pair]]


def test_the_field_is_on_every_page(as_user, cleo, pair):
    for page in ("index", "programs_cohort_changelist", "programs_setup", "find"):
        assert f'action="{FIND}"' in as_user(cleo).get(reverse(f"admin:{page}")).content.decode()


def test_a_conflict_of_interest_hides_the_person_and_the_pair(as_user, cleo, ada, ben, pair):
    Conflict.objects.create(member=cleo, person=ada)
    assert found(as_user(cleo), "ada") == [[], [], []]
    assert found(as_user(cleo), "ben") == [[ben], [ben], []]


def test_people_of_other_programs_are_not_found(as_user, pair):
    other = factories.member("Olga", program=factories.program(), role="chair")
    page = as_user(other).get(FIND, {"q": "ada"})
    assert not page.context["found"]
    assert "No name or address in your programs" in page.content.decode()


def test_only_the_committee_searches(as_user, client, dan, pair):
    assert client.get(FIND, {"q": "ada"}).status_code == 302
    assert as_user(dan).get(FIND, {"q": "ada"}).status_code == 302


@pytest.mark.parametrize("text", ["", " ", "a"])
def test_too_little_to_search_for_is_said(text, as_user, cleo, pair):
    page = as_user(cleo).get(FIND, {"q": text})
    assert page.context["found"] is None
    assert "at least two letters" in page.content.decode()


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_number_of_queries_is_the_same_for_more_people(
    pairs, as_user, cleo, cohort, django_assert_num_queries
):
    for number in range(pairs):
        people = (factories.person(f"{role} Searched {number}") for role in ("Me", "Mo"))
        factories.match(*people, cohort)
    client = as_user(cleo)
    client.get(FIND, {"q": "searched"})
    with django_assert_num_queries(7):
        client.get(FIND, {"q": "searched"})
