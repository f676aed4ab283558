"""What the committee can do with requests before matches, from their list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matching.models import Offer
from matching.rounds import pair_offers
from programs.models import Conflict
from testkit import factories

from .offers import offer_of


def act(client, action, *rows, **confirmed):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **confirmed}
    return client.post(reverse("admin:matching_offer_changelist"), data, follow=True)


def confirm(client, action, *rows):
    return act(client, action, *rows, confirmed="1")


def test_the_committee_asks_the_next_stops_or_gives_more_time(asked, people, spare, as_user, cleo):
    client = as_user(cleo)
    was = timezone.now() + timedelta(days=2)
    Offer.system.filter(pk=asked.pk).update(closes_at=was)
    assert "1 request changed" in confirm(client, "extend", asked).content.decode()
    assert Offer.system.get(pk=asked.pk).closes_at > was + timedelta(days=2)
    confirm(client, "ask_next", asked)
    following = offer_of(people["amina"], state="open")
    assert following.mentor == spare
    confirm(client, "stop_asking", following)
    assert not Offer.system.filter(mentee=people["amina"], state="open").exists()
    assert "no longer possible" in confirm(client, "stop_asking", following).content.decode()


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("extend", "gets as many days from now as in a new one"),
        ("ask_next", "the next best mentor of the same round is asked"),
        ("stop_asking", "no one else is asked for this mentee"),
    ],
)
def test_each_act_of_the_list_says_first_what_it_would_do(
    asked, spare, as_user, cleo, action, says
):
    client = as_user(cleo)
    page = " ".join(act(client, action, asked).content.decode().split())
    assert says in page
    assert str(asked.mentor.person) in page
    assert Offer.system.get(pk=asked.pk) == asked
    assert Offer.system.get(pk=asked.pk).closes_at == asked.closes_at
    pair_offers.withdraw(asked, by=cleo, asks_next=False)
    assert "None of the selected requests is open" in act(client, action, asked).content.decode()


def test_readers_and_members_with_a_conflict_change_nothing(asked, people, program, as_user, cleo):
    reader = factories.member("Rea Der", program=program, role="reader")
    with pytest.raises(ActionNotAllowed):
        pair_offers.withdraw(asked, by=reader, asks_next=False)
    Conflict.objects.create(member=cleo, person=people["amina"].person)
    with pytest.raises(ActionNotAllowed):
        pair_offers.extend(asked, by=cleo)
    page = as_user(cleo).get(reverse("admin:matching_offer_changelist")).content.decode()
    assert "Ruth" not in page
    assert Offer.system.get(pk=asked.pk).state == Offer.State.OPEN


def test_today_counts_what_the_list_shows(asked, people, spare, as_user, cleo):
    client = as_user(cleo)
    assert "requests before matches wait" in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:matching_offer_changelist") + "?state__exact=open")
    assert page.context["cl"].result_count == 3
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False)
    pair_offers.answer(offer_of(people["amina"], state="open"), by=spare.person, agrees=False)
    assert "mentee with no one left to ask" in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:matching_offer_changelist") + "?left=none")
    assert page.context["cl"].result_count == 1
