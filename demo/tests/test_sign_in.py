"""The front door of a demonstration, of which nothing exists elsewhere."""

from __future__ import annotations

import copy
import re

import pytest
from django.conf import settings as project_settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from demo import personas

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/login/"
ROLES = list(personas.SIGN_INS)


@pytest.fixture
def people(db):
    """The four people of the demo, without their year."""
    return {role: personas.account(name) for role, name in personas.SIGN_INS.items()}


@pytest.fixture
def demo(settings, people):
    """What the settings are with DEMO=1."""
    templates = copy.deepcopy(project_settings.TEMPLATES)
    templates[0]["DIRS"].insert(0, settings.BASE_DIR / "demo" / "templates")
    settings.TEMPLATES = templates
    settings.DEMO, settings.ROOT_URLCONF = True, "demo.urls"
    return people


def enter(client, role):
    return client.post(f"/demo/sign-in/{role}/")


def signed_in(client):
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("role", ROLES)
def test_one_press_signs_in(client, demo, role):
    page = client.get(SIGN_IN).content.decode()
    assert f'action="/demo/sign-in/{role}/"' in page
    assert personas.SIGN_INS[role] in page
    response = enter(client, role)
    assert response["Location"] == reverse("dashboard:home")
    assert signed_in(client) == str(demo[role].pk)


def test_only_a_press_signs_in(client, demo):
    assert client.get("/demo/sign-in/mentee/").status_code == 303
    assert enter(client, "maintainer").status_code == 404
    assert Client(enforce_csrf_checks=True).post("/demo/sign-in/mentee/").status_code == 403
    assert signed_in(client) is None


def test_a_changed_password_is_explained(client, demo):
    demo["chair"].set_password("something else entirely")
    demo["chair"].save()
    page = client.post("/demo/sign-in/chair/", follow=True).content.decode()
    assert "Sign in with a code" in page
    assert signed_in(client) is None


def test_the_code_is_shown_where_it_is_asked_for(client, demo):
    page = client.post(SIGN_IN, {"login": "mentor@example.org"}, follow=True).content.decode()
    code = re.search(r"Your code is <strong>([A-Z0-9-]+)</strong>", page)[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert signed_in(client) == str(demo["mentor"].pk)


def test_without_the_people_of_the_demo_no_button_is_shown(client, demo):
    for person in demo.values():
        person.email = f"other-{person.email}"
        person.save()
    assert "Try the demo" not in client.get(SIGN_IN).content.decode()


def test_elsewhere_nothing_of_it_exists(client, people):
    assert enter(client, "chair").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo-sign-in", args=["chair"])
    page = client.get(SIGN_IN).content.decode()
    assert "demo" not in page.lower()
    page = client.post(SIGN_IN, {"login": "mentor@example.org"}, follow=True).content.decode()
    assert "Your code is" not in page
    assert signed_in(client) is None


def test_the_view_itself_refuses_without_the_setting(client, demo, settings):
    settings.DEMO = False
    assert enter(client, "chair").status_code == 404
    assert signed_in(client) is None


def test_deployment_refuses_a_demo(settings, monkeypatch):
    def errors():
        return [
            one.id for one in run_checks(include_deployment_checks=True) if one.id == "demo.E001"
        ]

    monkeypatch.delenv("DEMO", raising=False)
    assert errors() == []
    settings.DEMO = True
    assert errors() == ["demo.E001"]
    settings.DEMO = False
    monkeypatch.setenv("DEMO", "1")
    assert errors() == ["demo.E001"]


def test_the_command_says_what_to_do(people, settings, capsys):
    settings.DEMO = True
    call_command("load_demo")
    printed = capsys.readouterr().out
    assert f"Open {settings.BASE_URL}{SIGN_IN}" in printed
    assert "choose a person on the sign-in page" in printed
