"""A chair says that two accounts are one person's: both addresses are asked, then both wait.

1. The chair sees both people, has no conflict of interest with either, and says how they know.
2. Both addresses get a link to say yes, and one to stop it. Nothing happens before both said yes.
3. Then all addresses of both are told, and for `NOTICE_HOURS` each of them can stop it.
4. The accounts become one as if the person had asked for it (`merge_requests.finish`). If something
   stands in the way by then, nothing moves and it ends.

A link does one thing and shows nothing: neither says whose the other account is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from access.placeholder_address import NO_ADDRESS_DOMAIN
from access.tokens import BadToken, make_token, read_token
from accounts import merge_emails, merging_accounts
from accounts.models import User
from accounts.new_address import addresses_of
from applications.models import Application
from notifications.links import absolute
from notifications.reconcilers import reconciler
from programs.models import Membership, Program
from workflow.states import move

from .merge_requests import finish
from .models import AccountMerge
from .recovering import NOTICE_HOURS

State = AccountMerge.State
DAYS = 14  # how long both addresses have to answer
YES, STOP = "merge-yes", "merge-stop"
CHAIR = Membership.Role.CHAIR
MOST_NAMES = 20  # so many suspicions are shown at once


def people_to_merge(by: User) -> Q:
    """Match the people whose accounts `by` may propose to merge: those of whom `by` is a chair."""
    seen = Application.objects.for_committee(by, CHAIR).values("person")
    reachable = ~Q(email__endswith=NO_ADDRESS_DOMAIN)
    return Q(pk__in=seen, is_active=True) & reachable & ~Q(pk=by.pk)


def of_the_same_name(by: User) -> list[User]:
    """Return people whom `by` may read and who share their name with another of them."""
    people = User.objects.filter(people_to_merge(by)).exclude(name="")
    named = people.annotate(spelled=Lower("name"))
    twice = named.values("spelled").annotate(n=Count("pk")).filter(n__gt=1).values("spelled")
    return list(named.filter(spelled__in=twice).order_by("spelled", "pk")[:MOST_NAMES])


def check_proposal(kept: User, other: User, checked: str, *, by: User) -> None:
    """Raise ActionNotAllowed as `propose`, but for one that is not finished."""
    seen = User.objects.filter(people_to_merge(by), pk__in=(kept.pk, other.pk)).count()
    if kept.pk == other.pk or seen != len((kept, other)):
        raise ActionNotAllowed(
            _("Choose two people of whom you are a chair and with whom you have no conflict.")
        )
    if not checked.strip():
        raise ActionNotAllowed(_("Enter how you know that both are one person."))
    if found := merging_accounts.obstacles(kept, other):
        chaired = set(Membership.objects.program_ids(by, CHAIR))
        words = [str(one.text) for one in found if one.program in chaired]
        if len(words) < len(found):
            words.append(_("Something that only the person can read stands in the way."))
        why = " ".join(words)
        raise ActionNotAllowed(_("The two accounts can't become one yet. %(why)s") % {"why": why})


def program_of(kept: User, other: User, by: User) -> Program:
    """Return the program in which `by` sees either person, the newest of several."""
    seen = Application.objects.for_committee(by, CHAIR).filter(person__in=(kept, other))
    return seen.select_related("cohort__program").latest("pk").program


@transaction.atomic
def propose(
    kept: User,
    other: User,
    *,
    checked: str,
    by: User,
    program: Program | None = None,
    at: datetime | None = None,
) -> AccountMerge:
    """Propose that `other` becomes a part of `kept`; both addresses are asked.

    Raises ActionNotAllowed for anyone but a chair who sees both, without words, while something
    stands in the way, and while another proposal about either is not finished.
    `program`: that in which `by` sees them, where it is known.
    """
    at = at or timezone.now()
    check_proposal(kept, other, checked, by=by)
    proposed = AccountMerge.system.filter(program__isnull=False).unfinished()
    if proposed.filter(Q(kept__in=(kept, other)) | Q(other__in=(kept, other))).exists():
        raise ActionNotAllowed(_("Another proposal about one of the two waits. Stop it first."))
    try:
        with transaction.atomic():
            row = AccountMerge.objects.create(
                program=program or program_of(kept, other, by),
                kept=kept,
                other=other,
                checked=checked,
                proposed_by=by,
                asked_at=at,
            )
    except IntegrityError as error:
        raise ActionNotAllowed(
            _("Another proposal about one of the two waits. Stop it first.")
        ) from error
    until = at + timedelta(days=DAYS)
    for person, another in ((kept, other), (other, kept)):
        merge_emails.ask(
            person,
            hint=masked(another.email),
            hours=NOTICE_HOURS,
            yes_url=_url(YES, row, person, until),
            stop_url=_url(STOP, row, person, until),
            until=until,
            at=at,
        )
    return row


@transaction.atomic
def agree(row: AccountMerge, person: User, *, at: datetime | None = None) -> None:
    """Note the yes of one address. With both, all addresses are told; a second yes does nothing.

    Raises ActionNotAllowed when it was stopped or is over.
    """
    at = at or timezone.now()
    locked = AccountMerge.system.select_for_update(no_key=True).get(pk=row.pk)
    field = "kept_agreed_at" if person.pk == locked.kept_id else "other_agreed_at"
    if getattr(locked, field):
        return
    is_theirs = person.pk in (locked.kept_id, locked.other_id)
    if locked.state != State.ASKED or not is_theirs or at >= locked.asked_at + timedelta(days=DAYS):
        raise ActionNotAllowed(_("This is over. The two accounts stay as they are."))
    AccountMerge.system.filter(pk=row.pk).update(**{field: at})
    setattr(locked, field, at)
    if locked.kept_agreed_at and locked.other_agreed_at:
        due_at = at + timedelta(hours=NOTICE_HOURS)
        move(locked, State.PROVEN, by=person, at=at, due_at=due_at)
        _tell_all(locked, due_at=due_at, at=at)


@transaction.atomic
def stop(row: AccountMerge, *, by: User | None, at: datetime | None = None) -> None:
    """Stop it: a chair, or an address (`by` is None). A second time does nothing.

    If all addresses were told that it comes, they are told that it does not.
    Raises ActionNotAllowed once the accounts are one, or for other members.
    """
    if row.state in (State.STOPPED, State.EXPIRED):
        return
    if by is not None and not AccountMerge.objects.for_committee(by).filter(pk=row.pk).exists():
        raise ActionNotAllowed(_("Only a chair of the program can stop this."))
    _end(row, by=by, at=at or timezone.now(), why="" if by else "an address objected")


@reconciler
def follow_proposals(at: datetime) -> None:
    """Join the accounts whose notice is over; end proposals that not both have answered."""
    rows = AccountMerge.system.filter(program__isnull=False).select_related("kept", "other")
    for row in rows.filter(state=State.ASKED, asked_at__lte=at - timedelta(days=DAYS)):
        move(row, State.EXPIRED, by=None, at=at, checked="", code_hash="")
    for row in rows.filter(state=State.PROVEN, due_at__lte=at):
        try:
            with transaction.atomic():
                finish(row, by=None, at=at)
        except merging_accounts.NotMergeable:
            row.state = State.PROVEN
            _end(row, by=None, at=at, why="something stands in the way")


def of_token(token: str, purpose: str) -> tuple[AccountMerge, User] | None:
    """Return the proposal and the account of a link; None if it is forged, revoked or too old."""
    try:
        claim = read_token(token, purpose=purpose)
    except BadToken:
        return None
    person = User.objects.of_link(claim.recipient, claim.epoch)
    row = AccountMerge.system.filter(public_id=claim.subject).select_related("kept").first()
    return (row, person) if row and person else None


def masked(email: str) -> str:
    """Return an address with its first letter only: enough to know one's own by."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


@transaction.atomic
def _end(row: AccountMerge, *, by: User | None, at: datetime, why: str) -> None:
    was_announced = row.state == State.PROVEN
    move(row, State.STOPPED, by=by, at=at, checked="", code_hash="", why=why)
    for person in filter(None, (row.kept, row.other) if was_announced else ()):
        for address in addresses_of(person):
            merge_emails.tell_stopped(person, address, at=at)


def _tell_all(row: AccountMerge, *, due_at: datetime, at: datetime) -> None:
    assert row.other is not None
    until = due_at + timedelta(days=1)
    for person in (row.kept, row.other):
        for address in addresses_of(person):
            merge_emails.tell_soon(
                person, address, stop_url=_url(STOP, row, person, until), due_at=due_at, at=at
            )


def _url(purpose: str, row: AccountMerge, person: User, until: datetime) -> str:
    token = make_token(
        purpose=purpose,
        recipient=person.public_id,
        subject=row.public_id,
        version=0,
        epoch=person.link_epoch,
        until=until,
    )
    return absolute(reverse(f"matches:{purpose}", args=[token]))
