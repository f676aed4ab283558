"""What merging accounts does to what members have put off on Today, and to checks of e-mail."""

from __future__ import annotations

from accounts.merge_rules import MOVES, Accounts, one_of, register

from .models import LaterLine


def drop_what_names_both(accounts: Accounts) -> None:
    """Delete what a member gave to their own other account: it is theirs to do."""
    LaterLine.objects.filter(member__in=accounts.both, given_to__in=accounts.both).delete()


register(
    "dashboard",
    {
        "LaterLine": {"member": one_of("line"), "given_to": MOVES},
        "MailCheck": {"asked_by": MOVES},
    },
    before=drop_what_names_both,
)
