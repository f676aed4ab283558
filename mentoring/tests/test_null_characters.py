"""No null character of an address or a cookie reaches a query: PostgreSQL refuses to compare."""

from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

NULL = "%00"
APPLICATIONS = "admin:applications_application_{}"


@pytest.mark.parametrize("view", ["changelist", "export"])
@pytest.mark.parametrize("name", ["role__exact", "topic", "queue", "q", "person%00"])
def test_a_filter_of_a_list_is_refused(program, as_user, cleo, view, name):
    address = reverse(APPLICATIONS.format(view))
    assert as_user(cleo).get(f"{address}?{name}=a{NULL}").status_code == 400


@pytest.mark.parametrize("path", ["/pair/{}/", "/checkin/{}/", "/unsubscribe/{}/"])
def test_an_id_in_a_path_is_refused(as_user, ada, path):
    assert as_user(ada).get(path.format(f"a{NULL}")).status_code == 400


def test_a_session_cookie_is_refused(client, settings):
    cookie = rf'{settings.SESSION_COOKIE_NAME}="1234\0005678"'
    assert client.get("/", headers={"Cookie": cookie}).status_code == 400


@pytest.mark.parametrize("address", ["/?q=%2500", "/?q=zero+0"])
def test_other_addresses_are_not(client, address):
    assert client.get(address).status_code < 400
