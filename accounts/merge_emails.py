"""E-mails about two accounts that become one: to the addresses of both."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from notifications import outbox
from notifications.links import absolute
from notifications.recipients import recipient_locale

from .models import User
from .recovery_emails import moment_of, render_notice, send_notice, send_objection

TOLD_DAYS = 7  # a later notice helps no one


def send_code(
    asker: User,
    address: str,
    *,
    to: User | None,
    code: str,
    page: str,
    until: datetime,
    at: datetime,
) -> None:
    """Send to `address` the code that proves it, or that it opens no account (`to` is None).

    Both e-mails are rendered in either case, so that the work is the same.
    """
    with recipient_locale(to or asker):
        moment = moment_of(until)
        with_code = render_notice(
            _("Your code to join two accounts"),
            [
                _(
                    "This code joins this account with your other one. Enter it where you asked for"
                    " it:"
                ),
                _("It is valid until %(moment)s and can be used once.") % {"moment": moment},
                _(
                    "Whoever enters it gets everything of this account. Never give it to anyone. If"
                    " you did not ask for it, you can ignore this e-mail."
                ),
            ],
            code=code,
            url=page,
            label=_("Enter the code"),
        )
        without = render_notice(
            _("You asked to join two accounts"),
            [
                _("There is no account with this address, so there is nothing to join."),
                _("If you did not ask for it, you can ignore this e-mail."),
            ],
            url=absolute(reverse("account_login")),
            label=_("Sign in"),
        )
    subject, text, html = with_code if to else without
    outbox.enqueue_account_email(
        to=to, address=address, subject=subject, text=text, html=html, expires_at=until, at=at
    )


def tell_joined(person: User, address: str, *, at: datetime) -> None:
    """Tell an address of the account that stays that the two accounts have become one."""
    with recipient_locale(person):
        lines = [
            _("Your two accounts are one now. You can sign in with the address of either of them."),
            _("Everything that was in either account is there. Links in older e-mails still work."),
            _("If this was not you, write to the committee at once."),
        ]
        send_notice(
            person, address, _("Your two accounts are one now"), lines, at=at,
            until=at + timedelta(days=TOLD_DAYS), url=absolute(reverse("accounts:settings")),
            label=_("See my account"),
        )  # fmt: skip


def tell_stopped(person: User, address: str, *, at: datetime) -> None:
    """Tell one address of either account, which was told that they become one, that they do not."""
    with recipient_locale(person):
        lines = [
            _("It was stopped, or something stands in the way. Nothing has moved."),
            _(
                "If both are yours, you can make them one on the page of your account. It says what"
                " stands in the way."
            ),
        ]
        send_notice(
            person, address, _("Your two accounts stay as they are"), lines, at=at,
            until=at + timedelta(days=TOLD_DAYS), url=absolute(reverse("accounts:settings")),
            label=_("See my account"),
        )  # fmt: skip


def ask(
    person: User,
    *,
    hint: str,
    hours: int,
    yes_url: str,
    stop_url: str,
    until: datetime,
    at: datetime,
) -> None:
    """Ask the address of one of two accounts whether both are one person's. `hint`: the other."""
    with recipient_locale(person):
        moment = moment_of(until)
        lines = [
            _(
                "The committee thinks that you have two accounts: this one, and one with an address"
                " like %(hint)s. If both are yours, say yes here and in the e-mail to the other"
                " address."
            )
            % {"hint": hint},
            _("Then they become one after %(hours)s hours, and both addresses open it.")
            % {"hours": hours},
            _("If the other one is not yours, stop it: %(url)s") % {"url": stop_url},
            _("Without an answer until %(moment)s nothing changes.") % {"moment": moment},
        ]
        send_notice(
            person, person.email, _("Are both accounts yours?"), lines, at=at, until=until,
            url=yes_url, label=_("Yes, both are mine"),
        )  # fmt: skip


def tell_soon(person: User, address: str, *, stop_url: str, due_at: datetime, at: datetime) -> None:
    """Tell one address of either account that they become one soon, and how to stop it."""
    with recipient_locale(person):
        lines = [
            _("Both addresses said yes. From %(moment)s on, your two accounts are one.")
            % {"moment": moment_of(due_at)},
            _("If the other account is not yours, stop it now. One press is enough."),
        ]
        subject = _("Your two accounts become one")
        send_objection(person, address, subject, lines, stop_url=stop_url, due_at=due_at, at=at)
