"""E-mails that came back: which one, what it means for the address, and what follows from it.

1. Our Message-ID, and the return path where it has a tag, hold a keyed hash of the row. A report
   counts only if it quotes one, and only for the address that this e-mail was sent to: nobody can
   mark an address whose e-mails they have not read.
2. Each e-mail counts once, however many reports arrive about it.
3. A hard bounce stops e-mail to the address; so do `SOFT_LIMIT` soft ones within `SOFT_DAYS`, of
   which one a day counts. A refusal for another reason, such as missing DKIM, says nothing about
   the address and stops nothing.
4. A complaint, which only a mail provider can report, stops e-mail to the address like a hard
   bounce. The person reads that it was one; the committee reads that e-mails don't reach them.
5. What is stopped is on hold and says why. E-mails with codes, about help and safety, and test
   e-mails are tried all the same.
6. The person's address counts as good again once they change it, confirm it, sign in with a code
   that was sent to it, or say that it works. What is still on hold is then sent.
"""

from .addresses import (
    SOFT_DAYS,
    SOFT_LIMIT,
    adopt,
    bounce_of,
    is_stopped,
    may_be_tried,
    readdress,
    record,
    stopped_people,
    works_again,
)
from .delivery_reports import MAX_BYTES, BounceReport, Severity, classify, parse

__all__ = [
    "MAX_BYTES",
    "SOFT_DAYS",
    "SOFT_LIMIT",
    "BounceReport",
    "Severity",
    "adopt",
    "bounce_of",
    "classify",
    "is_stopped",
    "may_be_tried",
    "parse",
    "readdress",
    "record",
    "stopped_people",
    "works_again",
]
