"""What merging accounts does to rounds: no one is kept apart from, or asks for, themselves."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.merge_rules import MOVES, Accounts, Obstacle, acts, register

from .models import KeepApart, PairRequest


def obstacles(accounts: Accounts) -> Iterator[Obstacle]:
    """Two people who asked to be a pair with each other are not one person."""
    both = accounts.both
    asked = PairRequest.system.filter(state__in=PairRequest.OPEN)
    asked = asked.filter(mentee__person__in=both, mentor__person__in=both).order_by("pk")
    for program in asked.values_list("cohort__program", flat=True)[:1]:
        yield Obstacle(
            _("The two accounts asked to be a pair with each other. Take that back first."), program
        )


def drop_what_names_both(accounts: Accounts) -> None:
    """Delete pairs that keep someone apart from themselves, and second ones of a kind."""
    kept, other = accounts.both
    rows = KeepApart.system.all()
    rows.filter(first__in=(kept, other), second__in=(kept, other)).delete()
    for mine, theirs in (("first", "second"), ("second", "first")):
        twin = KeepApart.system.filter(
            **{mine: kept, theirs: OuterRef(theirs)},
            program=OuterRef("program"),
            kind=OuterRef("kind"),
            until=None,
        )
        KeepApart.system.filter(Exists(twin), **{mine: other}, until=None).delete()


OF_PAIR = acts("mentee__person", "mentor__person")

register(
    "matching",
    {
        "BrokenRule": {"person": MOVES},
        "KeepApart": {"first second": MOVES, "by": acts("first", "second")},
        "Override": {"by": OF_PAIR},
        "PairRequest": {"by": MOVES, "decided_by": OF_PAIR},
        "Round": {"prepared_by approved_by published_by": MOVES},
        "RoundEntry": {"by undone_by": OF_PAIR},
        "RoundJob": {"created_by": MOVES},
        "RoundText": {"by": acts("application__person", "partner__person")},
    },
    obstacles=obstacles,
    before=drop_what_names_both,
)
