"""Signing in by an organisation, with a real provider on loopback, and each way to abuse it."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.privacy import erase_person, export_person
from notifications.testing import deliver_due_emails
from programs.models import OrganisationSignIn
from programs.organisations.issuer_changes import save_changed

from .organisation_steps import (
    CODE_PAGE,
    NEW,
    SIGN_IN,
    enter,
    signed_in,
    start,
    trust,
    visit,
    way_back,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


# --- the way in


def test_a_new_person_proves_the_address_once_and_then_needs_no_code(client, row):
    first = visit(client, row)
    assert (first.status_code, first["Location"]) == (302, CODE_PAGE)
    assert not User.objects.filter(email=NEW).exists()
    enter(client)
    person = User.objects.get(email=NEW)
    assert (signed_in(client), person.name, person.time_zone) == (
        NEW, "Ada Okafor", row.program.time_zone,
    )  # fmt: skip
    assert EmailAddress.objects.get(user=person).verified
    assert not person.has_usable_password()
    again = Client()
    visit(again, row)
    assert signed_in(again) == NEW
    assert SocialAccount.objects.get().user == person


def test_an_account_that_exists_is_linked_after_the_code_and_told(client, row, provider, ben):
    provider.person["email"] = ben.email.upper()
    visit(client, row)
    assert signed_in(client) == ""
    assert not SocialAccount.objects.exists()
    enter(client, "bcdf ghjk")
    assert signed_in(client) == ben.email
    assert SocialAccount.objects.get().user == ben
    subjects = [message.subject for message in deliver_due_emails()]
    assert subjects == ["Your sign-in code", "You can sign in by your organisation"]


def test_a_trusted_domain_needs_no_code(client, row, provider, ben):
    trust(row)
    provider.person["email"] = ben.email
    visit(client, row)
    assert signed_in(client) == ben.email
    (told,) = deliver_due_emails()
    assert told.subject == "You can sign in by your organisation"


def test_a_trusted_domain_makes_an_account(client, row):
    trust(row)
    visit(client, row)
    assert signed_in(client) == NEW


def test_the_person_comes_to_the_page_they_wanted(client, row):
    trust(row)
    wanted = reverse("accounts:settings")
    assert visit(client, row, next=wanted)["Location"] == wanted


def test_no_other_site_is_led_to(client, row):
    trust(row)
    assert visit(client, row, next="https://evil.example/")["Location"] == reverse("dashboard:home")


def test_nothing_that_the_provider_says_is_stored(client, row):
    trust(row)
    visit(client, row)
    assert (SocialAccount.objects.get().extra_data, SocialToken.objects.count()) == ({}, 0)
    assert "opaque" not in str(dict(client.session))


def test_state_nonce_and_pkce_are_sent(client, row):
    asked = parse_qs(urlsplit(start(client, row)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"][0].endswith(f"/account/organisation/{row.public_id}/callback/")
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_the_address_may_come_from_userinfo(client, row, provider):
    provider.spoil("email", None)
    visit(client, row)
    assert client.get(CODE_PAGE).text.count(NEW) == 1
    assert "/userinfo" in provider.asked


# --- the code


def test_a_wrong_code_signs_no_one_in_and_guessing_ends(client, row):
    visit(client, row)
    assert "This code is not right." in enter(client, "WRONG").text
    for _guess in range(2):
        enter(client, "WRONG")
    assert enter(client)["Location"] == SIGN_IN
    assert signed_in(client) == ""


def test_a_code_expires(client, row):
    visit(client, row)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert enter(client)["Location"] == SIGN_IN
    assert not User.objects.filter(email=NEW).exists()


def test_the_page_of_the_code_is_for_who_waits(client):
    assert client.get(CODE_PAGE)["Location"] == SIGN_IN


def test_a_code_after_the_issuer_has_changed_links_nothing(client, row, provider):
    visit(client, row)
    row.issuer = "https://other.example"
    save_changed(row, keeps_domains=False)
    assert enter(client)["Location"] == SIGN_IN
    assert not SocialAccount.objects.exists()


def test_a_known_and_an_unknown_address_take_the_same_work(row, provider, ben):
    works = []
    for number, address in enumerate((ben.email, NEW)):
        cache.clear()
        provider.person.update(email=address, sub=f"person-{number}")
        client = Client()
        back = way_back(client, row)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(back)
        statements = [re.sub(r"'[^']*'|\d+", "", query["sql"])[:60] for query in queries]
        works.append((response.status_code, response["Location"], sorted(statements)))
    assert works[0] == works[1]


# --- accounts that an organisation must not take over


def test_a_committee_member_is_linked_only_by_a_code(client, row, provider, cleo):
    trust(row)
    provider.person["email"] = cleo.email
    assert visit(client, row)["Location"] == CODE_PAGE
    assert signed_in(client) == ""


def test_a_committee_member_without_second_factor_needs_a_code_each_time(client, row, cleo):
    SocialAccount.objects.create(user=cleo, provider=row.link_key, uid="person-1")
    assert visit(client, row)["Location"] == CODE_PAGE
    assert signed_in(client) == ""
    page = client.get(CODE_PAGE).text
    assert f"enter the code that we sent to <strong>{cleo.email}</strong>." in page
    enter(client)
    assert signed_in(client) == cleo.email


def test_a_second_factor_is_asked_for(client, row, cleo):
    SocialAccount.objects.create(user=cleo, provider=row.link_key, uid="person-1")
    Authenticator.objects.create(user=cleo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert visit(client, row)["Location"] == reverse("mfa_authenticate")
    assert signed_in(client) == ""


def test_a_second_factor_is_never_linked_without_a_code(client, row, provider, ben):
    trust(row)
    Authenticator.objects.create(user=ben, type=Authenticator.Type.TOTP, data={"secret": "x"})
    provider.person["email"] = ben.email
    assert visit(client, row)["Location"] == CODE_PAGE


def test_another_person_with_the_same_address_is_not_linked_at_once(client, row, provider, ben):
    """An organisation gives the address of someone who left to someone new."""
    trust(row)
    SocialAccount.objects.create(user=ben, provider=row.link_key, uid="who-left")
    provider.person["email"] = ben.email
    assert visit(client, row)["Location"] == CODE_PAGE


def test_an_account_that_ended_is_not_signed_in(client, row, provider, ben):
    User.objects.filter(pk=ben.pk).update(is_active=False)
    SocialAccount.objects.create(user=ben, provider=row.link_key, uid="person-1")
    assert visit(client, row)["Location"] == reverse("account_inactive")
    assert signed_in(client) == ""


def test_whoever_typed_the_address_first_keeps_no_password(client, row, provider, ben):
    ben.set_password("of-the-attacker-long-enough")
    ben.save()
    EmailAddress.objects.filter(user=ben).update(verified=False)
    provider.person["email"] = ben.email
    visit(client, row)
    enter(client)
    ben.refresh_from_db()
    assert not ben.has_usable_password()
    assert EmailAddress.objects.get(user=ben).verified


def test_who_only_typed_an_address_is_not_who_has_it(client, row, provider, ben, dan):
    """Dan registered with an address of Ben's, who then confirmed it as a second one of his."""
    EmailAddress.objects.filter(user=dan).delete()
    EmailAddress.objects.create(user=dan, email=dan.email, verified=False, primary=True)
    EmailAddress.objects.create(user=ben, email=dan.email, verified=True)
    provider.person["email"] = dan.email
    visit(client, row)
    enter(client)
    assert signed_in(client) == ben.email


