"""A form that comes too late keeps its text, and nothing is done with it."""

import re

import pytest
from django.test import Client

from applications.models import Application

TEXT = "A team of one since May.\nAnd a plan that does not hold."
HERE = {"Origin": "http://testserver"}


@pytest.fixture
def draft(ben, cohort):
    return Application.objects.create(cohort=cohort, person=ben, role="mentee")


@pytest.fixture
def url(draft):
    return f"/applications/{draft.public_id}/situation/"


def sign_in(client, person):
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")


def hidden(page):
    found = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode()
    )
    return dict(found)


def test_a_late_form_comes_back_with_its_text_and_stores_nothing(client, draft, url):
    page = client.post(url, {"situation": TEXT, "hopes": ""})
    assert page.status_code == 200
    assert hidden(page)["situation"] == TEXT
    draft.refresh_from_db()
    assert draft.situation == ""


def test_after_signing_in_elsewhere_the_same_form_is_saved(ben, draft, url):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/account/login/")
    token = page.context["csrf_token"]
    first = browser.post(url, {"situation": TEXT, "csrfmiddlewaretoken": str(token)}, headers=HERE)
    assert hidden(first)["situation"] == TEXT
    sign_in(browser, ben)
    browser.cookies["csrftoken"] = (
        "x" * 32
    )  # signing in gives a new token; the page in the other tab has the old one
    again = browser.post(url, hidden(first), headers=HERE)
    assert hidden(again)["situation"] == TEXT
    seen = browser.get(url).context["form"]["fingerprint"].value()
    last = browser.post(url, {**hidden(again), "fingerprint": seen}, headers=HERE)
    assert last.status_code == 302
    draft.refresh_from_db()
    assert draft.situation == TEXT


def test_a_form_from_another_site_gets_nothing_to_press(ben, url):
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, ben)
    for headers in ({"Origin": "https://evil.example.org"}, {}):
        page = browser.post(url, {"situation": TEXT}, headers=headers)
        assert page.status_code == 403
        assert TEXT.splitlines()[0] not in page.content.decode()


def test_a_form_without_text_leads_to_the_sign_in_page(client, url):
    for data in ({}, {"situation": " "}):
        response = client.post(url, data)
        assert (response.status_code, response.url) == (302, f"/account/login/?next={url}")


def test_opening_a_page_leads_to_the_sign_in_page(client, url):
    assert client.get(url).url == f"/account/login/?next={url}"


def test_passwords_are_never_put_on_a_page(client, db):
    page = client.post(
        "/account/password/change/", {"oldpassword": "correct horse battery"}, follow=True
    )
    assert "correct horse battery" not in page.content.decode()
    browser = Client(enforce_csrf_checks=True)
    refused = browser.post("/account/login/", {"password": "correct horse battery"}, headers=HERE)
    assert refused.status_code == 403
    assert "correct horse battery" not in refused.content.decode()


def test_text_with_markup_stays_text(client, url):
    page = client.post(
        url, {"situation": "<script>alert(1)</script> and more words"}
    ).content.decode()
    assert "<script>alert(1)" not in page
