"""Keep apart and all pairs in the admin."""

from __future__ import annotations

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from matches.carers import assign_carer
from matches.models import Match
from matching.models import KeepApart
from programs.models import Conflict
from testkit import factories

APART = reverse("admin:matching_keepapart_changelist")
PAIRS = reverse("admin:matches_match_changelist")


@pytest.fixture
def apart(program, people, cleo):
    two = {"first": people["amina"].person, "second": people["ruth"].person}
    return KeepApart.system.create(program=program, reason="CANARY-reason", by=cleo, **two)


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


@pytest.fixture
def carl(program):
    return factories.member("Carl Care", program=program, role="carer")


def test_a_matcher_adds_two_people_with_a_reason(program, people, kim, as_user):
    data = {
        "program": program.pk,
        "first": people["amina"].person.pk,
        "second": people["ruth"].person.pk,
        "kind": "keep_apart", "reason": "They were married.", "since": "2026-01-01", "until": "",
    }  # fmt: skip
    as_user(kim).post(reverse("admin:matching_keepapart_add"), data)
    made = KeepApart.system.get()
    assert (made.by, made.reason) == (kim, "They were married.")


def test_members_read_the_list_and_others_do_not(apart, as_user, cleo, dan, people):
    assert "Amina Farah" in as_user(cleo).get(APART).content.decode()
    for stranger in (dan, people["ruth"].person):
        assert as_user(stranger).get(APART).status_code in {302, 403}


def test_a_conflict_with_one_of_the_two_hides_the_row(apart, as_user, kim, people):
    Conflict.objects.create(member=kim, person=people["amina"].person)
    assert "Amina Farah" not in as_user(kim).get(APART).content.decode()
    assert (
        as_user(kim).get(reverse("admin:matching_keepapart_change", args=[apart.pk])).status_code
        == 302
    )


def test_a_reader_adds_nothing(program, as_user, people):
    reader = factories.member(program=program, role="reader")
    assert as_user(reader).get(reverse("admin:matching_keepapart_add")).status_code == 403


def test_all_pairs_are_listed_with_state_and_carer(pair, as_user, cleo):
    text = as_user(cleo).get(PAIRS).content.decode()
    assert "Ben Okoro + Ada Brook" in text
    assert "Introduced" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_pairs_asks_as_often_whatever_its_size(
    cohort, as_user, cleo, django_assert_max_num_queries, count
):
    for _n in range(count):
        factories.match(factories.person(), factories.person(), cohort)
    client = as_user(cleo)
    client.get(PAIRS)
    with django_assert_max_num_queries(22):
        client.get(PAIRS)


def test_a_carer_is_assigned_after_a_page_that_says_for_whom(pair, as_user, cleo, carl):
    client, chosen = as_user(cleo), {"action": "choose_carer", ACTION_CHECKBOX_NAME: [pair.pk]}
    page = client.post(PAIRS, chosen).content.decode()
    assert "Ben Okoro + Ada Brook" in page
    assert Match.objects.get().carer is None
    client.post(PAIRS, {**chosen, "carer": carl.public_id})
    assert Match.objects.get().carer == carl


def test_a_member_with_a_conflict_cannot_be_the_carer(pair, cleo, carl):
    Conflict.objects.create(member=carl, person=pair.mentee.person)
    with pytest.raises(ActionNotAllowed, match="has a conflict of interest with this pair"):
        assign_carer(pair, carl, by=cleo)


def test_a_carer_cannot_assign(pair, carl):
    with pytest.raises(ActionNotAllowed, match="Only a chair or matcher"):
        assign_carer(pair, carl, by=carl)


def test_a_member_of_another_program_cannot_be_the_carer(pair, cleo, dan):
    with pytest.raises(ActionNotAllowed, match="not a carer"):
        assign_carer(pair, dan, by=cleo)


def test_a_closed_pair_gets_no_carer(pair, cleo, carl):
    from django.utils import timezone

    Match.objects.update(state="closed", closed_at=timezone.now(), closed_kind="completed")
    pair.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="closed"):
        assign_carer(pair, carl, by=cleo)
