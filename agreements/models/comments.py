"""What one of the two says about a part of the agreement, or suggests to change in it."""

from __future__ import annotations

import json
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

from .versions import PARTS, AgreementVersion

Person = settings.AUTH_USER_MODEL
COMMENT_LENGTH = 2000


class PartCommentQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The two people: never the committee, whatever they allow it to read."""
        found = self.filter(version__agreement__match__in=Match.objects.ids_of(user))
        return found.scoped("the two people")

    def open(self) -> Self:
        """Comments that wait for an answer."""
        return self.filter(state=PartComment.State.OPEN)

    def of_match(self, match: Match) -> Self:
        """Comments on any version of the agreement of `match`."""
        return self.filter(version__agreement__match=match)


class PartComment(ConfidentialModel):
    """A comment on one part of a version; with `values_json` it suggests what to write there."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        ACCEPTED = "accepted", pgettext_lazy("comment", "Accepted")
        ANSWERED = "answered", _("Answered")
        SET_ASIDE = "set_aside", _("Set aside")
        WITHDRAWN = "withdrawn", _("Taken back")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.ACCEPTED, State.ANSWERED, State.SET_ASIDE, State.WITHDRAWN},
        State.ACCEPTED: set(),
        State.ANSWERED: set(),
        State.SET_ASIDE: set(),
        State.WITHDRAWN: set(),
    }

    public_id = PublicIdField()
    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="+")
    part = models.CharField(max_length=16, choices=[(part, part) for part in PARTS])
    # The revision of the part that the author had read; 0: that of an earlier version.
    part_revision = models.PositiveIntegerField(editable=False)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    written_at = models.DateTimeField(_("written at"), editable=False)
    text = EncryptedTextField(_("comment"), blank=True)
    # The values of the whole part in the shape of `drafting.part_values`; empty for a comment.
    values_json = EncryptedTextField(blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.OPEN, editable=False
    )
    answer = EncryptedTextField(_("answer"), blank=True)
    resolved_at = models.DateTimeField(null=True, editable=False)

    objects = PartCommentQuerySet.as_manager()
    system = SystemManager.from_queryset(PartCommentQuerySet)()

    class Meta:
        verbose_name = _("comment on an agreement")
        verbose_name_plural = _("comments on agreements")
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", resolved_at=None)
                | (~Q(state="open") & Q(resolved_at__isnull=False)),
                name="resolved_comment_has_moment",
            )
        ]

    @property
    def match(self) -> Match:
        return self.version.match

    @property
    def proposed(self) -> dict[str, object]:
        """The values that it suggests for the part; empty for a comment without a suggestion."""
        found = json.loads(self.values_json) if self.values_json else {}
        return found if isinstance(found, dict) else {}

    def is_on_older_text(self, current: AgreementVersion) -> bool:
        """Whether the part has been changed since the author read it."""
        if self.version_id == current.pk:
            return self.part_revision != current.revision_of(self.part)
        # A new version starts as a copy of the one in force: its first revision is the same text.
        is_in_force = self.version.state == AgreementVersion.State.SIGNED
        is_copy = is_in_force and current.revision_of(self.part) == 1
        return not (is_copy and self.part_revision == self.version.revision_of(self.part))
