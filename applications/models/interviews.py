"""What members scored in an interview, each on their own, before they read what the others gave."""

from __future__ import annotations

import json
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User

from .applications import Application

Person = settings.AUTH_USER_MODEL


class InterviewScoreQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and what others gave in an interview that all have scored; never one's own
        interview."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        about = Q(application__in=Application.objects.for_committee(user))
        open_ = Q(scorer=user.pk) | Q(_is_complete())
        return self.filter(about & open_).scoped("own, or all have scored")

    def scorers(self, user: User | AnonymousUser) -> Self:
        """Who has scored, for the committee; ask these rows for no score, result or note."""
        about = Application.objects.for_committee(user)
        hidden = self.defer("scores_json", "note", "is_passed")
        return hidden.filter(application__in=about).scoped("committee")


def _is_complete() -> Exists:
    """Whether as many have scored as the program wanted when the first of them did."""
    of_same = InterviewScore.system.filter(application=OuterRef("application")).order_by()
    counted = of_same.values("application").annotate(n=models.Count("pk"), w=models.Min("wanted"))
    return Exists(counted.filter(n__gte=F("w")))


class InterviewScore(ConfidentialModel):
    """One member's scores of one interview, sent once."""

    class Score(models.IntegerChoices):
        NOT_SHOWN = 1, _("not shown")
        PARTLY = 2, _("partly")
        CLEARLY = 3, _("clearly")
        STRONGLY = 4, _("strongly")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    scorer = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("member"))
    held_on = models.DateField(_("day of the interview"))
    # [[question as it was asked, score], ...]
    scores_json = EncryptedTextField(_("scores"))
    is_passed = models.BooleanField(_("result"))
    note = EncryptedTextField(_("note"), blank=True)
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now, editable=False)
    # How many members the program wanted to score when the first of them did.
    wanted = models.PositiveSmallIntegerField(editable=False)

    objects = InterviewScoreQuerySet.as_manager()
    system = SystemManager.from_queryset(InterviewScoreQuerySet)()

    class Meta:
        verbose_name = _("scores of an interview")
        verbose_name_plural = _("scores of interviews")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "scorer"], name="one_interview_score_per_member"
            ),
        ]

    @property
    def scores(self) -> list[tuple[str, str]]:
        """Each question with its score in words; nothing once they were erased."""
        rows = json.loads(self.scores_json or "[]")
        return [(question, str(self.Score(score).label)) for question, score in rows]
