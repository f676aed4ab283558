"""Shared links and contacts, and the private calendar address of a person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from meetings import feeds, sharing
from meetings.models import CalendarFeed, SharedItem
from testkit import factories
from testkit import meetings as make

pytestmark = pytest.mark.django_db
LINK = {"kind": "link", "title": "On listening", "url": "https://example.org/listen"}
CONTACT = {"kind": "contact", "title": "Kim Roy", "details": "kim@example.org"}


def page(name, *args):
    return reverse(f"meetings:{name}", args=args)


def items(person):
    return list(SharedItem.objects.visible_to(person).values_list("title", flat=True))


@pytest.mark.parametrize("person", ["ada", "ben"])
def test_both_share_links_and_contacts_and_twice_is_once(person, match, as_user, ada, ben):
    client = as_user({"ada": ada, "ben": ben}[person])
    url = page("shared-list", match.public_id)
    for _twice in range(2):
        client.post(url, LINK)
        answer = client.post(url, {**CONTACT, "has_consent": "on"}, follow=True)
    assert items(ada) == items(ben) == ["Kim Roy", "On listening"]
    assert "kim@example.org" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({**LINK, "url": ""}, "url"),
        ({**LINK, "url": "javascript:alert(1)"}, "url"),
        ({**LINK, "title": ""}, "title"),
        (CONTACT, "has_consent"),
        ({**LINK, "kind": "person"}, "kind"),
    ],
)
def test_what_is_missing_is_named(data, field, match, as_user, ben):
    answer = as_user(ben).post(page("shared-list", match.public_id), data)
    assert list(answer.context["form"].errors) == [field]
    assert items(ben) == []


def test_only_its_author_stops_sharing(match, as_user, ada, ben):
    item = sharing.share(match, by=ben, **LINK)
    url = page("shared-delete", item.public_id)
    assert as_user(ada).post(url).status_code == 404
    assert items(ben) == ["On listening"]
    answer = as_user(ben).post(url, follow=True)
    assert "No longer shared: On listening." in answer.content.decode()
    assert as_user(ben).post(url).status_code == 404
    sharing.take_back(item, by=ben)
    assert items(ada) == []


def test_strangers_and_ended_pairs_share_nothing(match, dan, cleo, ben, close):
    match.carer = cleo
    match.save()
    item = sharing.share(match, by=ben, **LINK)
    for person in (dan, cleo):
        assert items(person) == []
    close(match)
    for verb in (
        lambda: sharing.share(match, by=ben, **CONTACT),
        lambda: sharing.share(match, by=dan, **CONTACT),
        lambda: sharing.take_back(item, by=ben),
    ):
        with pytest.raises(ActionNotAllowed):
            verb()
    assert items(ben) == ["On listening"]


# --- the calendar feed


@pytest.fixture
def path(ben):
    """The path of Ben's private address."""
    return feeds.address_of(feeds.renew(ben)).partition("://")[2].partition("/")[2]


def read(client, path):
    return client.get(f"/{path}")


def test_a_calendar_program_reads_names_and_times_without_signing_in(path, match, client, ben):
    make.meeting(match, place="Café Nord")
    make.meeting(match, timezone.now() + timedelta(days=20), is_agreed=False)
    make.held(match, timezone.now() - timedelta(days=feeds.KEPT_DAYS + 2))
    answer = read(client, path)
    text = answer.content.decode()
    assert (answer.status_code, text.count("BEGIN:VEVENT")) == (200, 1)
    assert "SUMMARY:Meeting with Ada Brook" in text
    assert "Café" not in text
    assert "ATTENDEE" not in text


def test_a_mentor_of_two_has_both_and_no_word_of_one_in_the_other(match, client, ada, cohort):
    nia = factories.person("Nia Cole")
    other = factories.match(nia, ada, factories.cohort(program=cohort.program))
    make.meeting(match)
    make.meeting(other, timezone.now() + timedelta(days=8))
    text = feeds.feed_of(ada, at=timezone.now())
    assert "Ben Okoro" in text
    assert "Nia Cole" in text
    assert "Nia" not in feeds.feed_of(match.mentee.person, at=timezone.now())


@pytest.mark.parametrize("end", ["renew", "turn_off", "links", "inactive"])
def test_the_address_ends(end, path, client, ben):
    assert read(client, path).status_code == 200
    if end == "renew":
        feeds.renew(ben)
    elif end == "turn_off":
        feeds.turn_off(ben)
    elif end == "links":
        ben.link_epoch += 1
        ben.save()
    else:
        ben.is_active = False
        ben.save()
    assert read(client, path).status_code == 404
    assert client.post(f"/{path}").status_code == 405


def test_meetings_of_an_ended_pair_leave_the_feed(path, match, client, close):
    make.meeting(match)
    close(match)
    assert read(client, path).content.decode().count("BEGIN:VEVENT") == 0


def test_the_page_makes_renews_and_ends_the_address(as_user, ben):
    client = as_user(ben)
    assert "Make my private address" in client.get(page("calendar-feed")).content.decode()
    first = client.post(page("calendar-feed-renew"), follow=True).content.decode()
    second = client.post(page("calendar-feed-renew"), follow=True).content.decode()
    assert "webcal://" in first
    assert first.partition("<code>")[2][:200] != second.partition("<code>")[2][:200]
    for _twice in range(2):
        client.post(page("calendar-feed-delete"))
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_feed_asks_as_often_for_three_as_for_one(
    count, path, match, client, django_assert_num_queries
):
    for n in range(count):
        make.meeting(match, timezone.now() + timedelta(days=n + 1))
    with django_assert_num_queries(5):
        read(client, path)
