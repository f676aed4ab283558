"""Who may see which e-mails of the outbox: their recipients, and the committee."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Self

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from access.bounded import count_up_to
from access.generic_relations import GenericRelationQuerySet

from ..kinds import KINDS, Kind

ACCOUNT_EMAIL = "account-email"  # the kind of e-mails with codes; only their recipient sees them
Reader = AbstractBaseUser | AnonymousUser


class OutboxAccessQuerySet(GenericRelationQuerySet):
    """E-mails as one reader may see them. An account e-mail, with its code, is never among them."""

    def visible_to(self, user: Reader) -> Self:
        """Return the user's own e-mails, except account e-mails."""
        mine = self.filter(recipient=user.pk) if user.is_authenticated else self.none()
        return mine.exclude(kind=ACCOUNT_EMAIL).scoped("own e-mails")

    def for_committee(
        self, user: Reader, *roles: str, about: Collection[str] | None = None
    ) -> Self:
        """Return e-mails about records that `user` may see as a committee member.

        `roles` limits it to programs where the member has one of them. `about` names all tables
        that the rows are about, where they are known: the rules of no others are asked.
        """
        tables = _tables_of_kinds() if about is None else _tables_of_kinds().intersection(about)
        return self.exclude(kind=ACCOUNT_EMAIL).about_rows_for_committee(tables, user, *roles)

    def count_in_states_for_committee(
        self, states: Collection[str], user: Reader, limit: int
    ) -> Counter[str]:
        """Count the e-mails of each of some states in `for_committee`, none further than `limit`.

        Usually `user` sees most of the first ones. Then the rules are asked once, only of these
        e-mails and of the tables that they are about, however many have such a state.
        """
        mine = self.exclude(kind=ACCOUNT_EMAIL).scoped("the first of a state, by their ids")
        look = 3 * limit // 2
        first = {
            state: dict(mine.filter(state=state).order_by().values_list("pk", "about_type")[:look])
            for state in states
        }
        few = {pk: table for rows in first.values() for pk, table in rows.items()}
        seen = self.filter(pk__in=few).for_committee(user, about={*few.values()})
        counts = Counter(seen.order_by().values_list("state", flat=True))
        for state, rows in first.items():
            if counts[state] < limit and len(rows) == look:  # there are others that they may see
                others = self.filter(state=state)
                found = others.for_committee(user, about=others.tables())
                counts[state] = count_up_to(found, limit)
        return counts

    def of_kind_for_committee(self, kind: Kind, user: Reader, within: Q | None = None) -> Self:
        """Return the e-mails of one kind of those in `for_committee`, about rows `within`.

        They are looked up from whichever side has fewer: the e-mails, or what they are about.
        """
        rows = getattr(apps.get_model(kind.about)._default_manager.all(), "for_committee", None)
        mine = self.filter(kind=kind.name).exclude(kind=ACCOUNT_EMAIL)
        found = mine.about_any(rows(user).filter(within or Q())) if rows else self.none()
        return found.scoped("e-mails of a kind, about rows that the committee sees")


def _tables_of_kinds() -> set[str]:
    """Return the tables that e-mails of the kinds are about, as in `about_type`."""
    return {kind.about.lower() for kind in KINDS.values()}
