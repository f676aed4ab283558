"""An announcement is sent after a hold, at a moment that lets its e-mails leave; Stop until then.

1. Its author, or a chair, sets the time. Until then Stop makes it a draft again.
2. At that time the group is asked once more, and one e-mail is enqueued for each person, in one
   transaction. Nobody is written to whom the author may not write to any more. If nobody is left it
   becomes a draft, and its author and the chairs see that until they send or discard it.
3. E-mails of it that still wait, for quiet hours or a weekly limit, can be held back later too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications import outbox
from notifications.models import Notification, OutboxState
from notifications.models.outbox import NotificationQuerySet
from notifications.reasons import BY_COMMITTEE
from notifications.reconcilers import reconciler
from notifications.release_times import Zones, later_moment, times_to_choose
from programs.committee import Role, has_role
from programs.sender_policy import sender_policy_for
from workflow.states import move

from .group_members import find_group, may_write
from .models import Announcement, AnnouncementRecipient

log = logging.getLogger(__name__)

State, EmailState = Announcement.State, Notification.State
KIND, TEST = "announcement", "announcement-test"
MOST_TESTS = 20  # of one announcement, for one member
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def may_act_on(announcement: Announcement, user: User) -> bool:
    """Return whether `user` may change, send or stop it: its author, and the chairs."""
    program = announcement.program
    is_author = announcement.author_id == user.pk and may_write(user, program)
    return is_author or has_role(user, program, Role.CHAIR)


def _require(announcement: Announcement, user: User) -> None:
    if not may_act_on(announcement, user):
        raise ActionNotAllowed(_("You don't have permission to do this."))


def release_times(
    announcement: Announcement, zones: Zones, *, at: datetime | None = None
) -> list[datetime]:
    """Return the moments to choose from for people in `zones`, the usual one first."""
    program = announcement.program
    earliest = (at or timezone.now()) + timedelta(minutes=program.policy.publication_hold_minutes)
    policy = sender_policy_for(program)
    return times_to_choose(zones, earliest, program.time_zone, policy)


@transaction.atomic
def schedule(
    announcement: Announcement, *, by: User, is_sooner: bool = False, at: datetime | None = None
) -> int:
    """Set the time of a draft; return how many people are in its group now.

    The e-mails go to the group as `by` may see it, who becomes its author: a chair who sends what a
    carer has written answers for it. `is_sooner` chooses the second of `release_times`. Raises
    ActionNotAllowed unless `by` may, for a draft without words, and for a group without people.
    """
    _require(announcement, by)
    if not announcement.languages:
        raise ActionNotAllowed(_("Write a subject and a text first."))
    now = at or timezone.now()
    group = find_group(announcement, author=by, at=now)
    if not group.people:
        raise ActionNotAllowed(_("Nobody is in this group now, so there is no one to write to."))
    moments = release_times(announcement, group.by_zone, at=now)
    when = moments[-1] if is_sooner else moments[0]
    move(announcement, State.WAITING, by=by, at=now, send_at=when, author_id=by.pk, unsent_at=None)
    return len(group.people)


@transaction.atomic
def stop(announcement: Announcement, *, by: User, at: datetime | None = None) -> None:
    """Make it a draft again. Raises ActionNotAllowed unless `by` may, or once it was sent."""
    _require(announcement, by)
    move(announcement, State.DRAFT, by=by, at=at, send_at=None)


@transaction.atomic
def discard(announcement: Announcement, *, by: User, at: datetime | None = None) -> None:
    """Give up a draft. Raises ActionNotAllowed unless `by` may, or if it is no draft."""
    _require(announcement, by)
    move(announcement, State.DISCARDED, by=by, at=at, unsent_at=None)


@transaction.atomic
def hold_back(announcement: Announcement, *, by: User, at: datetime | None = None) -> int:
    """Cancel the e-mails of a sent announcement that have not left; return how many.

    Whoever they were for does not read it on the site either.

    Raises ActionNotAllowed unless `by` may, and if every e-mail has left.
    """
    _require(announcement, by)
    waiting = _emails(announcement).filter(state__in=[EmailState.PENDING, EmailState.HELD])
    cancelled = waiting.update(
        state=EmailState.CANCELLED, reason=BY_COMMITTEE, ended_at=at or timezone.now()
    )
    if not cancelled:
        raise ActionNotAllowed(_("No e-mail is waiting any more, so there is nothing to stop."))
    ended = _emails(announcement).filter(state=EmailState.CANCELLED, reason=BY_COMMITTEE)
    announcement.recipients.filter(pk__in=ended.values("about_id")).update(was_held_back=True)
    return cancelled


@transaction.atomic
def send_test(announcement: Announcement, *, to: User, at: datetime | None = None) -> None:
    """Send the announcement to its writer alone, as people would get it.

    Raises ActionNotAllowed unless `to` may send it, without words, and after many tests.
    """
    _require(announcement, to)
    if not announcement.languages:
        raise ActionNotAllowed(_("Write a subject and a text first."))
    emails = Notification.system.about(announcement)
    ordinal = emails.filter(kind=TEST, recipient=to.pk).count() + 1
    if ordinal > MOST_TESTS:
        raise ActionNotAllowed(_("You have sent many tests of this. Use the preview instead."))
    outbox.enqueue(TEST, to=to, about=announcement, ordinal=ordinal, at=at)


def states_of_emails(announcement: Announcement) -> Mapping[str, int]:
    """Return how many e-mails are in which state of the outbox: {"sent": 12, …}."""
    emails = _emails(announcement).order_by().values_list("state")
    return dict(emails.annotate(count=Count("pk")))


def _emails(announcement: Announcement) -> NotificationQuerySet:
    return Notification.system.about_any(announcement.recipients.all())


@reconciler
def send_due(at: datetime) -> int:
    """Enqueue what is due; return how many announcements. May run twice and in parallel."""
    due = list(Announcement.objects.due(at).values_list("pk", flat=True))
    if not due or OutboxState.objects.paused(at).exists():
        return 0  # their e-mails could not leave now
    return sum(_send(pk, at) for pk in due)


@transaction.atomic
def _send(pk: int, at: datetime) -> bool:
    locked = Announcement.objects.select_for_update(no_key=True, of=("self",)).due(at)
    found = locked.select_related("program__policy", "author").filter(pk=pk).first()
    if found is None or found.send_at is None:
        return False
    group = find_group(found, author=found.author, at=at)
    if not group.people:
        log.warning("an announcement was not sent: nobody is in its group")
        why = "nobody is in its group"
        move(found, State.DRAFT, by=None, at=at, send_at=None, unsent_at=at, why=why)
        return False
    later = later_moment(group.by_zone, found.send_at, at, sender_policy_for(found.program))
    if later:
        Announcement.objects.filter(pk=pk).update(send_at=later)
        return False
    move(found, State.SENT, by=None, at=at, sent_at=at)
    rows = [AnnouncementRecipient(announcement=found, person=person) for person in group.people]
    for recipient in AnnouncementRecipient.objects.bulk_create(rows):
        outbox.enqueue(KIND, to=recipient.person, about=recipient, at=at)
    return True
