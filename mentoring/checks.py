"""Deployment checks: wrong hosts in links of e-mails, and addresses that are open to anyone."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from notifications.mail_provider import EVENT_VIEWS, event_view

SECRET_LENGTH = 20


@register(Tags.security, deploy=True)
def canonical_host(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    loose = [host for host in settings.ALLOWED_HOSTS if host == "*" or host.startswith(".")]
    if loose:
        return [Error("ALLOWED_HOSTS must be exactly the canonical host.", id="mentoring.E001")]
    return []


@register(Tags.security, deploy=True)
def deadman_url(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    if settings.DEADMAN_URL and not settings.DEADMAN_URL.startswith("https://"):
        return [Error("DEADMAN_URL must begin with https://.", id="mentoring.E003")]
    return []


@register(Tags.security, deploy=True)
def mail_webhook(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    """Refuse an address for the events of a mail provider at which anyone could post them."""
    if not settings.MAIL_WEBHOOK:
        return []
    secrets = [text.partition(":")[2] for text in settings.MAIL_WEBHOOK_SECRET]
    if not secrets or any(len(secret) < SECRET_LENGTH for secret in secrets):
        text = f"MAIL_WEBHOOK needs MAIL_WEBHOOK_SECRET: NAME:SECRET, {SECRET_LENGTH} characters."
        return [Error(text, id="mentoring.E004")]
    if settings.MAIL_PROVIDER not in EVENT_VIEWS:
        known = ", ".join(EVENT_VIEWS)
        text = f"MAIL_WEBHOOK needs an EMAIL_BACKEND of django-anymail for one of: {known}."
        return [Error(text, id="mentoring.E005")]
    try:
        event_view(settings.MAIL_PROVIDER)(webhook_secret=settings.MAIL_WEBHOOK_SECRET)
    except (ImportError, ImproperlyConfigured) as error:
        text = f"MAIL_WEBHOOK can't read the events of {settings.MAIL_PROVIDER}: {error}"
        return [Error(text, id="mentoring.E006")]
    return []


@register(Tags.security, deploy=True)
def organisations(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    """Refuse what is only for development: a provider on this machine, and tokens that are kept."""
    if settings.ORGANISATIONS_ON_LOOPBACK or settings.SOCIALACCOUNT_STORE_TOKENS:
        text = "ORGANISATIONS_ON_LOOPBACK and SOCIALACCOUNT_STORE_TOKENS must be off."
        return [Error(text, id="mentoring.E007")]
    return []


@register(Tags.security, deploy=True)
def secure_base_url(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    if not settings.SECURE:
        return [Error("BASE_URL must begin with https:// in production.", id="mentoring.E002")]
    return []
