"""What the committee asks an applicant while it reads the application, and the answers."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, SystemManager

from .applications import Application
from .read_in_full import ReadInFullQuerySet

Person = settings.AUTH_USER_MODEL
TEXT_LENGTH = 2000


class ApplicantQuestionQuerySet(ReadInFullQuerySet):
    def open(self) -> Self:
        """Those that wait for the answer of an applicant about whom nothing is decided yet."""
        return self.filter(
            answered_at=None,
            withdrawn_at=None,
            application__state__in=ApplicantQuestion.ASKED_IN,
        )


class ApplicantQuestion(ConfidentialModel):
    """One question to an applicant; one at a time waits for its answer."""

    # While the committee has not said yes or no for good.
    ASKED_IN = (Application.State.SUBMITTED, Application.State.WAITLISTED)

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    text = EncryptedTextField(_("question"))
    answer_by_on = models.DateField(_("answer by"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    answer = EncryptedTextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("taken back by"),
    )  # fmt: skip

    objects = ApplicantQuestionQuerySet.as_manager()
    system = SystemManager.from_queryset(ApplicantQuestionQuerySet)()

    class Meta:
        verbose_name = _("question to an applicant")
        verbose_name_plural = _("questions to applicants")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at=None, withdrawn_at=None),
                name="one_open_question_per_application",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(withdrawn_at=None),
                name="applicant_question_answered_or_taken_back",
            ),
        ]

    @property
    def is_open(self) -> bool:
        is_waiting = self.answered_at is None and self.withdrawn_at is None
        return is_waiting and self.application.state in self.ASKED_IN

    def is_late(self, on: date | None = None) -> bool:
        """Return whether the day of the answer is over on `on` (today by default)."""
        return self.is_open and self.answer_by_on < (on or timezone.localdate())
