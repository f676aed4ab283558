"""From a row of the outbox to the message to send: its texts and its headers."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.urls import reverse

from . import links, work_hours
from .editable_texts.own_texts import own_texts_context
from .kinds import KINDS, Email, Stream
from .mail_provider import prepare
from .models.outbox import Notification
from .recipients import Account, Recipient
from .sender_policy import SenderPolicy
from .templatetags.editable_texts import OWN
from .wording_of_programs import in_words_of

EMPTY_LINES = re.compile(r"\n\s*\n\s*\n")
ENDS_OF_SENTENCES = ("?", "!", "…")  # no colon follows them in the plain text
UNSUBSCRIBE_DAYS = 400  # a mailbox may be cleaned up once a year: the button must still work


@dataclass(frozen=True)
class RenderedEmail:
    """The texts of an e-mail; `text` and `html` say the same, the words on its button too."""

    subject: str
    text: str
    html: str
    button: str = ""


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def inline_css(html: str) -> str:
    """Copy the rules of the style sheet into the elements: many mail programs ignore `<style>`."""
    return _inliner().inline(html)


def render_template(name: str, context: Mapping[str, object]) -> str:
    """Render a template of an e-mail; HTML is escaped, plain text is not."""
    template = Engine.get_default().get_template(name)
    is_html = name.endswith(".html")
    return template.render(Context(dict(context), autoescape=is_html)).strip()


def compose(
    row: Notification,
    recipient: Recipient,
    email: Email,
    policy: SenderPolicy,
    *,
    own: Mapping[str, str] | None = None,
) -> RenderedEmail:
    """Render the templates of the row's kind. Call it inside `recipient_locale(recipient)`.

    `own`: texts of the committee to try, by default those that their program has published.
    """
    with in_words_of(email.program):
        return _composed(row, recipient, email, policy, own)


def _composed(
    row: Notification,
    recipient: Recipient,
    email: Email,
    policy: SenderPolicy,
    own: Mapping[str, str] | None,
) -> RenderedEmail:
    folder = f"emails/{row.kind}"
    context = _context(row, recipient, email, policy)
    context |= own_texts_context(email.program, row.kind) if own is None else {OWN: own}
    context["subject"] = subject = one_line(render_template(f"{folder}/subject.txt", context))
    if email.action_url:
        context |= button_context(
            render_template(f"{folder}/button.txt", context), email.action_url
        )
    # Paragraphs that do not apply leave empty lines.
    text = EMPTY_LINES.sub("\n\n", render_template(f"{folder}/body.txt", context))
    html = inline_css(render_template(f"{folder}/body.html", context))
    return RenderedEmail(subject, text, html, str(context.get("action_label", "")))


def one_line(text: str) -> str:
    """Return a text without line breaks and other space that says nothing."""
    return " ".join(text.split())


def button_context(words: str, url: str) -> dict[str, object]:
    """Return what the base templates need to show a button with these words."""
    label = one_line(words)
    return {
        "action_label": label,
        "action_url": url,
        "action_ends_a_sentence": label.endswith(ENDS_OF_SENTENCES),
    }


def _context(
    row: Notification, recipient: Recipient, email: Email, policy: SenderPolicy
) -> dict[str, object]:
    context: dict[str, object] = {
        "program": email.program,
        "program_name": _sender_name(email, policy),
        **email.context,
        **email.confidential,
        "person": recipient,
        "is_to_guest": row.recipient_id is None,
        "is_to_member": row.kind in KINDS and KINDS[row.kind].to_members,
        "hours_url": _hours_url(row, email),
        "ordinal": row.ordinal,
        "is_reminder": row.ordinal > 1,
    }
    if (person := _who_may_unsubscribe(row)) and not email.unsubscribe_url:
        context["preferences_url"] = preferences_url(row, person)
    context["unsubscribe_url"] = _unsubscribe_url(row, email)
    return context


def _hours_url(row: Notification, email: Email) -> str:
    """Return where a member chooses the hour of an e-mail; "" if it never waits for one."""
    if email.urgent or not work_hours.may_wait(row.kind):
        return ""
    return links.absolute(reverse("notifications:preferences"))


def _sender_name(email: Email, policy: SenderPolicy) -> str:
    named: str = getattr(email.program, "name", "")
    return named or policy.name or parseaddr(settings.DEFAULT_FROM_EMAIL)[0]


def _who_may_unsubscribe(row: Notification) -> Account | None:
    return None if row.stream == Stream.ESSENTIAL else row.recipient


def _unsubscribe_url(row: Notification, email: Email) -> str:
    """Return the link for one click that stops e-mails like this, "" for essential ones."""
    person = _who_may_unsubscribe(row)
    return email.unsubscribe_url or (unsubscribe_url(row, person) if person else "")


def stored_email(row: Notification) -> RenderedEmail:
    """Return the stored texts of an account e-mail."""
    return RenderedEmail(**json.loads(row.body or ""))


def preferences_url(row: Notification, person: Account) -> str:
    """Return the link to the e-mail preferences that works without signing in."""
    until = row.due_at + timedelta(days=UNSUBSCRIBE_DAYS)
    return links.link("mail", person=person, subject=person, until=until)


def unsubscribe_url(row: Notification, person: Account, *streams: str) -> str:
    """Return the one-click link that turns off these streams, by default the one of this e-mail."""
    until = row.due_at + timedelta(days=UNSUBSCRIBE_DAYS)
    names = "-".join(streams) or row.stream
    token = links.token_for(f"unsubscribe-{names}", person=person, subject=person, until=until)
    return links.absolute(reverse("notifications:unsubscribe", args=[names, token]))


def message_id_for(row: Notification) -> str:
    """Return the Message-ID: the same for every copy, so that a mailbox can drop duplicates.

    The digest keeps others from guessing it.
    """
    return f"<n{row.pk}.{_digest(f'message:{row.key}')}@{settings.MAIL_HOST}>"


def return_path_for(row: Notification) -> str:
    """Return the address to which mail servers report failures, "" for the sender's own.

    With `{token}` in BOUNCE_ADDRESS it names the e-mail, even where a report quotes nothing of it.
    """
    token = row.message_id.strip("<>").partition("@")[0]
    return settings.BOUNCE_ADDRESS.replace("{token}", token)


def thread_id_for(row: Notification, email: Email) -> str:
    """Return what e-mails about one record refer to, so that mailboxes group them."""
    about = f"{row.about_type}:{row.about_id}"
    if email.thread:
        about = f"{email.thread._meta.label_lower}:{email.thread.pk}"
    return f"<t.{_digest(f'thread:{about}')}@{settings.MAIL_HOST}>"


def _digest(text: str) -> str:
    return hmac.new(settings.LINK_KEYS[-1].encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def build_message(
    row: Notification,
    recipient: Recipient,
    email: Email,
    rendered: RenderedEmail,
    policy: SenderPolicy,
) -> EmailMultiAlternatives:
    """Return the message with its headers, its two texts and its attachments."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    reply_to = email.reply_to or policy.reply_to
    sender = formataddr((_sender_name(email, policy), address))
    headers = _headers(row, email)
    if return_path := return_path_for(row):
        headers["From"] = sender  # what people see; Django sends from `from_email`
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=return_path or sender,
        to=[row.address or recipient.email],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    message.attach_alternative(rendered.html, "text/html")
    for file_name, content, media_type in email.attachments:
        message.attach(file_name, content, media_type)
    prepare(message, row.message_id)
    return message


def _headers(row: Notification, email: Email) -> dict[str, str]:
    headers = {
        "Message-ID": row.message_id,
        "Date": format_datetime(row.due_at),
        "Auto-Submitted": "auto-generated",  # keeps out-of-office replies away (RFC 3834)
    }
    if not row.is_account_email:
        headers["References"] = thread_id_for(row, email)
    if url := _unsubscribe_url(row, email):
        # One-click unsubscribe, RFC 8058; DKIM must cover both headers.
        headers["List-Unsubscribe"] = f"<{url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
