"""Someone has two accounts, and asks to make them one.

1. They are signed in to the account that stays, and name the address of the other one. A code goes
   there. An address without an account gets an e-mail, too, and the pages answer the same.
2. Whoever enters the code has proven both accounts. A page says what moves, and what stands in the
   way (`accounts.merging_accounts.obstacles`).
3. They confirm. Everything moves in one transaction, and all addresses are told.

How often an account may ask, how often an address may be asked about and how often a code may be
guessed is counted in the database. `merge_proposals` has what a chair proposes.
"""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts import code_attempts, merge_emails, merging_accounts
from accounts.merge_rules import Accounts, Obstacle
from accounts.models import User
from accounts.new_address import addresses_of
from applications.models import Application
from notifications.links import absolute
from notifications.reconcilers import reconciler
from workflow.states import move

from .models import AccountMerge, Match
from .recovering import new_code

log = logging.getLogger(__name__)

State = AccountMerge.State
MINUTES = 30  # how long a code is valid, and then how long one may take to confirm
SETTLED_AFTER = timedelta(minutes=10)  # longer than any request that began before a merge


def may_ask(person: User, email: str, *, at: datetime | None = None) -> bool:
    """Take one of the requests that an account and an address have; return whether one was left."""
    address = email.strip().lower()
    return code_attempts.take_request("merge", person.public_id, at=at) and (
        code_attempts.take_request("merge-address", address, at=at)
    )


@transaction.atomic
def ask(person: User, email: str, *, at: datetime | None = None) -> AccountMerge:
    """Send a code to `email`, the address of another account of `person`; it replaces an older one.

    Whether the address has an account shows nowhere but in its mailbox. Raises ActionNotAllowed for
    an address of the person's own account.
    """
    at = at or timezone.now()
    address = email.strip().lower()
    if address in addresses_of(person):
        raise ActionNotAllowed(_("This address opens this account already. Enter the other one."))
    other = _account_of(address)
    for older in AccountMerge.system.asked_by(person).unfinished():
        move(older, State.STOPPED, by=person, at=at, code_hash="")
    code = new_code()
    try:
        with transaction.atomic():
            row = AccountMerge.objects.create(kept=person, other=other, asked_at=at)
    except IntegrityError as error:  # a second press in the same second
        raise ActionNotAllowed(_("We have just sent a code. Enter that one.")) from error
    AccountMerge.system.filter(pk=row.pk).update(code_hash=_hash(row, code))
    page = absolute(reverse("matches:merge-code"))
    until = at + timedelta(minutes=MINUTES)
    merge_emails.send_code(person, address, to=other, code=code, page=page, until=until, at=at)
    return row


def may_try(person: User, *, at: datetime | None = None) -> bool:
    """Take one of the attempts that a code and an account have; return whether one was left."""
    row = asked(person, at=at)
    name = f"merge:{person.public_id}"
    return code_attempts.take(f"{name}:{row.public_id if row else ''}", email=name, at=at)


@transaction.atomic
def prove(person: User, code: str, *, at: datetime | None = None) -> None:
    """Note that `person` knows the code that was sent to the other address.

    Raises ActionNotAllowed, in the same words, for a wrong, used or expired code and for an address
    without an account.
    """
    at = at or timezone.now()
    row = asked(person, at=at)
    given = _hash(row, code)
    is_right = row is not None and hmac.compare_digest(given, row.code_hash)
    if row is None or not is_right or row.other is None:
        raise ActionNotAllowed(_("This code is wrong, was used, or is no longer valid."))
    move(row, State.PROVEN, by=person, at=at, code_hash="", other_agreed_at=at)
    code_attempts.give_back(email=f"merge:{person.public_id}")


@transaction.atomic
def join(person: User, *, at: datetime | None = None) -> None:
    """Make the proven account a part of that of `person`. Nothing moves unless all of it does.

    Raises ActionNotAllowed without a proven account, and while something stands in the way.
    """
    at = at or timezone.now()
    row = proven(person, at=at)
    if row is None:
        raise ActionNotAllowed(_("Enter the code first."))
    finish(row, by=person, at=at, kept_agreed_at=at)


def finish(
    row: AccountMerge, *, by: User | None, at: datetime, kept_agreed_at: datetime | None = None
) -> None:
    """Merge the accounts of a row to which both have agreed; tell all addresses.

    Raises ActionNotAllowed, and changes nothing, when the accounts cannot be merged.
    """
    assert row.other is not None
    with transaction.atomic():
        agreed_at = kept_agreed_at or row.kept_agreed_at
        move(
            row,
            State.DONE,
            by=by,
            at=at,
            checked="",
            code_hash="",
            joined_at=at,
            kept_agreed_at=agreed_at,
        )
        merging_accounts.merge(row.kept, row.other, at=at)
        for address in addresses_of(row.kept):
            merge_emails.tell_joined(row.kept, address, at=at)


@transaction.atomic
def drop(person: User, *, at: datetime | None = None) -> None:
    """Leave the accounts as they are; the code ends. Without a request nothing happens."""
    for row in AccountMerge.system.asked_by(person).unfinished():
        move(row, State.STOPPED, by=person, at=at, code_hash="")


