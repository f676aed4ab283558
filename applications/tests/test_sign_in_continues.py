"""Signing in by a code on the way to an application leads back to it."""

import re

from applications.models import Application
from notifications.testing import deliver_due_emails


def code_in(email):
    return re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4}|\d{6})\s*$", email.body, re.MULTILINE)[1]


def follow_code(client, address):
    response = client.post(address, {"code": code_in(deliver_due_emails(reconcile=False)[-1])})
    assert response.status_code == 302, response.content.decode()
    return response.url


def test_a_new_person_comes_back_to_the_application(client, cohort):
    start = f"/apply/{cohort.slug}/mentee/"
    response = client.post(
        f"/account/signup/?next={start}", {"email": "noor@example.org", "next": start}
    )
    assert follow_code(client, response.url) == start
    client.post(start)
    assert Application.objects.get().person.email == "noor@example.org"


def test_a_known_person_comes_back_to_the_application(client, ben, cohort):
    start = f"/apply/{cohort.slug}/mentee/"
    response = client.post(
        f"/account/login/code/?next={start}", {"email": ben.email, "next": start}
    )
    assert follow_code(client, response.url) == start
