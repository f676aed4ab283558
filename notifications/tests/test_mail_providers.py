"""Each provider with django-anymail itself: what it is asked for, and what it posts.

django-anymail is in requirements-dev.txt. Where an environment has not been brought up to date
these tests are skipped; `test_mail_events` and `test_mail_webhook` try the same rules without it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from importlib import import_module
from urllib.parse import urlencode

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from notifications import mail_provider

from .conftest import fresh
from .test_bounces import deliver
from .test_mail_events import token_of
from .test_mail_webhook import SECRET

pytest.importorskip("anymail", reason="django-anymail is not installed: requirements-dev.txt")
pytestmark = pytest.mark.django_db

KEYS = {
    "BREVO_API_KEY": "k",
    "MAILERSEND_API_TOKEN": "k",
    "MAILGUN_API_KEY": "k",
    "MAILGUN_SENDER_DOMAIN": "example.org",
    "MAILGUN_WEBHOOK_SIGNING_KEY": "k",
    "MAILJET_API_KEY": "k",
    "MAILJET_SECRET_KEY": "k",
    "MAILTRAP_API_TOKEN": "k",
    "MANDRILL_API_KEY": "k",
    "MANDRILL_WEBHOOK_KEY": "k",
    "MANDRILL_WEBHOOK_URL": "https://example.org/mail/events/mandrill/",
    "POSTMARK_SERVER_TOKEN": "k",
    "RESEND_API_KEY": "k",
    "SENDGRID_API_KEY": "k",
    "SPARKPOST_API_KEY": "k",
    "UNISENDER_GO_API_KEY": "k",
    "UNISENDER_GO_API_URL": "https://example.org/",
}
# Needs the library of Amazon, which only an installation that sends with it has.
WITHOUT_AMAZON = sorted(set(mail_provider.EVENT_VIEWS) - {"amazon_ses"})
TIME, ADDRESS, ANSWER = 1772539200, "ada@example.org", "550 5.1.1 no such user"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ANYMAIL = KEYS
    settings.MAIL_WEBHOOK, settings.MAIL_WEBHOOK_SECRET = True, [SECRET]


@pytest.fixture
def sent(sample, server, ada):
    row = sample.enqueue(ada)
    deliver()
    return fresh(row)


def posts(provider, data):
    """Return what a provider posts about a hard bounce: (body, type of content, headers)."""
    own, kind, headers = json.dumps(data), "application/json", {}
    bodies = {
        "brevo": {
            "event": "hard_bounce", "email": ADDRESS, "message-id": "<x@y>",
            "ts_epoch": TIME * 1000, "reason": ANSWER, "X-Mailin-custom": own,
        },
        "mailgun": {
            "signature": {
                "token": "t", "timestamp": str(TIME),
                "signature": hmac.new(b"k", f"{TIME}t".encode(), hashlib.sha256).hexdigest(),
            },
            "event-data": {
                "event": "failed", "severity": "permanent", "reason": "bounce",
                "recipient": ADDRESS, "timestamp": TIME, "user-variables": data,
                "message": {"headers": {"message-id": "x@y"}},
                "delivery-status": {"code": 550, "message": ANSWER, "description": ""},
            },
        },
        "mailjet": [{
            "event": "bounce", "time": TIME, "MessageID": 7, "email": ADDRESS,
            "hard_bounce": True, "error": "user unknown", "comment": ANSWER, "Payload": own,
        }],
        "mailtrap": {"events": [{
            "event": "bounce", "message_id": "x", "email": ADDRESS, "timestamp": TIME,
            "event_id": "e", "custom_variables": data, "response": ANSWER, "response_code": 550,
        }]},
        "mandrill": [{
            "event": "hard_bounce", "ts": TIME, "_id": "x",
            "msg": {"email": ADDRESS, "diag": f"smtp;{ANSWER}", "metadata": data},
        }],
        "postmark": {
            "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "MessageID": "x",
            "Email": ADDRESS, "BouncedAt": "2026-03-03T12:00:00Z", "Details": f"smtp;{ANSWER}",
            "Content": "the whole e-mail", "Metadata": data,
        },
        "resend": {
            "type": "email.bounced", "created_at": "2026-03-03T12:00:00.000Z",
            "data": {
                "email_id": "x", "to": [ADDRESS], "subject": "Hello",
                "headers": [{"name": "X-Metadata", "value": own}],
                "bounce": {"message": "sent a hard bounce message", "type": "Permanent"},
            },
        },
        "sendgrid": [{
            "event": "bounce", "type": "bounce", "status": "5.1.1", "reason": ANSWER,
            "sg_event_id": "e", "timestamp": TIME, "email": ADDRESS, **data,
        }],
        "sparkpost": [{"msys": {"message_event": {
            "type": "bounce", "bounce_class": "10", "raw_reason": ANSWER, "rcpt_meta": data,
            "event_id": "e", "timestamp": str(TIME), "raw_rcpt_to": ADDRESS,
            "transmission_id": "x",
        }}}],
    }  # fmt: skip
    body = json.dumps(bodies[provider])
    if provider == "mandrill":
        signed = KEYS["MANDRILL_WEBHOOK_URL"] + "mandrill_events" + body
        made = hmac.new(b"k", signed.encode(), hashlib.sha1).digest()
        headers["X-Mandrill-Signature"] = base64.b64encode(made).decode()
        body, kind = urlencode({"mandrill_events": body}), "application/x-www-form-urlencoded"
    return body, kind, headers


@pytest.mark.parametrize("provider", WITHOUT_AMAZON)
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
def test_the_bounce_that_a_provider_posts_marks_the_address(client, sent, settings, provider):
    settings.MAIL_PROVIDER = provider
    data = {mail_provider.FIELD: token_of(sent)}
    body, kind, headers = posts(provider, data)
    headers["Authorization"] = "Basic " + base64.b64encode(SECRET.encode()).decode()
    page = reverse("notifications:mail-events", args=[provider])
    for _time in range(2):
        assert client.post(page, body, kind, headers=headers).status_code == 200
    assert fresh(sent).bounce == "hard"


@pytest.mark.parametrize("provider", ["mailgun", "mandrill"])
def test_a_provider_that_signs_is_not_believed_without_its_signature(
    client, sent, settings, provider
):
    settings.MAIL_PROVIDER = provider
    body, kind, headers = posts(provider, {mail_provider.FIELD: token_of(sent)})
    settings.ANYMAIL = KEYS | {"MAILGUN_WEBHOOK_SIGNING_KEY": "l", "MANDRILL_WEBHOOK_KEY": "l"}
    headers["Authorization"] = "Basic " + base64.b64encode(SECRET.encode()).decode()
    page = reverse("notifications:mail-events", args=[provider])
    assert client.post(page, body, kind, headers=headers).status_code == 403
    assert fresh(sent).bounce == ""


@pytest.mark.parametrize(
    "provider", sorted({*WITHOUT_AMAZON, *mail_provider.CAN_STOP_TRACKING, "unisender_go"})
)
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
def test_a_provider_takes_what_an_email_asks_for(settings, provider):
    """No option that it lacks, which would keep every e-mail from being sent."""
    settings.MAIL_PROVIDER = provider
    message = EmailMultiAlternatives("Hello", "text", "a@example.org", [ADDRESS])
    message.attach_alternative("<p>text</p>", "text/html")
    mail_provider.prepare(message, "<n1.0123456789abcdef01234567@example.org>")
    backend = import_module(f"anymail.backends.{provider}").EmailBackend()
    payload = backend.build_message_payload(message, backend.send_defaults)
    asked = payload.serialize_data() if provider != "mailgun" else str(vars(payload))
    if provider in mail_provider.EVENT_VIEWS:
        assert "n1.0123456789abcdef01234567" in str(asked)


def test_every_view_that_is_named_exists():
    for provider in mail_provider.EVENT_VIEWS:
        assert mail_provider.event_view(provider).signal is not False
