"""Requests for support by topic, and the answers of the committee."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager, is_one_of
from accounts.models import User
from applications.models import Application
from events.models import Event
from learning.models import LibraryItem, SupportTopic
from matches.models import Match
from programs.models import Membership, Program, conflicts_with

from .support_contacts import SupportContact

Person = settings.AUTH_USER_MODEL
TEXT_LENGTH = 2000
LATE = timedelta(days=7)


class SupportRequestQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own; those of one's pairs in care; those of the programs that `user` chairs."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(Q(person=user.pk) | _care(user)).scoped("own or in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Requests that `user` may answer as carer, deputy or chair, without a conflict."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(_care(user)).scoped("in care")

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk).scoped("own")

    def unanswered(self) -> Self:
        return self.filter(state=SupportRequest.State.ASKED)

    def late(self, at: datetime) -> Self:
        """Those that have waited for an answer for a week at `at`."""
        return self.unanswered().filter(waiting_since__lte=at - LATE)

    def going_on(self) -> Self:
        """Those that are neither closed nor withdrawn."""
        return self.filter(state__in=SupportRequest.OPEN)


def _care(user: User | AnonymousUser) -> Q:
    chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
    in_care = is_one_of("match", Match.objects.in_care_of(user))
    return (in_care | Q(match=None, program__in=chaired)) & ~conflicts_with(user, "person")


class SupportRequest(ConfidentialModel):
    """One person asks for support with one topic."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("support", "Asked")
        ANSWERED = "answered", pgettext_lazy("support", "Answered")
        CLOSED = "closed", pgettext_lazy("support", "Closed")
        WITHDRAWN = "withdrawn", pgettext_lazy("support", "Withdrawn")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {State.ANSWERED, State.WITHDRAWN},
        State.ANSWERED: {State.ASKED, State.CLOSED, State.WITHDRAWN},
        State.CLOSED: set(),
        State.WITHDRAWN: set(),
    }
    OPEN = (State.ASKED, State.ANSWERED)

    class Outcome(models.TextChoices):
        HELPED = "helped", _("It helped")
        NO_REPLY = "no_reply", _("No reply to whether it helped")

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("application")
    )
    match = models.ForeignKey(
        Match, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pair")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    topic = models.ForeignKey(
        SupportTopic, models.PROTECT, related_name="+", verbose_name=_("topic")
    )
    text = EncryptedTextField(_("own words"), blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.ASKED, editable=False
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    # Since when the committee has to answer: when it was asked, or opened again.
    waiting_since = models.DateTimeField(_("waits since"), default=timezone.now, editable=False)
    turns = models.PositiveSmallIntegerField(default=1, editable=False)  # asked, and asked again
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    # When to ask whether it helped: some days after the answer, or after the event.
    ask_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    outcome = models.CharField(
        _("what came of it"), max_length=8, choices=Outcome, blank=True, editable=False
    )
    texts_erased_at = models.DateTimeField(null=True, editable=False)

    objects = SupportRequestQuerySet.as_manager()
    system = SystemManager.from_queryset(SupportRequestQuerySet)()

    class Meta:
        verbose_name = _("request for support")
        verbose_name_plural = _("requests for support")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "waiting_since"], name="support_by_waiting"),
            models.Index(
                fields=["ask_at"], condition=Q(state="answered"), name="support_to_ask_about"
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(texts_erased_at=None, ended_at__isnull=False),
                name="support_with_old_texts",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "topic"],
                condition=Q(state__in=["asked", "answered"]),
                name="one_open_request_per_topic",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at=None)
                | Q(state="answered", ended_at=None, ask_at__isnull=False)
                | Q(state__in=["closed", "withdrawn"], ended_at__isnull=False),
                name="support_state_has_its_moments",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(state="closed"), name="support_outcome_if_closed"
            ),
        ]

    @property
    def role_label(self) -> str:
        return self.application.get_role_display()

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class SupportAnswerQuerySet(ConfidentialQuerySet):
    def of(self, user: User) -> Self:
        """The answers to what `user` asked for."""
        return self.filter(request__person=user.pk).scoped("own")

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The answers to the requests that `user` may read."""
        rows = SupportRequest.objects.visible_to(user)
        return self.filter(is_one_of("request", rows)).scoped("own or in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those to the requests of `for_committee`, without other contacts near to `user`."""
        rows = SupportRequest.objects.for_committee(user, *roles)
        near = conflicts_with(user, "contact__person") & ~Q(contact__person=user.pk)
        return self.exclude(near).filter(is_one_of("request", rows)).scoped("in care")


class SupportAnswer(ConfidentialModel):
    """What the committee answered to one request, once; its e-mail is about this row."""

    request = models.ForeignKey(
        SupportRequest, models.PROTECT, related_name="+", verbose_name=_("request")
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), editable=False)
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("event")
    )
    item = models.ForeignKey(
        LibraryItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("library item"),
    )
    # None once the contact no longer agrees.
    contact = models.ForeignKey(
        SupportContact,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    text = EncryptedTextField(_("words"), blank=True)

    objects = SupportAnswerQuerySet.as_manager()
    system = SystemManager.from_queryset(SupportAnswerQuerySet)()

    class Meta:
        verbose_name = _("answer to a request for support")
        verbose_name_plural = _("answers to requests for support")
        ordering = ["answered_at", "pk"]
