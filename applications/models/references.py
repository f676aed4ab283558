"""People whom applicants name as referees, and what they answer the committee."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import SystemManager
from accounts.models import User
from programs.models import GuestAddress, GuestAddressQuerySet, Policy

from .applications import Application
from .review import Decision

Person = settings.AUTH_USER_MODEL
OPEN_DAYS = 28  # to answer


class ReferenceQuerySet(GuestAddressQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those about applications that `user` reads in full as a member; never the applicant.

        No page shows the address, and the outbox none of these e-mails, so there is no
        `for_committee`.
        """
        if not user.is_authenticated:
            return self.none().scoped("no one")
        about = Application.objects.readable_in_full_by(user)
        return self.filter(application__in=about).scoped("who reads in full")

    def named_by(self, user: User | AnonymousUser) -> Self:
        """Those whom `user` has named, without whether and what they have answered."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        own = self.filter(application__in=Application.objects.of(user))
        return own.only("name", "relation", "asked_at", "application").scoped("named by oneself")

    def open(self) -> Self:
        """Those that wait for an answer about an application that still needs it."""
        wanted = self.filter(is_asked("application__"), closed_at=None)
        return wanted.filter(application__state__in=Reference.ASKED_IN)

    def answered(self) -> Self:
        return self.filter(answered_at__isnull=False)


class Reference(GuestAddress):
    """One referee of one application, and their answer.

    `closed_at` is when they answered or declined, or when the time for it was over; the address
    goes with it.
    """

    ASKED_IN = (Application.State.SUBMITTED, Application.State.WAITLISTED)

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        RATHER = "rather", _("rather yes")
        RATHER_NOT = "rather_not", _("rather no")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("I can't say")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    name = EncryptedTextField(_("name"))
    relation = EncryptedTextField(_("how they know each other"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    # [[question as it was asked, code of the answer], ...]
    answers_json = EncryptedTextField(_("answers"), blank=True)
    text = EncryptedTextField(_("in their own words"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    declined_at = models.DateTimeField(_("declined at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    objects = ReferenceQuerySet.as_manager()
    system = SystemManager.from_queryset(ReferenceQuerySet)()

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["asked_at", "pk"]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(closed_at=None), name="reference_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "address_key"], name="one_reference_per_address"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(declined_at=None),
                name="reference_answered_or_declined",
            ),
        ]

    @property
    def closes_at(self) -> datetime:
        """When the time to answer is over."""
        return self.asked_at + timedelta(days=OPEN_DAYS)

    def is_open(self, at: datetime) -> bool:
        """Return whether it can still be answered at `at`."""
        is_wanted = asks_for(self.application) and self.application.state in self.ASKED_IN
        return is_wanted and self.closed_at is None and at < self.closes_at

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Each question with its answer in words."""
        rows = json.loads(self.answers_json or "[]")
        return [(question, str(self.Answer(answer).label)) for question, answer in rows]


def asks_for(application: Application) -> bool:
    """Return whether the program asks this applicant for references."""
    from_ = application.program.policy.references_from
    is_mentor = application.is_mentor and from_ == Policy.Screened.MENTORS
    return is_mentor or from_ == Policy.Screened.EVERYONE


def is_asked(path: str = "") -> Q:
    """The same rule as `asks_for`, for queries; `path` leads to the application."""
    from_ = f"{path}cohort__program__policy__references_from"
    is_mentor = Q(**{from_: Policy.Screened.MENTORS, f"{path}role": Application.Role.MENTOR})
    return is_mentor | Q(**{from_: Policy.Screened.EVERYONE})


def has_new_reference() -> Q:
    """Match applications to decide about with a reference that came since the last decision."""
    answered = Reference.system.filter(application=OuterRef("pk")).answered()
    pending = Decision.system.filter(application=OuterRef("pk"), released_at=None)
    to_decide = Q(Exists(answered), ~Exists(pending), state=Application.State.SUBMITTED)
    return to_decide & is_asked()
