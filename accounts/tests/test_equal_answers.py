"""A known and an unknown address take the same work on every page, so times reveal nothing."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from notifications.models import Notification
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SIGN_IN, SIGN_UP = reverse("account_login"), reverse("account_signup")
CODE, RESET = reverse("account_request_login_code"), reverse("account_reset_password")
UNKNOWN = "unknown@example.org"

ENTRANCES = {
    "sign in by code": (SIGN_IN, "login", {"password": ""}),
    "sign in with a wrong password": (SIGN_IN, "login", {"password": "wrong-wrong-wrong"}),
    "request a sign-in code": (CODE, "email", {}),
    "sign up": (SIGN_UP, "email", {}),
    "reset a password": (RESET, "email", {}),
}
CONFIRMATIONS = {
    "sign-in code": (CODE, reverse("account_confirm_login_code")),
    "password reset code": (RESET, reverse("account_confirm_password_reset_code")),
    "address code": (SIGN_UP, reverse("account_email_verification_sent")),
}
WRONG, AGAIN = {"code": "wrong-code"}, {"action": "resend"}


@pytest.fixture(params=["confirmed", "unconfirmed"])
def known(request, db) -> str:
    person = factories.person("Nia Cole")
    person.set_password("a-long-enough-pass-phrase")
    person.save()
    person.emailaddress_set.update(verified=request.param == "confirmed")
    return person.email


def kinds(queries: CaptureQueriesContext) -> Counter[tuple[str, ...]]:
    """Count the statements by verb and table, without savepoints, which write nothing."""
    control = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return Counter(
        (sql.split()[0], re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql).group(1))
        for query in queries
        if not (sql := query["sql"]).startswith(control)
    )


def work_of(client: Client, address: str, path: str, fields: dict[str, str] | None):
    """Send one request; return all that may not depend on the address."""
    before = list(Notification.system.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path) if fields is None else client.post(path, fields)
    page = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', "", response.text)
    rows = Notification.system.exclude(pk__in=before).values_list("kind", "state", "is_urgent")
    return {
        "status": response.status_code,
        "location": response.headers.get("Location"),
        "page": page.replace(address, "ADDRESS"),
        "statements": kinds(queries),
        "e-mails": list(rows),
    }


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_an_address_gets_the_same_work_known_or_not(known, entrance):
    path, field, fields = ENTRANCES[entrance]
    works = []
    for address in (known, UNKNOWN):
        cache.clear()
        works.append(work_of(Client(), address, path, {field: address, **fields}))
    assert works[0] == works[1]
    assert works[0]["statements"]


@pytest.mark.parametrize("confirmation", CONFIRMATIONS)
@pytest.mark.parametrize("limits", ["full", "free"])
def test_the_page_for_a_code_takes_the_same_work(known, confirmation, limits):
    request_path, confirm_path = CONFIRMATIONS[confirmation]
    works = []
    for address in (known, UNKNOWN):
        client = Client()
        cache.clear()
        client.post(request_path, {"email": address})
        works.append([])
        for fields in (None, WRONG, AGAIN, WRONG, AGAIN, WRONG, WRONG):
            if limits == "free":
                cache.clear()
            works[-1].append(work_of(client, address, confirm_path, fields))
    assert works[0] == works[1]


def test_signing_up_again_leaves_no_trace(known):
    Client().post(SIGN_UP, {"email": known})
    assert User.objects.count() == 1


def test_each_email_of_an_entrance_is_rendered_with_its_counterpart(known, monkeypatch):
    from accounts import emails

    rendered = []
    render = emails.inline_css
    monkeypatch.setattr(emails, "inline_css", lambda html: rendered.append(1) or render(html))
    for address in (known, UNKNOWN):
        for path in (CODE, RESET, SIGN_UP):
            cache.clear()
            rendered.clear()
            Client().post(path, {"email": address})
            assert len(rendered) == 2, (address, path)
