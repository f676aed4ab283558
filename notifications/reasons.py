"""Why an e-mail was not sent, or waits: a code in the row, words when it is shown.

An app registers its own reasons next to its kinds of e-mail:

    MATCH_ENDED = reason("match-ended", _("the match has ended"))

The words complete a sentence such as "This e-mail would not be sent now: …". They carry no
personal data. A reason whose code is no longer registered is shown as it is stored.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {}


def reason(code: str, words: Promise) -> str:
    """Register the `words` (lazily translated) of a reason and return its code.

    Raises ValueError if the code has other words already.
    """
    if REASONS.setdefault(code, words) != words:
        raise ValueError(f"two reasons are called {code}")
    return code


def words_of(code: str) -> str:
    """Return a stored reason in the language of whoever reads it."""
    return str(REASONS.get(code, code))


# What ends an e-mail before it is sent.
SUPERSEDED = reason("superseded", _("a newer e-mail about the same thing has replaced it"))
NO_CHANGE = reason("no-change", _("it would tell the person nothing new"))
KNOWN = reason("known", _("the person has changed it themselves since"))
RECORD_DELETED = reason("record-deleted", _("what it was about has been deleted"))
ACCOUNT_CLOSED = reason("account-closed", _("the account is closed"))
ACCOUNT_ERASED = reason("account-erased", _("the account was erased"))
ACCOUNTS_MERGED = reason(
    "accounts-merged", _("the person's accounts were merged, and the other one gets this e-mail")
)
ANSWERED = reason("answered", _("the person has answered"))
NEVER_TOLD = reason("never-told", _("the person was never told of what has changed"))
TURNED_OFF = reason("turned-off", _("the recipient has turned off e-mails of this kind"))
EXPIRED = reason("expired", _("it was too late to be useful"))
QUIET_HOURS = reason("quiet-hours", _("it would have been too late after the quiet hours"))
OWN_HOUR = reason("own-hour", _("it would have been too late at the hour that the member chose"))
NO_ADDRESS = reason("no-address", _("the person has no e-mail address yet"))
ADDRESS_BOUNCED = reason(
    "address-bounced", _("e-mails do not reach this address; it waits until they do")
)
WEEKLY_LIMIT = reason("weekly-limit", _("weekly limit"))
TOLD_TOGETHER = reason("told-together", _("it was sent together with others in one e-mail"))
NOTHING_LEFT = reason("nothing-left", _("nothing that it would say is still true"))

# What a failed e-mail failed of.
REJECTED = reason("rejected", _("rejected by the mail server"))
ATTEMPTS_FAILED = reason("attempts-failed", _("failed after several attempts"))
OUTCOME_UNKNOWN = reason("outcome-unknown", _("outcome unknown, send again?"))
CANNOT_RENDER = reason("cannot-render", _("It cannot be rendered:"))
SLOW_RENDERING = reason("slow-rendering", _("Rendering took too long."))

# Why an e-mail is on hold or was let go.
BY_COMMITTEE = reason("by-committee", _("decided by the committee"))
OVER_LIMIT = reason("over-limit", _("far more e-mails than usual"))
RESTORED = reason("restored", _("the database was restored"))
RELEASED = reason("released", _("released by a person"))  # it is not held back again

# Why nothing at all is sent.
NO_MAIL_SERVER = reason("no-mail-server", _("the mail server is unavailable"))
NO_CONFIRMATION = reason("no-confirmation", _("the mail server does not confirm what it receives"))

# Why this database must not send.
NOT_ADOPTED = reason("not-adopted", _("this database was restored; run post_restore"))
FOREIGN = reason(
    "foreign-database", _("this database belongs to another installation; run post_restore")
)
EPOCH_UNREADABLE = reason("epoch-unreadable", _("the epoch file cannot be read; run post_restore"))
EPOCH_UNWRITABLE = reason("epoch-unwritable", _("the epoch file cannot be written"))
UNKNOWN_MACHINE = reason(
    "unknown-machine", _("this machine does not know this database; run post_restore")
)
OLDER = reason("older-database", _("this database is older than its last run; run post_restore"))

# What the mail server did; its code follows.
PERMANENT_FAILURE = reason("permanent-failure", _("The mail server rejects it:"))
TEMPORARY_FAILURE = reason("temporary-failure", _("The mail server does not take it now:"))
UNKNOWN = reason("unknown", _("The reply of the mail server was lost:"))
UNAVAILABLE = reason("unavailable", _("The mail server is unavailable:"))
