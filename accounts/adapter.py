"""The adapter of allauth: its e-mails go through our outbox, so mail servers slow no page."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter

from . import emails


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Enqueue the e-mail for `email`, with the same work whether or not it has an account."""
        emails.enqueue_account_email(
            template_prefix.rpartition("/")[2], email=email, context=context
        )

    def send_account_already_exists_mail(self, email: str) -> None:
        """Send the e-mail without building links that its text does not use."""
        self.send_mail("account/email/account_already_exists", email, {})
