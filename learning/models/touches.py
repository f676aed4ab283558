"""Short texts during the year: what a program writes for each role and month, and who got them.

1. A text is for one role and one month of a pair. Saving other words makes a new version, and the
   older ones stay: people keep what they were sent. A text is retired, never deleted.
2. A touch is one text for one person in one pair, once (`touch_planning`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from applications.models import Application
from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from matches.pauses import PAIR_PAUSED
from notifications.models import Notification
from programs.models import Membership, Program

from .library import LibraryItem
from .versions import SavedWords

LAST_MONTH = 24
# How an e-mail ends that may come later, or for another pair of the same person. Where the reply of
# the mail server was lost, it may have come.
NOT_LEFT = Q(unknown_outcomes=0) & (
    Q(state=Notification.State.EXPIRED)
    | Q(state=Notification.State.CANCELLED, reason__in=[PAIR_PAUSED, MATCH_ENDED])
)


class TouchTextQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def current(self) -> Self:
        return self.filter(retired_on=None)


class TouchText(models.Model):
    """What people with a role are sent when their pair has existed for some months."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    role = models.CharField(_("role"), max_length=6, choices=Application.Role)
    month = models.PositiveSmallIntegerField(
        _("month"),
        validators=[MinValueValidator(1), MaxValueValidator(LAST_MONTH)],
        help_text=_(
            "So many months of 30 days after the two were introduced. Pauses make it later."
        ),
    )
    item = models.ForeignKey(
        LibraryItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("library item"),
        help_text=_("To read more. It must be for this role."),
    )
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = TouchTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("short text of a month")
        verbose_name_plural = _("short texts by month")
        ordering = ["role", "month", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "role", "month"],
                condition=Q(retired_on=None),
                name="one_touch_text_per_month",
            )
        ]

    def __str__(self) -> str:
        facts = {"role": self.get_role_display(), "month": self.month}
        return str(_("%(role)s, month %(month)s") % facts)

    @property
    def version(self) -> TouchVersion | None:
        """The newest version."""
        return max(self.versions.all(), key=lambda row: row.number, default=None)


@dataclass(frozen=True)
class TouchWords:
    """What a reader reads, and the language that it is in. `to_try` is the one thing to try."""

    language: str
    title: str
    text: str
    to_try: str


class TouchVersionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(text__in=TouchText.objects.for_committee(user, *roles))


class TouchVersion(SavedWords):
    """The words of a text as they were saved once; they are never changed."""

    text = models.ForeignKey(
        TouchText, models.PROTECT, related_name="versions", verbose_name=_("text")
    )
    tries = models.JSONField(_("one thing to try by language"), default=dict)

    objects = TouchVersionQuerySet.as_manager()

    class Meta(SavedWords.Meta):
        verbose_name = _("version of a short text")
        verbose_name_plural = _("versions of short texts")
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="one_touch_version_number")
        ]

    def __str__(self) -> str:
        return self.words().title

    @property
    def languages(self) -> list[str]:
        return [code for code, title in self.titles.items() if title]

    def words(self, language: str = "") -> TouchWords:
        """Return the words in `language`, by default the reader's; else in the program's."""
        wanted = language or (get_language() or "").split("-")[0]
        there = self.languages
        found = next((one for one in (wanted, self.text.program.language) if one in there), "")
        code = found or next(iter(there), wanted)
        columns = (self.titles, self.texts, self.tries)
        return TouchWords(code, *(column.get(code, "") for column in columns))


def is_lost() -> Q:
    """Match touches whose e-mail did not leave: their pair was paused or has ended, or too late.

    An e-mail that its reader has turned off, or that a committee has let go, is not lost.
    """
    own = Notification.system.filter(
        about_type=Touch._meta.label_lower, about_id=OuterRef("pk"), recipient=OuterRef("person")
    )
    return Q(Exists(own.filter(NOT_LEFT))) & ~Q(Exists(own.exclude(NOT_LEFT)))


class TouchQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and those of pairs that the user sees as a committee member."""
        return self.of(user) | self.for_committee(user)

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(match__in=Match.objects.for_committee(user, *roles))

    def support_touches(self, program: Program, first: date, last: date) -> Self:
        """Return the support touches that short texts have given from `first` to `last`.

        One person who was sent one text is one touch, on the day on which it was due by the clock
        of the program; with several pairs they are in touch in each, from one e-mail, except in
        pairs that began after it. A text that was not sent, and not marked as tried, is none.
        """
        zone = ZoneInfo(program.time_zone)
        begin = datetime.combine(first, time(), zone)
        end = datetime.combine(last + timedelta(days=1), time(), zone)
        emails = Notification.system.filter(
            about_type=Touch._meta.label_lower, state=Notification.State.SENT
        )
        came = Exists(emails.filter(about_id=OuterRef("pk")))
        began = OuterRef(OuterRef("match__introduced_at"))
        came_for_both = Exists(emails.filter(about_id=OuterRef("pk"), sent_at__gte=began))
        same = Touch.objects.filter(
            person=OuterRef("person"), version__text=OuterRef("version__text"), is_repeat=False
        )
        first_came = Q(is_repeat=True) & Q(Exists(same.filter(came_for_both)))
        found = self.filter(version__text__program=program, due_at__gte=begin, due_at__lt=end)
        was_tried = Q(is_repeat=False, tried_at__isnull=False)
        return found.filter(came | first_came | was_tried)


class Touch(models.Model):
    """One short text for one person of one pair."""

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    month = models.PositiveSmallIntegerField(_("month"))
    version = models.ForeignKey(
        TouchVersion, models.PROTECT, related_name="+", verbose_name=_("version")
    )
    due_at = models.DateTimeField(_("due at"))
    # The same text is sent, or waits, for another pair of the same person: not a second time.
    is_repeat = models.BooleanField(default=False, editable=False)
    tried_at = models.DateTimeField(_("tried at"), null=True, editable=False)

    objects = TouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("short text for a person")
        verbose_name_plural = _("short texts for people")
        ordering = ["-due_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-due_at"], name="touch_of_person"),
            models.Index(fields=["due_at"], name="touch_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["match", "person", "month"], name="one_touch_per_person_and_month"
            )
        ]

    def __str__(self) -> str:
        return str(self.version)

    @property
    def program(self) -> Program:
        return self.version.text.program
