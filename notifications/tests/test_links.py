"""A link does one thing and shows nothing; opening it changes nothing."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.serializers import serialize
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from notifications import links

from .conftest import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(monkeypatch):
    """A purpose whose POST writes one answer per person; the list of every time it did its work."""
    work = []

    def view(request, claim, person, subject):
        if request.method == "POST":
            work.append((person, subject, claim.version))
            type(person).objects.filter(pk=person.pk).update(pronouns="answered")
        return HttpResponse(
            f"{translation.get_language()} {timezone.get_current_timezone_name()} button"
        )

    monkeypatch.setitem(links.PURPOSES, "answer", links.Purpose("answer", "accounts.User", view))
    return work


def address(person, subject, purpose="answer", until=None, **options):
    until = until or timezone.now() + timedelta(days=60)
    return links.link(purpose, person=person, subject=subject, until=until, **options)


def path(url):
    return urlsplit(url).path


def everything():
    """Every row of every table but sessions."""
    rows = {model._meta.label: model._base_manager.order_by("pk") for model in apps.get_models()}
    return {
        label: serialize("json", found)
        for label, found in rows.items()
        if label != "sessions.Session"
    }


def test_the_url_comes_from_the_settings(answers, ada, settings):
    settings.BASE_URL = "https://mentoring.example.org"
    assert address(ada, ada).startswith("https://mentoring.example.org/go/answer/")
    assert links.absolute("/x/") == "https://mentoring.example.org/x/"


def test_the_button_works_without_signing_in(answers, ada, ben, client):
    url = path(address(ada, ben, version=3))
    assert client.get(url).status_code == 200
    assert answers == []
    client.post(url)
    assert answers == [(ada, ben, 3)]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_link_changes_nothing(answers, ada, client, method):
    urls = [path(address(ada, ada, purpose)) for purpose in ("answer", "mail")]
    token = links.token_for(
        "unsubscribe-optional", person=ada, subject=ada, until=timezone.now() + timedelta(days=1)
    )
    urls.append(reverse("notifications:unsubscribe", args=["optional", token]))
    before = everything()
    for url in urls:
        assert getattr(client, method)(url).status_code == 200
    assert everything() == before


def test_a_hundred_replays_have_one_effect(answers, ada, client):
    url = path(address(ada, ada))
    client.post(url)
    after_one = everything()
    for _ in range(100):
        client.post(url)
    assert everything() == after_one


def test_pages_behind_links_are_not_cached_indexed_or_leaked(answers, ada, client):
    for method in (client.get, client.post):
        headers = method(path(address(ada, ada))).headers
        assert headers["Referrer-Policy"] == "strict-origin"
        assert headers["Cache-Control"] == "no-store, private"
        assert "noindex" in headers["X-Robots-Tag"]


def test_the_page_uses_the_persons_language_and_time_zone(answers, ada, client):
    type(ada).objects.filter(pk=ada.pk).update(language="fr", time_zone="America/Toronto")
    assert client.get(path(address(ada, ada))).content == b"fr America/Toronto button"


def bad_addresses(ada, ben):
    good = path(address(ada, ada))
    purpose, token = "answer", good.split("/")[3]
    body, signature = token.split(".")
    gone = type(ben)(public_id="x" * 22, link_epoch=0)
    yield "forged", f"/go/{purpose}/{body}.{'A' * len(signature)}/"
    yield "changed", f"/go/{purpose}/{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}/"
    yield "no token", f"/go/{purpose}/nonsense/"
    yield "empty", f"/go/{purpose}/./"
    yield "not text", f"/go/{purpose}/%ff%fe.%01/"
    yield "other purpose", f"/go/mail/{token}/"
    yield "unknown purpose", f"/go/no-such/{token}/"
    yield "over", path(address(ada, ada, until=timezone.now() - timedelta(seconds=1)))
    yield "nobody", path(address(gone, ada))
    yield "nothing", path(address(ada, gone))


def test_every_bad_link_gets_the_same_page_and_does_nothing(answers, ada, ben):
    pages = set()
    for _name, url in bad_addresses(ada, ben):
        for method in ("get", "post"):
            response = getattr(Client(), method)(url)
            pages.add((response.status_code, page_text(response)))
    assert len(pages) == 1
    ((status, page),) = pages
    assert (status, answers) == (404, [])
    assert "no longer works" in page


def test_raising_the_link_epoch_revokes_every_link_of_a_person(answers, ada, ben, client):
    old, other = path(address(ada, ada)), path(address(ben, ben))
    type(ada).objects.filter(pk=ada.pk).update(link_epoch=ada.link_epoch + 1)
    assert client.post(old).status_code == 404
    assert client.post(other).status_code == 200
    assert [person for person, _subject, _version in answers] == [ben]


def test_a_closed_account_has_no_links(answers, ada, client):
    url = path(address(ada, ada))
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get(url).status_code == 404


def test_a_link_does_not_sign_anyone_in(answers, ada, client):
    client.post(path(address(ada, ada)))
    assert "_auth_user_id" not in client.session


def test_the_button_needs_a_csrf_token(answers, ada):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path(address(ada, ada))).status_code == 403
    assert answers == []


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(answers, ada, client, method):
    assert getattr(client, method)(path(address(ada, ada))).status_code == 405


def test_links_are_short_enough_for_one_line(answers, ada):
    assert len(path(address(ada, ada))) < 240
