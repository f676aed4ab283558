"""The address to which a mail provider posts: who may, and what it answers."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.urls import reverse

from notifications import mail_events, mail_provider
from notifications.models import BounceMailbox

from .conftest import fresh
from .test_bounces import deliver
from .test_mail_events import HARD, event

pytestmark = pytest.mark.django_db
SECRET = "post:a-secret-of-this-installation"


# --- the address that takes them


class View:
    """As far as ours uses it, a view of django-anymail whose provider posts a list of events."""

    def __init__(self, webhook_secret):
        self.secret = webhook_secret

    def run_validators(self, request):
        if request.headers.get("X-Signature") == "wrong":
            raise SuspiciousOperation

    def parse_events(self, request):
        return [SimpleNamespace(**one) for one in json.loads(request.body)]


@pytest.fixture
def sent(sample, server, ada):
    """An e-mail to Ada that was accepted."""
    row = sample.enqueue(ada)
    deliver()
    return fresh(row)


@pytest.fixture
def webhook(settings, monkeypatch, client):
    settings.MAIL_WEBHOOK, settings.MAIL_PROVIDER = True, "postmark"
    settings.MAIL_WEBHOOK_SECRET = [SECRET]
    monkeypatch.setattr(mail_events, "event_view", lambda provider: View)
    page = reverse("notifications:mail-events", args=["postmark"])

    def post(*events, secret=SECRET, body=None, address=page, **headers):
        if secret is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
        content = json.dumps([vars(one) for one in events]) if body is None else body
        return client.post(address, content, "application/json", headers=headers)

    return post


def test_events_are_taken_and_a_csrf_token_is_not_asked_for(webhook, sent, client):
    client.handler.enforce_csrf_checks = True
    delivered = event(kind="delivered")
    assert webhook(delivered, event(sent, **HARD), event(sent, **HARD)).status_code == 200
    assert fresh(sent).bounce == "hard"
    assert BounceMailbox.objects.get().read_at
    assert not client.cookies


@pytest.mark.parametrize(
    "wrong",
    ["post:another", SECRET + "x", SECRET.upper(), "", ":", "post:", "é:\0"],
)
def test_a_wrong_secret_is_refused(webhook, sent, wrong):
    assert webhook(event(sent, **HARD), secret=wrong).status_code == 403
    assert fresh(sent).bounce == ""
    assert not BounceMailbox.objects.exists()


@pytest.mark.parametrize("header", ["Basic", "Basic ///", "Bearer x", "Basic \xff", "x" * 9000])
def test_nonsense_in_place_of_a_secret_is_refused(webhook, sent, header):
    answer = webhook(event(sent, **HARD), secret=None, Authorization=header)
    assert answer.status_code == 403


def test_without_a_secret_it_is_asked_for(webhook, sent):
    answer = webhook(event(sent, **HARD), secret=None)
    assert (answer.status_code, answer["WWW-Authenticate"][:5]) == (401, "Basic")


def test_each_of_two_secrets_is_good_while_they_are_changed(webhook, settings):
    settings.MAIL_WEBHOOK_SECRET = ["post:the-new-secret-of-this", SECRET]
    assert webhook(secret=SECRET).status_code == 200
    assert webhook(secret="post:the-new-secret-of-this").status_code == 200


def test_an_installation_without_a_secret_takes_nothing(webhook, settings):
    settings.MAIL_WEBHOOK_SECRET = []
    for secret in (SECRET, "", ":"):
        assert webhook(secret=secret).status_code == 403


def test_it_is_not_there_unless_it_is_set_up(webhook, settings):
    other = reverse("notifications:mail-events", args=["mailgun"])
    assert webhook(address=other).status_code == 404
    settings.MAIL_WEBHOOK = False
    assert webhook().status_code == 404
    settings.MAIL_WEBHOOK, settings.MAIL_PROVIDER = True, ""
    assert webhook().status_code == 404


def test_a_provider_may_ask_whether_it_is_there(webhook, client):
    page = reverse("notifications:mail-events", args=["postmark"])
    assert client.head(page).status_code == 200
    assert client.get(page).status_code == 303  # as every address that only takes posts
    assert client.put(page).status_code == 405


def test_a_wrong_signature_is_refused(webhook, sent):
    assert webhook(event(sent, **HARD), **{"X-Signature": "wrong"}).status_code == 403
    assert fresh(sent).bounce == ""


@pytest.mark.parametrize("body", ["", "{", "7", "null", '{"a": 1}', "\xff", "[[]]", "[1]"])
def test_a_broken_body_is_answered_with_400_and_not_logged(webhook, body, caplog):
    assert webhook(body=body).status_code == 400
    assert "cannot be read" in caplog.text
    assert len(caplog.text) < 400


def test_nothing_personal_is_logged(webhook, sent, ada, caplog):
    odd = {**vars(event(sent, **HARD)), "event_type": "bounced", "mta_response": 7}
    webhook(SimpleNamespace(**odd), event(sent, "complained", description=f"{ada.email} is Ada"))
    assert webhook(body=f'["{ada.email}"').status_code == 400
    assert fresh(sent).bounce == "spam"  # the odd one kept nothing back
    named = [one.problem for one in caplog.records if hasattr(one, "problem")]
    assert named == ["TypeError", "JSONDecodeError"]
    assert ada.email not in caplog.text
    assert SECRET not in caplog.text


def test_while_the_database_is_down_the_provider_is_to_try_again(webhook, sent, monkeypatch):
    def broken(event, at):
        raise OperationalError

    monkeypatch.setattr(mail_events, "take", broken)
    with pytest.raises(OperationalError):  # 500 or 503 outside of tests
        webhook(event(sent, **HARD))


# --- the deployment check


def problems():
    return [one.id for one in run_checks(include_deployment_checks=True, tags=["security"])]


@pytest.fixture
def set_up(settings):
    settings.MAIL_WEBHOOK, settings.MAIL_PROVIDER = True, "postmark"
    settings.MAIL_WEBHOOK_SECRET = [SECRET]


def test_off_is_no_problem(settings):
    assert {"mentoring.E004", "mentoring.E005", "mentoring.E006"}.isdisjoint(problems())


@pytest.mark.parametrize("secrets", [[], [""], ["post"], ["post:short"], [SECRET, "post:short"]])
def test_a_webhook_without_a_good_secret_is_refused(set_up, settings, secrets):
    settings.MAIL_WEBHOOK_SECRET = secrets
    assert "mentoring.E004" in problems()


@pytest.mark.parametrize("provider", ["", "postal", "nothing"])
def test_a_webhook_of_no_known_provider_is_refused(set_up, settings, provider):
    settings.MAIL_PROVIDER = provider
    assert "mentoring.E005" in problems()


def test_a_webhook_without_django_anymail_is_refused(set_up, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(mail_provider, "import_module", missing)
    assert "mentoring.E006" in problems()


# --- what the chair reads


def test_the_page_says_whether_the_provider_reports(as_user, cleo, settings, webhook, cohort):
    client = as_user(cleo)
    assert "None has arrived yet" in client.get(reverse("admin:mail")).text
    webhook()
    text = client.get(reverse("admin:mail")).text
    assert "its last report arrived on" in text
    assert "No mailbox is set up" not in text
    settings.MAIL_WEBHOOK = False
    assert "No mailbox is set up" in client.get(reverse("admin:mail")).text
