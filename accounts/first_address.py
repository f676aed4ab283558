"""The first e-mail address of people whom a sign-up list brought without one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from notifications.outbox import send_to_new_addresses

from .models import User


@transaction.atomic
def give_first_address(person: User, email: str, *, at: datetime | None = None) -> None:
    """Store the address of a person without one; e-mails that wait for it go out.

    Raises ActionNotAllowed if the person has an address, or the address is someone's already.
    """
    fresh = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if fresh.has_address or fresh.is_erased:
        raise ActionNotAllowed(
            _("This person has an e-mail address already. Only they can change it.")
        )
    if User.objects.with_address(email):
        raise ActionNotAllowed(_("This e-mail address is taken. Enter another one."))
    fresh.email = email.strip().lower()
    fresh.save(update_fields=["email"])
    person.email = fresh.email
    renew_addresses([fresh], at=at)


def renew_addresses(people: Collection[User], *, at: datetime | None = None) -> None:
    """Let the addresses for signing in follow from `User.email`, which has just changed."""
    EmailAddress.objects.filter(user__in=people).delete()
    reachable = [person for person in people if person.has_address]
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, primary=True) for person in reachable
    )
    send_to_new_addresses([person.pk for person in reachable], at=at or timezone.now())
