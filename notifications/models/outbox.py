"""The outbox: one row per letter that is owed to somebody.

The row is written in the transaction of the fact that owes it, so the debt exists exactly when the fact does. It ends
as exactly one of sent, failed, cancelled or expired, each with a moment and a reason. The text of a letter is not
stored: it is written from the facts when it leaves. Account letters (codes) are the exception: their finished text
waits encrypted and is wiped when the row ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.exceptions import ActionNotAllowed
from access.generic_relations import AboutQuerySet
from access.ids import PublicIdField
from access.scoping import ConfidentialModel

from ..kinds import KINDS, Stream

ACCOUNT_MAIL = "account-mail"  # the kind of finished letters with codes; nobody else ever sees them
RELEASED = "released"  # the reason on a waiting letter that a human let go: the volume breaker leaves it alone


class NotificationQuerySet(AboutQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own letters, except those with codes."""
        mine = self.filter(recipient=user.pk) if user.is_authenticated else self.none()
        return mine.exclude(kind=ACCOUNT_MAIL).scoped("own letters")

    def for_committee(self, user: Any, *roles: str) -> Self:
        """Letters about rows that `user` may look at as a committee member, whatever they are about."""
        labels = {kind.about for kind in KINDS.values()}
        return self.exclude(kind=ACCOUNT_MAIL).about_what_committee_sees(labels, user, *roles)

    def waiting(self, at: datetime) -> Self:
        """Due, and nobody has it."""
        found = self.filter(state=Notification.State.PENDING, next_at__lte=at)
        # Nothing leaves a demonstration: letters with codes wait in its outbox to be read there.
        return found.exclude(kind=ACCOUNT_MAIL) if settings.DEMO else found

    def vanished(self) -> Self:
        """Taken by a process that did not come back in time; the database's clock says so."""
        return self.filter(state=Notification.State.SENDING, lease_until__lt=Now())


class Notification(ConfidentialModel):
    """A letter that is owed, under way, or over."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("On its way")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Not needed any more")
        EXPIRED = "expired", _("Too late")
        HELD = "held", _("Held back")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PENDING: {State.SENDING, State.CANCELLED, State.EXPIRED, State.HELD},
        State.SENDING: {
            State.PENDING,
            State.SENT,
            State.FAILED,
            State.CANCELLED,
            State.EXPIRED,
            State.HELD,
        },
        State.HELD: {State.PENDING, State.CANCELLED, State.EXPIRED},
        State.FAILED: {State.PENDING},
        State.SENT: set(),
        State.CANCELLED: set(),
        State.EXPIRED: set(),
    }

    public_id = PublicIdField()
    key = models.CharField(max_length=200, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    stream = models.CharField(_("stream"), max_length=10, choices=Stream)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("to")
    )
    address = EncryptedTextField(null=True, editable=False)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True)
    ordinal = models.PositiveIntegerField(_("number"), default=1)
    body = EncryptedTextField(null=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("owed since"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"))
    next_at = models.DateTimeField(_("next try at"))
    expires_at = models.DateTimeField(_("makes no sense after"), null=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    unknown = models.PositiveSmallIntegerField(_("tries without an answer"), default=0)
    lease_token = models.CharField(max_length=22, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    ended_at = models.DateTimeField(_("over since"), null=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    smtp_code = models.PositiveSmallIntegerField(_("answer of the mail server"), null=True)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("last acted on by"),
    )
    error = models.CharField(_("last problem"), max_length=300, blank=True)
    message_id = models.CharField(max_length=200, blank=True, editable=False, db_index=True)

    objects = NotificationQuerySet.as_manager()
    system = NotificationQuerySet.as_system_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("outbox")
        ordering = ["-due_at", "-pk"]
        indexes = [
            models.Index(
                fields=["-is_urgent", "next_at"],
                condition=Q(state="pending"),
                name="notification_due",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="sending"), name="notification_leased"
            ),
            models.Index(fields=["about_type", "about_id"], name="notification_about"),
            models.Index(fields=["recipient", "sent_at"], name="notification_weekly"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | Q(address__isnull=False),
                name="notification_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False) & ~Q(lease_token="")
                | ~Q(state="sending") & Q(lease_until=None, lease_token=""),
                name="notification_lease_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | ~Q(state="sent") & Q(sent_at=None),
                name="notification_sent_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["sent", "failed", "cancelled", "expired"], ended_at__isnull=False
                )
                | Q(state__in=["pending", "sending", "held"], ended_at=None),
                name="notification_end_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "cancelled", "expired", "held"]) | ~Q(reason=""),
                name="notification_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "cancelled", "expired"]) | Q(body__isnull=True),
                name="notification_body_is_wiped",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("due_at")),
                name="notification_expires_after_due",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PENDING, self.State.SENDING, self.State.HELD)

    @property
    def is_account_mail(self) -> bool:
        return self.kind == ACCOUNT_MAIL

    def get_about(self) -> Any:
        """The row that the letter is about, or None when it is gone."""
        if not self.about_type:
            return None
        return apps.get_model(self.about_type)._base_manager.filter(pk=self.about_id).first()

    def _by_hand(self, to: str, *, by: Any, **changes: Any) -> None:
        """A person's compare-and-set; the sweeper has its own in `claiming`."""
        if to not in self.TRANSITIONS[self.state]:
            raise ActionNotAllowed(
                _("This e-mail is %(state)s: this is not possible any more.")
                % {"state": self.get_state_display()}
            )
        changes |= {"state": to, "acted_by": by}
        if not type(self)._base_manager.filter(pk=self.pk, state=self.state).update(**changes):
            raise ActionNotAllowed(_("The outbox was faster. Please look at the page again."))
        for name, value in changes.items():
            setattr(self, name, value)

    def hold(self, *, by: Any, why: str) -> None:
        """Keep a waiting letter back. Raises Refused when it is already under way or over."""
        if self.state == self.State.SENDING:
            raise ActionNotAllowed(_("This e-mail is leaving right now."))
        self._by_hand(self.State.HELD, by=by, reason=why)

    def release(self, *, by: Any, at: datetime | None = None) -> None:
        """Let a held letter go. Raises Refused in any other state."""
        if self.state != self.State.HELD:
            raise ActionNotAllowed(_("This e-mail is not held back."))
        self._by_hand(self.State.PENDING, by=by, reason=RELEASED, next_at=at or timezone.now())

    def cancel(self, *, by: Any, why: str, at: datetime | None = None) -> None:
        """Never send it. Raises Refused when it is under way or over."""
        if self.state == self.State.SENDING:
            raise ActionNotAllowed(_("This e-mail is leaving right now."))
        self._by_hand(
            self.State.CANCELLED, by=by, reason=why, ended_at=at or timezone.now(), body=None
        )

    def send_again(self, *, by: Any, at: datetime | None = None) -> None:
        """Give a failed letter a fresh set of tries, with the same Message-ID. Raises Refused in any other state."""
        if self.state != self.State.FAILED:
            raise ActionNotAllowed(_("Only a failed e-mail can be sent again."))
        fresh = {
            "attempts": 0,
            "unknown": 0,
            "ended_at": None,
            "reason": "",
            "next_at": at or timezone.now(),
        }
        self._by_hand(self.State.PENDING, by=by, **fresh)

    hold.alters_data = release.alters_data = cancel.alters_data = send_again.alters_data = True  # type: ignore[attr-defined]
