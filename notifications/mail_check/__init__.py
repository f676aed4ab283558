"""Whether mail servers believe that our e-mails are ours: SPF, DKIM, DMARC, the sender, replies."""

from .checks import CheckName, Finding, MailSetup, Verdict, run_checks
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
