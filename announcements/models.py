"""What the committee writes to a group of people, to whom, and the groups that it keeps.

1. A group is a filter, not a list: who belongs to it is asked again when the e-mails are enqueued.
2. An announcement is a draft, then waits for its time, then was sent. Until its time it can be
   stopped, which makes it a draft again. A draft that is not wanted is discarded.
3. Once it was sent, its words and the people who got it are kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language
from applications.models import Application
from programs.models import Cohort, Membership, Program, conflicts_with

Person = settings.AUTH_USER_MODEL


class Situation(models.TextChoices):
    """Where people are on their way through the program."""

    APPLIED = "applied", _("waiting for a decision on their application")
    WAITING_LIST = "waiting", _("on the waiting list")
    UNMATCHED = "unmatched", _("accepted, and not matched yet")
    UNSIGNED = "unsigned", _("in a pair without a signed agreement")
    MEETING = "meeting", _("in a pair with a signed agreement")
    CLOSING = "closing", _("in a pair that is closing")
    ENDED = "ended", _("not in a pair any more")


class GroupFilter(models.Model):
    """Which people of a program: all conditions together, one of the situations."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cohort")
    )
    role = models.CharField(_("role"), max_length=10, choices=Application.Role, blank=True)
    situations = models.JSONField(_("people who are"), default=list)

    class Meta:
        abstract = True

    @property
    def group_words(self) -> list[str]:
        """Return the conditions in words, one each."""
        labels = dict(Situation.choices)
        words = [
            str(self.cohort) if self.cohort else str(_("all cohorts")),
            str(self.get_role_display()) if self.role else str(_("mentees and mentors")),  # type: ignore[attr-defined]  # of a column with choices
        ]
        return [*words, *(str(labels[one]) for one in self.situations if one in labels)]


class SavedGroupQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Members see the groups of their programs."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))


class SavedGroup(GroupFilter):
    """A filter with a name, to write to the same kind of people again."""

    name = models.CharField(_("name"), max_length=80)

    objects = SavedGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved group")
        verbose_name_plural = _("saved groups")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="one_saved_group_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class AnnouncementQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those that `user` got, and those of `for_committee`."""
        return self.received_by(user) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Chairs see all of their program, other members who write to groups their own."""
        if not user.is_authenticated:
            return self.none()
        chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        member_of = Membership.objects.program_ids(user, *(roles or Membership.CARERS))
        mine = Q(author=user.pk) | Q(program__in=chaired)
        return self.filter(mine, program__in=member_of)

    def received_by(self, user: User | AnonymousUser) -> Self:
        """Those that were sent to `user`, and not held back in time."""
        if not user.is_authenticated:
            return self.none()
        got = AnnouncementRecipient.objects.of(user).filter(was_held_back=False)
        return self.filter(pk__in=got.values("announcement"))

    def due(self, at: datetime) -> Self:
        return self.filter(state=Announcement.State.WAITING, send_at__lte=at)

    def unsent(self) -> Self:
        """Drafts that could not be sent at their time, and that nobody has looked after since."""
        return self.filter(state=Announcement.State.DRAFT, unsent_at__isnull=False)


class Announcement(GroupFilter):
    """One text to a group of people, in one or more languages; each gets an e-mail of their own."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting for its time")
        SENT = "sent", pgettext_lazy("announcement", "Sent")
        DISCARDED = "discarded", _("Discarded")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.WAITING, State.DISCARDED},
        State.WAITING: {State.DRAFT, State.SENT},
        State.SENT: set(),
        State.DISCARDED: set(),
    }

    public_id = PublicIdField()
    author = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    subjects = models.JSONField(_("subject by language"), default=dict)
    bodies = models.JSONField(_("text by language"), default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    send_at = models.DateTimeField(_("to be sent at"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    # When it became a draft by itself, because nobody was in its group at its time.
    unsent_at = models.DateTimeField(_("not sent at"), null=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["send_at"], condition=Q(state="waiting"), name="announcement_to_send"
            ),
            models.Index(fields=["program", "-created_at"], name="announcement_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", send_at__isnull=False, sent_at=None)
                | Q(state="sent", send_at__isnull=False, sent_at__isnull=False)
                | Q(state__in=["draft", "discarded"], send_at=None, sent_at=None),
                name="announcement_state_has_its_moments",
            ),
            models.CheckConstraint(
                condition=Q(unsent_at=None) | Q(state="draft"),
                name="announcement_unsent_is_a_draft",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.subjects) or str(_("announcement without a subject"))

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def languages(self) -> list[str]:
        """Return the languages in which there is both a subject and a text."""
        return [code for code, text in self.bodies.items() if text and self.subjects.get(code)]

    def words_in(self, language: str) -> tuple[str, str]:
        """Return subject and text for a reader of `language`: theirs, or the first there is."""
        found = self.languages
        code = language if language in found or not found else found[0]
        return self.subjects.get(code, ""), self.bodies.get(code, "")


class RecipientQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own rows, and those of `for_committee`."""
        return self.of(user) | self.for_committee(user)

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of announcements that the member sees, without their conflicts of interest."""
        if not user.is_authenticated:
            return self.none()
        seen = Announcement.objects.for_committee(user, *roles)
        return self.exclude(conflicts_with(user, "person")).filter(announcement__in=seen)


class AnnouncementRecipient(models.Model):
    """Someone who was sent an announcement; their e-mail is about this row."""

    announcement = models.ForeignKey(
        Announcement, models.PROTECT, related_name="recipients", verbose_name=_("announcement")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    # The committee cancelled their e-mail before it left: they do not read it on the site either.
    was_held_back = models.BooleanField(default=False, editable=False)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient of an announcement")
        verbose_name_plural = _("recipients of announcements")
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "person"], name="one_announcement_per_person"
            )
        ]

    def __str__(self) -> str:
        return str(self.announcement)
