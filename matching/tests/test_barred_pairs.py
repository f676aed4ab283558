"""Pairs that the committee keeps apart, or that one of the two declined, after a round was run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access.exceptions import ActionNotAllowed
from checkins.models import Concern
from matches.match_creation import create_matches
from matches.models import Match
from matching.models import KeepApart, Offer, Override, Round
from matching.rounds import pair_offers
from testkit import rounds as make

from .offers import asks, offer_of
from .test_offers import address_in, letter  # noqa: F401  a fixture

State = Offer.State


def keep_apart(first, second, by):
    program = first.cohort.program
    KeepApart.objects.create(
        program=program, first=first.person, second=second.person, reason="r", by=by
    )


def publish(round_, cleo):
    return make.publish(
        Round.system.select_related("cohort__program__policy").get(pk=round_.pk), cleo
    )


@pytest.mark.parametrize("who", ["nobody", "mentor"])
def test_a_round_makes_no_pair_that_is_kept_apart_since_it_was_run(cohort, people, kim, cleo, who):
    asks(cohort, who)
    round_ = make.approved_round(cohort, kim, cleo)
    keep_apart(people["ruth"], people["amina"], cleo)
    with pytest.raises(ActionNotAllowed, match=r"Amina .* and Ruth .* must not be matched"):
        publish(round_, cleo)
    assert not Match.objects.exists()
    assert not Offer.system.exists()


def test_a_rule_that_the_round_waived_bars_nothing(cohort, people, kim, cleo):
    round_ = make.approved_round(cohort, kim, cleo)
    keep_apart(people["ruth"], people["amina"], cleo)
    Override.objects.create(
        round=round_,
        mentee=people["amina"],
        mentor=people["ruth"],
        codes=["keep_apart"],
        reason="r",
        by=cleo,
    )
    publish(round_, cleo)
    assert Match.objects.filter(mentee=people["amina"], mentor=people["ruth"]).exists()


def test_a_round_that_was_run_before_a_no_does_not_ask_again(cohort, people, kim, cleo):
    asks(cohort, "mentor")
    round_ = make.approved_round(cohort, kim, cleo)
    earlier = make.run_round(cohort, cleo)
    now = round_.created_at
    Offer.objects.create(
        round=earlier,
        mentee=people["amina"],
        mentor=people["ruth"],
        state=State.DECLINED,
        opened_at=now,
        closes_at=now,
        closed_at=now,
    )
    with pytest.raises(ActionNotAllowed, match="must not be matched"):
        publish(round_, cleo)


def test_keeping_two_apart_ends_their_offer_and_asks_the_next(asked, people, spare, cleo):
    keep_apart(people["amina"], people["ruth"], cleo)
    for _twice in range(2):
        pair_offers.follow_offers(asked.opened_at + timedelta(hours=1))
    assert offer_of(people["amina"], mentor=people["ruth"]).state == State.WITHDRAWN
    assert offer_of(people["amina"], state="open").mentor == spare
    assert offer_of(people["joel"]).state == State.OPEN


def test_a_yes_of_two_who_are_kept_apart_makes_no_pair(asked, people, spare, cleo, client, letter):  # noqa: F811  # the fixture
    keep_apart(people["amina"], people["ruth"], cleo)
    page = client.post(address_in(letter), {"answer": "yes"}).content.decode()
    assert "This request has ended" in page
    assert "Thank you for saying yes" not in page
    assert not Match.objects.exists()
    assert offer_of(people["amina"], state="open").mentor == spare


def test_a_mentee_with_another_mentor_is_asked_about_no_more(asked, people, spare):
    create_matches([(people["amina"].pk, spare.pk, {})], at=asked.opened_at)
    pair_offers.follow_offers(asked.opened_at + timedelta(hours=1))
    assert offer_of(people["amina"]).state == State.WITHDRAWN


def test_no_one_talks_about_a_request_that_has_ended(asked, people, cleo):
    pair_offers.withdraw(asked, by=cleo, asks_next=False)
    with pytest.raises(ActionNotAllowed, match="has ended"):
        pair_offers.talk(asked, by=people["ruth"].person)
    assert not Concern.system.exists()
