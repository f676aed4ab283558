"""What a person turns off stays off, wherever they do it; the essential stream stays on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications import kinds, links, preferences
from notifications.kinds import Kind
from notifications.models import MutedStream
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, page_text

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def both_streams(monkeypatch):
    """A kind of e-mail in each stream that can be turned off."""
    for stream in preferences.CAN_BE_MUTED:
        known = Kind(
            f"of-{stream}", lambda about, person: None, "accounts.User", stream, False, None, False
        )
        monkeypatch.setitem(kinds.KINDS, known.name, known)


def unsubscribe_address(person, stream="optional", days=400):
    until = timezone.now() + timedelta(days=days)
    token = links.token_for(f"unsubscribe-{stream}", person=person, subject=person, until=until)
    return reverse("notifications:unsubscribe", args=[stream, token])


def mail_address(person):
    url = links.link(
        "mail", person=person, subject=person, until=timezone.now() + timedelta(days=60)
    )
    return url.partition("/go/")[1] + url.partition("/go/")[2]


def off(person):
    return set(MutedStream.objects.filter(person=person).values_list("stream", flat=True))


def test_one_click_works_without_cookie_or_form_token(ada):
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert strict.post(unsubscribe_address(ada), ONE_CLICK).status_code == 200
    assert off(ada) == {"optional"}


def test_a_post_without_the_one_click_value_does_nothing(ada, client):
    for body in ({}, {"List-Unsubscribe": "Other"}):
        assert client.post(unsubscribe_address(ada), body).status_code == 200
    assert off(ada) == set()


def test_expired_and_good_links_get_the_same_page(ada, client):
    good, expired = unsubscribe_address(ada), unsubscribe_address(ada, days=-1)
    answers = {
        (answer.status_code, page_text(answer))
        for answer in (client.post(url, ONE_CLICK) for url in (good, expired))
    }
    assert len(answers) == 1
    forged = reverse("notifications:unsubscribe", args=["optional", "x.y"])
    assert client.post(forged, ONE_CLICK).status_code == 200


def test_a_link_of_one_stream_cannot_turn_off_another(ada, client):
    token = unsubscribe_address(ada, "optional").split("/")[3]
    client.post(reverse("notifications:unsubscribe", args=["digest", token]), ONE_CLICK)
    client.post(reverse("notifications:unsubscribe", args=["essential", token]), ONE_CLICK)
    assert off(ada) == set()


def test_the_page_behind_the_link_shows_a_form(ada, client):
    page = client.get(unsubscribe_address(ada))
    assert b'value="One-Click"' in page.content
    assert off(ada) == set()


def test_the_unsubscribe_header_of_a_tip_works(sample, ada):
    sample.enqueue(ada, kind="tip", at=timezone.now())
    (mail,) = deliver_due_emails()
    url = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    Client(enforce_csrf_checks=True).post("/" + url.split("/", 3)[3], ONE_CLICK)
    sample.enqueue(ada, kind="tip", ordinal=2, at=timezone.now())
    assert deliver_due_emails() == []


def test_an_essential_email_has_no_unsubscribe_link(sample, ada):
    sample.enqueue(ada, at=timezone.now())
    (mail,) = deliver_due_emails()
    assert "List-Unsubscribe" not in mail.extra_headers
    assert "unsubscribe" not in mail.body


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("optional", {"optional"}),
        ("pause", {"optional", "learning", "news", "reading", "digest"}),
        ("all", set()),
    ],
)
def test_the_buttons_of_the_page_behind_the_link(ada, client, choice, expected):
    for _ in range(2):
        assert client.post(mail_address(ada), {"choice": choice}).status_code == 200
    assert off(ada) == expected


@pytest.mark.parametrize("choice", ["", "essential", "nonsense", "\x00"])
def test_the_page_behind_the_link_ignores_other_choices(ada, client, choice):
    assert client.post(mail_address(ada), {"choice": choice}).status_code == 200
    assert off(ada) == set()


def test_the_page_behind_the_link_does_not_show_the_current_choice(ada, client):
    url = mail_address(ada)
    before = page_text(client.get(url))
    preferences.mute(ada, "optional", at=TUESDAY_NOON)
    assert page_text(client.get(url)) == before


def test_a_signed_in_person_sees_and_changes_the_choice(ada, as_user):
    mine = as_user(ada)
    preferences.mute(ada, "news", at=TUESDAY_NOON)
    page = mine.get(reverse("notifications:preferences"))
    assert page.context["form"].initial == {"streams": ["optional", "learning"]}
    mine.post(reverse("notifications:preferences"), {"streams": ["news", "learning"]})
    assert off(ada) == {"optional"}


def test_an_invalid_choice_changes_nothing(ada, as_user):
    page = as_user(ada).post(reverse("notifications:preferences"), {"streams": ["essential"]})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert off(ada) == set()


def test_the_page_requires_signing_in(client):
    for name in ("preferences", "preferences-pause"):
        response = client.post(reverse(f"notifications:{name}"))
        assert response.status_code == 302
        assert reverse("account_login") in response.headers["Location"]


def test_a_pause_keeps_what_is_muted_for_good(ada, as_user):
    preferences.mute(ada, "digest", at=TUESDAY_NOON)
    for _ in range(2):
        as_user(ada).post(reverse("notifications:preferences-pause"))
    until = dict(MutedStream.objects.filter(person=ada).values_list("stream", "until"))
    assert until["digest"] is None
    assert timedelta(days=29) < until["optional"] - timezone.now() < timedelta(days=31)


def test_the_essential_stream_cannot_be_muted(ada):
    with pytest.raises(ValueError, match="essential"):
        preferences.mute(ada, "essential", at=TUESDAY_NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        MutedStream.objects.create(person=ada, stream="essential")


def test_a_stream_without_kinds_is_not_offered_and_saving_keeps_it(ada, as_user, monkeypatch):
    only_tips = {name: kind for name, kind in kinds.KINDS.items() if kind.stream != "news"}
    monkeypatch.setattr("notifications.preferences.KINDS", only_tips)
    mine = as_user(ada)
    assert b"Announcements" not in mine.get(reverse("notifications:preferences")).content
    mine.post(reverse("notifications:preferences"), {"streams": []})
    assert off(ada) == {"optional", "learning"}


def test_people_see_only_their_own_choice(ada, ben):
    preferences.mute(ada, "optional", at=TUESDAY_NOON)
    assert not MutedStream.objects.visible_to(ben).exists()
    assert MutedStream.objects.visible_to(ada).exists()


def test_a_pause_says_how_it_ends_and_ends_so(ada, as_user):
    client, address = as_user(ada), reverse("notifications:preferences")
    paused = client.post(reverse("notifications:preferences-pause"), follow=True)
    assert "you get them again at once" in paused.content.decode()
    client.post(address, {"streams": ["optional", "learning", "news"]})
    assert "Paused until" not in client.get(address).content.decode()


def test_saving_during_a_pause_does_not_make_it_permanent(ada, as_user, time_machine):
    time_machine.move_to(TUESDAY_NOON)
    client, address = as_user(ada), reverse("notifications:preferences")
    client.post(reverse("notifications:preferences-pause"))
    client.post(address, {"streams": []})
    (ends,) = set(preferences.muted_streams(ada, timezone.now()).values())
    assert ends is not None
    assert preferences.muted_streams(ada, ends + timedelta(minutes=1)) == {}
