"""The link that the first start prints lets one chair register, once."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from notifications.models import Notification
from programs import first_chair
from programs.models import FirstChairLink, Membership, Program
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FACTS = {
    "chair_name": "Ruth Adeyemi",
    "email": "Ruth@Example.org",
    "name": "HR chapter",
    "template": "hr",
    "language": "en",
    "time_zone": "America/Toronto",
}


def started() -> str:
    """Start the installation; return the path of the link in the log, "" without one."""
    log = io.StringIO()
    call_command("bootstrap", stdout=log)
    found = re.search(r"https?://\S+/first-chair/\S+", log.getvalue())
    return urlsplit(found[0]).path if found else ""


@pytest.mark.parametrize("debug", [True, False])
def test_the_first_chair_registers_and_hears_of_it(client, settings, debug):
    settings.DEBUG = debug
    path = started()
    assert client.get(path).status_code == 200
    assert client.post(path, FACTS).headers["Location"].endswith("/account/login/")
    member = Membership.objects.get()
    assert (member.user.email, member.role) == ("ruth@example.org", "chair")
    assert (member.program.name, member.program.is_public) == ("HR chapter", False)
    assert list(Notification.system.values_list("kind", flat=True)) == ["committee-role"]
    assert "_auth_user_id" not in client.session


def test_it_works_once(client):
    path = started()
    client.post(path, FACTS)
    for answer in (client.get(path), client.post(path, {**FACTS, "name": "Second"})):
        assert answer.status_code == 404
    assert Program.objects.count() == 1
    assert started() == ""


def test_who_is_slower_is_refused(client):
    token = started().split("/")[-2]
    FirstChairLink.objects.all().delete()
    with pytest.raises(ActionNotAllowed):
        first_chair.register(token, Program(name="P"), template="", email="a@example.org", name="")
    assert not Program.objects.exists()


def test_it_expires_and_only_the_newest_works(client):
    first, second = started(), started()
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    token, soon = second.split("/")[-2], timezone.now() + timedelta(hours=23)
    assert first_chair.is_valid(token, at=soon)
    assert not first_chair.is_valid(token, at=soon + timedelta(hours=1, minutes=1))


@pytest.mark.parametrize("who", ["chair", "reader", "maintainer"])
def test_it_is_over_as_soon_as_someone_can_work(client, who):
    path = started()
    if who == "maintainer":
        factories.person("Main", is_superuser=True, is_staff=True)
    else:
        factories.member(program=factories.program(), role=who)
    assert client.get(path).status_code == client.post(path, FACTS).status_code == 404
    assert started() == ""


def test_only_a_hash_is_stored(client):
    token = started().split("/")[-2]
    assert token not in str(list(FirstChairLink.objects.values()))
    assert client.get("/first-chair/forged/").status_code == 404


def test_a_form_with_mistakes_changes_nothing(client):
    path = started()
    answer = client.post(path, {**FACTS, "email": "no", "name": "", "time_zone": "Mars"})
    assert set(answer.context["form"].errors) == {"email", "name", "time_zone"}
    assert client.get(path).status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Program.objects.exists()
