"""Codes cannot be guessed: attempts are counted in the database, before a code is compared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import code_attempts
from accounts.account_data import erase_account
from accounts.models import AttemptCount
from notifications.reconcilers import run_reconcilers
from testkit import factories
from testkit.concurrency import at_once

CODE = "BCDF-GHJK"
WRONG = {"code": "wrong-code"}
CONFIRMATIONS = {
    "sign-in": ("account_request_login_code", "account_confirm_login_code"),
    "password reset": ("account_reset_password", "account_confirm_password_reset_code"),
    "address": ("account_signup", "account_email_verification_sent"),
}
confirmations = pytest.mark.parametrize("confirmation", CONFIRMATIONS)


@pytest.fixture
def compared(monkeypatch):
    """The codes that were compared with the right one."""
    seen, compare = [], allauth_forms.compare_user_code

    def note(*, actual, expected):
        seen.append(actual)
        return compare(actual=actual, expected=expected)

    monkeypatch.setattr(allauth_forms, "compare_user_code", note)
    return seen


@pytest.fixture(autouse=True)
def known_code(monkeypatch):
    from accounts.adapter import AccountAdapter

    for name in ("login", "email_verification", "password_reset"):
        monkeypatch.setattr(AccountAdapter, f"generate_{name}_code", lambda self: CODE)


def address_for(confirmation: str) -> str:
    """An address that gets a code: a new one to sign up, else that of an account."""
    return "new@example.org" if confirmation == "address" else factories.person("Nia Cole").email


def request_code(confirmation: str, address: str) -> Client:
    cache.clear()
    client = Client()
    response = client.post(reverse(CONFIRMATIONS[confirmation][0]), {"email": address})
    assert response["Location"].startswith(reverse(CONFIRMATIONS[confirmation][1]))
    return client


def confirm(client: Client, confirmation: str, fields: dict[str, str]):
    return client.post(reverse(CONFIRMATIONS[confirmation][1]), fields)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
@confirmations
def test_of_80_parallel_guesses_three_are_evaluated(confirmation, compared):
    session = (
        request_code(confirmation, address_for(confirmation))
        .cookies[settings.SESSION_COOKIE_NAME]
        .value
    )

    def guess():
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        confirm(client, confirmation, WRONG)

    for _batch in range(4):
        at_once(*[guess] * 20)
    assert 1 <= len(compared) <= 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_parallel_attempts_are_counted_once_each():
    taken = []

    def take():
        if code_attempts.take("one session", email="nia@example.org"):
            taken.append(1)

    at_once(*[take] * 20)
    assert len(taken) == 3
    connection.close()


@pytest.mark.django_db
@confirmations
def test_an_address_has_five_guesses_over_all_sessions(confirmation, compared):
    address = address_for(confirmation)
    clients = [request_code(confirmation, address) for _session in range(3)]
    for client in clients:
        for _guess in range(2):
            confirm(client, confirmation, WRONG)
    assert len(compared) == 5


@pytest.mark.django_db
def test_the_right_code_signs_in_and_counts_for_nothing(compared):
    address = address_for("sign-in")
    for _time in range(7):
        client = request_code("sign-in", address)
        confirm(client, "sign-in", {"code": CODE})
        assert "_auth_user_id" in client.session
        client.logout()


@pytest.mark.django_db
def test_after_the_last_guess_the_right_code_is_refused(compared):
    client = request_code("sign-in", address_for("sign-in"))
    session = dict(client.session)
    for _guess in range(3):
        confirm(client, "sign-in", WRONG)
    kept = client.session
    kept.update(session)  # as a parallel request would write it back
    kept.save()
    response = confirm(client, "sign-in", {"code": CODE})
    assert response["Location"] == reverse("account_login")
    assert "Too many" in client.get(reverse("account_login")).text
    assert len(compared) == 3
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_a_new_code_has_new_attempts(compared):
    address = address_for("sign-in")
    client = request_code("sign-in", address)
    for _guess in range(3):
        confirm(client, "sign-in", WRONG)
    cache.clear()
    client.post(reverse("account_request_login_code"), {"email": address})
    confirm(client, "sign-in", {"code": CODE})
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_attempts_come_back_with_time():
    now = timezone.now()
    for number in range(6):
        assert code_attempts.take(f"s{number}", email="nia@example.org", at=now) == (number < 5)
    assert not code_attempts.take("s", email="Nia@Example.org ", at=now + timedelta(minutes=4))
    assert code_attempts.take("later", email="nia@example.org", at=now + timedelta(minutes=5))


@pytest.mark.django_db
def test_counters_hold_no_address_and_are_purged():
    now = timezone.now()
    code_attempts.take("session", email="nia@example.org", at=now)
    assert "nia" not in str(list(AttemptCount.objects.values()))
    assert run_reconcilers(now + timedelta(minutes=59)) == []
    assert AttemptCount.objects.count() == 1
    run_reconcilers(now + timedelta(hours=1))
    assert AttemptCount.objects.count() == 0


def test_erasing_a_person_forgets_the_counters_of_all_their_addresses(ada):
    EmailAddress.objects.create(user=ada, email="second@example.org")
    for email in (ada.email, "second@example.org"):
        code_attempts.take(f"session of {email}", email=email)
    kept = AttemptCount.objects.count() - 2
    erase_account(ada)
    assert AttemptCount.objects.count() == kept, "those of the sessions, which name no one"
