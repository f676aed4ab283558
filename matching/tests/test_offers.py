"""Asking before a pair is made: who is asked, what an answer does, and what no one learns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.models import Application
from checkins.models import Concern
from matches.models import Match
from matching.models import KeepApart, Offer, Proposal, Round
from matching.offer_emails import url_of
from matching.rounds import asking, pair_offers
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import rounds as make
from testkit.concurrency import at_once

from .offers import asks, emails, offer_of, publish

State = Offer.State


def pairs():
    return {
        (row.mentee.person.first_name, row.mentor.person.first_name) for row in Match.objects.all()
    }


def test_by_default_no_one_is_asked(cohort, people, kim, cleo):
    assert len(publish(cohort, kim, cleo, who="nobody")) == 2
    assert not Offer.system.exists()


@pytest.mark.parametrize(
    ("who", "names"), [("mentor", ["Ruth", "Priya"]), ("both", ["Ruth", "Amina", "Priya", "Joel"])]
)
def test_publishing_asks_and_makes_no_pair(cohort, people, kim, cleo, who, names):
    assert publish(cohort, kim, cleo, who) == []
    assert sorted(emails("offer")) == sorted(names)
    assert not Match.objects.exists()
    assert emails("match-introduced") == []
    assert emails("round-unmatched") == ["Sofia"]
    assert emails("round-no-mentee") == []


def test_the_page_before_publication_counts_who_is_asked(cohort, people, kim, cleo):
    asks(cohort, "mentor")
    round_ = make.approved_round(cohort, kim, cleo)
    from matching.rounds.announcements import planned_emails

    fresh = Round.system.select_related("cohort__program__policy").get(pk=round_.pk)
    counts = {sort: sum(zones.values()) for sort, zones in planned_emails(fresh).items()}
    assert counts == {("offer", "mentor"): 2, ("round-unmatched", "mentee"): 1}


def test_a_yes_makes_the_pair_and_introduces_both_once(asked, people):
    for _twice in range(2):
        pair_offers.answer(asked, by=people["ruth"].person, agrees=True)
    assert asked.state == State.ACCEPTED
    assert pairs() == {("Amina", "Ruth")}
    assert sorted(emails("match-introduced")) == ["Amina", "Ruth"]
    assert Match.objects.get().why_codes["h"]
    chosen = Proposal.system.get(round=asked.round, mentee=people["amina"], state="chosen")
    assert chosen.mentor == people["ruth"]


def test_where_both_are_asked_both_have_to_say_yes(cohort, people, kim, cleo):
    publish(cohort, kim, cleo, "both")
    offer = offer_of(people["amina"])
    pair_offers.answer(offer, by=people["amina"].person, agrees=True)
    assert (offer.state, pairs()) == (State.OPEN, set())
    pair_offers.answer(offer_of(people["amina"]), by=people["ruth"].person, agrees=True)
    assert pairs() == {("Amina", "Ruth")}


def test_after_a_no_the_next_mentor_is_asked_and_the_mentee_learns_nothing(
    asked, people, spare, as_user
):
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False, reason="time")
    assert (asked.state, asked.reason) == (State.DECLINED, "time")
    following = offer_of(people["amina"], state="open")
    assert (following.mentor, following.number) == (spare, 2)
    assert emails("offer")[-1] == "Vera"
    amina = people["amina"].person
    assert "Amina" not in emails("offer")
    assert not Notification.system.filter(recipient=amina).exists()
    text = as_user(amina).get(reverse("dashboard:home")).content.decode()
    assert "Ruth" not in text
    pair_offers.answer(following, by=spare.person, agrees=True)
    assert pairs() == {("Amina", "Vera")}


def test_no_pair_is_asked_again_after_a_no(asked, people, spare, cohort, cleo):
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False)
    following = offer_of(people["amina"], state="open")
    pair_offers.answer(following, by=spare.person, agrees=False)
    declined = set(Offer.system.filter(state="declined").values_list("mentee", "mentor"))
    later = make.run_round(cohort, cleo)
    plan = Proposal.system.filter(round=later).in_plan().values_list("mentee", "mentor")
    assert not declined & set(plan)


def test_with_no_one_left_the_mentee_gets_the_letter_and_keeps_priority(asked, people, spare):
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False)
    pair_offers.answer(offer_of(people["amina"], state="open"), by=spare.person, agrees=False)
    assert not Offer.system.filter(mentee=people["amina"], state="open").exists()
    assert emails("round-unmatched") == ["Amina"]
    assert Application.objects.get(pk=people["amina"].pk).waiting_since
    message = next(
        one
        for one in deliver_due_emails(timezone.now() + timedelta(hours=1))
        if one.to == [people["amina"].person.email]
    )
    for name in ("Ruth", "Vera", "declined", "said no"):
        assert name not in message.body


def test_a_mentor_without_a_free_place_and_one_kept_apart_are_not_asked(
    asked, people, spare, cohort, program, cleo
):
    KeepApart.objects.create(
        program=program, first=spare.person, second=people["amina"].person, reason="r", by=cleo
    )
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False)
    assert not Offer.system.filter(mentee=people["amina"], state="open").exists()


def test_keeping_two_apart_ends_the_question_about_them(
    asked, people, spare, program, cleo, as_user, client
):
    """At once in the admin; who was asked reads that it has ended, and not why."""
    address = url_of(asked, people["ruth"].person)
    as_user(cleo).post(
        reverse("admin:matching_keepapart_add"),
        {
            "program": program.pk,
            "first": people["ruth"].person.pk,
            "second": people["amina"].person.pk,
            "kind": KeepApart.Kind.values[0],
            "reason": "They share a secret",
            "since": timezone.localdate().isoformat(),
        },
    )
    assert KeepApart.system.count() == 1
    ended = offer_of(people["amina"], mentor=people["ruth"])
    assert (ended.state, ended.reason) == (Offer.State.WITHDRAWN, "")
    assert offer_of(people["amina"], state="open").mentor == spare
    page = client.get(address).content.decode()
    assert "This request has ended." in page
    assert "secret" not in page
    with pytest.raises(ActionNotAllowed, match="has ended"):
        pair_offers.answer(ended, by=people["ruth"].person, agrees=True)


def test_the_committee_reads_why_the_next_mentor_is_asked(asked, people, spare, as_user, cleo):
    def page_of(offer):
        url = reverse("admin:matching_offer_change", args=[offer.pk])
        return unescape(as_user(cleo).get(url).content.decode())

    page = page_of(asked)
    assert "Planned by the round." in page
    for name in ("amina", "ruth"):
        url = reverse("admin:applications_application_change", args=[people[name].pk])
        assert f'href="{url}"' in page.partition("<main")[2]
    pair_offers.answer(asked, by=people["ruth"].person, agrees=False)
    page = page_of(offer_of(people["amina"], mentor=spare))
    assert "Candidate 2: the best of the same run" in page
    assert "Fit:" in page
    assert "hiring" in page


def test_a_held_place_is_not_given_away(asked, people, spare, cohort, cleo):
    with pytest.raises(ActionNotAllowed, match="is being asked"):
        asking.refuse_if_held([(people["amina"].pk, people["priya"].pk, {})])
    new = make.applicant(cohort, "Noa Lind", topics={"hiring": 3})
    with pytest.raises(ActionNotAllowed, match="no free place"):
        asking.refuse_if_held([(new.pk, people["ruth"].pk, {})])
    later = make.run_round(cohort, cleo)
    rows = Proposal.system.filter(round=later).in_plan()
    assert set(rows.values_list("mentee", "mentor")) == {(new.pk, spare.pk)}


@pytest.mark.parametrize("who", ["amina", "dan"])
def test_no_one_else_can_answer(asked, people, dan, who):
    person = dan if who == "dan" else people[who].person
    with pytest.raises(ActionNotAllowed):
        pair_offers.answer(asked, by=person, agrees=True)
    with pytest.raises(ActionNotAllowed):
        pair_offers.talk(asked, by=person)
    assert not Match.objects.exists()


# --- time


def test_reminded_once_then_over_and_the_next_is_asked(asked, people, spare):
    start = asked.opened_at
    for days, reminders in ((1, 0), (3, 1), (4, 1)):
        for _twice in range(2):
            pair_offers.follow_offers(start + timedelta(days=days))
        rows = Notification.system.filter(kind="offer", recipient=people["ruth"].person, ordinal=2)
        assert rows.count() == reminders
    for _twice in range(2):
        pair_offers.follow_offers(asked.closes_at)
    assert offer_of(people["amina"], mentor=people["ruth"]).state == State.EXPIRED
    assert offer_of(people["amina"], state="open").mentor == spare
    with pytest.raises(ActionNotAllowed, match="has ended"):
        pair_offers.answer(asked, by=people["ruth"].person, agrees=True)


@pytest.mark.parametrize(
    ("asked_at", "until"),
    [
        ("2026-11-26 12:00", "2026-12-01 23:59"),
        ("2026-11-30 12:00", "2026-12-07 23:59"),  # five days later is a Saturday
        ("2026-12-01 12:00", "2026-12-07 23:59"),
    ],
)
def test_an_answer_counts_to_the_end_of_the_day_and_of_no_weekend(asked, cleo, asked_at, until):
    zone = ZoneInfo(asked.round.program.time_zone)
    pair_offers.extend(asked, by=cleo, at=datetime.fromisoformat(asked_at).replace(tzinfo=zone))
    assert asked.closes_at == datetime.fromisoformat(until).replace(tzinfo=zone)


@pytest.mark.parametrize("who", ["amina", "ruth"])
def test_an_offer_to_someone_who_left_is_taken_back(asked, people, spare, who):
    Application.objects.filter(pk=people[who].pk).update(state="withdrawn")
    pair_offers.follow_offers(asked.opened_at + timedelta(hours=1))
    assert offer_of(people["amina"], mentor=people["ruth"]).state == State.WITHDRAWN
    is_going_on = Offer.system.filter(mentee=people["amina"], state="open").exists()
    assert is_going_on == (who == "ruth")


def test_a_yes_that_comes_too_late_for_the_mentee_makes_no_pair(asked, people):
    Application.objects.filter(pk=people["amina"].pk).update(state="withdrawn")
    pair_offers.answer(asked, by=people["ruth"].person, agrees=True)
    assert asked.state == State.EXPIRED
    assert not Match.objects.exists()


# --- the link


def address_in(message):
    return re.search(r"https?://[^/\s]+(/go/offer/[^\s?]+)", unescape(message.body))[1]


@pytest.fixture
def letter(asked, people):
    sent = deliver_due_emails(timezone.now() + timedelta(hours=1))
    return next(one for one in sent if one.to == [people["ruth"].person.email])


def test_the_email_and_the_page_say_nothing_about_who_it_is(letter, people, client, asked):
    amina = people["amina"].person
    Application.objects.filter(pk=people["amina"].pk).update(situation="CANARY Amina")
    page = client.get(address_in(letter)).content.decode()
    for text in (letter.subject, letter.body, letter.alternatives[0][0], page):
        for word in ("Amina", "Farah", amina.email, "CANARY"):
            assert word not in text
    assert "You offer help with hiring, which this person asked for." in page
    assert "Would like help with: hiring" in letter.body


def test_opening_the_link_changes_nothing(letter, client, asked):
    client.get(address_in(letter) + "?answer=yes")
    assert not Match.objects.exists()
    assert Offer.system.get(pk=asked.pk).state == State.OPEN


def test_yes_by_link(letter, client):
    address = address_in(letter)
    for _twice in range(2):
        assert (
            "Thank you for saying yes" in client.post(address, {"answer": "yes"}).content.decode()
        )
    assert pairs() == {("Amina", "Ruth")}
    client.post(address, {"answer": "no"})
    assert pairs() == {("Amina", "Ruth")}


@pytest.mark.parametrize(("reason", "stored"), [("time", "time"), ("", ""), ("nonsense", "")])
def test_no_by_link_with_an_optional_reason(letter, client, asked, reason, stored):
    client.post(address_in(letter), {"answer": "no", "reason": reason})
    row = Offer.system.get(pk=asked.pk)
    assert (row.state, row.reason) == (State.DECLINED, stored)
    assert "has ended" in client.get(address_in(letter)).content.decode()


def test_talk_to_us_first_asks_the_chairs_once_and_leaves_the_offer_open(
    letter, client, asked, people
):
    for _twice in range(2):
        client.post(address_in(letter), {"answer": "talk"})
    concern = Concern.system.get()
    assert (concern.author, concern.match) == (people["ruth"].person, None)
    assert Offer.system.get(pk=asked.pk).state == State.OPEN


# --- races


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_make_one_pair(cohort, people, kim, cleo):
    publish(cohort, kim, cleo, "both")
    amina, ruth = people["amina"], people["ruth"]
    at_once(
        lambda: pair_offers.answer(offer_of(amina), by=amina.person, agrees=True),
        lambda: pair_offers.answer(offer_of(amina), by=ruth.person, agrees=True),
    )
    assert Match.objects.filter(mentee=amina).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_offer_that_is_withdrawn_while_it_is_accepted_ends_one_way(cohort, people, kim, cleo):
    publish(cohort, kim, cleo)
    amina, ruth = people["amina"], people["ruth"]
    at_once(
        lambda: pair_offers.answer(offer_of(amina, number=1), by=ruth.person, agrees=True),
        lambda: pair_offers.withdraw(offer_of(amina, number=1), by=cleo, asks_next=False),
    )
    state = offer_of(amina, number=1).state
    assert Match.objects.filter(mentee=amina).exists() == (state == State.ACCEPTED)


@pytest.mark.django_db(transaction=True)
def test_of_yes_and_no_at_once_the_first_counts(cohort, people, kim, cleo):
    publish(cohort, kim, cleo)
    amina, ruth = people["amina"], people["ruth"]
    done = at_once(
        *(
            lambda agrees=agrees: pair_offers.answer(
                offer_of(amina, number=1), by=ruth.person, agrees=agrees
            )
            for agrees in (True, False)
        )
    )
    assert len(done) == 1, "the other reads that the request has ended"
    state = offer_of(amina, number=1).state
    assert state == (State.ACCEPTED, State.DECLINED)[done[0]]
    assert Match.objects.filter(mentee=amina).exists() == (done == [0])
