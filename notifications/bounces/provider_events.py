"""What a mail provider reports about an e-mail, in django-anymail's common form for all providers.

1. An event counts only if it holds the token of an e-mail of ours; others are passed over. The
   token was made before the e-mail went out, so an event may arrive before its row says "sent".
2. The rules are those of all bounces, see `notifications.bounces`: each e-mail counts once, so an
   event that arrives twice, late or after a graver one changes nothing.
3. Only failures and complaints are looked at. A delay is no failure: the provider goes on trying.
   Opens and clicks are passed over unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ..mail_provider import FIELD, ProviderEvent
from .addresses import email_of, record
from .delivery_reports import BounceReport, Severity, classify, status_in, tokens_in

STATUS_LENGTH = 12  # of the column
# What a provider has refused to send, by its reason; anything else is not about the address.
REFUSED = {
    "invalid": Severity.HARD,
    "bounced": Severity.HARD,  # it remembers an earlier bounce
    "timed_out": Severity.SOFT,
    "spam": Severity.SPAM,  # it remembers an earlier complaint
    "unsubscribed": Severity.SPAM,
}
# Where providers say whether a bounce is hard, in words of their own.
WORDS = (
    ("Type",),  # Postmark
    ("event",),  # Brevo, Mandrill, Mailtrap
    ("type",),  # SendGrid
    ("bounce", "bounceType"),  # Amazon SES
    ("data", "bounce", "type"),  # Resend
    ("event-data", "severity"),  # Mailgun
    ("reject", "reason"),  # Mandrill
)
# A bounce without a status code or a word, by its reason. "spam" is the content, no complaint.
BOUNCED = {
    "invalid": Severity.HARD,
    "blocked": Severity.POLICY,
    "spam": Severity.POLICY,
    "other": Severity.POLICY,
}
# Where they give a status code besides the answer of the mail server.
CODES = (
    ("status",),  # SendGrid
    ("event-data", "delivery-status", "enhanced-code"),  # Mailgun
)


def take(event: ProviderEvent, *, at: datetime) -> bool | None:
    """Record an event; return whether it is news, None if it is no failure of an e-mail of ours."""
    found = severity_of(event)
    if found is None:
        return None
    severity, status = found
    report = BounceReport(_tokens(event), severity, status[:STATUS_LENGTH])
    row = email_of(report)
    return record(row, severity, status=report.status, at=at) if row else None


def _tokens(event: ProviderEvent) -> tuple[tuple[int, str], ...]:
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    return tokens_in(f"{metadata.get(FIELD, '')} {event.message_id or ''}".encode())


def severity_of(event: ProviderEvent) -> tuple[Severity, str] | None:
    """Return what an event means and its status code; None if it is neither failure nor complaint.

    The status code decides where there is one, then the provider's own word.
    """
    match event.event_type:
        case "complained":
            return Severity.SPAM, ""
        case "rejected":
            known = REFUSED.get(event.reject_reason or "") or _word(event.esp_event)
            return known or Severity.POLICY, ""
        case "failed":
            return Severity.POLICY, ""
        case "bounced":
            return _severity_of_bounce(event)
    return None


def _severity_of_bounce(event: ProviderEvent) -> tuple[Severity, str]:
    raw = event.esp_event
    texts = [*_found(raw, CODES), event.mta_response or "", event.description or ""]
    status, code = status_in(texts)
    word = _word(raw)
    if status:
        return classify(status, code=code, is_about_address=True), status
    if word is not None:
        return word, ""
    if code:
        return classify("", code=code, is_about_address=True), ""
    return BOUNCED.get(event.reject_reason or "", Severity.SOFT), ""


def _word(raw: object) -> Severity | None:
    """Return what the provider calls the bounce, None if it says nothing that we know."""
    if isinstance(raw, Mapping) and isinstance(raw.get("hard_bounce"), bool):  # Mailjet
        return Severity.HARD if raw["hard_bounce"] else Severity.SOFT
    for text in _found(raw, WORDS):
        word = text.lower()
        if "hard" in word or "permanent" in word:
            return Severity.HARD
        if any(soft in word for soft in ("soft", "transient", "temporary", "undetermined")):
            return Severity.SOFT
        if word == "blocked":
            return Severity.POLICY
    return None


def _found(raw: object, paths: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """Yield the texts that an event has at these places."""
    for path in paths:
        value: object = raw
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            yield value
