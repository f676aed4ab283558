"""What the committee's page of a pair shows: one page that a carer can work from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from accounts.models import User
from matches.carers import ASSIGNERS
from matches.models import Match
from programs.committee import has_role

from ..health import FollowedPair, Health, health_of, reasons, with_requests
from .pair_people import PersonOfPair, people_of
from .pair_stages import FollowedProgress, PairProgress, Stage, with_progress
from .pair_timeline import Timeline, timeline_of


@dataclass(frozen=True)
class PairOverview:
    """A pair as a member sees it. `health` is None after the end."""

    health: Health | None
    reasons: list[str]
    people: list[PersonOfPair]
    stages: list[Stage]
    timeline: Timeline
    is_in_care: bool  # of the member, who can log contacts and note concerns
    may_assign: bool  # a carer


def overview_of(
    match: Match, member: User, *, in_care: bool, page: int, at: datetime
) -> PairOverview:
    """Return what `member` may see of a pair that they may open.

    `in_care`: they look after it, see `endings.may_be_handled_by`; `page` is of the timeline.
    """
    rows = Match.objects.filter(pk=match.pk).with_people().prefetch_related("moved_dates")
    related = rows.select_related("mentee__cohort__program__policy")
    row = with_progress(with_requests(related, reader=member, at=at), member).get()
    followed = cast(FollowedPair, row)
    is_open = row.state != Match.State.CLOSED
    return PairOverview(
        health=health_of(followed, at=at) if is_open else None,
        reasons=reasons(followed, at=at) if is_open else [],
        people=people_of(row, member, at, in_care=in_care),
        stages=PairProgress.read(cast(FollowedProgress, row), member, at).stages(),
        timeline=timeline_of(row, member, page=page, at=at),
        is_in_care=in_care,
        may_assign=is_open and has_role(member, row.program, *ASSIGNERS),
    )
