"""The end of a match: that it was asked for, how it ended, and what each person wants next.

The match keeps its state; these are dated rows beside it. Why someone ended, and what the committee
notes about it, are in confidential tables; what one person writes to the other is read by the two.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User

from .matches import Match

Person = settings.AUTH_USER_MODEL
TEXT_LENGTH = 2000
REOPEN_DAYS = 14  # how long an ended pair can be reopened


class EndingRequestQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person who asked, the carer of the match and the chair. Never the partner."""
        if not user.is_authenticated:
            return self.none()
        return self.of(user) | self.for_committee(user)

    def of(self, user: User | AnonymousUser) -> Self:
        """What `user` has asked."""
        return self.filter(person=user.pk)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Requests that `user` handles as carer, deputy or chair, as any other call for help."""
        return self.filter(match__in=Match.objects.in_care_of(user))

    def open(self) -> Self:
        """Requests that were neither taken back nor followed by an ending."""
        return self.filter(settled_at=None)


class EndingRequest(models.Model):
    """One of a pair asked the committee to join, because they may want to end."""

    match = models.ForeignKey(
        Match, models.PROTECT, related_name="ending_requests", verbose_name=_("pair")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)

    objects = EndingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to end")
        verbose_name_plural = _("requests to end")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["match", "person"],
                condition=Q(settled_at=None),
                name="one_open_ending_request_per_person",
            )
        ]

    def __str__(self) -> str:
        return str(_("request to end %(match)s") % {"match": self.match})


class ClosureQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair and its committee."""
        return self.filter(match__in=Match.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(match__in=Match.objects.for_committee(user, *roles))

    def in_force(self) -> Self:
        """Endings that were not undone by reopening the pair."""
        return self.filter(reopened_at=None)


class Closure(models.Model):
    """How a match ended, with the dates of what a good ending needs."""

    class Cause(models.TextChoices):
        EXPECTED = "expected", _("Both knew that it would end")
        ONE_SIDED = "one_sided", _("One of them wanted to end")
        UNEXPECTED = "unexpected", _("Something happened: illness, a move, a new job")
        LEFT = "left", _("One of them left the program")
        SILENCE = "silence", _("One of them could not be reached")
        MISTAKE = "mistake", _("The pair should not have been made")

    # Which of them is about one of the two people.
    ABOUT_ONE = frozenset({Cause.ONE_SIDED, Cause.UNEXPECTED, Cause.LEFT, Cause.SILENCE})

    match = models.ForeignKey(
        Match, models.PROTECT, related_name="closures", verbose_name=_("pair")
    )
    kind = models.CharField(_("how it ended"), max_length=12, choices=Match.Closed)
    cause = models.CharField(_("what happened"), max_length=10, choices=Cause)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("about")
    )
    closed_at = models.DateTimeField(_("ended at"), editable=False)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    state_before = models.CharField(max_length=10, choices=Match.State, editable=False)
    tried_on = models.DateField(_("tried to reach them another way on"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("reopened at"), null=True, editable=False)
    reopened_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("reopened by")
    )

    # The checklist of a good ending. The program fills in what it does itself.
    explained_on = models.DateField(_("the ending was explained on"), null=True, blank=True)
    last_meeting_offered_on = models.DateField(
        _("a last meeting was offered on"), null=True, blank=True
    )
    asked_on = models.DateField(_("both were asked how it was on"), null=True, blank=True)
    thanked_on = models.DateField(_("both were thanked on"), null=True, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("ending")
        verbose_name_plural = _("endings")
        ordering = ["-closed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["match"], condition=Q(reopened_at=None), name="one_closure_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(cause="silence") | Q(tried_on__isnull=False),
                name="closure_by_silence_was_tried",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match}: {self.get_kind_display()}"

    @property
    def reopen_until(self) -> datetime:
        """The last moment at which the pair can be reopened."""
        return self.closed_at + timedelta(days=REOPEN_DAYS)

    @property
    def is_mistake(self) -> bool:
        """Whether the pair should never have been made: it counts nowhere."""
        return self.kind == Match.Closed.IN_ERROR

    def is_about(self, user: User) -> bool:
        """Whether `user` ended, left or could not be reached."""
        return self.person_id == user.pk


class EndingReasonQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person, the carer of the match and the chair. Never the partner."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        in_care = Match.objects.in_care_of(user)
        return self.filter(Q(person=user.pk) | Q(match__in=in_care)).scoped("person or in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Reasons that `user` reads as carer, deputy or chair."""
        return self.filter(match__in=Match.objects.in_care_of(user)).scoped("in care")


class EndingReason(ConfidentialModel):
    """Why one person wanted to end, if they said so."""

    class Reason(models.TextChoices):
        TIME = "time", _("I don't have the time right now")
        EXPECTATIONS = "wishes", _("We want different things from it")
        FIT = "fit", _("We don't get on well enough to talk openly")
        CONTACT = "contact", _("We hardly manage to meet")
        CHANGE = "change", _("Something changed: work, a move, health, family")
        DONE = "done", _("I have what I came for")
        OTHER = "other", _("Something else")

    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    reason = models.CharField(_("reason"), max_length=8, choices=Reason, blank=True)
    text = EncryptedTextField(_("in their own words"), blank=True)
    given_at = models.DateTimeField(_("given at"), default=timezone.now, editable=False)

    objects = EndingReasonQuerySet.as_manager()
    system = SystemManager.from_queryset(EndingReasonQuerySet)()

    class Meta:
        verbose_name = _("reason for an ending")
        verbose_name_plural = _("reasons for endings")
        constraints = [
            models.UniqueConstraint(fields=["match", "person"], name="one_ending_reason_per_person")
        ]


class FarewellQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The two people of the pair; not the carer, nor anyone else in the committee."""
        return self.filter(closure__match__in=Match.objects.ids_of(user)).scoped("pair")


class Farewell(ConfidentialModel):
    """A few words from one person to the other at the end; both read them."""

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="+", verbose_name=_("ending"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    text = EncryptedTextField(_("a few words"), blank=True)
    written_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)

    objects = FarewellQuerySet.as_manager()
    system = SystemManager.from_queryset(FarewellQuerySet)()

    class Meta:
        verbose_name = _("farewell")
        verbose_name_plural = _("farewells")
        constraints = [
            models.UniqueConstraint(fields=["closure", "author"], name="one_farewell_per_person")
        ]


class EndingNoteQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The carer and the chair."""
        return self.filter(match__in=Match.objects.in_care_of(user)).scoped("in care")

    for_committee = visible_to


class EndingNote(ConfidentialModel):
    """What a committee member notes about the ending of a pair."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    member = models.ForeignKey(
        Person, models.PROTECT, related_name="+", editable=False, verbose_name=_("member")
    )
    text = EncryptedTextField(_("note"))
    written_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)

    objects = EndingNoteQuerySet.as_manager()
    system = SystemManager.from_queryset(EndingNoteQuerySet)()

    class Meta:
        verbose_name = _("note about an ending")
        verbose_name_plural = _("notes about endings")
        ordering = ["written_at", "pk"]
