"""Someone has lost their mailbox, which is their account: two members give it a new address.

1. One member proposes, another one confirms within `CONFIRM_DAYS`. Neither is the person, has a
   conflict of interest with them, or looks after a pair of theirs as its carer or deputy: whoever
   knows most about a person must not be able to open their account.
2. All addresses of the account are told, with a link that stops it with one press. For
   `NOTICE_HOURS` nothing else happens.
3. Then a code is sent to the new address. Whoever enters it there has the account; the old
   addresses, sessions and links end. A second step of signing in stays.
4. No member sees the code or the account. Each step is in the history.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from access.bounded import found_in
from access.exceptions import ActionNotAllowed
from access.tokens import BadToken, make_token, read_token
from accounts import code_attempts, recovery_emails
from accounts.models import User
from accounts.new_address import addresses_of, replace_addresses
from applications.models import Application
from notifications.links import absolute
from notifications.reconcilers import reconciler
from programs.models import Program
from workflow.states import move

from .models import AccountRecovery, Match
from .models.recoveries import AccountRecoveryQuerySet

State = AccountRecovery.State
NOTICE_HOURS = 72
CODE_DAYS = 7
CONFIRM_DAYS = 30  # for a second member
KEPT_DAYS = 183  # half a year, from the day it was proposed
STOP = "recovery-stop"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


def people_to_recover(by: User) -> Q:
    """Match the people whose account `by` may help to recover: not in their own care."""
    seen = Application.objects.for_committee(by).values("person")
    cared_for = Match.objects.cared_for_by(by).open()
    own = Q(pk__in=cared_for.values("mentee__person")) | Q(
        pk__in=cared_for.values("mentor__person")
    )
    return Q(pk__in=seen, is_active=True, is_superuser=False) & ~own


@transaction.atomic
def propose(
    person: User,
    new_email: str,
    *,
    checked: str,
    by: User,
    program: Program | None = None,
    at: datetime | None = None,
) -> AccountRecovery:
    """Propose a new address for `person`, and say how `by` knows that it is them.

    `program`: that in which `by` sees the person, where it is known.

    Raises ActionNotAllowed for anyone who may not, without words, for an address that is taken, and
    while another recovery of the person is not finished.
    """
    at = at or timezone.now()
    check_proposal(person, new_email, checked, by=by)
    try:
        with transaction.atomic():
            return AccountRecovery.objects.create(
                program=program or program_of(person, by),
                person=person,
                new_email=new_email.strip().lower(),
                checked=checked,
                proposed_by=by,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise ActionNotAllowed(
            _("A new address for this person waits already. Stop it first.")
        ) from error


def check_proposal(person: User, new_email: str, checked: str, *, by: User) -> None:
    """Raise ActionNotAllowed as `propose`, but for a recovery that is not finished."""
    _check(person, by)
    if not checked.strip():
        raise ActionNotAllowed(_("Enter how you know that it is this person."))
    _check_free(new_email)


def program_of(person: User, member: User) -> Program:
    """Return the program in which `member` sees `person`, the newest of several."""
    seen = Application.objects.for_committee(member).filter(person=person)
    return seen.select_related("cohort__program").latest("pk").program


def to_confirm(member: User) -> AccountRecoveryQuerySet | list:
    """Return those that wait for a second member, which `member` can be; [] if none waits."""
    rows = AccountRecovery.objects.for_committee(member).filter(state=State.PROPOSED)

    def of_people(waiting: AccountRecoveryQuerySet) -> AccountRecoveryQuerySet:
        return waiting.filter(person__in=User.objects.filter(people_to_recover(member)))

    return found_in(rows.exclude(proposed_by=member), of_people)


def may_confirm(recovery: AccountRecovery, member: User) -> bool:
    """Return whether `member` can be the second one."""
    if recovery.state != State.PROPOSED or recovery.proposed_by_id == member.pk:
        return False
    return User.objects.filter(people_to_recover(member), pk=recovery.person_id).exists()


@transaction.atomic
def confirm(recovery: AccountRecovery, *, by: User, at: datetime | None = None) -> None:
    """Confirm it as the second member: all addresses of the account are told now.

    Raises ActionNotAllowed for the first member, for anyone who may not propose it, in any other
    state, and when the new address has become someone's.
    """
    at = at or timezone.now()
    if recovery.proposed_by_id == by.pk:
        raise ActionNotAllowed(_("Another member must confirm this, not the one who proposed it."))
    _check(recovery.person, by)
    _check_free(recovery.new_email)
    due_at = at + timedelta(hours=NOTICE_HOURS)
    move(recovery, State.WAITING, by=by, at=at, confirmed_by=by, due_at=due_at)
    for address in addresses_of(recovery.person):
        recovery_emails.tell_old_address(
            recovery.person, address, stop_url=stop_url(recovery), due_at=due_at, at=at
        )


@transaction.atomic
def stop(recovery: AccountRecovery, *, by: User | None, at: datetime | None = None) -> None:
    """Stop it: a member, or an old address (`by` is None). A second time does nothing.

    Raises ActionNotAllowed once the person has the account again.
    """
    at = at or timezone.now()
    if recovery.state == State.STOPPED:
        return
    if by is not None and not AccountRecovery.objects.for_committee(by).filter(pk=recovery.pk):
        raise ActionNotAllowed(_("Only the committee of the program can stop this."))
    why = "" if by else "an old address objected"
    move(recovery, State.STOPPED, by=by, why=why, at=at, code_hash="")
    _tell_members(recovery, by=by, at=at)


@reconciler
def send_due_codes(at: datetime) -> None:
    """Send the codes whose notice is over; end what was not confirmed or not used in time."""
    waiting = AccountRecovery.system.filter(state=State.WAITING).select_related("person")
    for row in waiting.filter(due_at__lte=at, code_sent_at=None):
        with transaction.atomic():
            _send_code(row, at)
    for row in waiting.filter(code_sent_at__lte=at - timedelta(days=CODE_DAYS)):
        with transaction.atomic():
            move(row, State.EXPIRED, by=None, at=at, code_hash="")
            _tell_members(row, by=None, at=at)
    alone = AccountRecovery.system.filter(state=State.PROPOSED)
    for row in alone.filter(proposed_at__lte=at - timedelta(days=CONFIRM_DAYS)):
        with transaction.atomic():
            move(row, State.STOPPED, by=None, why="no second member confirmed it", at=at)
            _tell_members(row, by=None, at=at)


@reconciler
def forget_old_words(at: datetime) -> None:
    """Erase the address and the words of old recoveries that have ended; who and when stays."""
    over = AccountRecovery.system.exclude(state__in=AccountRecovery.UNFINISHED)
    old = over.filter(proposed_at__lte=at - timedelta(days=KEPT_DAYS)).exclude(new_email="")
    old.update(new_email="", checked="", code_hash="")


def forget_person(person: User) -> None:
    """Stop what is not finished, and erase the words of all: the person erases their data."""
    mine = AccountRecovery.system.filter(person=person)
    for row in mine.unfinished():
        move(row, State.STOPPED, by=person)
    mine.update(new_email="", checked="", code_hash="")


def _tell_members(row: AccountRecovery, *, by: User | None, at: datetime) -> None:
    """Tell the members who proposed and confirmed it how it ended; not who ended it just now.

    Whoever may not read it any more is told nothing.
    """
    members = User.objects.filter(pk__in=(row.proposed_by_id, row.confirmed_by_id), is_active=True)
    page = absolute(reverse("admin:matches_accountrecovery_change", args=[row.pk]))
    for member in members.exclude(pk=by.pk if by else None).order_by("pk"):
        if AccountRecovery.objects.for_committee(member).filter(pk=row.pk).exists():
            recovery_emails.tell_member(member, is_done=row.state == State.DONE, page=page, at=at)


def new_code() -> str:
    """Return a code that is sent to an address to prove it."""
    return "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))


def _send_code(row: AccountRecovery, at: datetime) -> None:
    code = new_code()
    same = AccountRecovery.system.filter(pk=row.pk, state=State.WAITING, code_sent_at=None)
    if same.update(code_hash=_hash(row, code), code_sent_at=at):
        recovery_emails.send_code(
            row.person,
            row.new_email,
            code=code,
            page=absolute(reverse("matches:recovery-code")),
            until=at + timedelta(days=CODE_DAYS),
            at=at,
        )


@transaction.atomic
def finish(email: str, code: str, *, at: datetime | None = None) -> None:
    """Give the account to whoever proves the new address with the code that was sent there.

    Raises ActionNotAllowed, in the same words, for a wrong, used, stopped or expired code, for an
    address that waits for none, and after too many attempts.
    """
    at = at or timezone.now()
    address = email.strip().lower()
    rows = AccountRecovery.system.filter(
        new_email=address,
        state=State.WAITING,
        code_sent_at__gt=at - timedelta(days=CODE_DAYS),
    )
    row = rows.select_related("person").order_by("pk").first()
    given = _hash(row, code)
    is_right = row is not None and hmac.compare_digest(given, row.code_hash)
    if row is None or not is_right or User.objects.with_address(address):
        raise ActionNotAllowed(_("This code is wrong, was used, or is no longer valid."))
    move(row, State.DONE, by=row.person, at=at, code_hash="")
    _tell_members(row, by=None, at=at)
    person = User.objects.select_for_update(no_key=True).get(pk=row.person_id)
    old = addresses_of(person)
    replace_addresses(person, address, at=at)
    for one in old:
        recovery_emails.tell_changed(person, one, at=at)


def may_try(email: str, *, session: str, at: datetime | None = None) -> bool:
    """Take one of the attempts that an address and a session have; return whether one was left."""
    return code_attempts.take(f"recovery:{session}", email=email, at=at)


def stop_url(recovery: AccountRecovery) -> str:
    """Return the link of an old address. It does one thing: stop."""
    token = make_token(
        purpose=STOP,
        recipient=recovery.person.public_id,
        subject=recovery.public_id,
        version=0,
        epoch=recovery.person.link_epoch,
        until=timezone.now() + timedelta(hours=NOTICE_HOURS, days=CODE_DAYS),
    )
    return absolute(reverse("matches:recovery-stop", args=[token]))


def of_token(token: str) -> AccountRecovery | None:
    """Return the recovery that a link stops; None if the link is forged or too old."""
    try:
        claim = read_token(token, purpose=STOP)
    except BadToken:
        return None
    return AccountRecovery.system.filter(public_id=claim.subject).first()


def _check(person: User, by: User) -> None:
    if person.pk == by.pk or not User.objects.filter(people_to_recover(by), pk=person.pk).exists():
        raise ActionNotAllowed(
            _(
                "You can't do this for this person: it needs two members of the committee who have"
                " no conflict of interest and look after none of their pairs."
            )
        )


def _check_free(address: str) -> None:
    if User.objects.with_address(address.strip().lower()):
        raise ActionNotAllowed(_("This e-mail address is taken. Enter another one."))


def _hash(row: AccountRecovery | None, code: str) -> str:
    """Return what is stored of a code; the same work for an address that waits for none."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    value = f"{row.public_id if row else ''}:{plain}"
    return salted_hmac("matches.recovering.code", value, algorithm="sha256").hexdigest()
