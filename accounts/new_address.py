"""An account gets one new address in place of all that it had."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress

from notifications.outbox import send_to_new_addresses

from .ended_sessions import end_sessions
from .models import User


def addresses_of(person: User) -> list[str]:
    """Return the address that the account signs in with and those that it has confirmed."""
    confirmed = EmailAddress.objects.filter(user=person, verified=True)
    return sorted({person.email, *confirmed.values_list("email", flat=True)})


def replace_addresses(person: User, email: str, *, at: datetime) -> None:
    """Let only `email`, which was proven, open the account; sessions and sent links end.

    A second step of signing in, such as a passkey, stays: whoever has the address still needs it.
    """
    end_sessions(person)
    EmailAddress.objects.filter(user=person).delete()
    person.email, person.link_epoch = email, person.link_epoch + 1
    User.objects.revoke_links_of_merged(person)
    person.set_unusable_password()
    person.save(update_fields=["email", "link_epoch", "password"])
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    send_to_new_addresses([person.pk], at=at)
