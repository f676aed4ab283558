"""What the workbench shows one member: figures, lists and rows, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from accounts.models import User
from applications.models import Application
from matches.match_creation import capacity_of
from matches.models import Match
from matches.vocabulary_text import Vocabulary
from programs.committee_admin import state_tone
from programs.models import conflicts_with

from ..explanations.explanation_text import (
    CAUTION_TEXTS,
    Why,
    committee_whys,
    fix_text,
    why_left_out,
)
from ..models import Proposal, Round, RoundEntry, Snapshot
from ..pool.applicant_data import changed_since
from ..recusal import ViewerContext
from .queues import QUEUES, PlanLists

Band = Proposal.Band
PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One mentee of the round as the list shows it."""

    proposal: Proposal
    whys: list[Why]
    load: int
    places: int
    left_out: str = ""
    fix: str = ""
    shows_initials: bool = False  # initials in place of names, until the row is opened

    @property
    def mentee_name(self) -> str:
        return called(self.mentee, self.shows_initials)

    @property
    def mentor_name(self) -> str:
        return called(self.mentor, self.shows_initials) if self.mentor else ""

    @property
    def mentee(self) -> Application:
        return self.proposal.mentee

    @property
    def mentor(self) -> Application | None:
        return self.proposal.mentor

    @property
    def tone(self) -> str:
        return state_tone(self.proposal.band)

    @property
    def anchor(self) -> str:
        return f"row-{self.mentee.public_id}"


class Workbench:
    """The list of a round for one member; rows with a conflict of interest are only counted."""

    def __init__(
        self,
        viewer: ViewerContext,
        *,
        queue: str = "all",
        find: str = "",
        page: int | str = 1,
        only_figures: bool = False,
    ) -> None:
        round_ = self.round = viewer.round
        self.queue = queue if queue in QUEUES else "all"
        self.find = find.strip()
        self.vocabulary = Vocabulary(round_.program)
        mine = viewer.proposals().in_plan()
        self.lists = PlanLists(mine)
        self.counts = self.lists.counts
        self.hidden = round_.mentees - self.counts["all"]
        self.rows: list[Row] = []
        if not only_figures:
            self.page = self._page(mine, page)
            found = list(self.page.object_list)
            self.rows = rows_of(
                round_,
                found,
                self.vocabulary,
                viewer.user,
                in_list=True,
                shared=self.lists.shared,
            )

    def _page(self, mine: QuerySet[Proposal], page: int | str) -> Page:
        rows = mine.with_names().filter(self.lists.filter(self.queue))  # type: ignore[attr-defined]  # our own queryset
        if self.find:
            rows = rows.filter(
                Q(mentee__person__name__icontains=self.find)
                | Q(mentor__person__name__icontains=self.find)
            )
        # By the mentees' stable keys: the same order for everyone, also after a run.
        pages = Paginator(rows.order_by("mentee__external_key", "mentee_id"), PER_PAGE)
        if not self.find:
            pages.count = self.counts[self.queue]
        return pages.get_page(page)

    @property
    def place(self) -> str:
        """Where in the list the member is, as the end of an address; empty at its beginning."""
        number = self.page.number if self.page.number > 1 else ""
        at = {"queue": self.queue if self.queue != "all" else "", "find": self.find, "page": number}
        return urlencode({name: value for name, value in at.items() if value})

    @property
    def queues(self) -> list[dict[str, object]]:
        """The tabs above the list, with their counts."""
        return [
            {
                "name": name,
                "label": queue.label,
                "count": self.counts[name],
                "is_current": name == self.queue,
            }
            for name, queue in QUEUES.items()
            if (queue.has_tab or name == self.queue) and (name != "changed" or self.round.draft > 1)
        ]

    @property
    def bands(self) -> list[dict[str, object]]:
        return [
            {"band": band, "label": band.label, "count": self.counts[band.value]} for band in Band
        ]

    @property
    def shared_warnings(self) -> list[str]:
        """What is true of every pair, said once above the list."""
        codes = sorted(self.lists.shared)
        return [str(CAUTION_TEXTS[code]) for code in codes if code in CAUTION_TEXTS]

    @property
    def gained_pairs(self) -> int | None:
        """Pairs more than in the draft before; None in the first draft."""
        return (
            None if self.round.before_pairs is None else self.round.pairs - self.round.before_pairs
        )


