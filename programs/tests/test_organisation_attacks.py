"""Each way to abuse a sign-in by an organisation, tried with a real provider on loopback."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from programs.models import OrganisationSignIn
from testkit import openid_provider

from .organisation_steps import (
    NEW,
    signed_in,
    start,
    trust,
    visit,
    way_back,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


# --- what is refused


ATTACKS = {
    "issuer mismatch": {"iss": "https://other.example"},
    "wrong audience": {"aud": "someone-else"},
    "several audiences": {"aud": [openid_provider.CLIENT, "someone-else"]},
    "made for another": {"azp": "someone-else"},
    "expired": {"exp": 1},
    "from the future": {"iat": 9_999_999_999},
    "another sign-in's nonce": {"nonce": "other"},
    "no nonce": {"nonce": None},
    "no expiry": {"exp": None},
    "no one": {"sub": None},
    "too long a name": {"sub": "x" * 200},
    "endless": {"exp": float("inf")},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_is_not_ours_is_refused(attack, client, row, provider):
    trust(row)
    for claim, value in ATTACKS[attack].items():
        provider.spoil(claim, value)
    assert_refused(visit(client, row), client)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_unsigned_token_is_refused(algorithm, client, row, provider):
    trust(row)
    provider.algorithm = algorithm
    assert_refused(visit(client, row), client)


def test_a_token_with_a_strange_key_is_refused(client, row, provider):
    trust(row)
    provider.signs_with = provider.other_key
    assert_refused(visit(client, row), client)


def assert_refused(response, client: Client) -> None:
    assert response.status_code == 400
    assert "We could not accept this sign-in by Harbour Group." in response.text
    assert signed_in(client) == ""
    assert not User.objects.filter(email=NEW).exists()


def test_a_way_back_works_once(client, row):
    trust(row)
    back = way_back(client, row)
    client.get(back)
    client.logout()
    assert client.get(back).status_code == 400


def test_the_way_back_of_another_browser_is_refused(client, row):
    trust(row)
    assert_refused(Client().get(way_back(client, row)), client)


def test_a_code_for_another_sign_in_is_refused(client, row):
    """Someone else's code with one's own state: PKCE and nonce belong to one attempt."""
    trust(row)
    theirs = parse_qs(urlsplit(way_back(Client(), row)).query)["code"][0]
    own = re.sub(r"code=[^&]+", f"code={theirs}", way_back(client, row))
    assert_refused(client.get(own), client)


def test_an_answer_of_another_issuer_is_refused(client, row):
    trust(row)
    assert_refused(client.get(way_back(client, row) + "&iss=https://other.example"), client)


def test_a_state_ends_after_ten_minutes(client, row):
    trust(row)
    back = way_back(client, row)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.get(back).status_code == 400


def test_an_address_that_is_not_confirmed_is_refused(client, row, provider):
    trust(row)
    provider.person["email_verified"] = False
    response = visit(client, row)
    assert response.status_code == 400
    assert "did not tell us an e-mail address of yours that it has confirmed" in response.text
    assert signed_in(client) == ""


@pytest.mark.parametrize("address", ["ada", "a b@example.org", f"ada@{'x.' * 130}org", 7])
def test_what_is_no_address_is_refused(address, client, row, provider):
    provider.person["email"] = address
    response = visit(client, row)
    assert response.status_code == 400
    assert "did not tell us an e-mail address of yours" in response.text


def test_someone_else_in_userinfo_is_refused(client, row, provider):
    trust(row)
    provider.spoil("email", None)
    provider.spoil("sub", "person-2")
    assert_refused(visit(client, row), client)


def test_saying_no_at_the_provider_leads_to_the_code(client, row):
    state = parse_qs(urlsplit(start(client, row)["Location"]).query)["state"][0]
    url = reverse("programs:organisation-callback", args=[row.public_id])
    response = client.get(url, {"error": "access_denied", "state": state}, follow=True)
    assert "You did not sign in. You can use a code by e-mail instead." in response.text


def test_the_log_says_why_and_not_who(client, row, provider, caplog):
    provider.spoil("aud", "ada@example.org")
    visit(client, row)
    provider.is_down = True
    start(client, row)
    client.get(reverse("programs:organisation-callback", args=[row.public_id]))
    said = [record.reason for record in caplog.records if record.name.endswith("social_adapter")]
    assert said == [
        "the ID token was refused: InvalidAudienceError",
        "HTTPError",
        "the sign-in was not begun in this browser, was too long ago, or ended in an error",
    ]
    assert "ada@example.org" not in caplog.text


DOWN = "The sign-in of Harbour Group does not answer. Use a code by e-mail instead."


def test_a_provider_that_is_down_leads_to_the_code(client, row, provider):
    provider.is_down = True
    assert DOWN in start_followed(client, row)


def test_a_provider_that_goes_down_in_between_leads_to_the_code(client, row, provider):
    back = way_back(client, row)
    provider.is_down = True
    assert DOWN in client.get(back, follow=True).text


def test_a_provider_that_names_itself_otherwise_leads_to_the_code(client, row, provider):
    provider.config["issuer"] = "https://other.example"
    assert DOWN in start_followed(client, row)


def start_followed(client: Client, row: OrganisationSignIn) -> str:
    url = reverse("programs:organisation-sign-in", args=[row.public_id])
    return client.get(url, follow=True).text
