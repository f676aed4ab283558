"""The pages of a pair: what each of the two reads, and who does not get in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Language
from applications.models import ApplicationExperience, NamedWish, PrivateAnswers
from matches.models import Match
from testkit import rounds as make


@pytest.fixture
def pair(cohort, people, cleo, kim):
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    return Match.objects.with_people().get(mentee=people["amina"])


PAGES = ["matches:match-hello", "matches:match-detail"]
NUMBERS = dict(zip(PAGES, (13, 12), strict=True))  # of queries; the first reads the policy, too


def test_both_read_why_they_were_matched_where_they_are_introduced(pair, as_user):
    mentee, mentor = pair.people
    for person, partner, who in ((mentee, mentor, "Ruth has"), (mentor, mentee, "You have")):
        client = as_user(person)
        for page, is_there in zip(PAGES, (True, False), strict=True):
            text = client.get(reverse(page, args=[pair.public_id])).content.decode()
            assert (f"{who} been through this: career change." in text) is is_there
            asked = "which you asked for" if person == mentee else "which Amina asked for"
            assert (asked in text) is is_there
            assert partner.email in text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_what_it_says_of_both_at_once(pair, as_user, django_assert_num_queries, page):
    client, address = as_user(pair.mentee.person), reverse(page, args=[pair.public_id])
    client.get(address)
    for code in ("", "first", "second"):  # with one word more in each list
        if code:
            language = Language.objects.create(code=code, names={"en": code})
            topic, experience = make.topic(code), make.experience(code)
            for one in (pair.mentee, pair.mentor):
                one.person.profile.languages.add(language)
                one.topic_rows.create(topic=topic)
                one.experience_rows.create(experience=experience, depth="lived", is_shared=True)
        with django_assert_num_queries(NUMBERS[page]):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_others_find_nothing(pair, as_user, dan, cleo, people, page):
    for person in (dan, cleo, people["joel"].person):
        assert as_user(person).get(reverse(page, args=[pair.public_id])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_only_read(pair, as_user, page):
    assert as_user(pair.people[0]).post(reverse(page, args=[pair.public_id])).status_code == 405


@pytest.mark.parametrize("page", PAGES)
def test_private_answers_and_wishes_never_reach_the_partner(pair, as_user, page):
    PrivateAnswers.system.create(
        application=pair.mentee, needs="CANARY-needs", limits="CANARY-limits"
    )
    wish = {
        "application": pair.mentee,
        "kind": "prefer",
        "written": "CANARY-wish",
        "person": pair.mentor.person,
    }
    NamedWish.system.create(**wish)
    text = as_user(pair.mentor.person).get(reverse(page, args=[pair.public_id])).content.decode()
    assert "CANARY" not in text


def test_an_experience_that_is_not_shared_is_not_named(cohort, people, cleo, kim, as_user):
    ApplicationExperience.objects.filter(application=people["ruth"]).update(is_shared=False)
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    pair = Match.objects.get(mentee=people["amina"])
    assert pair.why_codes["u"] == []
    text = (
        as_user(people["amina"].person)
        .get(reverse("matches:match-hello", args=[pair.public_id]))
        .content.decode()
    )
    assert "Ruth offers help with hiring" in text
    assert "has been through this" not in text


def test_an_experience_no_longer_shared_is_no_longer_named(pair, people, as_user):
    page = reverse("matches:match-hello", args=[pair.public_id])
    assert "has been through this" in as_user(pair.mentee.person).get(page).content.decode()
    ApplicationExperience.objects.filter(application=people["ruth"]).update(is_shared=False)
    assert "has been through this" not in as_user(pair.mentee.person).get(page).content.decode()


def test_contact_is_gone_once_the_pair_is_closed(pair, as_user):
    from django.utils import timezone

    Match.objects.filter(pk=pair.pk).update(
        state="closed", closed_at=timezone.now(), closed_kind="completed"
    )
    text = (
        as_user(pair.mentee.person)
        .get(reverse("matches:match-hello", args=[pair.public_id]))
        .content.decode()
    )
    assert pair.mentor.person.email not in text


def test_the_suggested_first_message_follows_the_policy(pair, as_user):
    policy = pair.program.policy
    policy.meeting_minutes = 75
    policy.save()
    page = reverse("matches:match-hello", args=[pair.public_id])
    assert "a first talk of 75 minutes" in as_user(pair.mentee.person).get(page).content.decode()
