"""People are asked for a second address once, until they have one or say no."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts import second_address
from testkit import factories

pytestmark = pytest.mark.django_db
ASKS = "Do you have a second e-mail address?"
DECLINE = "accounts:second-address-decline"


@pytest.fixture
def home(ada, cohort, as_user):
    factories.application(ada, cohort, "mentor")
    client = as_user(ada)
    return client, lambda: client.get(reverse("dashboard:home")).content.decode()


def test_home_asks_until_the_person_says_no(home, ada):
    client, page = home
    assert ASKS in page()
    client.post(reverse(DECLINE))
    client.post(reverse(DECLINE))
    assert ASKS not in page()


def test_home_asks_no_one_with_a_second_confirmed_address(home, ada):
    _client, page = home
    other = EmailAddress.objects.create(user=ada, email="ada.home@example.org", verified=False)
    assert ASKS in page()
    EmailAddress.objects.filter(pk=other.pk).update(verified=True)
    assert ASKS not in page()


def test_someone_without_address_is_not_asked():
    assert not second_address.is_to_ask(factories.person("Lia", email="x@no-address.invalid"))


def test_only_the_button_declines(ada, as_user):
    assert as_user(ada).get(reverse(DECLINE)).status_code == 303
    ada.refresh_from_db()
    assert ada.second_address_declined_at is None
