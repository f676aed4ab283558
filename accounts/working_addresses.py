"""An address that bounced works again once its person has received a code there."""

from __future__ import annotations

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from notifications.bounces import works_again

from .models import User


@receiver(user_logged_in)
def note_code_received(
    sender: type[User], request: HttpRequest, user: User, **kwargs: object
) -> None:
    """Forget the bounces of an address at which the person has just received a sign-in code."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    last = records[-1] if records else {}
    if last.get("method") == "code" and last.get("email", "").lower() == user.email:
        works_again(user, at=timezone.now())


@receiver(email_confirmed)
def note_confirmed(
    sender: type[EmailAddress], email_address: EmailAddress, **kwargs: object
) -> None:
    """Forget the bounces of an address that its person has just confirmed."""
    user = email_address.user
    if email_address.email.lower() == user.email:
        works_again(user, at=timezone.now())
