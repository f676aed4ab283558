"""The outbox: one row per e-mail.

1. The row is written in the transaction of the change that it reports, so it exists exactly when
   the change does.
2. It ends as exactly one of sent, failed, cancelled or expired, each with a time and a reason.
3. The text is not stored: it is rendered from current data when the e-mail is sent. Account e-mails
   (with codes) are the exception: their text is stored encrypted and deleted when the row ends.
4. To one person about one topic one row waits and one is being sent, never more: a newer e-mail
   replaces the one that waits, and waits for the one that is being sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.encrypted_fields import EncryptedTextField
from access.exceptions import ActionNotAllowed
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, SystemManager

from ..kinds import Stream
from ..reasons import ADDRESS_BOUNCED, RELEASED, words_of
from .merged_items import is_merged
from .outbox_access import ACCOUNT_EMAIL, OutboxAccessQuerySet


class NotificationQuerySet(OutboxAccessQuerySet):
    """E-mails by state and due time, and (see the base class) who may see them."""

    def due(self, at: datetime) -> Self:
        """Return the e-mails to send at `at`."""
        found = self.filter(state=Notification.State.PENDING, next_at__lte=at)
        # In a demonstration account e-mails are not sent: they are read in the outbox.
        return found.exclude(kind=ACCOUNT_EMAIL) if settings.DEMO else found

    def claimable(self) -> Self:
        """Leave out what waits for an older e-mail of its topic, or is told with others."""
        being_sent = Notification.system.filter(state=Notification.State.SENDING)
        older = models.Exists(being_sent.filter(topic=models.OuterRef("topic")))
        return self.exclude(older).exclude(is_merged())

    def waiting(self, topic: str) -> Self:
        """Return the e-mail of a topic that has not been sent yet."""
        waiting = [Notification.State.PENDING, Notification.State.HELD]
        return self.filter(topic=topic, state__in=waiting)

    def stopped(self) -> Self:
        """Return the e-mails on hold because others to their address came back."""
        return self.filter(state=Notification.State.HELD, reason=ADDRESS_BOUNCED)

    def abandoned(self) -> Self:
        """Return the e-mails whose lease is over by the database's clock: their process died."""
        return self.filter(state=Notification.State.SENDING, lease_until__lt=Now())


