"""Readers write their opinion of an application, each on their own, before it is decided.

1. A program says how many opinions it wants (`Policy.opinions_needed`): none, one or two. A sent
   application is decided once they are written.
2. Whoever decides assigns readers: members who may decide and have no conflict of interest with the
   applicant. Several applications are shared out evenly. A member without an assignment may write
   too, as long as opinions are missing.
3. An opinion is a recommendation and why. It starts the review, so that both read the same answers.
4. Opinions are blind: no one but its author reads one until all readers have written, and as many
   as the program wants. From then on no reader is added. An opinion can't be changed once another
   reader has written.
5. The number of opinions that a program wants counts for an application as it was when the first
   one was written. Lowering the setting lets an application be decided earlier, and opens no
   opinion before that; raising it asks for no opinion that could not be blind any more.
6. A reader is removed as long as they have not written. No one waits for a reader whose role has
   ended, or who has a conflict of interest by now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.models import Membership

from .models import Application, Opinion
from .review_steps import Kind, add_step
from .reviewing import DECIDERS, Outcome, require_decider, start_reading

State = Application.State


@dataclass
class SharedOut:
    """What sharing out has done: how many each reader got, and who stayed without a reader."""

    given: Counter[User] = field(default_factory=Counter)
    left: list[Application] = field(default_factory=list)


def needed_for(application: Application) -> int:
    """Return how many opinions an application needs before it is decided."""
    return application.program.policy.opinions_needed


def readers_of(programs: Iterable[int]) -> QuerySet[User]:
    """Return the members who may read and decide in all of these programs today, by name."""
    found = User.objects.filter(is_active=True)
    for program in programs:
        members = Membership.objects.live().filter(program=program, role__in=DECIDERS)
        found = found.filter(pk__in=members.values("user"))
    return found.order_by("name", "pk")


def to_read_by(reader: User) -> Exists:
    """Match applications that wait for the opinion of `reader`."""
    waiting = Opinion.system.waiting().filter(application=OuterRef("pk"), reader=reader)
    return Exists(waiting)


def wanted_by(written: Iterable[Opinion], needed: int) -> int:
    """Return how many opinions open each other: `needed`, until the first of them was written."""
    kept = (row.wanted for row in written if row.wanted is not None)
    return next(kept, needed)


@dataclass(frozen=True)
class Readers:
    """The readers of an application: who has written, and whom the others wait for."""

    rows: list[Opinion]  # with `is_possible`
    needed: int  # by the program of today

    @property
    def _written(self) -> list[Opinion]:
        return [row for row in self.rows if row.written_at is not None]

    @property
    def wanted(self) -> int:
        """How many must be written before anyone reads the others'."""
        return wanted_by(self._written, self.needed)

    @property
    def missing(self) -> int:
        """How many opinions the program still wants before a decision."""
        return max(0, min(self.needed, self.wanted) - len(self._written))

    @property
    def is_complete(self) -> bool:
        """Whether all who may write, and as many as the program wanted, have written."""
        waits = any(row.written_at is None and row.is_possible for row in self.rows)
        return len(self._written) >= self.wanted and not waits

    @property
    def are_open(self) -> bool:
        """Whether the committee reads the opinions, so that another would not be blind."""
        return self.is_complete and any(row.written_at for row in self.rows)

    def may_write(self, reader: User) -> bool:
        """Return whether what `reader` writes is blind: no one else's opinion can be known."""
        mine = next((row for row in self.rows if row.reader_id == reader.pk), None)
        if mine is None:
            return not self.are_open
        others = any(row.written_at for row in self.rows if row is not mine)
        return mine.written_at is None or not (others or self.are_open)


def readers_for(application: Application, rows: Iterable[Opinion] | None = None) -> Readers:
    """Return the readers of an application; `rows` are theirs, if they are known."""
    if rows is None:
        rows = Opinion.system.filter(application=application).with_possible()
    return Readers(list(rows), needed_for(application))


@transaction.atomic
def assign(
    application: Application, reader: User, *, by: User, at: datetime | None = None
) -> Opinion:
    """Ask a member for an opinion; asking again changes nothing.

    Raises ActionNotAllowed unless `by` may decide about the application, once it is decided, once
    all readers have written, and for a reader who may not decide about it: without the role, or
    with a conflict of interest.
    """
    require_decider(application, by)
    _lock(application)
    readers = readers_for(application)
    if known := next((row for row in readers.rows if row.reader_id == reader.pk), None):
        return known
    if readers.are_open:
        raise ActionNotAllowed(
            _("All readers have written, and the committee reads it. Ask for a note instead.")
        )
    if not _may_read(application, reader):
        raise ActionNotAllowed(
            _("%(name)s can't read this application. Choose another reader.") % {"name": reader}
        )
    return Opinion.objects.create(
        application=application, reader=reader, by=by, assigned_at=at or timezone.now()
    )