def asked(person: User, *, at: datetime | None = None) -> AccountMerge | None:
    """Return the request of `person` whose code is still valid."""
    return _valid(person, State.ASKED, at)


def proven(person: User, *, at: datetime | None = None) -> AccountMerge | None:
    """Return the request of `person` for which the right code was entered a short time ago."""
    return _valid(person, State.PROVEN, at)


def just_joined(person: User, *, at: datetime | None = None) -> bool:
    """Return whether `person` has just done it, for a second press."""
    since = (at or timezone.now()) - timedelta(minutes=MINUTES)
    done = AccountMerge.system.asked_by(person).filter(state=State.DONE)
    return done.filter(joined_at__gte=since).exists()


def obstacles(row: AccountMerge) -> list[Obstacle]:
    """Return what stands in the way today; empty if the accounts can become one."""
    assert row.other is not None
    return merging_accounts.obstacles(row.kept, row.other)


def moving_rows(other: User) -> tuple[list[Application], list[Match]]:
    """Return the applications and pairs that the other account brings, with what names them."""
    mine = Application.objects.filter(person=other).select_related("cohort__program")
    pairs = Match.objects.of(other).with_people()
    return list(mine.order_by("pk")), list(pairs.order_by("pk"))


def end_of_account(person: User, kept: User, *, at: datetime) -> None:
    """End what else was asked about an account that has become a part of `kept`."""
    rows = AccountMerge.system.of_person(person)
    for row in rows.unfinished():
        move(row, State.STOPPED, by=None, at=at, code_hash="", checked="")
    AccountMerge.system.filter(kept=person, state=State.DONE).update(kept=kept)


def forget_person(person: User) -> None:
    """End what is not finished, and erase all words: the person erases their data."""
    mine = AccountMerge.system.of_person(person)
    for row in mine.unfinished():
        move(row, State.STOPPED, by=person)
    mine.update(checked="", code_hash="")


@reconciler
def end_unfinished_merges(at: datetime) -> None:
    """End requests whose code was not used, or that were not confirmed, in time."""
    before = at - timedelta(minutes=MINUTES)
    rows = AccountMerge.system.filter(asked_at__lte=before, program=None)
    for row in rows.filter(state=State.ASKED):
        move(row, State.EXPIRED, by=None, at=at, code_hash="")
    for row in rows.filter(state=State.PROVEN, other_agreed_at__lte=before):
        move(row, State.EXPIRED, by=None, at=at)


@reconciler
def settle_merges(at: datetime) -> int:
    """Move what was still written for the other account while the merge ran; return how many.

    A request or a worker that began before the merge does not know of it. Raises DatabaseError if
    rows of one merge cannot move; those of the others have.
    """
    rows = AccountMerge.system.filter(
        state=State.DONE, settled_at=None, joined_at__lte=at - SETTLED_AFTER
    ).select_related("kept", "other")
    failed: DatabaseError | None = None
    for row in rows:
        try:
            with transaction.atomic():
                AccountMerge.system.filter(pk=row.pk).update(settled_at=at)
                _move_rest(row, at)
        except DatabaseError as error:  # such as a second application; the others go on
            failed = error
    if failed:
        raise failed
    return len(rows)


def move_rest_to(person: User, *, at: datetime) -> None:
    """Move now what `settle_merges` would move later: the person erases their data.

    What can't move stays with the other account, which is erased after this one.
    """
    unsettled = AccountMerge.system.filter(kept=person, state=State.DONE, settled_at=None)
    for row in unsettled.select_related("kept", "other"):
        try:
            with transaction.atomic():
                _move_rest(row, at)
        except DatabaseError:  # such as a second application
            log.exception("rows of a merged account can't move", extra={"merge": row.pk})
            AccountMerge.system.filter(pk=row.pk).update(settled_at=at)


def _move_rest(row: AccountMerge, at: datetime) -> None:
    assert row.other is not None
    merging_accounts.move_everything(Accounts(row.kept, row.other, at))


def _valid(person: User, state: State, at: datetime | None) -> AccountMerge | None:
    since = (at or timezone.now()) - timedelta(minutes=MINUTES)
    began = "asked_at" if state == State.ASKED else "other_agreed_at"
    rows = AccountMerge.system.asked_by(person).filter(state=state, **{f"{began}__gt": since})
    return rows.select_related("kept", "other").first()


def _account_of(address: str) -> User | None:
    """Return the account that an address opens, with the same queries whether there is one."""
    named = User.objects.filter(email=address, is_active=True).first()
    confirmed = EmailAddress.objects.filter(email=address, verified=True).values("user")
    owner = User.objects.filter(pk__in=confirmed, is_active=True).first()
    return named or owner


def _hash(row: AccountMerge | None, code: str) -> str:
    """Return what is stored of a code; the same work without a request."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    value = f"{row.public_id if row else ''}:{plain}"
    return salted_hmac("matches.merge_requests.code", value, algorithm="sha256").hexdigest()
