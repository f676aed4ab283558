"""What merging accounts does to committee roles and conflicts of interest.

No one gains a role by it: the account that ends may have had roles, but has none now or later.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.merge_rules import MOVES, Accounts, Obstacle, one_of, register

from .models import Conflict, Membership, Program
from .models.committee import refresh_staff


def obstacles(accounts: Accounts) -> Iterator[Obstacle]:
    """Name the committees in which the account that would end has a role, or will have one."""
    today = timezone.localdate(accounts.at)
    lasting = Membership.objects.filter(Q(until=None) | Q(until__gt=today))
    held = lasting.filter(Q(user=accounts.other) | Q(deputy=accounts.other))
    text = _(
        "The account that would end has a role in the committee of %(program)s. Begin with that"
        " account, or ask a chair to end the role first."
    )
    programs = Program.objects.filter(pk__in=held.values("program")).order_by("pk")
    for pk, name in programs.values_list("pk", "name"):
        yield Obstacle(text % {"program": name}, pk)


def drop_what_names_both(accounts: Accounts) -> None:
    """Delete conflicts of interest with oneself and second ones of a kind; no own deputy."""
    kept, other = accounts.both
    rows = Conflict.objects.all()
    rows.filter(Q(member=kept, person=other) | Q(member=other, person=kept)).delete()
    for mine, theirs in (("member", "person"), ("person", "member")):
        same = {mine: kept, theirs: OuterRef(theirs), "kind": OuterRef("kind"), "until": None}
        doubled = rows.filter(Exists(rows.filter(**same)), **{mine: other, "until": None})
        doubled.delete()
    past = Membership.objects.all()
    past.filter(user=other, deputy=kept).update(deputy=None)
    past.filter(user=kept, deputy=other).update(deputy=None)


def follow_roles(accounts: Accounts) -> None:
    refresh_staff(accounts.kept)


register(
    "programs",
    {
        "Membership": {
            "user": one_of("program", "role", "since"),
            "deputy": MOVES,
        },
        "Conflict": {"member person": MOVES},
        "EmailText": {"by": MOVES},
        "TextVersion": {"by": MOVES},
    },
    obstacles=obstacles,
    before=drop_what_names_both,
    after=follow_roles,
)
