"""What a pair writes about a meeting, and what was corrected in its record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

from .meetings import Meeting

Person = settings.AUTH_USER_MODEL


class PairOnlyQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair; not the carer, nor anyone else in the committee."""
        return self.filter(meeting__match__in=Match.objects.ids_of(user)).scoped("pair")


class AgendaQuerySet(PairOnlyQuerySet):
    def prepared(self, meetings: Iterable[Meeting]) -> set[int]:
        """Return the ids of those of `meetings` that have an agenda; none of its words."""
        return set(
            self.of_prepared().filter(meeting__in=meetings).values_list("meeting", flat=True)
        )

    def of_prepared(self) -> models.QuerySet:
        """The meetings of agendas that say something, for use in a query; none of their words."""
        is_empty = dict.fromkeys(Agenda.PROMPTS, "")
        rows = self.exclude(**is_empty).scoped("whether there is any")
        return rows.order_by().values("meeting")


class Agenda(ConfidentialModel):
    """Where the pair meets, and what they want to talk about: the mentee's four answers."""

    PROMPTS = ("since_last", "points", "help_wanted", "hoped_for")

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    place = models.CharField(_("place or link"), max_length=300, blank=True)
    since_last = models.TextField(_("what happened since last time"), max_length=2000, blank=True)
    points = models.TextField(_("what we want to talk about"), max_length=2000, blank=True)
    help_wanted = models.TextField(_("what kind of help is wanted"), max_length=2000, blank=True)
    hoped_for = models.TextField(
        _("what should be different afterwards"), max_length=2000, blank=True
    )

    objects = AgendaQuerySet.as_manager()
    system = SystemManager.from_queryset(AgendaQuerySet)()

    class Meta:
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")


class LogEntry(ConfidentialModel):
    """What one person noted after a meeting; both people read it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    learned = models.TextField(_("what I took away"), max_length=2000, blank=True)
    next_step = models.TextField(_("next step"), max_length=2000, blank=True)
    step_done_at = models.DateTimeField(_("next step done at"), null=True, editable=False)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    objects = PairOnlyQuerySet.as_manager()
    system = SystemManager.from_queryset(PairOnlyQuerySet)()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["written_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "author"], name="one_log_entry_per_person")
        ]


class OwnNoteQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever wrote it, and no one else, while that person is in the pair."""
        mine = self.filter(author=user.pk)
        return mine.filter(meeting__match__in=Match.objects.ids_of(user)).scoped("own")


class PrivateNote(ConfidentialModel):
    """What one person notes for themselves about a meeting. Encrypted; only they read it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = EncryptedTextField(_("private note"))
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    objects = OwnNoteQuerySet.as_manager()
    system = SystemManager.from_queryset(OwnNoteQuerySet)()

    class Meta:
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "author"], name="one_private_note_per_person"
            )
        ]


class CorrectionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair."""
        return self.filter(meeting__match__in=Match.objects.ids_of(user))


class Correction(models.Model):
    """Who changed what was recorded about a meeting: when, from what, to what."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="corrections")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)
    from_state = models.CharField(_("from"), max_length=10, choices=Meeting.State)
    to_state = models.CharField(_("to"), max_length=10, choices=Meeting.State)
    from_minutes = models.PositiveSmallIntegerField(_("minutes before"))
    to_minutes = models.PositiveSmallIntegerField(_("minutes after"))

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
