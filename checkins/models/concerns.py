"""Concerns: what a committee member must act on, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.encrypted_fields import EncryptedTextField
from access.exceptions import ActionNotAllowed
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager, is_one_of
from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Cohort, Membership, Program, conflicts_with
from workflow.states import move

from .checkins import CheckIn

Person = settings.AUTH_USER_MODEL
TEXT_LENGTH = 4000


class ConcernQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Its author, the carer of the match and the chair. Never the partner."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(Q(author=user.pk) | self._care(user)).scoped("author or in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Concerns that `user` may handle as carer, deputy or chair."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(self._care(user)).scoped("in care")

    def of(self, user: User) -> Self:
        """What `user` asked the committee."""
        return self.filter(author=user.pk).scoped("author")

    def unresolved(self) -> Self:
        """Concerns that are open or taken."""
        return self.exclude(state=Concern.State.RESOLVED)

    def not_urgent(self) -> Self:
        return self.exclude(urgency=Concern.Urgency.URGENT)

    def to_look_at_again(self, at: datetime) -> Self:
        """Taken concerns that their member wanted to look at again, in the active time zone."""
        return self.filter(state=Concern.State.TAKEN, follow_up_on__lte=timezone.localdate(at))

    def in_cohort(self, cohort: Cohort) -> Self:
        """Concerns of pairs of a cohort, and of its people that are about no pair."""
        applied = Application.objects.filter(person=OuterRef("person"), cohort=cohort)
        return self.filter(
            Q(match__mentee__cohort=cohort) | Q(Exists(applied.order_by()), match=None)
        )

    @staticmethod
    def _care(user: User | AnonymousUser) -> Q:
        in_care = is_one_of("match", Match.objects.in_care_of(user))
        # The chair looks after people without a match.
        chaired = Q(
            match=None, program__in=Membership.objects.program_ids(user, Membership.Role.CHAIR)
        )
        return (in_care | chaired) & ~conflicts_with(user, "person", "author")


class Concern(ConfidentialModel):
    """Something that a committee member must act on.

    `person` is whom it is about, `author` who asked; without an author the program raised it.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("concern", "Open")
        TAKEN = "taken", _("Assigned")
        RESOLVED = "resolved", _("Resolved")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.TAKEN, State.RESOLVED},
        State.TAKEN: {State.OPEN, State.RESOLVED},
        State.RESOLVED: set(),
    }

    class Cause(models.TextChoices):
        ASKED = "asked", _("asked for help")
        ANSWER = "answer", _("an answer in a survey")
        NO_REPLY = "no_reply", _("does not answer e-mails")
        ENDING = "ending", _("the pair is ending")
        SILENCE = "silence", _("no meeting and no contact for long")
        CONTACT = "contact", _("not reached by the committee for long")
        BEFORE = "before", _("something to say before they start")
        BOUNCED = "bounced", _("e-mails do not reach this person")
        RULE = "rule", _("the pair no longer meets a rule")
        NOTED = "noted", _("noted by the committee")

    # Someone asks for help in their own words.
    REQUESTS = (Cause.ASKED, Cause.BEFORE)

    class Urgency(models.TextChoices):
        URGENT = "urgent", _("Urgent: someone may be in danger or hurt")
        SOON = "soon", _("Soon: within two working days")
        WHENEVER = "whenever", _("It can wait")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("We talked, and that was enough")
        MEDIATED = "mediated", _("We talked together with both")
        TRAINING = "training", _("Training or material was offered")
        REMATCH = "rematch", _("They look for another match")
        ENDED = "ended", _("The pair ended")
        REFERRED = "referred", _("Referred to someone else who can help")
        NOTHING = "nothing", _("Nothing was needed")

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    match = models.ForeignKey(
        Match, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pair")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("about"))
    author = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    checkin = models.ForeignKey(
        CheckIn, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("check-in")
    )
    cause = models.CharField(_("why"), max_length=8, choices=Cause, default=Cause.ASKED)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency, default=Urgency.SOON)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN, editable=False
    )
    partner_may_know = models.BooleanField(_("the partner may know"), default=False)
    text = EncryptedTextField(_("what it is"), blank=True)
    contact_info = EncryptedTextField(_("how to reach this person"), blank=True)
    # One per form, so that two clicks make one concern.
    nonce = models.CharField(max_length=22, blank=True, editable=False)
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now, editable=False)
    escalate_from = models.DateTimeField(null=True, editable=False)  # see concerns.escalate
    taken_by = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("assigned to"),
    )
    taken_at = models.DateTimeField(_("assigned at"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, editable=False)
    first_action_at = models.DateTimeField(_("first action at"), null=True, editable=False)
    follow_up_on = models.DateField(_("look again on"), null=True, editable=False)
    follow_up_count = models.PositiveSmallIntegerField(default=0, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome, blank=True, editable=False
    )
    resolution = EncryptedTextField(_("what was done"), blank=True)
    texts_erased_at = models.DateTimeField(null=True, editable=False)

    objects = ConcernQuerySet.as_manager()
    system = SystemManager.from_queryset(ConcernQuerySet)()

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        ordering = ["-raised_at", "pk"]
        indexes = [
            models.Index(fields=["state", "-raised_at"], name="concern_by_state"),
            models.Index(fields=["-raised_at"], name="concern_by_time"),
            models.Index(
                fields=["match"], condition=~Q(state="resolved"), name="concern_unresolved"
            ),
            models.Index(
                fields=["escalate_from"], condition=Q(state="open"), name="concern_escalate_from"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "nonce"], condition=~Q(nonce=""), name="one_concern_per_form"
            ),
            models.UniqueConstraint(
                fields=["checkin", "cause"],
                condition=Q(checkin__isnull=False),
                name="one_concern_per_checkin",
            ),
            models.UniqueConstraint(
                fields=["match", "person"],
                condition=Q(cause="no_reply") & ~Q(state="resolved"),
                name="one_open_concern_about_no_reply",
            ),
            models.UniqueConstraint(
                fields=["match", "person"],
                condition=Q(cause="ending") & ~Q(state="resolved"),
                name="one_open_concern_about_ending",
            ),
            models.UniqueConstraint(
                fields=["match", "person"],
                condition=Q(cause="contact") & ~Q(state="resolved"),
                name="one_open_concern_about_contact",
            ),
            models.UniqueConstraint(
                fields=["match"],
                condition=Q(cause="silence") & ~Q(state="resolved"),
                name="one_open_concern_about_silence",
            ),
            models.UniqueConstraint(
                fields=["match", "person"],
                condition=Q(cause="bounced") & ~Q(state="resolved"),
                name="one_open_concern_about_bounces",
            ),
            models.UniqueConstraint(
                fields=["match", "person"],
                condition=Q(cause="rule") & ~Q(state="resolved"),
                name="one_open_concern_about_rules",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False)
                | ~Q(state="resolved") & Q(resolved_at=None),
                name="concern_resolved_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(state="resolved"), name="concern_outcome_if_resolved"
            ),
            models.CheckConstraint(
                condition=Q(follow_up_on=None) | Q(state="taken"), name="concern_follow_up_if_taken"
            ),
        ]

    @property
    def is_request(self) -> bool:
        return self.cause in self.REQUESTS

    def may_be_handled_by(self, user: User) -> bool:
        """Whether `user` is its carer, deputy or chair without a conflict of interest.

        Never the person that it is about.
        """
        return Concern.objects.for_committee(user).filter(pk=self.pk).exists()

    def take(self, *, by: User, at: datetime | None = None) -> None:
        """Assign it to `by`; a second time does nothing.

        Raises ActionNotAllowed for anyone who may not handle it, and when someone else has taken
        or resolved it.
        """
        self.check_handled_by(by)
        if self.state == self.State.TAKEN and self.taken_by_id == by.pk:
            return
        at = at or timezone.now()
        first = self.first_action_at or at
        move(
            self,
            self.State.TAKEN,
            by=by,
            at=at,
            taken_by=by,
            taken_at=at,
            first_action_at=first,
        )

    def resolve(self, *, by: User, outcome: str, note: str, at: datetime | None = None) -> None:
        """Close it with one of `Outcome` and a note for the committee on what was done.

        Raises ActionNotAllowed without a note, for an unknown outcome, for anyone who may not
        handle it, and when it is resolved already.
        """
        self.check_handled_by(by)
        if outcome not in self.Outcome.values:
            raise ActionNotAllowed(_("Choose what came of it."))
        if not note.strip():
            raise ActionNotAllowed(_("Enter a short note on what was done."))
        self.close(by=by, outcome=outcome, note=note, at=at or timezone.now())

    def close(self, *, by: User | None, outcome: str, note: str, at: datetime) -> None:
        """Close it without asking who may: for the program itself, and for who takes it back."""
        first = self.first_action_at or (at if by else None)
        move(
            self,
            self.State.RESOLVED,
            by=by,
            at=at,
            resolved_at=at,
            outcome=outcome,
            resolution=note,
            first_action_at=first,
            follow_up_on=None,
        )

    def is_due_again(self, at: datetime) -> bool:
        """Whether who has taken it wanted to look at it again by now, by their own calendar."""
        day, member = self.follow_up_on, self.taken_by
        if self.state != self.State.TAKEN or day is None or member is None:
            return False
        return day <= timezone.localdate(at, ZoneInfo(member.time_zone))

    @property
    def time_to_first_action(self) -> timedelta | None:
        """Between raising it and the first act of a member; None before that."""
        return self.first_action_at - self.raised_at if self.first_action_at else None

    def check_handled_by(self, user: User) -> None:
        """Raise ActionNotAllowed unless `user` may handle it."""
        if not self.may_be_handled_by(user):
            raise ActionNotAllowed(
                _("You can't handle this concern. Another committee member must handle it.")
            )

    # Not in templates.
    take.alters_data = resolve.alters_data = close.alters_data = True  # type: ignore[attr-defined]  # on functions
