"""E-mails about signing in and about the security of an account.

They are rendered when they are requested, since the code exists only then, wait encrypted in the
outbox, are sent before all others, and expire with their code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import links, outbox
from notifications.rendering import inline_css, render_template

from .models import User

ACCOUNT_BODY = "emails/account/body"  # a template as text and as HTML
NOTICE_DAYS = 7  # a later notice of a changed password helps no one


@dataclass(frozen=True)
class AccountEmail:
    """The text of one e-mail of allauth. `lines` are paragraphs; `page` is the button's page."""

    subject: str | Promise
    lines: tuple[str | Promise, ...]
    has_code: bool = False
    page: str = ""
    button: str | Promise = ""
    is_notice: bool = False  # about a change: says when, and what to do if it was not you


IGNORE = gettext_lazy(
    "If you did not request this, someone else entered your address. You can ignore this e-mail."
)
ENTER_CODE = gettext_lazy("Enter this code on the page that is open in your browser:")


def _notice(subject: str | Promise, line: str | Promise) -> AccountEmail:
    return AccountEmail(
        subject,
        (line,),
        page="accounts:settings",
        button=gettext_lazy("See my account"),
        is_notice=True,
    )


ACCOUNT_EMAILS: Mapping[str, AccountEmail] = {
    "login_code": AccountEmail(
        gettext_lazy("Your sign-in code"), (ENTER_CODE, IGNORE), has_code=True
    ),
    "password_reset_code": AccountEmail(
        gettext_lazy("Your code to reset your password"), (ENTER_CODE, IGNORE), has_code=True
    ),
    "email_confirmation": AccountEmail(
        gettext_lazy("Confirm your e-mail address"), (ENTER_CODE, IGNORE), has_code=True
    ),
    "email_confirmation_signup": AccountEmail(
        gettext_lazy("Welcome: confirm your e-mail address"), (ENTER_CODE, IGNORE), has_code=True
    ),
    "unknown_account": AccountEmail(
        gettext_lazy("You asked to sign in"),
        (
            gettext_lazy(
                "There is no account with this address. Try another address, or create an account."
            ),
            IGNORE,
        ),
        page="account_signup",
        button=gettext_lazy("Create an account"),
    ),
    "account_already_exists": AccountEmail(
        gettext_lazy("You already have an account"),
        (
            gettext_lazy("You already have an account. Sign in instead."),
            IGNORE,
        ),
        page="account_login",
        button=gettext_lazy("Sign in"),
    ),
    "password_changed": _notice(
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account was changed."),
    ),
    "password_set": _notice(
        gettext_lazy("Your account now has a password"),
        gettext_lazy("A password was set for your account."),
    ),
    "password_reset": _notice(
        gettext_lazy("Your password was changed"),
        gettext_lazy("Your password was reset."),
    ),
    "email_changed": _notice(
        gettext_lazy("Your e-mail address was changed"),
        gettext_lazy("Your account has a new e-mail address."),
    ),
    "email_confirm": _notice(
        gettext_lazy("Your e-mail address is confirmed"),
        gettext_lazy("An e-mail address of your account was confirmed."),
    ),
    "email_deleted": _notice(
        gettext_lazy("An e-mail address was removed"),
        gettext_lazy("An e-mail address was removed from your account."),
    ),
    "account_connected": _notice(
        gettext_lazy("You can sign in by your organisation"),
        gettext_lazy("Your account can now be signed in by an organisation."),
    ),
    "account_disconnected": _notice(
        gettext_lazy("Sign-in by an organisation removed"),
        gettext_lazy("An organisation can no longer sign in to your account."),
    ),
    "totp_activated": _notice(
        gettext_lazy("Two-step sign-in is on"),
        gettext_lazy("An authenticator app was added to your account."),
    ),
    "totp_deactivated": _notice(
        gettext_lazy("Authenticator app removed"),
        gettext_lazy("The authenticator app was removed from your account."),
    ),
    "recovery_codes_generated": _notice(
        gettext_lazy("New recovery codes"),
        gettext_lazy("New recovery codes were created. The old ones no longer work."),
    ),
    "webauthn_added": _notice(
        gettext_lazy("A passkey was added"),
        gettext_lazy("A passkey or security key was added to your account."),
    ),
    "webauthn_removed": _notice(
        gettext_lazy("A passkey was removed"),
        gettext_lazy("A passkey or security key was removed from your account."),
    ),
}

# What one request sends to a known and to an unknown address; both are rendered for either.
COUNTERPARTS: Mapping[str, str] = {
    "login_code": "unknown_account",
    "password_reset_code": "unknown_account",
    "unknown_account": "login_code",
    "email_confirmation_signup": "account_already_exists",
    "account_already_exists": "email_confirmation_signup",
}


def enqueue_account_email(name: str, *, email: str, context: Mapping[str, Any]) -> None:
    """Render the e-mail `name` in the recipient's language and enqueue it for `email`.

    An address without an account takes the same work, so that response times do not reveal who has
    an account. Raises KeyError for an unknown name.
    """
    mail = ACCOUNT_EMAILS[name]
    user = context.get("user") or User.objects.filter(email=email.strip().lower()).first()
    now = timezone.now()
    language = user.language if user else translation.get_language() or settings.LANGUAGE_CODE
    zone = ZoneInfo(user.time_zone if user else settings.TIME_ZONE)
    with translation.override(language), timezone.override(zone):
        subject, text, html = _render(mail, context)
        if counterpart := COUNTERPARTS.get(name):  # rendering takes most of the time
            _render(ACCOUNT_EMAILS[counterpart], {"code": "", **context})
    life = (
        timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        if mail.has_code
        else timedelta(days=NOTICE_DAYS)
    )
    outbox.enqueue_account_email(
        to=user, address=email, subject=subject, text=text, html=html, expires_at=now + life, at=now
    )


def _render(mail: AccountEmail, context: Mapping[str, object]) -> tuple[str, str, str]:
    """Return the subject, the text and the HTML."""
    fields = _template_context(mail, context)
    text = render_template(f"{ACCOUNT_BODY}.txt", fields)
    return str(mail.subject), text, inline_css(render_template(f"{ACCOUNT_BODY}.html", fields))


def sender_name() -> str:
    """Return the name in the address that e-mails about accounts come from."""
    return settings.DEFAULT_FROM_EMAIL.partition("<")[0].strip()


def _template_context(mail: AccountEmail, context: Mapping[str, Any]) -> dict[str, object]:
    lines = [str(line) for line in mail.lines]
    if mail.is_notice:
        moment = formats.date_format(
            timezone.localtime(context.get("timestamp") or timezone.now()), "DATETIME_FORMAT"
        )
        lines.append(_("When: %(moment)s") % {"moment": moment})
        lines.append(_("If this was not you, sign in, sign out everywhere else and contact us."))
    return {
        "subject": str(mail.subject),
        "program_name": sender_name(),
        "first_line": lines[0],
        "other_lines": lines[1:],
        "code": context["code"] if mail.has_code else "",
        "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        # Never allauth's own addresses: those are made from the request's Host header.
        "action_url": links.absolute(reverse(mail.page)) if mail.page else "",
        "action_label": str(mail.button),
    }
