"""From a row of the outbox to the message that leaves: who it goes to, what it says, which headers it carries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone, translation

from . import links
from .kinds import Email, Stream
from .models.outbox import Notification
from .sender_policy import SenderPolicy

UNSUBSCRIBE_DAYS = 400  # a mailbox is cleaned up once a year; the button must still work then


@dataclass(frozen=True)
class GuestRecipient:
    """Somebody without an account: an address, and the defaults of this installation."""

    email: str
    name: str = ""
    first_name: str = ""
    time_zone: str = settings.TIME_ZONE
    language: str = settings.LANGUAGE_CODE
    is_active: bool = True
    pk: None = None


@dataclass(frozen=True)
class Text:
    """A letter in words."""

    subject: str
    text: str
    html: str


def recipient_of(row: Notification) -> Any:
    """The account, or a Correspondent for an address without one."""
    return row.recipient or GuestRecipient(email=row.address or "")


@contextmanager
def recipient_locale(person: Any) -> Iterator[None]:
    """The person's language and time zone."""
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        yield


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def inline(html: str) -> str:
    """Move the rules of the style sheet into the elements, as mail programs need it."""
    return _inliner().inline(html)


def fill(template: str, context: dict[str, Any]) -> str:
    """The text of a template of a letter."""
    # Plain text must not be escaped; HTML must.
    is_html = template.endswith(".html")
    return (
        Engine.get_default()
        .get_template(template)
        .render(Context(context, autoescape=is_html))
        .strip()
    )


def compose(row: Notification, person: Any, letter: Email, house: SenderPolicy) -> Text:
    """Fill the templates of the kind. Call inside `speaking_to(person)`."""
    label, url = letter.action or ("", "")
    context: dict[str, Any] = {
        "program": letter.program,
        "program_name": getattr(letter.program, "name", "")
        or house.name
        or parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
        **letter.context,
        "person": person,
        "ordinal": row.ordinal,
        "is_reminder": row.ordinal > 1,
        "action_label": str(label),
        "action_url": url,
    }
    if row.stream != Stream.ESSENTIAL and row.recipient is not None:
        context |= {
            "preferences_url": preferences_url(row),
            "unsubscribe_url": unsubscribe_url(row),
        }
    folder = f"emails/{row.kind}"
    subject = " ".join(fill(f"{folder}/subject.txt", context).split())
    context["subject"] = subject
    return Text(
        subject, fill(f"{folder}/body.txt", context), inline(fill(f"{folder}/body.html", context))
    )


def finished(row: Notification) -> Text:
    """The stored text of an account letter."""
    return Text(**json.loads(row.body or ""))


def preferences_url(row: Notification) -> str:
    until = row.due_at + timedelta(days=UNSUBSCRIBE_DAYS)
    return links.link("mail", person=row.recipient, subject=row.recipient, until=until)


def unsubscribe_url(row: Notification) -> str:
    until = row.due_at + timedelta(days=UNSUBSCRIBE_DAYS)
    token = links.token_for(
        f"unsubscribe-{row.stream}", person=row.recipient, subject=row.recipient, until=until
    )
    return links.absolute(reverse("notifications:unsubscribe", args=[row.stream, token]))


def message_id_for(row: Notification) -> str:
    """The same for every copy of a letter, so that a mailbox can drop the second one; nobody outside can guess it."""
    return f"<n{row.pk}.{_digest(f'message:{row.key}')}@{settings.MAIL_HOST}>"


def thread_id_for(row: Notification, letter: Email) -> str:
    """What letters about one row refer to, so that a mailbox shows them as one conversation; empty for none."""
    thread = letter.thread
    about = (
        f"{thread._meta.label_lower}:{thread.pk}" if thread else f"{row.about_type}:{row.about_id}"
    )
    return f"<t.{_digest(f'thread:{about}')}@{settings.MAIL_HOST}>"


def _digest(text: str) -> str:
    return hmac.new(settings.LINK_KEYS[-1].encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def message(
    row: Notification, person: Any, letter: Email, text: Text, house: SenderPolicy
) -> EmailMultiAlternatives:
    """The e-mail with its headers. Text and HTML say the same."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    sender = getattr(letter.program, "name", "") or house.name or name
    headers = {
        "Message-ID": row.message_id,
        "Date": format_datetime(row.due_at),
        "Auto-Submitted": "auto-generated",  # holiday notices must not answer
    }
    if not row.is_account_mail:
        headers["References"] = thread_id_for(row, letter)
    if row.stream != Stream.ESSENTIAL and row.recipient is not None:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(row)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    reply_to = letter.reply_to or house.reply_to
    mail = EmailMultiAlternatives(
        subject=text.subject,
        body=text.text,
        from_email=formataddr((sender, address)),
        to=[row.address or person.email],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    mail.attach_alternative(text.html, "text/html")
    for file_name, content, media_type in letter.attachments:
        mail.attach(file_name, content, media_type)
    return mail
