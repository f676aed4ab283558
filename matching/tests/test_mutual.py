"""Pairs that found each other: both names are needed, and the committee says yes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from applications.models import NamedWish
from matching.workbench.mutual import mutual_pairs
from programs.models import Conflict, Membership
from testkit import factories
from testkit import rounds as make


@pytest.fixture
def wish(people):
    def write(who, whom, kind="prefer"):
        fields = {
            "application": people[who],
            "kind": kind,
            "written": whom,
            "person": people[whom].person,
        }
        return NamedWish.system.create(**fields)

    return write


@pytest.fixture
def found(cohort, cleo, wish):
    """Amina and Priya named each other."""
    wish("amina", "priya")
    wish("priya", "amina")
    return make.run_round(cohort, cleo)


def names(round_, user):
    return [
        (one.mentee.person.first_name, one.mentor.person.first_name)
        for one in mutual_pairs(round_, user)
    ]


def test_two_who_named_each_other_are_found(found, cleo):
    assert names(found, cleo) == [("Amina", "Priya")]


def test_one_name_is_not_enough(cohort, cleo, wish):
    wish("amina", "priya")
    wish("priya", "joel")
    assert names(make.run_round(cohort, cleo), cleo) == []


def test_please_not_is_no_wish(cohort, cleo, wish):
    wish("amina", "priya")
    wish("priya", "amina", kind="avoid")
    assert names(make.run_round(cohort, cleo), cleo) == []


def test_approving_pins_the_pair(found, cleo, as_user, people, table):
    client = as_user(cleo)
    page = reverse("admin:matching_round_mutual", args=[found.public_id])
    assert "Approve and pin" in client.get(page).content.decode()
    choose = reverse(
        "admin:matching_round_choose", args=[found.public_id, people["amina"].public_id]
    )
    client.post(
        choose, {"expected_version": found.plan_version, "mentor": people["priya"].public_id}
    )
    assert table(found)["Amina"] == "Priya"
    assert [one.is_pinned for one in mutual_pairs(found, cleo)] == [True]


def test_a_rule_in_the_way_is_named(cohort, cleo, wish, people, program):
    from matching.models import KeepApart

    two = {"first": people["amina"].person, "second": people["priya"].person, "by": cleo}
    KeepApart.system.create(program=program, reason="x", **two)
    wish("amina", "priya")
    wish("priya", "amina")
    (pair,) = mutual_pairs(make.run_round(cohort, cleo), cleo)
    assert pair.rules == "the committee keeps these two apart"


def test_a_recused_member_does_not_see_it(found, kim, people):
    Conflict.objects.create(member=kim, person=people["priya"].person)
    assert names(found, kim) == []


def test_others_do_not_open_the_page(found, as_user, dan):
    page = reverse("admin:matching_round_mutual", args=[found.public_id])
    assert as_user(dan).get(page).status_code in {302, 403, 404}


@pytest.mark.parametrize(
    ("role", "is_told"), [("matcher", True), ("reader", True), ("carer", False)]
)
def test_only_readers_of_applications_learn_who_named_whom(
    role, is_told, cohort, cleo, program, wish, people, as_user
):
    """A carer sees rounds, and no applications of people who are in no pair yet."""
    wish("amina", "ruth")
    wish("amina", "priya", kind="avoid")
    round_ = make.run_round(cohort, cleo)
    client = as_user(factories.member("Ola Vale", program=program, role=role))
    pages = {
        name: client.get(reverse(f"admin:matching_round_{name}", args=[round_.public_id, *more]))
        for name, more in (("workbench", []), ("compare", [people["amina"].public_id]))
    }
    words = " ".join(page.content.decode() for page in pages.values())
    assert ("asked not to be paired" in words) is is_told
    assert ("asked for this mentor" in words) is is_told


def test_a_role_in_another_program_opens_no_wishes(cohort, cleo, program, wish, people, as_user):
    wish("amina", "priya", kind="avoid")
    round_ = make.run_round(cohort, cleo)
    ola = factories.member("Ola Vale", program=program, role="carer")
    Membership.objects.create(user=ola, program=factories.program(), role="reader")
    address = reverse(
        "admin:matching_round_compare", args=[round_.public_id, people["amina"].public_id]
    )
    words = as_user(ola).get(address).content.decode()
    assert "asked not to be paired" not in words
    assert "for a reason that only readers of the applications see" in words
