"""Partner organisations: what each offers, whom the committee sends there, and whom they send.

1. A program lists its partners. Participants read what they offer; how to reach them is for the
   committee.
2. A referral is made with the person's consent by a chair or the carer of their pair. The person
   reads where they were referred to, the same members the rest, the partner of the pair nothing.
3. Which organisation sent an applicant is said by them or by the committee.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import (
    ConfidentialModel,
    ConfidentialQuerySet,
    ScopedQuerySet,
    SystemManager,
    is_one_of,
)
from accounts.models import User
from accounts.models.vocabulary import in_language
from applications.models import Application
from matches.models import Match
from programs.models import Membership, Program, conflicts_with

Person = settings.AUTH_USER_MODEL
NOTE_LENGTH = 2000


class PartnerOrganisationQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A list of the program: it holds no personal data."""
        return self.all()

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def current(self) -> Self:
        return self.filter(retired_on=None)


class PartnerOrganisation(models.Model):
    """An organisation with which the program works."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    name = models.CharField(_("name"), max_length=120)
    offers = models.JSONField(_("what it offers by language"), default=dict)
    link = models.URLField(
        _("link"), max_length=500, blank=True, validators=[URLValidator(schemes=["https"])]
    )
    contact = models.CharField(
        _("how you reach it"),
        max_length=200,
        blank=True,
        help_text=_("A name, a telephone number, an address. Only the committee reads it."),
    )
    sends_people = models.BooleanField(
        _("sends people to you"),
        default=False,
        help_text=_("Applicants can then say that it told them about the program."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = PartnerOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="one_partner_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def offer(self) -> str:
        """What it offers, in the language of the reader."""
        return in_language(self.offers)


class ReferralQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and those of `for_committee`."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(Q(person=user.pk) | _in_care(user)).scoped("own or in care")

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk).scoped("own")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those about pairs in care of `user`, and those of programs that they chair."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(_in_care(user)).scoped("in care")

    def to_follow_up(self, today: date) -> Self:
        """Those without an outcome whose day has come."""
        return self.filter(outcome="", follow_up_on__lte=today)


def _in_care(user: User | AnonymousUser) -> Q:
    chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
    in_care = is_one_of("match", Match.objects.in_care_of(user))
    chair = Q(match=None, application__cohort__program__in=chaired)
    return (in_care | chair) & ~conflicts_with(user, "person")


class Referral(ConfidentialModel):
    """The committee has sent one person to one organisation, with their consent."""

    class Outcome(models.TextChoices):
        HELPED = "helped", _("They got help there")
        WAITING = "waiting", _("They are on a waiting list there")
        NO_PLACE = "no_place", _("The organisation could not take them")
        NOT_WANTED = "not_wanted", _("They decided not to go")
        NOT_REACHED = "not_reached", _("No one could be reached there")
        UNKNOWN = "unknown", _("We don't know")

    organisation = models.ForeignKey(
        PartnerOrganisation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("partner organisation"),
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("application")
    )
    match = models.ForeignKey(
        Match, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pair")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("referred by"))
    consented_on = models.DateField(_("consent given on"))
    made_at = models.DateTimeField(_("referred at"), editable=False)
    note = EncryptedTextField(_("note"), blank=True)
    follow_up_on = models.DateField(_("follow up on"))
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome, blank=True)
    outcome_at = models.DateTimeField(_("outcome recorded at"), null=True, editable=False)
    texts_erased_at = models.DateTimeField(null=True, editable=False)

    objects = ReferralQuerySet.as_manager()
    system = SystemManager.from_queryset(ReferralQuerySet)()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["follow_up_on", "pk"]
        indexes = [
            models.Index(
                fields=["follow_up_on"], condition=Q(outcome=""), name="referral_to_follow_up"
            ),
            models.Index(
                fields=["follow_up_on"],
                condition=Q(texts_erased_at=None),
                name="referral_with_old_note",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(outcome=""),
                name="one_open_referral_to_a_partner",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_at=None)
                | (~Q(outcome="") & Q(outcome_at__isnull=False)),
                name="referral_outcome_has_its_moment",
            ),
        ]

    @property
    def program(self) -> Program:
        return self.application.cohort.program


class SentByQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What one said oneself, and what is about applications that `user` sees as a member."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(application__person=user.pk) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        rows = Application.objects.for_committee(user, *roles)
        return self.filter(application__in=rows)


class SentBy(models.Model):
    """Which organisation sent an applicant. `by` is the member who said so, None for themselves."""

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="+", verbose_name=_("application")
    )
    organisation = models.ForeignKey(
        PartnerOrganisation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("partner organisation"),
    )
    by = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("said by"),
    )
    said_at = models.DateTimeField(_("said at"), editable=False)

    objects = SentByQuerySet.as_manager()

    class Meta:
        verbose_name = _("person sent by a partner")
        verbose_name_plural = _("people sent by partners")
        ordering = ["-said_at", "-pk"]

    def __str__(self) -> str:
        return str(self.organisation)
