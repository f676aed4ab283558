"""Reading a message that may be a bounce: which of our e-mails it is about, and how grave it is.

flufl.bounce recognises the reports of mail servers, also those that follow no standard. Where a
report has a status code (RFC 3463), the code decides: a permanent failure may be about the mailbox
or about us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from flufl.bounce import all_failures

MAX_BYTES = 256 * 1024  # of a message; the report is at its beginning
# `rendering.message_id_for` and `rendering.return_path_for` write it.
TOKEN = re.compile(rb"(?<![0-9a-z])n(\d{1,18})\.([0-9a-f]{24})(?![0-9a-f])")
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
NO_SUCH_MAILBOX = (550, 551, 553)
MAX_TOKENS = 20


class Severity(StrEnum):
    """What a failure means; the values are stored with the e-mail."""

    SOFT = "soft"  # it may pass: a full mailbox, a domain that does not answer
    HARD = "hard"  # the address receives nothing
    POLICY = "policy"  # refused for what it is or who sends it; not about the address
    SPAM = "spam"  # its recipient, or their mail program, reported it: they want no more


@dataclass(frozen=True)
class BounceReport:
    """A bounce. `tokens` are the (row id, hash) in it that may name the e-mail, best first."""

    tokens: tuple[tuple[int, str], ...]
    severity: Severity
    status: str  # such as 5.1.1, "" if it has none


def classify(status: str, *, code: int | None = None, is_about_address: bool = False) -> Severity:
    """Return what a failure means.

    `status`: its enhanced status code (RFC 3463), or "". `code`: the SMTP reply code.
    `is_about_address`: the server answered to the address, before it had the e-mail.
    """
    found = STATUS.fullmatch(status)
    kind, subject, detail = (int(part) for part in found.groups()) if found else (0, 0, 0)
    is_permanent = kind == 5 or (kind == 0 and (code or 0) >= 500)  # classes of RFC 3463
    if subject == 1 and detail in (7, 8):  # the address of the sender: ours
        return Severity.POLICY
    if subject in (3, 5, 6, 7):  # the system, the protocol, the content, security
        return Severity.POLICY
    if not is_permanent:
        return Severity.SOFT
    if subject == 0:
        return _without_subject(code, is_about_address=is_about_address)
    if subject == 1 or (subject, detail) == (2, 1):  # no such address; the mailbox is closed
        return Severity.HARD
    if (subject, detail) == (2, 3):  # the e-mail is too long for this mailbox
        return Severity.POLICY
    return Severity.SOFT  # the mailbox is full, the network fails


def _without_subject(code: int | None, *, is_about_address: bool) -> Severity:
    """Return what a permanent failure means whose status says nothing about its reason."""
    if is_about_address and code in NO_SUCH_MAILBOX:
        return Severity.HARD
    return Severity.POLICY


def parse(raw: bytes) -> BounceReport | None:
    """Return what a message reports, None if it is no bounce or names no e-mail of ours.

    Raises whatever the parsers raise on a broken message.
    """
    raw = raw[:MAX_BYTES]
    tokens = tokens_in(raw)
    if not tokens:
        return None
    message = message_from_bytes(raw)
    temporary, permanent = all_failures(message)
    if not temporary and not permanent:
        return None  # a reply, an out-of-office note, a report of success
    status, code = _status_of(message)
    severity = classify(status, code=code or 550, is_about_address=True)
    if not permanent and severity is Severity.HARD:
        severity = Severity.SOFT  # only delayed so far
    return BounceReport(tokens, severity, status)


def tokens_in(raw: bytes) -> tuple[tuple[int, str], ...]:
    """Return the (row id, hash) in a text that may name e-mails of ours, each once."""
    found = ((int(pk), digest.decode()) for pk, digest in TOKEN.findall(raw))
    return tuple(dict.fromkeys(found))[:MAX_TOKENS]


def _status_of(message: Message) -> tuple[str, int | None]:
    return status_in(list(_reasons(message)))


def status_in(texts: Sequence[str]) -> tuple[str, int | None]:
    """Return the status code that says most, and the SMTP reply code."""
    found = [match for text in texts for match in STATUS.finditer(text)]
    codes = [int(match[1]) for text in texts for match in REPLY_CODE.finditer(text)]
    failures = [match for match in found if match[1] != "2"]
    # 5.0.0 says no more than that it failed; the server's own words often have another code.
    failures.sort(key=lambda match: (match[2] == "0", match[1] == "4"))
    return failures[0][0] if failures else "", codes[0] if codes else None


def _reasons(message: Message) -> Iterator[str]:
    """Yield the texts in which a report says why: its own fields, else its first words."""
    blocks = [
        block
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.get_payload()
        if isinstance(block, Message) and "action" in block
    ]
    failed = [block for block in blocks if str(block["action"]).lower()[:4] in ("fail", "dela")]
    for block in failed:
        yield str(block.get("status", ""))
        # Servers write type and code in one field: "smtp; 550 5.1.1 no such user".
        yield str(block.get("diagnostic-code", ""))
    if failed:
        return
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content[:4000].decode("ascii", "replace")
            return
