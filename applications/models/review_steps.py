"""What was done with an application that leaves no other trace, for its history."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import Membership

from .applications import Application
from .review import Decision

Person = settings.AUTH_USER_MODEL


class ReviewStepQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee; what was done with checks only chairs, who alone read about checks."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        rows = self.filter(application__in=Application.objects.for_committee(user))
        chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        is_open = ~Q(kind=ReviewStep.Kind.CHECK_REMOVED)
        of_chair = Q(application__cohort__program__in=chaired)
        return rows.filter(is_open | of_chair).scoped("committee")


class ReviewStep(ConfidentialModel):
    """One thing that someone, or the program itself, did with an application; rows are only added.

    Without words of anyone: those stay with the rows that the step was about.
    """

    class Kind(models.TextChoices):
        ANSWERS_CHANGED = "answers_changed", _("Answers changed after sending")
        ADDRESS_ADDED = "address_added", _("E-mail address added")
        IMPORT_UNDONE = "import_undone", _("An import was undone: the earlier answers are back")
        REVIEW_STARTED = (
            "review_started",
            _("Review started, answers locked"),
        )
        READER_REMOVED = "reader_removed", _("No longer asked for an opinion")
        DECIDED = "decided", _("Decision made, not released yet")
        CLEARED = "cleared", _("Pending decision cleared")
        RELEASE_ASKED = "release_asked", _("Release of the decision asked for")
        RELEASE_STOPPED = "release_stopped", _("Release of the decision stopped")
        NOT_RELEASED = "not_released", _("The decision was put back: it could not be released")
        CHECK_REMOVED = "check_removed", _("A check was removed")
        WAIVED = "waived", _("Allowed to take part although membership is not known")
        WAIVER_ENDED = "waiver_ended", _("No longer allowed to take part without membership")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    # Who did it; None: the program itself.
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Of a decision.
    outcome = models.CharField(max_length=10, choices=Decision.Outcome, blank=True)
    # The code of the page of the form whose answers were changed.
    page = models.CharField(max_length=30, blank=True)
    # The member that it is about, such as a reader who is asked no longer.
    member = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = ReviewStepQuerySet.as_manager()
    system = SystemManager.from_queryset(ReviewStepQuerySet)()

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["application", "at"], name="review_step_of_application")]
