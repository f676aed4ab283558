"""Who is shown which pooled figures.

The figures of a wave are the same for everyone and never change. A member is shown those from which
they can't compute the answers of a few people, whatever else they know:

1. their own answers, and perhaps those of their partner;
2. answers on the care channel that they may read today, could read when the wave was published, or
   could read as the chair before;
3. in a later role, every answer but those of people they have a conflict of interest with. So a
   member who is in one of the pairs is not shown the figures of the care channel at all, unless the
   pairs hidden from them are many enough: as a chair they could subtract all others.

How many people answered is such a figure as well: members see who of the others has answered. Of
the people who were asked when they applied they see it of no one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypedDict

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Membership, conflicts_with, ids_read_once
from programs.models.read_once import read_once

from .models import WITHOUT_PAIR, CheckIn, Question, Wave
from .needs import question_about
from .results import NeedTable, StoredFigure, Table
from .suppression import Knowledge, Source, shown_parts

Channel = Question.Channel


class Row(TypedDict):
    """One line of a table on the page: who, how many, the figure, shares as (answer, percent).

    `role` is "" in the line of all, and `who` its name.
    """

    role: str
    who: str
    count: int | None
    figure: StoredFigure | None
    shares: list[tuple[str, int]]


class ShownTable(TypedDict):
    """The figures of one question, as a reader is shown them."""

    question: Question
    rows: list[Row]


def group_name(role: str) -> str:
    """Return the name of the group of everyone with `role`; "" is all."""
    if not role:
        return pgettext("people", "All")
    return _("Mentees") if role == Application.Role.MENTEE else _("Mentors")


def recused_matches(user: User) -> QuerySet[Match]:
    """Return the matches of which `user` sees nothing as a committee member."""
    # Two lookups by index, put together: an OR across two joins reads every match there is.
    as_mentee, as_mentor = (
        Match.objects.filter(conflicts_with(user, f"{role}__person"))
        .order_by()
        .values_list("pk", flat=True)
        for role in ("mentee", "mentor")
    )
    ids = ids_read_once("recused pairs", user, lambda: as_mentee.union(as_mentor))
    return Match.objects.filter(pk__in=ids)


def hidden_checkins(user: User) -> Q:
    """Match check-ins of which `user` sees nothing as a committee member."""
    of_applicants = ~Q(kind__in=WITHOUT_PAIR)
    without_pair = Q(match=None) & (conflicts_with(user, "person") | of_applicants)
    return Q(match__in=recused_matches(user)) | without_pair


def people_near(user: User) -> frozenset[int]:
    """Return the primary keys of `user` and of the people whom they are or were in a pair with."""
    pairs = Match.objects.of(user).order_by().values_list("mentee__person", "mentor__person")
    return frozenset({user.pk}.union(*read_once("people near", user, lambda: list(pairs))))


def own_checkins(user: User) -> Q:
    """Match check-ins of `user`'s pairs, and those of the same people that are about no pair."""
    return Q(match__in=Match.objects.of(user)) | Q(match=None, person__in=people_near(user))


def with_turnout(waves: QuerySet[Wave], user: User) -> QuerySet[Wave]:
    """Annotate `hidden_from_reader` and `hidden_people`, for `knows_turnout`.

    They count the check-ins of a wave whose state `user` can't see, and their people without those
    of their own pairs.
    """
    rows = CheckIn.objects.filter(hidden_checkins(user), wave=OuterRef("pk"))
    others = rows.exclude(person=user.pk).order_by().values("wave")
    counted = {
        "hidden_from_reader": others.annotate(n=Count("pk")),
        "hidden_people": others.exclude(own_checkins(user)).annotate(
            n=Count("person", distinct=True)
        ),
    }
    return waves.annotate(
        **{name: Coalesce(Subquery(found.values("n")), 0) for name, found in counted.items()}
    )


def knows_turnout(wave: Wave) -> bool:
    """Return whether the reader of `with_turnout` may be shown how many people answered."""
    hidden: int = wave.hidden_from_reader  # type: ignore[attr-defined]  # annotated
    people: int = wave.hidden_people  # type: ignore[attr-defined]  # annotated
    return not hidden or people >= wave.smallest_group


