"""E-mails about a lost mailbox: to the addresses that the account has, and to the new one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import outbox
from notifications.recipients import recipient_locale
from notifications.rendering import inline_css, render_template

from .emails import ACCOUNT_BODY, sender_name
from .models import User


def tell_old_address(
    person: User, address: str, *, stop_url: str, due_at: datetime, at: datetime
) -> None:
    """Tell one address of an account that it is about to get another one, and how to stop it."""
    with recipient_locale(person):
        lines = [
            _(
                "Two members of the committee say that you no longer read this mailbox, and asked"
                " for another e-mail address for your account."
            ),
            _("From %(moment)s on, the new address can open your account and this one cannot.")
            % {"moment": moment_of(due_at)},
            _("If you still read this, or did not ask for it, stop it now. One press is enough."),
        ]
        subject = _("Your account gets another e-mail address")
        send_objection(person, address, subject, lines, stop_url=stop_url, due_at=due_at, at=at)


def send_code(
    person: User, address: str, *, code: str, page: str, until: datetime, at: datetime
) -> None:
    """Send the code that proves the new address."""
    with recipient_locale(person):
        lines = [
            _("This is the code that opens your account again. Enter it on the page below:"),
            _("It is valid until %(moment)s and can be used once.") % {"moment": moment_of(until)},
            _("If you did not ask for it, you can ignore this e-mail."),
        ]
        subject = _("Your code for your account")
        send_notice(person, address, subject, lines, code=code, at=at, until=until, url=page,
              label=_("Enter the code"))  # fmt: skip


def tell_changed(person: User, address: str, *, at: datetime) -> None:
    """Tell an address that it no longer opens the account."""
    with recipient_locale(person):
        lines = [_("This e-mail address no longer opens your account. The new one does.")]
        subject = _("Your e-mail address was changed")
        send_notice(person, address, subject, lines, at=at, until=at + timedelta(days=7))


def tell_member(member: User, *, is_done: bool, page: str, at: datetime) -> None:
    """Tell a member who asked for a new address of someone's account, or confirmed it, the end.

    It names no one: the page does, to whoever may still read it.
    """
    with recipient_locale(member):
        line = (
            _("Someone for whom you asked for a new e-mail address has their account again.")
            if is_done
            else _("A new e-mail address that you asked for someone is stopped. Nothing changed.")
        )
        lines = [line, _("The page says who it is about and what happened.")]
        subject = _("How a lost mailbox ended")
        send_notice(member, member.email, subject, lines, at=at, until=at + timedelta(days=7),
                    url=page, label=_("Open the page"))  # fmt: skip


def moment_of(at: datetime) -> str:
    """Return a day and a time in words, in the language and the time zone in force."""
    return format_date(timezone.localtime(at), "DATETIME_FORMAT")


def send_objection(
    person: User,
    address: str,
    subject: str,
    lines: list[str],
    *,
    stop_url: str,
    due_at: datetime,
    at: datetime,
) -> None:
    """Enqueue what says what happens at `due_at`, with the button that stops it until then."""
    send_notice(
        person, address, subject, lines, at=at, until=due_at, url=stop_url, label=_("Stop it")
    )


def send_notice(
    person: User | None,
    address: str,
    subject: str,
    lines: list[str],
    *,
    at: datetime,
    until: datetime,
    code: str = "",
    url: str = "",
    label: str = "",
) -> None:
    """Enqueue an e-mail of some paragraphs to one address of `person`, None if it has no account.

    `until`: when it must no longer be sent. A `code` stands below the first paragraph.
    """
    subject, text, html = render_notice(subject, lines, code=code, url=url, label=label)
    outbox.enqueue_account_email(
        to=person, address=address, subject=subject, text=text, html=html, expires_at=until, at=at
    )


def render_notice(
    subject: str, lines: list[str], *, code: str = "", url: str = "", label: str = ""
) -> tuple[str, str, str]:
    """Return the subject, the text and the HTML of an e-mail about an account."""
    fields = {
        "subject": subject,
        "program_name": sender_name(),
        "first_line": lines[0],
        "other_lines": lines[1:],
        "code": code,
        "minutes": 0,
        "action_url": url,
        "action_label": label,
    }
    text = render_template(f"{ACCOUNT_BODY}.txt", fields)
    return subject, text, inline_css(render_template(f"{ACCOUNT_BODY}.html", fields))
