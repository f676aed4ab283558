"""Wishes about named people in every spelling: found for certain, or kept apart until decided."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.privacy import erase_person
from applications.models import NamedWish, NamedWishCandidate
from applications.named_wishes import people_named, resolve_names, visible_open_names
from programs.models import Conflict
from testkit import factories

pytestmark = pytest.mark.django_db

PEOPLE = (
    "Email,Name\n"
    "m1@example.org,Seán O’Brien\nm2@example.org,Zoë Ünal\nm3@example.org,Ann-Marie Roy\n"
    "m4@example.org,Joe Bad\nm5@example.org,Nguyễn Thị Hồng\n"
)


SPELLINGS = [
    ("Sean O'Brien", ["m1"]),
    ("SEÁN O`BRIEN", ["m1"]),
    ("Zoe Unal", ["m2"]),
    ("Ann‑Marie Roy", ["m3"]),
    ("ann marie roy", ["m3"]),
    ("Bad, Joe", ["m4"]),
    ("Joe Bad.", ["m4"]),
    ("Joe Bad (my manager)", ["m4"]),
    ("Mr Joe Bad", ["m4"]),
    ("Joe Bad, Zoë Ünal", ["m2", "m4"]),
    ("Joe Bad and Zoe Unal", ["m2", "m4"]),
    ("m4@example.org", ["m4"]),
    ("Joe Bad <m4@example.org>", ["m4"]),
    ("Nguyen Thi Hong", ["m5"]),
]


class TestWishesInOtherSpellings:
    @pytest.mark.parametrize("kind", ["avoid", "prefer"])
    def test_the_people_are_found_for_certain(self, bring, cohort, kind):
        bring(PEOPLE, role="mentor")
        rows = [f'w{n}@example.org,P {n},"{one}"' for n, (one, _meant) in enumerate(SPELLINGS)]
        file = "Email,Name,Names\n" + "\n".join(rows)
        check, _done = bring(file, "email", "name", kind, **{"split-2": ""})
        found = dict.fromkeys(range(len(SPELLINGS)), ())
        for _role, _kind, writer, named, _rank in people_named(cohort):
            row = int(User.objects.get(pk=writer).email[1:].split("@")[0])
            found[row] = (*found[row], User.objects.get(pk=named).email[:2])
        assert [sorted(one) for one in found.values()] == [meant for _one, meant in SPELLINGS]
        assert "until you decide" not in check

    @pytest.mark.parametrize(
        ("written", "apart"),
        [
            ("Joe", ["m4"]),
            ("Joe Badd", ["m4"]),
            ("Joe Bad - my manager", ["m4"]),
            ("Roy", ["m3"]),
        ],
    )
    def test_who_may_be_meant_is_kept_apart_until_a_member_decides(
        self, bring, cohort, written, apart
    ):
        bring(PEOPLE, role="mentor")
        file = f"Email,Name,Names\nw@example.org,P A,{written}\n"
        check, _done = bring(file, "email", "name", "avoid")
        found = User.objects.filter(pk__in=[row[3] for row in people_named(cohort)])
        assert [person.email[:2] for person in found] == apart
        assert "kept apart until you decide" in check

    def test_a_preference_that_is_not_certain_waits(self, bring, cohort):
        bring(PEOPLE, role="mentor")
        check, _done = bring("Email,Name,N\nw@example.org,P A,Joe\n", "email", "name", "prefer")
        assert people_named(cohort) == []
        assert "counts once you have decided" in check

    def test_two_people_of_one_name_are_both_kept_apart_also_when_the_second_comes_later(
        self, bring, cohort
    ):
        bring(PEOPLE, role="mentor")
        bring("Email,Name,N\nw@example.org,P A,Joe Bad\n", "email", "name", "avoid")
        assert len(people_named(cohort)) == 1
        bring("Email,Name\nm9@example.org,Joe Bad\n", role="mentor")
        assert len(people_named(cohort)) == 2
        assert NamedWishCandidate.system.filter(is_meant=None).count() == 2

    def test_a_name_that_fits_no_one_is_listed_before_the_import(self, bring):
        check, _done = bring("Email,Name,N\nw@example.org,P A,Lu Xo\n", "email", "name", "avoid")
        assert "“Lu Xo” fits no one who has applied so far." in check


class TestDeciding:
    @pytest.fixture
    def wish(self, bring):
        bring(PEOPLE + "m6@example.org,Joe Bad\n", role="mentor")
        bring("Email,Name,N\nw@example.org,P A,Joe Bad\n", "email", "name", "avoid")
        return NamedWish.system.get()

    @pytest.fixture
    def decide(self, as_user, cleo, wish):
        def decide(user=cleo, address="", people=()):
            chosen = User.objects.filter(email__in=[f"{one}@example.org" for one in people])
            data = {f"wish-{wish.pk}-people": [one.pk for one in chosen]}
            url = reverse("admin:applications_application_wish", args=[wish.pk])
            return as_user(user).post(url, {**data, f"wish-{wish.pk}-address": address})

        return decide

    def named(self, cohort):
        found = User.objects.filter(pk__in=[row[3] for row in people_named(cohort)])
        return sorted(person.email[:2] for person in found)

    def test_the_review_page_and_the_round_list_it(self, wish, as_user, cleo, cohort):
        review = reverse("admin:applications_application_change", args=[wish.application_id])
        assert "Everyone below is kept apart" in as_user(cleo).get(review).content.decode()
        ((found, why, people),) = visible_open_names(cohort, cleo)
        assert (found, len(people), "2 people" in why) == (wish, 2, True)

    def test_a_member_says_who_is_meant(self, decide, cohort, as_user, cleo, wish):
        assert self.named(cohort) == ["m4", "m6"]
        decide(people=["m6"])
        assert self.named(cohort) == ["m6"]
        resolve_names(cohort)  # what is decided stays
        assert self.named(cohort) == ["m6"]
        review = reverse("admin:applications_application_change", args=[wish.application_id])
        assert "Means Joe Bad." in as_user(cleo).get(review).content.decode()

    def test_nobody_and_someone_else_can_be_meant(self, decide, cohort):
        decide()
        assert self.named(cohort) == []
        decide(address="m1@example.org")
        assert self.named(cohort) == ["m1"]

    def test_twice_is_the_same_as_once(self, decide, cohort):
        decide(people=["m4", "m6"])
        decide(people=["m4", "m6"])
        assert self.named(cohort) == ["m4", "m6"]

    def test_an_address_of_no_applicant_is_refused(self, decide, cohort):
        page = decide(address="stranger@example.org").content.decode()
        assert re.search(r'href="#id_wish-\d+-address">No one with this address', page)
        assert NamedWish.system.get().decided_at is None

    def test_a_reader_and_another_programs_chair_decide_nothing(self, decide, program):
        decide(user=factories.member(program=program, role="reader"), people=["m4"])
        other = factories.member(program=factories.program(), role="chair")
        assert decide(user=other, people=["m4"]).status_code == 404
        assert NamedWish.system.get().decided_at is None

    def test_a_member_with_a_conflict_with_a_candidate_sees_no_wish(self, wish, cleo, cohort):
        joe = User.objects.get(email="m6@example.org")
        Conflict.objects.create(member=cleo, person=joe)
        assert visible_open_names(cohort, cleo) == []
        assert not NamedWish.objects.visible_to(cleo).exists()

    def test_erasing_a_candidate_keeps_the_wish_about_the_others(self, wish, cohort):
        erase_person(User.objects.get(email="m6@example.org"))
        resolve_names(cohort)
        assert self.named(cohort) == ["m4"]
