"""What an e-mail says, for the committee: built by the same function, with dead links and no codes.

E-mails with codes are never shown, except in a demonstration (settings.DEMO, which needs DEBUG),
where they are shown with working links: there is no mailbox to read them in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from . import kinds
from .building import build_email
from .kinds import Cancel, Email
from .models import Notification
from .reasons import RECORD_DELETED, words_of
from .recipients import Recipient, recipient_locale, recipient_of
from .rendering import RenderedEmail, compose, stored_email
from .sender_policy import sender_policy_of

MASK = "••••••"
TOKEN = re.compile(r"(/(?:go|unsubscribe)/[\w-]+/)[^/\s\"'<]+")
HREF = re.compile(r"(<a\b[^>]*\bhref=)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)


def render(row: Notification, own: Mapping[str, str] | None = None) -> RenderedEmail:
    """Return the e-mail as it would be sent now, or a sentence that says why it would not be.

    `own`: texts of the committee to try in place of those that are published.
    """
    if row.is_account_email:
        return _render_account_email(row)
    if row.kind not in kinds.KINDS:
        return _explanation(_("E-mails of this kind are no longer sent."))
    recipient = recipient_of(row)
    with recipient_locale(recipient):
        built = _build(row, recipient)
        if isinstance(built, Email):
            policy = sender_policy_of(row, built.program)
            rendered = compose(row, recipient, hide_confidential(built), policy, own=own)
            return rendered if _is_demo() else disable_links(rendered)
    reason = words_of(built.reason)  # in the language of the reader, not of the recipient
    return _explanation(_("This e-mail would not be sent now: %(reason)s.") % {"reason": reason})


def _build(row: Notification, recipient: Recipient) -> Email | Cancel:
    if row.is_open:  # with all that is asked before it is sent
        built = build_email(row, recipient, timezone.now())
        return built if isinstance(built, Cancel) else built.email
    about = row.get_about()
    return kinds.get(row.kind).build(about, recipient) if about else Cancel(RECORD_DELETED)


def hide_confidential(email: Email) -> Email:
    """Return the e-mail with dots in place of what only its recipient may read."""
    hidden = {name: MASK for name, text in email.confidential.items() if text}
    return replace(email, confidential=hidden)


def _render_account_email(row: Notification) -> RenderedEmail:
    if _is_demo() and row.body:
        return stored_email(row)
    return _explanation(_("E-mails with sign-in codes are never shown here."))


def _is_demo() -> bool:
    return bool(settings.DEMO and settings.DEBUG)


def disable_links(email: RenderedEmail) -> RenderedEmail:
    """Return the same texts with links that lead nowhere and dots in place of tokens."""
    html = HREF.sub(r'\1"#"', TOKEN.sub(rf"\1{MASK}", email.html))
    return replace(email, text=TOKEN.sub(rf"\1{MASK}", email.text), html=html)


def _explanation(why: str) -> RenderedEmail:
    return RenderedEmail(why, why, "")
