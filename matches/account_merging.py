"""What merging accounts does to pairs: two accounts that are a pair with each other stay apart."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.merge_rules import BY_STEP, MOVES, Accounts, Obstacle, acts, register
from programs.models import Conflict, Membership

from .models import AccountRecovery, Match
from .models.matches import MatchQuerySet


def of_both(accounts: Accounts) -> MatchQuerySet:
    """Return the pairs in which either account is, in the order in which they are locked."""
    mine = Q(mentee__person__in=accounts.both) | Q(mentor__person__in=accounts.both)
    return Match.objects.filter(mine).order_by("pk")


def lock_pairs(accounts: Accounts) -> None:
    list(of_both(accounts).select_for_update(no_key=True, of=("self",)))


def obstacles(accounts: Accounts) -> Iterator[Obstacle]:
    """No one is their own partner, and no account changes while its mailbox is being replaced."""
    both = accounts.both
    own = Match.objects.filter(mentee__person__in=both, mentor__person__in=both)
    for program in own.order_by("pk").values_list("mentee__cohort__program", flat=True)[:1]:
        yield Obstacle(
            _("The two accounts are, or were, a pair with each other. They stay apart."), program
        )
    if AccountRecovery.system.filter(person__in=both).unfinished().exists():
        yield Obstacle(
            _("One of the two accounts is about to get a new address. Wait until that is over.")
        )
    first = AccountRecovery.system.filter(proposed_by__in=both, confirmed_by__in=both)
    if first.exists():
        yield Obstacle(_("The two accounts acted as two members of a committee. They stay apart."))


def add_conflicts_with_partners(accounts: Accounts) -> None:
    """Recuse a committee member from the partners whom the other account brings."""
    kept = accounts.kept
    members = set(Membership.objects.live().filter(user=kept).values_list("program", flat=True))
    if not members:
        return
    known = Conflict.objects.filter(member=kept, kind=Conflict.Kind.PARTNER, until=None)
    partners = {
        person
        for pair in of_both(accounts).values_list("mentee__person", "mentor__person")
        for person in pair
    } - {kept.pk, *known.values_list("person", flat=True)}
    Conflict.objects.bulk_create(
        Conflict(
            member=kept, person_id=person, kind=Conflict.Kind.PARTNER, since=accounts.at.date()
        )
        for person in sorted(partners)
    )


def end_other_merges(accounts: Accounts) -> None:
    """End what else was asked about the account that is no more."""
    from . import merge_requests  # which imports the verb that runs this

    merge_requests.end_of_account(accounts.other, accounts.kept, at=accounts.at)


OF_PAIR = acts("match__mentee__person", "match__mentor__person")
PEOPLE_OF_PAIR = acts("mentee__person", "mentor__person")
OF_PERSON = acts("person")

register(
    "matches",
    {
        "AccountMerge": {"kept other": BY_STEP, "proposed_by": MOVES},
        "AccountRecovery": {"person": MOVES, "proposed_by confirmed_by": OF_PERSON},
        "Closure": {"person closed_by reopened_by": MOVES},
        "ContactChoice": {"person": MOVES},
        "EndingNote": {"member": OF_PAIR},
        "EndingReason": {"person": MOVES},
        "EndingRequest": {"person": MOVES},
        "Farewell": {"author": MOVES},
        "FollowUp": {"person": MOVES, "answered_by": MOVES},
        "Match": {"carer": PEOPLE_OF_PAIR},
        "Pause": {"started_by changed_by ended_by": MOVES},
        "PauseNote": {"author": MOVES},
        "PauseRequest": {"person": MOVES},
        "ThankYouNote": {"author": MOVES},
    },
    lock=lock_pairs,
    obstacles=obstacles,
    before=end_other_merges,
    after=add_conflicts_with_partners,
)
