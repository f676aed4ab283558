"""On the page of one row, what a member may see is decided once, and only there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from applications.models import Application, CommitteeNote
from checkins.models import CheckIn, Concern
from matches.models import Match
from meetings.models import Meeting
from programs.models import Conflict, Membership, about_only, read_roles_once
from testkit import factories

pytestmark = pytest.mark.django_db

RULES = ("for_committee", "cared_for_by", "in_care_of")


@pytest.fixture
def kim(program):
    return factories.member("Kim Osei", program=program, role="chair")


@pytest.fixture
def pairs(cohort, kim):
    found = [factories.match(factories.person(), factories.person(), cohort) for _ in range(2)]
    Match.objects.update(carer=kim)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_only_the_pair_of_the_page_is_found(pairs, kim, rule):
    this, other = pairs
    with read_roles_once():
        with about_only(this):
            assert list(getattr(Match.objects, rule)(kim)) == [this]
            assert not getattr(Match.objects.filter(pk=other.pk), rule)(kim).exists()
        assert set(getattr(Match.objects, rule)(kim)) == {this, other}


@pytest.mark.parametrize("rule", RULES)
def test_a_pair_that_the_member_may_not_see_is_not_found(pairs, kim, rule):
    this, _other = pairs
    Conflict.objects.create(member=kim, person=this.mentor.person)
    stranger = factories.person("Someone Else")
    with read_roles_once(), about_only(this):
        for reader in (kim, stranger, AnonymousUser()):
            assert not getattr(Match.objects, rule)(reader).exists()


def test_a_role_is_part_of_what_is_decided(pairs, kim):
    this, _other = pairs
    with read_roles_once(), about_only(this):
        assert Match.objects.for_committee(kim, "chair").exists()
        assert not Match.objects.for_committee(kim, "carer").exists()
        assert Match.objects.for_committee(kim).exists()


def test_rules_about_what_belongs_to_the_pair_ask_no_more(pairs, kim, django_assert_num_queries):
    this, _other = pairs

    def read():
        return [
            list(model.objects.for_committee(kim).filter(match=this))
            for model in (Meeting, CheckIn, Concern)
        ]

    with read_roles_once(), about_only(this):
        read()
        with django_assert_num_queries(3):
            read()


def test_two_pages_within_each_other_keep_apart(pairs, kim):
    this, other = pairs
    with read_roles_once(), about_only(this), about_only(other):
        assert list(Match.objects.for_committee(kim)) == [other]


def test_where_things_may_change_each_rule_is_asked_again(pairs, kim):
    this, other = pairs
    with about_only(this):  # a form was sent: what was read before may be wrong now
        assert set(Match.objects.for_committee(kim)) == {this, other}
        Conflict.objects.create(member=kim, person=this.mentor.person)
        assert list(Match.objects.for_committee(kim)) == [other]


def test_only_the_application_of_the_page_is_found(pairs, kim):
    this, other = pairs[0].mentee, pairs[1].mentee
    for application in (this, other):
        CommitteeNote.objects.create(application=application, author=kim, text="Called her.")
    with read_roles_once():
        with about_only(this):
            assert list(Application.objects.for_committee(kim)) == [this]
            assert list(Application.objects.readable_in_full_by(kim)) == [this]
            assert CommitteeNote.objects.visible_to(kim).get().application == this
            assert set(Match.objects.for_committee(kim)) == set(pairs)
        assert CommitteeNote.objects.visible_to(kim).count() == 2


# --- on pages about many rows


@pytest.fixture
def writings(monkeypatch):
    """Count how often a rule of matches is written as a query: the first part of each."""
    found = []
    written = Membership.objects.program_ids

    def program_ids(user, *roles):
        found.append((user, roles))
        return written(user, *roles)

    monkeypatch.setattr(Membership.objects, "program_ids", program_ids)
    return found


def test_a_page_writes_a_rule_once_for_each_reader_and_role(pairs, kim, writings):
    other = factories.member("Lou Brandt", program=pairs[0].program, role="chair")
    with read_roles_once():
        for _time in range(3):
            for reader in (kim, other):
                assert set(Match.objects.for_committee(reader)) == set(pairs)
            assert not Match.objects.for_committee(kim, "carer").exists()
    assert writings == [(kim, ()), (other, ()), (kim, ("carer",))]


def test_without_a_page_a_rule_is_written_each_time(pairs, kim, writings):
    for _time in range(2):
        assert set(Match.objects.for_committee(kim)) == set(pairs)
    assert len(writings) == 2


def test_a_rule_keeps_what_was_asked_before_it(pairs, kim):
    this, other = pairs
    with read_roles_once():
        assert set(Match.objects.for_committee(kim)) == {this, other}
        assert list(Match.objects.filter(pk=this.pk).for_committee(kim)) == [this]
        assert list(Match.objects.order_by("-pk").for_committee(kim)) == [other, this]
        assert list(Match.objects.order_by("pk").for_committee(kim)) == [this, other]
        assert Match.objects.values("pk").for_committee(kim)[0].keys() == {"pk"}
        assert len(Match.objects.order_by("pk").select_related("carer").for_committee(kim)) == 2
        assert set(Match.objects.none().for_committee(kim)) == set()
        assert set(Match.objects.for_committee(kim)) == {this, other}


def test_rows_that_were_read_are_not_kept(pairs, kim):
    with read_roles_once():
        assert len(Match.objects.for_committee(kim)) == 2
        Match.objects.filter(pk=pairs[0].pk).update(carer=None)
        assert {one.carer for one in Match.objects.for_committee(kim)} == {None, kim}
