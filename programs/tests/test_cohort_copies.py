"""The next cohort as a copy: its days move together, its name and address are free."""

from datetime import date

import pytest
from django.urls import reverse

from programs.cohort_copies import next_cohort
from programs.models import Cohort
from testkit import factories

pytestmark = pytest.mark.django_db

DAYS = {
    "opens_on": date(2026, 1, 31),
    "closes_on": date(2026, 2, 28),
    "matching_on": date(2026, 3, 15),
    "starts_on": date(2026, 4, 1),
    "ends_on": date(2027, 3, 31),
}
TODAY = date(2026, 11, 30)


@pytest.fixture
def spring(program):
    return Cohort.objects.create(program=program, name="Spring 2026", slug="spring-2026", **DAYS)


def days_of(cohort):
    return {name: getattr(cohort, name) for name in DAYS}


def test_the_first_copy_is_a_year_later(spring):
    made = next_cohort(spring, on=TODAY)
    assert (made.name, made.slug, made.pk) == ("Spring 2027", "spring-2027", None)
    assert days_of(made) == {name: day.replace(year=day.year + 1) for name, day in DAYS.items()}
    made.full_clean()


def test_it_follows_the_rhythm_of_the_program(program, spring):
    Cohort.objects.create(
        program=program, name="Autumn", slug="autumn", opens_on=date(2025, 7, 31),
        closes_on=date(2025, 8, 31),
    )  # fmt: skip
    assert next_cohort(spring, on=date(2026, 5, 1)).opens_on == date(2026, 7, 31)
    # One was left out: still in step, and not in the past.
    assert next_cohort(spring, on=TODAY).opens_on == date(2027, 1, 31)


def test_a_rolling_cohort_is_followed_by_one_that_opens_today(program):
    rolling = Cohort.objects.create(
        program=program, name="Always open", slug="always", opens_on=date(2024, 1, 1)
    )
    made = next_cohort(rolling, on=TODAY)
    assert (made.name, made.slug) == ("Always open 2", "always-open-2")
    assert days_of(made) == {**dict.fromkeys(DAYS), "opens_on": TODAY}


def test_names_and_addresses_that_are_taken_get_a_number(program, spring):
    factories.cohort(program=program, name="Spring 2027", slug="spring-2027-2")
    factories.cohort(program=program, name="Spring 2027 2")
    made = next_cohort(spring, on=TODAY)
    assert made.name == "Spring 2027 3"
    long = Cohort(program=program, name="x" * 80, slug="x", **DAYS)
    long.save()
    assert len(next_cohort(long, on=TODAY).name) == 80


class TestOnThePage:
    url = "/admin/programs/cohort/add/"

    def test_a_chair_copies_a_cohort(self, as_user, cleo, spring):
        client = as_user(cleo)
        edit = reverse("admin:programs_cohort_change", args=[spring.pk])
        assert f'href="{self.url}?copy={spring.pk}"' in client.get(edit).content.decode()
        form = client.get(f"{self.url}?copy={spring.pk}").context["adminform"].form
        assert (form.initial["name"], form.initial["program"]) == ("Spring 2027", spring.program)
        sent = {name: form[name].value() for name in ("name", "slug", *DAYS)}
        client.post(self.url, {**sent, "program": spring.program_id})
        made = Cohort.objects.get(slug="spring-2027")
        assert made.ends_on == date(2028, 3, 31)
        assert not made.applications.exists()

    @pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 30, "\u0663"])
    def test_an_address_that_names_no_cohort_begins_empty(self, as_user, cleo, spring, asked):
        form = as_user(cleo).get(self.url, {"copy": asked}).context["adminform"].form
        assert "opens_on" not in form.initial

    def test_no_one_copies_a_cohort_of_another_program(self, as_user, cleo, program):
        other = factories.cohort(program=factories.program(name="Theirs"), name="Secret name")
        page = as_user(cleo).get(self.url, {"copy": other.pk}).content.decode()
        assert "Secret name" not in page

    def test_a_reader_finds_no_way_to_copy(self, as_user, program, spring):
        reader = factories.member("Rhea Lind", program=program, role="reader")
        edit = reverse("admin:programs_cohort_change", args=[spring.pk])
        assert "?copy=" not in as_user(reader).get(edit).content.decode()
        assert as_user(reader).get(self.url, {"copy": spring.pk}).status_code == 403


def test_the_page_of_a_cohort_leads_to_registering_a_pair(as_user, cleo, cohort):
    page = as_user(cleo).get(f"/admin/programs/cohort/{cohort.pk}/change/")
    assert 'href="/admin/matching/pairrequest/add/">Register a pair</a>' in page.text
