"""What a check is asked about, and what it may find.

A finding is a code and values, not a sentence: each reader gets it in their own language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    ADVICE = "advice"  # works, could be better or cannot be seen from here
    WRONG = "wrong"
    UNKNOWN = "unknown"  # could not be asked


class CheckName(StrEnum):
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    SENDER = "sender"
    REPLIES = "replies"
    REVERSE = "reverse"


@dataclass(frozen=True)
class Finding:
    """What a check has found. `record` is what to add to the DNS under `name`, "" for nothing."""

    check: CheckName
    verdict: Verdict
    code: str  # of its sentence, see `texts`
    values: dict[str, str] = field(default_factory=dict)
    name: str = ""
    record: str = ""


@dataclass(frozen=True)
class MailSetup:
    """How the site sends: the sender's address, its return path, the mail server, the replies."""

    sender: str
    return_path: str
    mail_host: str = ""
    selectors: tuple[str, ...] = ()
    reply_addresses: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return domain_of(self.sender)

    @property
    def return_domain(self) -> str:
        return domain_of(self.return_path) or self.domain


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().strip(">").lower()
