"""Work that has no result: a known and an unknown address must take the same time to answer.

allauth sends both to the same page with the same words, but asks the database more often for one
than for the other. Here the other makes up for it with the same kind of statements.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress

from .models import User

NO_ID = 0  # no row has it


def complete_lookup(email: str) -> None:
    """Look for the account of a confirmed address once more.

    allauth looks for an address among the confirmed ones and, only if it is not there, among the
    accounts, through a cursor of the server where the database has one.
    """
    address = email.strip().lower()
    if EmailAddress.objects.filter(email=address, verified=True).exists():
        list(User.objects.filter(email=address).iterator())


def look_for_account(times: int) -> None:
    """Read an account that does not exist, as a page does that knows whose code it waits for."""
    for _time in range(times):
        User.objects.filter(pk=NO_ID).first()


def look_for_address(email: str) -> None:
    """Read an address of an account that does not exist, as before an e-mail to confirm it."""
    EmailAddress.objects.filter(email=email, user_id=NO_ID).first()


def look_at_new_account(user: User) -> None:
    """Read what signing up reads of a new account before it asks to confirm the address."""
    EmailAddress.objects.filter(user=user, verified=True).exists()
    EmailAddress.objects.filter(user=user).first()
    EmailAddress.objects.filter(user=user, email=user.email).exists()
