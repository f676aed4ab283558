"""What a person tells the committee only. The match never sees any of it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import conflicts_with

from .applications import Application

Person = settings.AUTH_USER_MODEL
SENT_AND_OPEN = (
    Application.State.SUBMITTED,
    Application.State.ACCEPTED,
    Application.State.WAITLISTED,
)


class ConfidentialAnswersQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person, those who review applications and the carer; never the partner."""
        own = Q(application__in=Application.objects.of(user))
        readers = Q(application__in=Application.objects.readable_in_full_by(user))
        return self.filter(own | readers).scoped("person, reviewers or carer")


class PrivateAnswers(ConfidentialModel):
    """The answers that only the committee reads."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    needs = EncryptedTextField(
        _("anything that the committee should know"), max_length=2000, blank=True
    )
    limits = EncryptedTextField(_("limits"), max_length=2000, blank=True)
    accommodations = EncryptedTextField(
        _("what would make it easier for you to take part"), max_length=2000, blank=True
    )

    # Codes of `help_choices.TRAINING_NEEDS`; asked of mentors.
    training_needs = models.JSONField(_("what to learn or practise"), default=list, blank=True)

    objects = ConfidentialAnswersQuerySet.as_manager()
    system = SystemManager.from_queryset(ConfidentialAnswersQuerySet)()

    class Meta:
        verbose_name = _("private answers")
        verbose_name_plural = _("private answers")


class NamedWishQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As the other private answers, unless they have a conflict with someone who is named."""
        own = Q(application__in=Application.objects.of(user))
        readers = Q(application__in=Application.objects.readable_in_full_by(user))
        hidden = NamedWishCandidate.system.filter(conflicts_with(user, "candidate"))
        about_others = readers & ~conflicts_with(user, "person") & ~Q(pk__in=hidden.values("wish"))
        return self.filter(own | about_others).scoped("person, reviewers or carer")

    def undecided(self) -> Self:
        """Wishes of sent applications that name nobody for certain and wait for the committee."""
        return self.filter(application__state__in=SENT_AND_OPEN, person=None, is_settled=False)


class NamedWish(ConfidentialModel):
    """Whom a person would like to be paired with, or not.

    `person` is set if the text names exactly one person. Otherwise `candidates` has everyone who
    may be meant, and a committee member decides. Who would rather not be paired with a candidate is
    kept apart from all of them until then.
    """

    class Kind(models.TextChoices):
        PREFER = "prefer", _("would like to be paired with")
        AVOID = "avoid", _("would rather not be paired with")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    rank = models.PositiveSmallIntegerField(default=1)
    written = EncryptedTextField(_("name or e-mail address"), max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    # The text names several people, each for certain.
    is_settled = models.BooleanField(default=False, editable=False)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = NamedWishQuerySet.as_manager()
    system = SystemManager.from_queryset(NamedWishQuerySet)()

    class Meta:
        ordering = ["kind", "rank", "pk"]
        verbose_name = _("named wish")
        verbose_name_plural = _("named wishes")

    @property
    def is_open(self) -> bool:
        """Whether it waits for the committee; the same rule as `undecided`, for one row."""
        return self.person_id is None and not self.is_settled


class NamedWishCandidateQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever sees the wish, as a committee member: the person never learns who was found."""
        if not user.is_authenticated:
            return self.none().scoped("nobody")
        wishes = NamedWish.objects.visible_to(user).exclude(application__person=user.pk)
        return self.filter(wish__in=wishes).scoped("committee")


class NamedWishCandidate(ConfidentialModel):
    """Someone whom a wish may mean; `is_meant` is empty until that is certain or decided."""

    wish = models.ForeignKey(NamedWish, models.CASCADE, related_name="+")
    candidate = models.ForeignKey(Person, models.PROTECT, related_name="+")
    is_meant = models.BooleanField(null=True)

    objects = NamedWishCandidateQuerySet.as_manager()
    system = SystemManager.from_queryset(NamedWishCandidateQuerySet)()

    class Meta:
        verbose_name = _("candidate of a wish")
        verbose_name_plural = _("candidates of wishes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["wish", "candidate"], name="one_candidate_per_wish")
        ]
