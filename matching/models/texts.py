"""The committee's own words in the e-mails of a round, written before it is published."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from applications.models import Application
from matches.edited_texts import EditedWords
from programs.models import conflicts_with

from .rounds import Round

SUBJECT_LENGTH = 150  # with placeholders; mailboxes show some 60 characters of it
TEXT_LENGTH = 5000


class RoundTextQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee of the round, without members who have a conflict with the recipient."""
        rounds = Round.objects.visible_to(user)
        found = self.exclude(conflicts_with(user, "application__person", "partner__person"))
        return found.filter(round__in=rounds).scoped("committee without conflict")

    for_committee = visible_to


class RoundText(ConfidentialModel):
    """What an e-mail of a round says in place of the product's subject and text.

    An empty subject or text leaves the product's, or that for everyone, in its place.
    For everyone who gets that sort of e-mail in a language, or for one person. A text for one
    person counts while the plan still says what it was written for: the sort of e-mail and, in an
    introduction, the partner.
    """

    class Sort(models.TextChoices):
        TO_MENTEE = "to_mentee", _("Introduction, mentee")
        TO_MENTOR = "to_mentor", _("Introduction, mentor")
        LEFT_OUT = "left_out", _("No mentor yet: left out by the committee")
        PLACES = "places", _("No mentor yet: more people than places")
        OTHERS = "others", _("No mentor yet: possible mentors have someone else")
        FIT = "fit", _("No mentor yet: no mentor fits")
        NO_MENTEE = "no_mentee", _("No mentee yet, mentor")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    sort = models.CharField(max_length=10, choices=Sort)
    language = models.CharField(max_length=10)
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    partner = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    subject = EncryptedTextField(_("subject"), max_length=SUBJECT_LENGTH, blank=True)
    text = EncryptedTextField(_("text"), max_length=TEXT_LENGTH, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = RoundTextQuerySet.as_manager()
    system = SystemManager.from_queryset(RoundTextQuerySet)()

    class Meta:
        verbose_name = _("text of a round")
        verbose_name_plural = _("texts of rounds")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "sort", "language"],
                condition=Q(application=None),
                name="one_text_per_sort_and_language",
            ),
            models.UniqueConstraint(
                fields=["round", "application", "sort", "partner"],
                condition=Q(partner__isnull=False),
                name="one_text_per_person_and_partner",
            ),
            models.UniqueConstraint(
                fields=["round", "application", "sort"],
                condition=Q(application__isnull=False, partner=None),
                name="one_text_per_person_without_partner",
            ),
            models.CheckConstraint(
                condition=Q(partner=None) | Q(application__isnull=False),
                name="text_for_a_pair_has_a_recipient",
            ),
        ]

    @property
    def words(self) -> EditedWords:
        return EditedWords(self.subject, self.text)

    @property
    def version(self) -> str:
        """What changes with each saving: a form carries it to detect words of others."""
        return self.at.isoformat()