def called(application: Application, shows_initials: bool) -> str:
    return application.person.initials if shows_initials else str(application.person)


def rows_of(
    round_: Round,
    proposals: list[Proposal],
    vocabulary: Vocabulary,
    user: User,
    *,
    in_list: bool = False,
    shared: frozenset[str] = frozenset(),
) -> list[Row]:
    """Return rows with their reasons as text; `proposals` come with their people.

    in_list: show initials instead of names if the program's policy says so.
    shared: warnings of every pair, which are not repeated in the rows.
    """
    veil = in_list and round_.program.policy.hide_names_until_opened
    named = mentor_names_in_reasons(proposals, user, veil)
    load = loads(round_, {row.mentor_id for row in proposals} - {None})
    made, criteria = [], round_.criteria
    for row in proposals:
        if row.mentor is None:
            fix = next(
                (
                    fix_text(fix, named, criteria)
                    for fix in row.why.get("fixes", [])
                    if fix[1] in named
                ),
                "",
            )
            made.append(Row(row, [], 0, 0, why_left_out(row.why, named, criteria), fix, veil))
        else:
            row.mentor.cohort = round_.cohort
            own = [code for code in row.cautions if code not in shared]
            whys = committee_whys(row.why, own, vocabulary, criteria)
            made.append(
                Row(row, whys, load[row.mentor.pk], capacity_of(row.mentor), shows_initials=veil)
            )
    return made


def loads(round_: Round, mentors: set[int | None]) -> Counter[int]:
    """How many mentees each of these mentors would have, those from before included; one query."""
    planned = (
        Proposal.system.filter(round=round_, mentor__in=mentors)
        .order_by()
        .values_list("mentor", flat=True)
    )
    open_ = (
        Match.objects.open().filter(mentor__in=mentors).order_by().values_list("mentor", flat=True)
    )
    planned = planned.exclude(state__in=[Proposal.State.REJECTED, Proposal.State.CHOSEN])
    # Since Django 6.1 a union takes the ordering of its first model, unless it is cleared.
    found = planned.union(open_, all=True).order_by()
    return Counter(found) if mentors else Counter()


def mentor_names_in_reasons(
    proposals: list[Proposal], user: User, shows_initials: bool = False
) -> dict[int, str]:
    """Return names of mentors in the reasons of unmatched rows, without conflicts of interest."""
    ids = {fix[1] for row in proposals if row.mentor_id is None for fix in row.why.get("fixes", [])}
    ids |= {row.why["mentor"] for row in proposals if row.mentor_id is None and "mentor" in row.why}
    if not ids:
        return {}
    seen = (
        Application.objects.exclude(conflicts_with(user, "person"))
        .filter(pk__in=ids)
        .select_related("person")
    )
    return {one.pk: called(one, shows_initials) for one in seen}


def news(round_: Round, fingerprints: dict[str, str]) -> list[str]:
    """What has changed among the people since this draft, in words; empty when nothing has."""
    since = changed_since(round_.cohort, fingerprints)
    counts = {"changed": since["changed"], "new": since["new"], "gone": since["gone"]}
    return [_news(what, len(people)) for what, people in counts.items() if people]


def _news(what: str, count: int) -> str:
    match what:
        case "changed":
            text = ngettext(
                "%(count)s person changed an answer since this draft.",
                "%(count)s people changed an answer since this draft.",
                count,
            )
        case "new":
            text = ngettext(
                "%(count)s person became ready since this draft.",
                "%(count)s people became ready since this draft.",
                count,
            )
        case _:
            text = ngettext(
                "%(count)s person left since this draft.",
                "%(count)s people left since this draft.",
                count,
            )
    return text % {"count": count}


def snapshot_of(round_: Round) -> Snapshot | None:
    """The snapshot without its arrays, for pages that only need figures."""
    light = Snapshot.system.defer("people", "scores", "columns")
    return light.filter(round=round_).first()


def last_entry(viewer: ViewerContext) -> RoundEntry | None:
    """Return the newest decision that can be undone and that the member sees."""
    entries = viewer.entries().in_force().exclude(kind=RoundEntry.Kind.RUN)
    return (
        entries.select_related("by", "mentee__person", "mentor__person")
        .defer("plan_before")
        .order_by("-version")
        .first()
    )
