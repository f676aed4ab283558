"""The API of a mail provider, reached with django-anymail: which one, and what we ask of it.

django-anymail is not installed with the site. It is imported only where the settings name one of
its backends, by its dotted path.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest

# The views that read what a provider posts. Those of providers that do not send our token back,
# such as Postal, are left out: their events could not be told from forged ones.
EVENT_VIEWS = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mailtrap": "MailtrapTrackingWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
}
# Where opens and clicks can be turned off with each e-mail. The others do it for the account.
CAN_STOP_TRACKING = {
    "mailersend",
    "mailgun",
    "mailjet",
    "mandrill",
    "postmark",
    "sendgrid",
    "sparkpost",
    "unisender_go",
}
FIELD = "email_token"  # of the data that go with an e-mail and come back with its events


class ProviderEvent(Protocol):
    """The part of `anymail.signals.AnymailTrackingEvent` that is read."""

    event_type: str
    message_id: str | None
    metadata: object
    mta_response: str | None
    description: str | None
    reject_reason: str | None
    esp_event: object


class EventReader(Protocol):
    """The part of a view of django-anymail that is used."""

    def __init__(self, *, webhook_secret: list[str]) -> None: ...
    def run_validators(self, request: HttpRequest) -> None: ...
    def parse_events(self, request: HttpRequest) -> list[ProviderEvent]: ...


def prepare(message: EmailMessage, message_id: str) -> None:
    """Ask the provider not to track the reader, and to send our token back with each event.

    The token is the first half of our Message-ID, which providers replace by one of their own.
    """
    provider = settings.MAIL_PROVIDER
    if settings.MAIL_WEBHOOK and provider in EVENT_VIEWS:
        token = message_id.strip("<>").partition("@")[0]
        message.metadata = {FIELD: token}  # type: ignore[attr-defined]  # read by django-anymail
    if provider in CAN_STOP_TRACKING:
        message.track_opens = message.track_clicks = False  # type: ignore[attr-defined]  # likewise


def event_view(provider: str) -> type[EventReader]:
    """Return django-anymail's view that reads a provider's events.

    Raises KeyError for a provider without one, and ImportError if django-anymail is missing.
    """
    module = import_module(f"anymail.webhooks.{provider}") if provider in EVENT_VIEWS else None
    view: type[EventReader] = getattr(module, EVENT_VIEWS[provider])
    return view
