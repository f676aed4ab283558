"""Someone who asks too often reads how long to wait, and finds the code that was sent."""

from __future__ import annotations

import pytest
from allauth.account import app_settings
from django.core.cache import cache
from django.urls import reverse

from accounts.rate_limits import CODE_PAGES, LIMITS, seconds_to_wait
from testkit import factories

pytestmark = pytest.mark.django_db
ASK = reverse("account_request_login_code")


def ask_until_refused(client, email, most=40):
    """Ask for a code, then press the button of the sign-in page again and again."""
    client.post(ASK, {"email": email})
    for _time in range(most):
        response = client.post(reverse("account_login"), {"login": "", "password": ""})
        if response.status_code == 429:
            return response
    raise AssertionError("never refused")


def test_the_page_says_how_long_and_leads_to_the_code(client):
    factories.person("Ann Lee", email="ann@example.org")
    refused = ask_until_refused(client, "ann@example.org")
    text = " ".join(refused.content.decode().split())
    assert "Please wait 1 minute, then try again. Nothing was changed." in text
    assert refused["Retry-After"] == "60"
    assert f'href="{reverse("account_confirm_login_code")}"' in text
    assert client.get(reverse("account_confirm_login_code")).status_code == 200
    assert "no-store" in refused["Cache-Control"]


def test_known_and_unknown_addresses_get_the_same_page(client):
    factories.person("Ann Lee", email="ann@example.org")
    pages = []
    for address in ("ann@example.org", "nobody@example.org"):
        cache.clear()
        client.cookies.clear()
        pages.append(ask_until_refused(client, address).content)
    assert pages[0] == pages[1]


def test_without_a_code_the_page_leads_back_to_the_form(client):
    sign_up = reverse("account_signup")
    for _time in range(30):
        refused = client.post(sign_up, {"email": "not an address"})
        if refused.status_code == 429:
            break
    text = refused.content.decode()
    assert f'href="{sign_up}"' in text
    assert "Enter the code" not in text


def test_every_limit_that_is_named_exists():
    known = set(app_settings.RATE_LIMITS)
    assert {name for names in LIMITS.values() for name in names} <= known
    assert all(reverse(page) for page in CODE_PAGES.values())
    assert seconds_to_wait("account_signup") == 60
    assert seconds_to_wait("no such page") >= 60
