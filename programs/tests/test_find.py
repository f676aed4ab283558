"""One person among very many: typed, found, and chosen if several fit."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.models import Conflict
from testkit import factories

ADD = reverse("admin:programs_conflict_add")


@pytest.fixture
def people(cohort):
    return [
        factories.application(factories.person(name), cohort=cohort, role="mentee").person
        for name in ("Ann Lee", "Ann Leeds", "Bo Ray")
    ]


def errors_of(response):
    return response.context["adminform"].form.errors["person"]


def test_a_name_that_fits_one_person_is_enough(as_user, cleo, people):
    assert as_user(cleo).post(ADD, {"person_text": "ray bo"}).status_code == 302
    assert Conflict.objects.get().person == people[2]


def test_the_whole_name_wins_over_a_longer_one(as_user, cleo, people):
    as_user(cleo).post(ADD, {"person_text": "ann lee"})
    assert Conflict.objects.get().person == people[0]


def test_who_fits_is_offered_with_the_address(as_user, cleo, people):
    page = as_user(cleo).post(ADD, {"person_text": "ann"})
    assert errors_of(page) == ["Several fit. Choose one below, or type more of the name."]
    text = page.content.decode()
    for person in people[:2]:
        assert f'value="{person.pk}"> {person.name} &lt;{person.email}&gt;' in text
    sent = {"person_text": "ann", "person": people[1].pk}
    assert as_user(cleo).post(ADD, sent).status_code == 302
    assert Conflict.objects.get().person == people[1]


def test_no_one_and_nothing_are_said(as_user, cleo, people):
    client = as_user(cleo)
    nothing, no_one = client.post(ADD, {}), client.post(ADD, {"person_text": "Zoe"})
    assert errors_of(nothing) == ["Type a part of the name, then choose."]
    assert errors_of(no_one) == ["No one fits this name. Check how it is written."]
    assert not Conflict.objects.exists()


def test_people_of_other_programs_are_not_found(as_user, cleo, people):
    other = factories.cohort(program=factories.program())
    far = factories.application(factories.person("Far Away"), cohort=other, role="mentee").person
    client = as_user(cleo)
    assert errors_of(client.post(ADD, {"person_text": "Far Away"}))
    assert errors_of(client.post(ADD, {"person": far.pk})) == [
        "This choice is no longer possible. Choose again."
    ]
    names = {"app_label": "programs", "model_name": "conflict", "field_name": "person"}
    found = client.get(reverse("admin:autocomplete"), {**names, "term": "a"}).json()["results"]
    assert {one["text"] for one in found} >= {"Ann Lee", "Bo Ray"}
    assert "Far Away" not in {one["text"] for one in found}
