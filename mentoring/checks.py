"""Deployment checks: hosts and addresses that would put wrong links into e-mails."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register


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
def secure_base_url(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    if not settings.SECURE:
        return [Error("BASE_URL must begin with https:// in production.", id="mentoring.E002")]
    return []
