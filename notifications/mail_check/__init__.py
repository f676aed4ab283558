"""Whether mail servers believe that our e-mails are ours: SPF, DKIM, DMARC, the sender, replies."""

from .checks import run_checks
from .findings import CheckName, Finding, MailSetup, Verdict
from .resolver import CouldNotAsk, DNSResolver, Resolver
from .texts import explain

__all__ = [
    "CheckName",
    "CouldNotAsk",
    "DNSResolver",
    "Finding",
    "MailSetup",
    "Resolver",
    "Verdict",
    "explain",
    "run_checks",
]
