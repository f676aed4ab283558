"""What has happened to a pair, the newest first, each kind as far as the member may see it.

1. Meetings and contacts of the two: dates and states, for those who look after the pair. Check-ins:
   that one was answered, not what. Contacts and concerns of the committee: carer, deputy and chair.
   E-mails to the two: as what they are about. Signatures and changes: the whole committee.
2. A page has `PAGE` entries. Of each kind no more rows are read than the page needs, so that the
   number of queries is the same for every pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from agreements.models import Signature
from checkins.models import CheckIn, Concern, ContactLog
from matches.models import Match
from meetings.models import Meeting, PairContact
from notifications.kinds import label_of
from programs.committee_admin import history_of

from .pair_emails import emails_of

PAGE = 20
LAST_PAGE = 40


@dataclass(frozen=True)
class Entry:
    """One entry: `text` is what a member wrote or what is known beside the title."""

    at: datetime
    title: str
    text: str = ""
    url: str = ""

    @property
    def day(self) -> date:
        """The day in the active time zone: entries of one day are shown together."""
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Timeline:
    """One page of entries. `older` and `newer` are numbers of pages, 0 where there is none."""

    entries: list[Entry]
    older: int
    newer: int


@dataclass(frozen=True)
class Scope:
    """Whose pair, for whom, and how many of the newest rows of each kind."""

    match: Match
    member: User
    at: datetime
    newest: int


def timeline_of(match: Match, member: User, *, page: int, at: datetime) -> Timeline:
    """Return the page number `page`, the first being 1, as `member` may see it."""
    page = min(max(page, 1), LAST_PAGE)
    scope = Scope(match, member, at, newest=page * PAGE + 1)
    found = [entry for source in SOURCES for entry in source(scope)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    has_older = len(found) > page * PAGE and page < LAST_PAGE
    return Timeline(
        found[(page - 1) * PAGE : page * PAGE], older=page + 1 if has_older else 0, newer=page - 1
    )


def _meetings(scope: Scope) -> Iterator[Entry]:
    rows = Meeting.objects.for_committee(scope.member).filter(
        match=scope.match, starts_at__lte=scope.at
    )
    for row in rows.order_by("-starts_at", "-pk")[: scope.newest]:
        facts = _("%(minutes)s minutes, %(how)s")
        yield Entry(
            row.starts_at,
            _("Meeting: %(state)s") % {"state": row.get_state_display().lower()},
            capfirst(facts % {"minutes": row.minutes, "how": row.get_mode_display()}),
        )


def _contacts_of_pair(scope: Scope) -> Iterator[Entry]:
    rows = PairContact.objects.visible_to(scope.member).filter(match=scope.match)
    for row in rows.select_related("person").order_by("-at", "-pk")[: scope.newest]:
        text = _("Said by %(name)s.") % {"name": row.person}
        yield Entry(row.at, _("They were in touch"), text)


def _checkins(scope: Scope) -> Iterator[Entry]:
    rows = CheckIn.objects.for_committee(scope.member).filter(match=scope.match)
    asked = rows.exclude(opened_at=None).annotate(moment=Coalesce("answered_at", "opened_at"))
    words = {
        CheckIn.State.OPEN: pgettext("check-in", "asked, not answered yet"),
        CheckIn.State.ANSWERED: pgettext("check-in", "answered"),
    }
    not_answered = pgettext("check-in", "asked, not answered")
    for row in asked.select_related("person").order_by("-moment", "-pk")[: scope.newest]:
        title = _("%(survey)s of %(name)s: %(state)s") % {
            "survey": capfirst(str(row.get_kind_display())),
            "name": row.person,
            "state": words.get(CheckIn.State(row.state), not_answered),
        }
        url = reverse("admin:checkins_checkin_change", args=[row.pk])
        yield Entry(row.moment, title, url=url)


def _care_contacts(scope: Scope) -> Iterator[Entry]:
    rows = ContactLog.objects.visible_to(scope.member).filter(match=scope.match)
    related = rows.select_related("person", "member").order_by("-on", "-pk")
    for row in related[: scope.newest]:
        title = _("%(member)s with %(name)s: %(result)s, %(how)s") % {
            "member": row.member,
            "name": row.person,
            "result": row.get_result_display(),
            "how": row.get_how_display(),
        }
        url = reverse("admin:checkins_contactlog_change", args=[row.pk])
        yield Entry(_begin(row.on), title, row.note, url)


def _concerns(scope: Scope) -> Iterator[Entry]:
    rows = Concern.objects.for_committee(scope.member).filter(match=scope.match)
    for row in rows.select_related("person").order_by("-raised_at", "-pk")[: scope.newest]:
        title = _("Concern about %(name)s: %(why)s") % {
            "name": row.person,
            "why": row.get_cause_display(),
        }
        url = reverse("admin:checkins_concern_change", args=[row.pk])
        yield Entry(row.raised_at, title, row.get_state_display(), url)


def _signatures(scope: Scope) -> Iterator[Entry]:
    rows = Signature.objects.for_committee(scope.member).filter(
        version__agreement__match=scope.match
    )
    related = rows.select_related("person", "version").order_by("-signed_at", "-pk")
    for row in related[: scope.newest]:
        words = _("%(name)s signed the agreement, version %(number)s")
        title = words % {"name": row.person, "number": row.version.number}
        url = reverse("admin:agreements_agreementversion_change", args=[row.version_id])
        text = _("No longer valid.") if row.withdrawn_at else ""
        yield Entry(row.signed_at, title, text, url)


def _emails(scope: Scope) -> Iterator[Entry]:
    rows = emails_of(scope.match, scope.member)
    for row in rows.select_related("recipient").order_by("-sent_at", "-pk")[: scope.newest]:
        title = _("E-mail to %(name)s: %(email)s") % {
            "name": row.recipient,
            "email": label_of(row.kind),
        }
        url = reverse("admin:notifications_notification_change", args=[row.pk])
        yield Entry(row.sent_at or row.due_at, title, url=url)


def _pauses(scope: Scope) -> Iterator[Entry]:
    for row in scope.match.pauses.all():  # read with the pair; there are few
        if row.started_at <= scope.at and row.back_at > row.started_at:
            yield Entry(row.started_at, _("The pair is paused"))


def _changes(scope: Scope) -> Iterator[Entry]:
    for step in history_of(scope.match, scope.newest):
        text = _("By %(name)s.") % {"name": step.by} if step.by else ""
        yield Entry(step.at, _("Change: %(what)s") % {"what": step.what}, text)


SOURCES: tuple[Callable[[Scope], Iterator[Entry]], ...] = (
    _changes,
    _pauses,
    _meetings,
    _contacts_of_pair,
    _checkins,
    _care_contacts,
    _concerns,
    _signatures,
    _emails,
)


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
