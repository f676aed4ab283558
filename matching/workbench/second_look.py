"""The order in which a second member reads a plan: what needs a second pair of eyes comes first.

Each row is read once, under the first heading that fits it. The member approves where the reading
ends, on the last page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matches.vocabulary_text import Vocabulary
from programs.models import conflicts_with

from ..models import Override, Proposal, RoundEntry
from ..recusal import ViewerContext
from .queues import UNSURE, PlanLists
from .workbench import Row, rows_of

Kind = RoundEntry.Kind
PER_PAGE = 50


class Heading(models.TextChoices):
    """Why a row is read, the most important first."""

    OVERRIDDEN = "overridden", _("A rule was waived")
    AGAINST_ADVICE = "against_advice", _("Pinned against the engine's advice")
    CONFLICT = "conflict", _("The member who prepared the round has a conflict of interest")
    THIN = "thin", _("Thin: few reasons for this pair")
    CHECK = "check", _("Possible, or with a warning of its own")
    PINNED = "pinned", _("Pinned")
    LEFT_OUT = "left_out", _("Left out")
    REST = "rest", _("Without anything to note")


@dataclass
class Section:
    """Rows of one page under one heading, and how many rows the heading has in all."""

    heading: str
    count: int
    rows: list[Row] = field(default_factory=list)


class SecondLook:
    """The pages of a second look for one member, in a fixed number of queries."""

    def __init__(self, viewer: ViewerContext, page: str | None) -> None:
        self.viewer = viewer
        mine = viewer.proposals().in_plan()
        self.lists = PlanLists(mine)
        order = self._order()
        self.counts = {name: len([1 for one, _pk in order if one == name]) for name in Heading}
        self.page: Page = Paginator(order, PER_PAGE).get_page(page)
        self.sections = self._sections(list(self.page.object_list))

    @property
    def is_end(self) -> bool:
        """Return whether the reading ends on this page."""
        return not self.page.has_next()

    def _order(self) -> list[tuple[Heading, int]]:
        """Return (heading, id of the row) of the whole plan in reading order."""
        found: dict[int, Heading] = {}
        rows = self.viewer.proposals().in_plan().order_by("mentee__external_key", "mentee_id")
        for heading, condition in self._conditions():
            for pk in rows.filter(condition).values_list("pk", flat=True):
                found.setdefault(pk, heading)
        return [(heading, pk) for pk, heading in found.items()]

    def _conditions(self) -> Iterable[tuple[Heading, Q]]:
        round_ = self.viewer.round
        waived = Override.objects.visible_to(self.viewer.user).filter(round=round_)
        entries = self.viewer.entries().in_force()
        costly = entries.filter(kind__in=[Kind.PIN, Kind.CHOOSE, Kind.SWAP]).filter(
            Q(cost_pairs__gt=0) | Q(cost_points__gt=0)
        )
        paired = Q(mentor__isnull=False)
        pinned = Q(state=Proposal.State.PINNED)
        pairs = list(waived.values_list("mentee", "mentor"))
        overridden = Q(pk__in=[])
        for mentee, mentor in pairs:
            overridden |= Q(mentee=mentee, mentor=mentor)
        yield Heading.OVERRIDDEN, overridden
        against = Q(mentee__in=costly.values("mentee")) | Q(band__in=UNSURE)
        yield Heading.AGAINST_ADVICE, pinned & against
        if round_.prepared_by is not None:
            theirs = conflicts_with(round_.prepared_by, "mentee__person", "mentor__person")
            yield Heading.CONFLICT, theirs
        yield Heading.THIN, self.lists.filter("thin")
        yield Heading.CHECK, self.lists.filter("look")
        yield Heading.PINNED, pinned
        yield Heading.LEFT_OUT, ~paired
        yield Heading.REST, Q()

    def _sections(self, shown: list[tuple[Heading, int]]) -> list[Section]:
        round_, user = self.viewer.round, self.viewer.user
        ids = [pk for _heading, pk in shown]
        found = self.viewer.proposals().with_names().filter(pk__in=ids)
        by_pk = {row.pk: row for row in found}
        rows = rows_of(
            round_,
            [by_pk[pk] for pk in ids if pk in by_pk],
            Vocabulary(round_.program),
            user,
            shared=self.lists.shared,
        )
        sections: dict[Heading, Section] = {}
        headings = {pk: heading for heading, pk in shown}
        for row in rows:
            heading = headings[row.proposal.pk]
            section = sections.setdefault(
                heading, Section(str(heading.label), self.counts[heading])
            )
            section.rows.append(row)
        return list(sections.values())
