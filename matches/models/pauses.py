"""A pause of a match: dated rows beside its state.

The pair and its committee read the days. Why someone asked is read by the carer and the chair, the
line that they leave for the partner by the two: each has a confidential table of its own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User

from .matches import Match

Person = settings.AUTH_USER_MODEL


class PauseQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair and its committee."""
        return self.filter(match__in=Match.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(match__in=Match.objects.for_committee(user, *roles))

    def open(self) -> Self:
        """Pauses that go on, or whose return was not noted yet."""
        return self.filter(ended_at=None)


class Pause(models.Model):
    """From one day to another a match rests: no reminders, and its term is longer by these days.

    `back_on` is the first day after the pause. A pause that ends early gets an earlier one.
    """

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="pauses", verbose_name=_("pair"))
    starts_on = models.DateField(_("paused from"), editable=False)
    back_on = models.DateField(_("back on"), editable=False)
    # Derived from the days and the program's time zone: in between the pair's time stands still.
    started_at = models.DateTimeField(editable=False)
    back_at = models.DateTimeField(editable=False)
    started_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    # How often its last day was changed, when and by whom; numbers its e-mails.
    changes = models.PositiveSmallIntegerField(_("changes of the last day"), default=0)
    changed_at = models.DateTimeField(_("changed at"), null=True, editable=False)
    changed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    # Who came back before the last day; None: the day came, or the pair has ended.
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["match"], condition=Q(ended_at=None), name="one_open_pause_per_match"
            ),
            models.CheckConstraint(
                condition=Q(back_on__gte=F("starts_on"), back_at__gte=F("started_at")),
                name="pause_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["back_at"], condition=Q(ended_at=None), name="pause_open_by_end")
        ]

    def __str__(self) -> str:
        return str(_("pause"))

    @property
    def last_day(self) -> date:
        return self.back_on - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days the pair was paused, or will have been."""
        return (self.back_on - self.starts_on).days

    def is_on(self, at: datetime) -> bool:
        """Whether the pair is paused at `at`."""
        return self.ended_at is None and at < self.back_at


class PauseRequestQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person, the carer of the match and the chair. Never the partner."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        in_care = Match.objects.in_care_of(user)
        mine_or_in_care = Q(person=user.pk) | Q(pause__match__in=in_care)
        return self.filter(mine_or_in_care).scoped("person or in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Requests that `user` reads as carer, deputy or chair."""
        return self.filter(pause__match__in=Match.objects.in_care_of(user)).scoped("in care")


class PauseRequest(ConfidentialModel):
    """Until when one of the pair asked for the pause, and why, if they said so.

    The pause lasts until the later day where both asked.
    """

    class Reason(models.TextChoices):
        HOLIDAY = "holiday", _("Holidays or travel")
        HEALTH = "health", _("Health")
        FAMILY = "family", _("Family, or caring for someone")
        LEAVE = "leave", _("Parental leave or another leave")
        WORK = "work", _("Too much work right now")
        OTHER = "other", _("Something else")

    pause = models.ForeignKey(Pause, models.PROTECT, related_name="+", verbose_name=_("pause"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    last_day = models.DateField(_("paused until"))
    reason = models.CharField(_("reason"), max_length=8, choices=Reason, blank=True)
    text = EncryptedTextField(_("in their own words"), blank=True)
    asked_at = models.DateTimeField(_("asked at"), editable=False)

    objects = PauseRequestQuerySet.as_manager()
    system = SystemManager.from_queryset(PauseRequestQuerySet)()

    class Meta:
        verbose_name = _("request for a pause")
        verbose_name_plural = _("requests for a pause")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pause", "person"], name="one_pause_request_per_person")
        ]


class PauseNoteQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The two people of the pair; not the carer, nor anyone else in the committee."""
        return self.filter(pause__match__in=Match.objects.ids_of(user)).scoped("pair")


class PauseNote(ConfidentialModel):
    """A line that one of the pair leaves for the other about a pause."""

    pause = models.ForeignKey(Pause, models.PROTECT, related_name="+", verbose_name=_("pause"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    text = EncryptedTextField(_("line for the partner"))
    written_at = models.DateTimeField(_("written at"), editable=False)

    objects = PauseNoteQuerySet.as_manager()
    system = SystemManager.from_queryset(PauseNoteQuerySet)()

    class Meta:
        verbose_name = _("line about a pause")
        verbose_name_plural = _("lines about pauses")
        ordering = ["written_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pause", "author"], name="one_pause_note_per_person")
        ]
