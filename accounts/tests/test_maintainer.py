"""The first person of an installation: created by command, signs in with one code."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from notifications.testing import deliver_due_emails

pytestmark = pytest.mark.django_db


@pytest.fixture
def maintainer():
    call_command("createsuperuser", "--noinput", "--email", "First@Example.org", verbosity=0)
    return User.objects.get()


def test_a_maintainer_signs_in_with_one_code(client, maintainer):
    client.post(reverse("account_request_login_code"), {"email": maintainer.email})
    (mail,) = deliver_due_emails()
    code = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.body, re.MULTILINE)[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(maintainer.pk)
    assert client.get(reverse("admin:index"), follow=True).status_code == 200


def test_a_maintainer_has_a_lower_case_address_and_no_password(maintainer):
    assert (maintainer.email, maintainer.has_usable_password()) == ("first@example.org", False)


def test_a_person_without_a_name_can_be_greeted(maintainer):
    assert str(maintainer) == "No name"
