"""allauth's door to us: its mails go through the outbox, so that a slow mail server never slows a page."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from . import emails


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mail; `email` gets it whether or not an account has this address, with equal work in both cases."""
        emails.owe_mail(template_prefix.rpartition("/")[2], email=email, context=context)