@dataclass(frozen=True)
class ReaderContext:
    """What a member can read of the check-ins in `waves`: a few queries for all of them."""

    waves: Sequence[Wave]
    user: User

    @cached_property
    def questions(self) -> dict[int, Question]:
        return Question.objects.select_related("survey").in_bulk(
            {table["question"] for wave in self.waves for table in wave.figures}
        )

    @property
    def checkins(self) -> QuerySet[CheckIn]:
        return CheckIn.objects.filter(wave__in=[wave.pk for wave in self.waves]).order_by()

    def _ids(self, *where: Q) -> frozenset[int]:
        return frozenset(self.checkins.filter(*where).values_list("pk", flat=True))

    @cached_property
    def own(self) -> frozenset[int]:
        """Check-ins of their own pairs."""
        return self._ids(own_checkins(self.user))

    @cached_property
    def pair(self) -> frozenset[int]:
        """Themselves and the people whom they are in a pair with."""
        return people_near(self.user)

    @cached_property
    def recused(self) -> frozenset[int]:
        return self._ids(hidden_checkins(self.user))

    @cached_property
    def readable(self) -> frozenset[int]:
        """Check-ins whose answers they read by name: now, on the day of publication, as a chair."""
        now = self._ids(Q(match__in=Match.objects.in_care_of(self.user)))
        return now | self._readable_then() | self._readable_before() - self.recused

    def _readable_then(self) -> frozenset[int]:
        reader = str(self.user.pk)
        matches = {wave.pk: set(wave.named_readers.get(reader, [])) for wave in self.waves}
        if not any(matches.values()):
            return frozenset()
        rows = self.checkins.filter(match__in=set().union(*matches.values()))
        return frozenset(
            pk
            for pk, wave, match in rows.values_list("pk", "wave", "match")
            if match in matches[wave]
        )

    def _readable_before(self) -> frozenset[int]:
        before = Q(pk__in=[])
        roles = Membership.objects.of(self.user, Membership.Role.CHAIR)
        programs = {wave.cohort.program_id for wave in self.waves}
        for role in roles.filter(program__in=programs, until__isnull=False):
            in_program = Q(wave__cohort__program=role.program_id)
            before |= Q(in_program, answered_at__date__lt=role.until)
        return self._ids(before)

    def knowledge(self, channel: str, answers: frozenset[Source]) -> Knowledge:
        """Return what they know of `answers` to one question on `channel`."""
        own = {source for source in answers if source.person == self.user.pk}
        match channel:
            case Channel.CARE:
                known = self._of(answers, self.readable) | own
                later = answers - self._of(answers, self.recused) | own
                return Knowledge((known, later), self.pair)
            case Channel.PARTNER:
                return Knowledge((own | self._of(answers, self.own),), self.pair)
            case _:
                return Knowledge((own,), self.pair)

    @staticmethod
    def _of(answers: Iterable[Source], checkins: frozenset[int]) -> frozenset[Source]:
        return frozenset(source for source in answers if source.checkin in checkins)


@dataclass(frozen=True)
class ResultReader:
    """A committee member who looks at one wave."""

    wave: Wave
    context: ReaderContext

    @classmethod
    def of(cls, wave: Wave, user: User) -> Self:
        """Return the reader of one wave alone."""
        return cls(wave, ReaderContext([wave], user))

    def tables(self) -> list[ShownTable]:
        """Return what they may see, for a page."""
        stored: list[Table] = self.wave.figures
        return [
            ShownTable(question=question, rows=self._rows(question, table))
            for table in stored
            if (question := self.context.questions.get(table["question"]))
        ]

    def need_tables(self) -> list[ShownTable]:
        """Return what they may see of the answers about needs, by topic."""
        stored: list[NeedTable] = self.wave.need_figures
        questions = [question_about(table["topic"], table["names"]) for table in stored]
        return [
            ShownTable(question=question, rows=self._rows(question, table))
            for question, table in zip(questions, stored, strict=True)
        ]

    def _rows(self, question: Question, table: Table | NeedTable) -> list[Row]:
        shown = self.shown(question, table)
        cells = [("", table["total"] if "" in shown else None)]
        for role, figure in table["parts"].items():
            if role in question.roles:
                cells.append((role, figure if role in shown else None))
        texts = dict(question.options)
        return [
            Row(
                role=role,
                who=group_name(role),
                count=figure["count"] if figure and knows_turnout(self.wave) else None,
                figure=figure,
                shares=[(texts.get(code, code), share) for code, share in figure["shares"]]
                if figure
                else [],
            )
            for role, figure in cells
        ]

    def shown(self, question: Question, table: Table | NeedTable) -> frozenset[str]:
        """Return the figures that are shown: "" for all, and roles."""
        parts = {
            role: frozenset(Source(*source) for source in sources)
            for role, sources in table["counted"].items()
        }
        among = [role for role, figure in table["parts"].items() if figure]
        reader = self.context.knowledge(question.channel, frozenset().union(*parts.values()))
        roles = shown_parts(parts, self.wave.smallest_group, reader=reader, among=among)
        if roles is None or table["total"] is None:
            return frozenset()
        return roles | {""}