# --- settings


def test_a_changed_issuer_ends_the_links_and_what_it_was_trusted_with(row, ben):
    trust(row)
    SocialAccount.objects.create(user=ben, provider=row.link_key, uid="person-1")
    old = row.link_key
    row.issuer = "https://other.example"
    assert save_changed(row, keeps_domains=False) == 1
    row.refresh_from_db()
    assert (row.domains, row.link_key != old, SocialAccount.objects.count()) == ("", True, 0)


def test_a_switched_off_organisation_signs_no_one_in(client, row):
    back = way_back(client, row)
    OrganisationSignIn.objects.update(is_on=False)
    assert start(client, row).status_code == 404
    assert client.get(back).status_code == 404
    assert "Harbour Group" not in client.get(SIGN_IN).text


def test_the_sign_in_page_offers_it_with_the_page_to_return_to(client, row):
    page = client.get(SIGN_IN, {"next": "/account/"}).text
    url = reverse("programs:organisation-sign-in", args=[row.public_id])
    assert f'href="{url}?next=%2Faccount%2F"' in page
    assert "Sign in with Harbour Group" in page
    client.cookies["django_language"] = "fr"
    assert "Groupe Harbour" in client.get(SIGN_IN).text


def test_the_program_page_offers_it(client, row):
    page = client.get(reverse("programs:program-detail", args=[row.program.slug])).text
    assert "Sign in with Harbour Group" in page


