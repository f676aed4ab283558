"""Who stands too near to decide: recusal inside a round.

A member never decides about themself, or about somebody with whom they have a conflict of interest. A change whose chain
touches such a person is refused to them; second look and publication need a member who stands near nobody in the round.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from programs.models import conflicts_with

from .models import Proposal, Round
from .models.rounds import Shown

ASK_ANOTHER = _("This touches somebody you must not decide about. Please ask another member.")


def not_near(user: Any) -> Q:
    """Applications of people near whom `user` does not stand; for queries, without one of its own."""
    return ~conflicts_with(user, "person")


def near_in(round_: Round, user: Any) -> frozenset[int]:
    """Applications of the round's cohort whose people stand near `user`."""
    if round_.shown and round_.shown.user == user.pk:
        return round_.shown.near
    them = Application.objects.filter(
        conflicts_with(user, "person"), cohort=round_.cohort_id
    ).order_by()
    return frozenset(them.values_list("pk", flat=True))


def somebody_near(user: Any) -> Exists:
    """For a query of rounds: whether anybody of the cohort stands near `user`; mostly nobody does."""
    return Exists(
        Application.objects.filter(conflicts_with(user, "person"), cohort=OuterRef("cohort"))
    )


def mentors_seen(round_: Round, user: Any) -> Any:
    """Applications of mentors of the cohort whom `user` may decide about; cheap for a round that was found for them."""
    if round_.shown is None or round_.shown.user != user.pk:
        return Application.objects.for_committee(user).mentors().filter(cohort=round_.cohort_id)
    sent = (
        Application.objects.mentors()
        .filter(cohort=round_.cohort_id)
        .exclude(state=Application.State.DRAFT)
    )
    return sent.exclude(pk__in=round_.shown.near) if round_.shown.near else sent


def shown_to(round_: Round, user: Any, *, is_matcher: bool, is_near: bool = True) -> Round:
    """The round with what matters about the member who looks at it: people near them, and whether they may change it.
    `is_near` is what `somebody_near` has found."""
    round_.shown = Shown(user.pk, near_in(round_, user) if is_near else frozenset(), is_matcher)
    return round_


def refuse_if_near(user: Any, applications: Iterable[int | None], round_: Round) -> None:
    """Raises Refused when one of these applications is of somebody near `user`."""
    ids = {pk for pk in applications if pk is not None}
    if ids & near_in(round_, user):
        raise ActionNotAllowed(ASK_ANOTHER)


def is_near_round(user: Any, round_: Round) -> bool:
    """Whether somebody on the table of the round stands near `user`."""
    rows = Proposal.system.filter(round=round_).in_plan()
    return rows.filter(conflicts_with(user, "mentee__person", "mentor__person")).exists()
