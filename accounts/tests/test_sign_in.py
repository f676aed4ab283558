"""Signing in with a password or with a code, on one page."""

import pytest
from django.urls import reverse

from notifications.models import Notification
from testkit import factories

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("account_login")
PASSWORD = "a-long-enough-pass-phrase"


@pytest.fixture
def person(db):
    from allauth.account.models import EmailAddress

    person = factories.person("Nia Cole")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.get_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    return person


def sign_in(client, person, password):
    return client.post(SIGN_IN, {"login": person.email, "password": password})


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_the_page_asks_for_an_address_and_may_take_a_password(client, db):
    page = client.get(SIGN_IN).content.decode()
    assert 'type="password"' in page
    assert "Leave it blank to get a sign-in code by e-mail." in page


def test_a_password_signs_in(client, person):
    assert sign_in(client, person, PASSWORD).status_code == 302
    assert signed_in(client) == str(person.pk)


def test_without_a_password_a_code_is_sent(client, person):
    response = sign_in(client, person, "")
    assert response["Location"].startswith(reverse("account_confirm_login_code"))
    assert Notification.system.filter(recipient=person).count() == 1
    assert signed_in(client) is None


@pytest.mark.parametrize("password", ["wrong-wrong-wrong", " " + PASSWORD])
def test_a_wrong_password_is_refused(client, person, password):
    response = sign_in(client, person, password)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert signed_in(client) is None


def test_an_unknown_address_gets_the_same_answer(client, person):
    known = sign_in(client, person, "wrong-wrong-wrong").context["form"].errors
    person.email = "unknown@example.org"
    assert sign_in(client, person, "wrong-wrong-wrong").context["form"].errors == known


def test_guessing_is_slowed_down(client, person):
    for _attempt in range(11):
        sign_in(client, person, "wrong-wrong-wrong")
    response = sign_in(client, person, PASSWORD)
    assert response.status_code in {200, 429}
    assert signed_in(client) is None


def test_someone_who_is_erased_cannot_sign_in(client, person):
    person.is_active = False
    person.save()
    sign_in(client, person, PASSWORD)
    assert signed_in(client) is None
