"""Whoever leaves is asked no more, and no mentee who left counts as waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts import privacy
from applications.models import Application
from applications.submission import withdraw as withdraw_application
from matches import endings
from matches.match_creation import create_matches
from matches.models import Match
from matching.emails import ASKED_IN_VAIN, round_unmatched
from matching.models import Offer, Proposal
from matching.privacy import erase_old_comments
from matching.rounds import pair_offers
from notifications.testing import deliver_due_emails

from .offers import emails, offer_of

State = Offer.State


@pytest.mark.parametrize("who", ["amina", "ruth"])
def test_erasing_one_of_the_two_ends_the_offer_at_once(asked, people, spare, as_user, cleo, who):
    stale, person, before = offer_of(people["amina"]), people[who].person, len(emails("offer"))
    name = person.name
    privacy.erase_person(person)
    ended = offer_of(people["amina"], mentor=people["ruth"])
    assert (ended.state, ended.why, ended.reason) == (State.WITHDRAWN, {}, "")
    following = Offer.system.filter(mentee=people["amina"], state="open")
    assert [row.mentor for row in following] == ([spare] if who == "ruth" else [])
    assert emails("offer")[before:] == ["Vera"] * (who == "ruth")
    with pytest.raises(ActionNotAllowed, match="has ended"):
        pair_offers.answer(stale, by=people["ruth"].person, agrees=True)
    for day in (0, 6):
        pair_offers.follow_offers(timezone.now() + timedelta(days=day))
    to = [one.to for one in deliver_due_emails(timezone.now() + timedelta(hours=1))]
    assert [person.email] not in to
    page = as_user(cleo).get(reverse("admin:matching_offer_changelist")).content.decode()
    assert name not in page


def test_the_reason_of_a_no_is_erased_with_the_committees_comments(asked, people):
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False, reason="time")
    erase_old_comments(Application.objects.filter(pk=people["amina"].pk))
    assert offer_of(people["amina"], number=1).reason == ""


@pytest.mark.parametrize("who", ["amina", "ruth"])
def test_withdrawing_ends_the_offer_at_once(asked, people, spare, who):
    before = len(emails("offer"))
    for _twice in range(2):
        withdraw_application(people[who], by=people[who].person)
    assert offer_of(people["amina"], mentor=people["ruth"]).state == State.WITHDRAWN
    assert emails("offer")[before:] == ["Vera"] * (who == "ruth")


def test_the_offers_of_others_stay(asked, people, spare):
    privacy.erase_person(people["ruth"].person)
    assert offer_of(people["joel"]).state == State.OPEN


@pytest.mark.parametrize("leaves", ["erased", "withdrawn", "program over", "matched since"])
def test_a_mentee_who_does_not_wait_is_not_counted_as_left_over(
    asked, people, cohort, cleo, leaves
):
    pair_offers.withdraw(asked, by=cleo, asks_next=False)
    left = Offer.system.nobody_left().filter(mentee=people["amina"])
    assert left.count() == 1
    if leaves == "erased":
        privacy.erase_person(people["amina"].person)
    elif leaves == "withdrawn":
        withdraw_application(people["amina"], by=people["amina"].person)
    elif leaves == "program over":
        type(cohort).objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    else:
        pair = people["amina"].pk, people["priya"].pk, {}
        (match,) = create_matches([pair], at=asked.opened_at + timedelta(hours=1))
        endings.end(match, by=people["amina"].person, kind=Match.Closed.COMPLETED)
    assert left.count() == 0


def test_the_letter_of_a_later_round_is_that_of_the_round(asked, people, cleo):
    """What was asked for an earlier round says nothing about a later one."""
    amina, letter = people["amina"], "reason_code"
    pair_offers.withdraw(asked, by=cleo, asks_next=False)
    assert round_unmatched(amina, amina.person).context[letter] == ASKED_IN_VAIN
    Proposal.system.filter(round=asked.round, mentee=amina).update(mentor=None)
    earlier = asked.round.published_at - timedelta(days=9)
    Offer.system.filter(pk=asked.pk).update(opened_at=earlier)
    assert round_unmatched(amina, amina.person).context[letter] != ASKED_IN_VAIN