class Notification(ConfidentialModel):
    """One e-mail: waiting, being sent, or ended."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", pgettext_lazy("e-mail", "Cancelled")
        EXPIRED = "expired", _("Expired")
        HELD = "held", _("On hold")

    class Bounce(models.TextChoices):
        SOFT = "soft", _("It came back: the mailbox takes no e-mail at the moment.")
        HARD = "hard", _("It came back: the address receives no e-mail.")
        POLICY = "policy", _("It was refused for another reason than the address.")
        SPAM = "spam", _("It was reported as spam, or its recipient wants no more.")

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
    # With the recipient in it. NULL, which is never unique: not replaced by a newer one.
    topic = models.CharField(max_length=200, null=True, editable=False)  # noqa: DJ001  # see above
    body = EncryptedTextField(null=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"))
    next_at = models.DateTimeField(_("next attempt at"))
    expires_at = models.DateTimeField(_("expires at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    unknown_outcomes = models.PositiveSmallIntegerField(_("unconfirmed attempts"), default=0)
    lease_token = models.CharField(max_length=22, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    smtp_code = models.PositiveSmallIntegerField(_("reply code of the mail server"), null=True)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("last changed by"),
    )
    error = models.CharField(_("last problem"), max_length=300, blank=True)
    message_id = models.CharField(max_length=200, blank=True, editable=False, db_index=True)
    sent_to = models.CharField(max_length=24, blank=True, editable=False)  # hash of the address
    bounce = models.CharField(_("came back"), max_length=6, choices=Bounce, blank=True)
    bounced_at = models.DateTimeField(_("came back at"), null=True)

    objects = NotificationQuerySet.as_manager()
    system = SystemManager.from_queryset(NotificationQuerySet)()

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
            models.Index(fields=["-due_at", "-id"], name="notification_newest"),
            models.Index(fields=["kind", "-due_at", "-id"], name="notification_by_kind"),
            models.Index(
                fields=["state", "next_at"],
                condition=~Q(state="sent"),
                name="notification_not_sent",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["pending", "held", "failed"]),
                name="notification_expiring",
            ),
            models.Index(fields=["created_at"], name="notification_created"),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
                name="notification_ended",
            ),
            models.Index(
                fields=["bounced_at"],
                condition=Q(bounced_at__isnull=False),
                name="notification_bounced",
            ),
            models.Index(
                fields=["kind", "sent_at", "recipient"],
                condition=Q(state="sent"),
                name="notification_unanswered",
            ),
            models.Index(
                fields=["sent_at"], condition=Q(is_urgent=False), name="notification_sent"
            ),
            models.Index(
                fields=["ended_at"], condition=Q(kind="account-email"), name="notification_to_purge"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["topic"],
                condition=Q(state__in=["pending", "held"]),
                name="notification_one_waits_per_topic",
            ),
            models.UniqueConstraint(
                fields=["topic"],
                condition=Q(state="sending"),
                name="notification_one_is_sent_per_topic",
            ),
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
                name="notification_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["sent", "failed", "cancelled", "expired"], ended_at__isnull=False
                )
                | Q(state__in=["pending", "sending", "held"], ended_at=None),
                name="notification_end_has_a_time",
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
                condition=Q(bounce="", bounced_at=None)
                | ~Q(bounce="") & Q(bounced_at__isnull=False),
                name="notification_bounce_has_a_time",
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
    def is_account_email(self) -> bool:
        return self.kind == ACCOUNT_EMAIL

    @property
    def reason_words(self) -> str:
        """Return the reason in the language of whoever reads it."""
        return words_of(self.reason)

    @property
    def is_superseded(self) -> bool:
        """Return whether a newer e-mail of its topic waits."""
        if self.topic is None:
            return False
        return Notification.system.all().waiting(self.topic).exclude(pk=self.pk).exists()

    def get_about(self) -> models.Model | None:
        """Return the record that the e-mail is about, or None if it was deleted."""
        if not self.about_type:
            return None
        return apps.get_model(self.about_type)._base_manager.filter(pk=self.about_id).first()

    def _change_state(self, to: str, *, by: AbstractBaseUser, **changes: object) -> None:
        """Change the state for a person, if it is still what they saw.

        The process that sends e-mail has its own conditional UPDATEs, see `leases`.
        """
        if to not in self.TRANSITIONS[self.state]:
            raise ActionNotAllowed(
                _("You can't do this: the e-mail is already in the state “%(state)s”.")
                % {"state": self.get_state_display()}
            )
        changes |= {"state": to, "acted_by": by}
        if not type(self)._base_manager.filter(pk=self.pk, state=self.state).update(**changes):
            raise ActionNotAllowed(
                _("This e-mail has already been sent or changed. Reload the page to see its state.")
            )
        for name, value in changes.items():
            setattr(self, name, value)

    def hold(self, *, by: AbstractBaseUser, why: str) -> None:
        """Hold a waiting e-mail. Raises ActionNotAllowed if it is being sent or has ended."""
        self._refuse_while_sending()
        self._change_state(self.State.HELD, by=by, reason=why)

    def release(self, *, by: AbstractBaseUser, at: datetime | None = None) -> None:
        """Release a held e-mail. Raises ActionNotAllowed in any other state."""
        if self.state != self.State.HELD:
            raise ActionNotAllowed(_("This e-mail is not on hold."))
        now = at or timezone.now()
        self._change_state(self.State.PENDING, by=by, reason=RELEASED, next_at=now)

    def cancel(self, *, by: AbstractBaseUser, why: str, at: datetime | None = None) -> None:
        """Never send it. Raises ActionNotAllowed if it is being sent or has ended."""
        self._refuse_while_sending()
        now = at or timezone.now()
        self._change_state(self.State.CANCELLED, by=by, reason=why, ended_at=now, body=None)

    def send_again(self, *, by: AbstractBaseUser, at: datetime | None = None) -> None:
        """Retry a failed e-mail with the same Message-ID, so that mailboxes can drop a duplicate.

        Raises ActionNotAllowed in any other state, and after a newer e-mail of its topic.
        """
        if self.state != self.State.FAILED:
            raise ActionNotAllowed(_("Only a failed e-mail can be sent again."))
        if self._has_newer():
            raise ActionNotAllowed(_("A newer e-mail about the same thing has replaced this one."))
        fresh = {"attempts": 0, "unknown_outcomes": 0, "ended_at": None, "reason": ""}
        self._change_state(self.State.PENDING, by=by, next_at=at or timezone.now(), **fresh)

    def _has_newer(self) -> bool:
        if self.topic is None:
            return False
        same = Notification.system.filter(about_type=self.about_type, about_id=self.about_id)
        not_sent = [self.State.CANCELLED, self.State.EXPIRED, self.State.FAILED]
        newer = same.filter(topic=self.topic, pk__gt=self.pk)
        return newer.exclude(state__in=not_sent).exists()

    def _refuse_while_sending(self) -> None:
        if self.state == self.State.SENDING:
            raise ActionNotAllowed(_("This e-mail is being sent right now."))

    # So that no template can call them.
    hold.alters_data = release.alters_data = True  # type: ignore[attr-defined]  # Django's mark of a method
    cancel.alters_data = send_again.alters_data = True  # type: ignore[attr-defined]  # Django's mark of a method