@transaction.atomic
def remove(application: Application, reader: User, *, by: User) -> None:
    """Ask a reader no longer for an opinion.

    Raises ActionNotAllowed unless `by` may decide about the application, and once it is written.
    """
    require_decider(application, by)
    _lock(application)
    waiting = Opinion.system.filter(application=application, reader=reader, written_at=None)
    if not waiting.delete()[0]:
        raise ActionNotAllowed(_("This reader has written, or was removed in the meantime."))
    add_step(application, Kind.READER_REMOVED, by=by, member=reader)


@transaction.atomic
def write(
    application: Application, *, by: User, outcome: str, text: str, at: datetime | None = None
) -> Opinion:
    """Store the opinion of `by`, or change it as long as no other reader has written.

    Raises ActionNotAllowed unless `by` may decide about the application, once it is decided, and
    when all readers have written.
    """
    require_decider(application, by)
    _lock(application)
    if outcome not in Outcome.values:
        raise ActionNotAllowed(_("Choose a recommendation."))
    readers = readers_for(application)
    mine = next((row for row in readers.rows if row.reader_id == by.pk), None)
    if mine and (mine.outcome, mine.text) == (outcome, text):
        return mine  # the same form was sent twice
    if not readers.may_write(by):
        raise ActionNotAllowed(
            _("Other readers have written, so opinions can't be changed. Write a note instead.")
        )
    now = at or timezone.now()
    start_reading(application, by=by, at=now)
    row = mine or Opinion(application=application, reader=by, by=by, assigned_at=now)
    row.outcome, row.text, row.written_at, row.wanted = outcome, text, now, readers.wanted
    row.save()
    return row


@transaction.atomic
def share_out(
    applications: Iterable[Application],
    readers: Iterable[User],
    *,
    by: User,
    at: datetime | None = None,
) -> SharedOut:
    """Assign as many readers to each application as its program wants, at least one.

    `applications` come with their program's policy. Whoever has the fewest applications still to
    read comes first; readers that an application has already count, if they
    may write. Applications that `by` may not decide about, or that are decided, are left out. The
    number of queries depends on the number of readers only.
    """
    ids = [application.pk for application in applications]
    mine = Application.objects.for_committee(by, *DECIDERS).filter(state=State.SUBMITTED)
    locked = mine.filter(pk__in=ids).select_for_update(no_key=True, of=("self",)).order_by("pk")
    rows = list(locked.select_related("cohort__program__policy", "person"))
    known: dict[int, set[int]] = defaultdict(set)
    wanted: dict[int, int] = {}
    usable = Opinion.system.filter(application__in=rows).usable()
    for application, reader, kept in usable.values_list("application", "reader", "wanted"):
        known[application].add(reader)
        if kept is not None:
            wanted[application] = kept
    done, new = SharedOut(), []
    queue = _Queue(list(readers), rows)
    for row in sorted(rows, key=lambda row: (row.submitted_at or row.created_at, row.pk)):
        missing = max(1, wanted.get(row.pk, needed_for(row))) - len(known[row.pk])
        chosen = queue.take(row, missing, without=known[row.pk]) if missing > 0 else []
        done.given.update(chosen)
        new += [
            Opinion(application=row, reader=one, by=by, assigned_at=at or timezone.now())
            for one in chosen
        ]
        if len(chosen) < missing:
            done.left.append(row)
    Opinion.objects.bulk_create(new)
    return done


class _Queue:
    """Readers by how much they have still to read, each with what they may read."""

    def __init__(self, readers: list[User], applications: list[Application]) -> None:
        self.readers = readers
        waiting = Opinion.system.waiting().filter(reader__in=readers)
        self.load = Counter(waiting.values_list("reader", flat=True))
        self.may_read = {
            reader.pk: set(
                Application.objects.for_committee(reader, *DECIDERS)
                .filter(pk__in=[row.pk for row in applications])
                .values_list("pk", flat=True)
            )
            for reader in readers
        }

    def take(self, row: Application, number: int, *, without: set[int]) -> list[User]:
        """Return the `number` least busy readers of an application, fewer if there are fewer."""
        possible = [
            one for one in self.readers if one.pk not in without and row.pk in self.may_read[one.pk]
        ]
        chosen = sorted(possible, key=lambda one: self.load[one.pk])[:number]
        self.load.update(one.pk for one in chosen)
        return chosen


def _may_read(application: Application, reader: User) -> bool:
    return Application.objects.for_committee(reader, *DECIDERS).filter(pk=application.pk).exists()


def _lock(application: Application) -> None:
    """Lock an application that nothing is decided about; raise for any other."""
    row = Application.objects.filter(pk=application.pk, state=State.SUBMITTED)
    if not row.update(state=State.SUBMITTED):
        raise ActionNotAllowed(_("This application is not waiting for review."))
