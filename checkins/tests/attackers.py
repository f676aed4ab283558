"""An attacker of pooled results: a member who remembers every figure and answer they were shown.

They know everything that their role lets them read: named answers, their own, perhaps their
partner's, and who has answered. `finds` adds and subtracts all figures.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from checkins.answer_changes import cell_of
from checkins.models import Answer, CheckIn, Theme, ThemeMark, Wave
from checkins.result_readers import group_name
from checkins.results import publish_waves
from checkins.theme_counts import WAIT, count_themes
from matches.models import Match
from programs.models import Cohort, Conflict, Membership
from testkit import checkins as make
from testkit import factories

SMALLEST = 5
DAY = timedelta(days=1)


def computable(cells, known, pair):
    """Yield small groups of people about whose answers some combination of `cells` tells.

    A cell is a figure: a set of answers as (person, check-in) that are added up, or {answer:
    factor}. `known` is a set of answers that the attacker reads, `pair` people who do not count.
    """
    figures = [dict.fromkeys(cell, 1) if not isinstance(cell, dict) else cell for cell in cells]
    columns: dict[tuple[int, ...], set] = {}
    for one in frozenset().union(*figures) - known:
        factors = tuple(figure.get(one, 0) for figure in figures)
        columns.setdefault(factors, set()).add(one[0])
    everything = np.array([*columns], dtype=float).reshape(len(columns), len(figures))
    small = [n for n, people in enumerate(columns.values()) if len(people - pair) < SMALLEST]
    for size in range(1, len(small) + 1):
        for chosen in combinations(small, size):
            people = set().union(*(list(columns.values())[n] for n in chosen))
            if len(people - pair) >= SMALLEST:
                continue
            others = np.delete(everything, chosen, axis=0)
            if rank(others) < rank(everything):
                yield frozenset(people)


def rank(matrix):
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


class Group:
    """Pairs that were all asked the same in one month that is over."""

    def __init__(self, program, pairs):
        self.program, self.cohort = program, factories.cohort(program=program)
        self.matches = [
            factories.match(factories.person(), factories.person(), self.cohort)
            for _n in range(pairs)
        ]
        Match.objects.update(introduced_at=timezone.now() - 200 * DAY)

    def add(self, member, *, role="mentor"):
        """Put a committee member into a pair, as publishing a round does."""
        other = factories.person()
        people = (other, member) if role == "mentor" else (member, other)
        self.matches.append(factories.match(*people, self.cohort))
        Conflict.objects.create(member=member, person=other, kind=Conflict.Kind.PARTNER)
        return other

    def publish(self):
        at = timezone.now() - 90 * DAY
        for match in self.matches:
            for person in match.people:
                make.answered(match, person, at=at, comment="About the evenings")
        publish_waves(timezone.now())
        self.mark()
        count_themes(timezone.now() + WAIT)
        return Wave.objects.get(cohort=self.cohort)

    def mark(self, every=1):
        """Mark a theme on every answer in words, or on one in `every`."""
        theme, _new = Theme.objects.get_or_create(
            program=self.program, code="evenings", defaults={"names": {"en": "Evenings"}}
        )
        marker = factories.member(program=self.program, role="reader")
        texts = Answer.system.filter(question__kind="text", checkin__match__in=self.matches)
        for answer in texts.order_by("pk")[::every]:
            ThemeMark.objects.create(answer=answer, theme=theme, marked_by=marker)

    def publish_milestones(
        self, *, before=99, after=99, later=None, when_applying=False, waiting=0
    ):
        """Ask a baseline, a mid-term and, if `later` is given, a closing survey.

        So many pairs answer each: of the baseline the first, later the last ones. `when_applying`:
        the baseline was asked with their applications. `waiting` mentees have no match and are
        asked how that is after the baseline.
        """
        self.when_applying = when_applying
        self.waiting = [
            factories.application(factories.person(), self.cohort) for _n in range(waiting)
        ]
        for kind, days_ago, answering in (
            ("baseline", 150, before), ("midterm", 100, after), ("closing", 60, later),
        ):  # fmt: skip
            if answering is not None:
                self._ask(kind, days_ago, answering)
                publish_waves(timezone.now())

    def _ask(self, kind, days_ago, answering):
        at = timezone.now() - days_ago * DAY
        is_first = kind == "baseline"
        for place, match in enumerate(self.matches):
            turn = place if is_first else len(self.matches) - 1 - place
            for person in match.people:
                if is_first and self.when_applying:
                    own = match.application_of(person)
                    checkin = make.opened_without_pair(own, at, "baseline")
                else:
                    checkin = make.opened(match, person, kind, at)
                self._answer(checkin, place, is_first, at, is_answered=turn < answering)
        for place, application in enumerate(self.waiting if kind != "closing" else ()):
            asked = "baseline" if is_first else "unmatched"
            checkin = make.opened_without_pair(application, at, asked)
            self._answer(checkin, place, is_first, at, is_answered=True)

    def _answer(self, checkin, place, is_first, at, *, is_answered):
        if not is_answered:
            CheckIn.objects.filter(pk=checkin.pk).update(state="lapsed")
            return
        answers = {row.code: str(2 + (not is_first) + place % 2)
                   for row in checkin.questions if row.kind == "scale"}  # fmt: skip
        make.answer(checkin, by=checkin.person, answers=answers, at=at)


def source(checkin):
    return (checkin.person_id, checkin.pk)


def groups_of(checkins):
    """Return the sources of check-ins by role; "" is all."""
    everyone = frozenset(map(source, checkins))
    mentees = {source(row) for row in checkins if row.role == "mentee"}
    return {"": everyone, "mentee": everyone & mentees, "mentor": everyone - mentees}


class Attacker:
    """Remembers every figure and every answer that a member was ever shown."""

    def __init__(self, user, as_user):
        self.user, self.client = user, as_user(user)
        self.cells: dict[object, list] = {}
        self.read: dict[object, set] = {}

    def look(self):
        """Open the results and read every answer by name, as the role of today allows."""
        for wave in Wave.objects.all():
            rows = CheckIn.objects.filter(wave=wave).select_related("match__mentee", "application")
            places = groups_of([row for row in rows if row.answered_at])
            response = self.client.get(reverse("admin:checkins_wave_change", args=[wave.pk]))
            assert response.status_code == 200
            for table in response.context["tables"]:
                self.see(
                    table["question"].code,
                    (places[row["role"]] for row in table["rows"] if row["figure"]),
                )
            self._look_at_themes(response, places)
            self._look_at_trends(wave, places, groups_of(rows))
        for row in (
            Answer.objects.visible_to(self.user).exclude(choice="").select_related("checkin")
        ):
            self.read.setdefault(row.question.code, set()).add(source(row.checkin))
        words = Answer.objects.visible_to(self.user).filter(choice="").select_related("checkin")
        for theme in Theme.objects.values_list("pk", flat=True):
            self.read.setdefault(("theme", theme), set()).update(
                source(row.checkin) for row in words
            )
        for cohort in Cohort.objects.filter(pk__in=Wave.objects.values("cohort")):
            self._look_at_changes(cohort)
        self._look_at_turnout()
        return self

    def see(self, about, cells):
        found = self.cells.setdefault(about, [])
        found += [cell for cell in cells if cell not in found]

    def _look_at_themes(self, response, places):
        """See every count of a theme; that it is small tells something as well."""
        roles = {group_name(role): role for role in ("", "mentee", "mentor")}
        for row in response.context["theme_rows"]:
            self.see(("theme", row.theme), (places[roles[who]] for who, _words in row.cells))

    def _look_at_trends(self, wave, places, asked):
        """See the same figures again, for every month, and the response rates."""
        found = self.client.get(reverse("admin:checkins_wave_trend", args=[wave.pk])).context[
            "found"
        ]
        for points in found.points:
            for point in points:
                if point.wave == wave:
                    rows = point.table["rows"]
                    cells = (places[row["role"]] for row in rows if row["figure"])
                    self.see(point.table["question"].code, cells)
        shown = {role for role, rate in found.rates[wave.pk].items() if rate.answered is not None}
        self.see("turnout", (asked[role] for role in shown))

    def _look_at_changes(self, cohort):
        page = self.client.get(reverse("admin:checkins_wave_before-after", args=[cohort.pk]))
        for question, changes in page.context["found"]:
            for change in changes:
                stored = next(
                    one
                    for one in Wave.objects.get(pk=change.wave.pk).changes
                    if one["code"] == question.code and one["before"] == change.before
                )
                shown = [part.role for part in change.parts if part.mean]
                self.see(question.code, (cell_of(stored, role) for role in shown))

    def _look_at_turnout(self):
        page = self.client.get(reverse("admin:checkins_wave_changelist"))
        found = page.context["cl"]
        for wave in found.result_list:
            if found.model_admin.rate(wave) is not None:
                rows = CheckIn.objects.filter(wave=wave).select_related("application")
                self.see("turnout", [groups_of(rows)[""]])
        seen = CheckIn.objects.visible_to(self.user)
        self.read.setdefault("turnout", set()).update(map(source, seen))

    def finds(self):
        """Return the questions about which they can compute what a few people said."""
        pairs = Match.objects.of(self.user).values_list("mentee__person", "mentor__person")
        pair = {person for people in pairs for person in people} | {self.user.pk}
        return [
            str(question)
            for question, cells in self.cells.items()
            if list(computable(cells, self.read.get(question, set()), pair))
        ]


def role_reader(group):
    return factories.member(program=group.program, role="reader")


def role_matcher(group):
    return factories.member(program=group.program, role="matcher")


def carer_of(number):
    def made(group):
        carer = factories.member(program=group.program, role="carer")
        for match in group.matches[:number]:
            Match.objects.filter(pk=match.pk).update(carer=carer)
        return carer

    made.__name__ = f"carer_of_{number}"
    return made


def deputy(group):
    carer = carer_of(len(group.matches) - 1)(group)
    found = factories.member(program=group.program, role="reader")
    Membership.objects.filter(user=carer).update(deputy=found)
    return found


def role_chair(group):
    return factories.member(program=group.program, role="chair")


def member_in_a_pair(role, side):
    def made(group):
        found = factories.member(program=group.program, role=role)
        group.matches.pop()
        group.add(found, role=side)
        return found

    made.__name__ = f"{role}_who_is_a_{side}"
    return made


def chair_with_a_conflict(group):
    chair = role_chair(group)
    Conflict.objects.create(member=chair, person=group.matches[0].mentee.person)
    return chair


def maintainer(group):
    return factories.person(is_superuser=True, is_staff=True)


def maintainer_in_a_pair(group):
    found = maintainer(group)
    group.matches.pop()
    group.add(found)
    return found


ROLES = [
    role_reader,
    role_matcher,
    carer_of(1),
    carer_of(2),
    deputy,
    role_chair,
    *(
        member_in_a_pair(role, side)
        for role in ("reader", "carer", "chair")
        for side in ("mentor", "mentee")
    ),
    chair_with_a_conflict,
    maintainer,
    maintainer_in_a_pair,
]
roles = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.__name__)