def test_who_is_signed_in_is_not_asked_to(client, row, ben):
    pages = reverse("programs:welcome"), reverse("programs:program-detail", args=[row.program.slug])
    assert [client.get(page).text.count("Sign in with Harbour Group") for page in pages] == [1, 1]
    client.force_login(ben)
    assert [client.get(page).text.count("Sign in with Harbour Group") for page in pages] == [0, 0]


def test_a_hidden_program_is_not_on_the_sign_in_page(client, row):
    type(row.program).objects.update(is_public=False)
    assert "Harbour Group" not in client.get(SIGN_IN).text


def test_too_many_sign_ins_are_slowed_down(client, row):
    for _time in range(20):
        start(client, row)
    assert start(client, row).status_code == 429


def test_who_is_signed_in_stays_who_they_are(client, row, provider, ben):
    trust(row)
    back = way_back(client, row)
    client.force_login(ben)
    assert client.get(back)["Location"] == reverse("dashboard:home")
    assert start(client, row)["Location"] == reverse("dashboard:home")
    assert signed_in(client) == ben.email


# --- the account


def test_a_person_sees_and_removes_the_link(client, row, ben):
    account = SocialAccount.objects.create(user=ben, provider=row.link_key, uid="person-1")
    client.force_login(ben)
    links = reverse("programs:organisation-links")
    assert links in client.get(reverse("accounts:settings")).text
    page = client.get(links).text
    assert ("Harbour Group" in page, "No longer offered" in page) == (True, False)
    OrganisationSignIn.objects.update(is_on=False)
    page = client.get(links).text
    assert ("Harbour Group" in page, "No longer offered" in page) == (True, True)
    remove = reverse("programs:organisation-unlink", args=[account.pk])
    assert client.get(remove).status_code == 303
    assert SocialAccount.objects.exists()
    client.post(remove)
    assert not SocialAccount.objects.exists()
    assert [one.subject for one in deliver_due_emails()] == ["Sign-in by an organisation removed"]
    assert client.post(remove).status_code == 404
    assert links not in client.get(reverse("accounts:settings")).text


def test_no_one_removes_the_link_of_another(client, row, ben, dan):
    account = SocialAccount.objects.create(user=ben, provider=row.link_key, uid="person-1")
    client.force_login(dan)
    remove = reverse("programs:organisation-unlink", args=[account.pk])
    assert client.post(remove).status_code == 404
    assert SocialAccount.objects.exists()


def test_a_link_is_exported_and_erased(row, ben):
    SocialAccount.objects.create(user=ben, provider=row.link_key, uid="person-1")
    found = export_person(ben)["account"]["signed_in_by_organisations"]
    assert [link["uid"] for link in found] == ["person-1"]
    erase_person(ben)
    assert not SocialAccount.objects.exists()


def test_who_signs_out_is_signed_out(client, row):
    trust(row)
    visit(client, row)
    client.post(reverse("account_logout"))
    assert signed_in(client) == ""
