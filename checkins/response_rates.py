"""How many of those who were asked have answered, for each wave and role.

Members see who of the others has answered, so a rate is a figure like any other: it is hidden where
it would tell a recused member what a few people did. With a total, one hidden role hides the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import User
from applications.models import Application
from matches.models import Match

from .models import CheckIn, Wave
from .result_readers import ReaderContext, hidden_checkins, knows_turnout, own_checkins

Role = Application.Role
ROLES = (str(Role.MENTEE), str(Role.MENTOR))
# Asked of each check-in by its id: with joins PostgreSQL reads all pairs and all applications.
MENTEE_OF_PAIR = Match.objects.filter(pk=OuterRef("match")).values("mentee__person")[:1]
OWN_ROLE = Application.objects.filter(pk=OuterRef("application")).values("role")[:1]
ROLE_OF_CHECKIN = Case(
    When(person=Subquery(MENTEE_OF_PAIR), then=Value(ROLES[0])),
    When(application=None, then=Value(ROLES[1])),
    default=Subquery(OWN_ROLE),
)


@dataclass(frozen=True)
class Rate:
    """People asked and people who answered; `answered` is None where it is hidden."""

    asked: int
    answered: int | None

    @property
    def percent(self) -> int | None:
        """The rate in whole percent; None if it is hidden or no one was asked."""
        if self.answered is None or not self.asked:
            return None
        return round(100 * self.answered / self.asked)


Rates = dict[str, Rate]  # by role; "" is all


def response_rates(waves: Sequence[Wave], user: User) -> dict[int, Rates]:
    """Return {wave: its rates} as `user` is shown them.

    `waves` come from `with_turnout`. The number of queries does not depend on them.
    """
    checkins = ReaderContext(waves, user).checkins
    by_role: dict[int, Rates] = defaultdict(dict)
    answered = Count("pk", filter=Q(state=CheckIn.State.ANSWERED))
    counted = checkins.values_list("wave", ROLE_OF_CHECKIN).annotate(asked=Count("pk"), n=answered)
    for wave, role, *numbers in counted:
        by_role[wave][role] = Rate(*numbers)
    hidden = _people_hidden(checkins, user)
    return {wave.pk: _shown(wave, by_role[wave.pk], hidden[wave.pk]) for wave in waves}


def _people_hidden(checkins: QuerySet[CheckIn], user: User) -> dict[int, list[int]]:
    """Return {wave: for each role with hidden check-ins, the number of people who count}."""
    theirs = checkins.filter(hidden_checkins(user)).exclude(person=user.pk)
    others = Count("person", distinct=True, filter=~own_checkins(user))
    found: dict[int, list[int]] = defaultdict(list)
    for wave, _role, people in theirs.values_list("wave", ROLE_OF_CHECKIN).annotate(n=others):
        found[wave].append(people)
    return found


def _shown(wave: Wave, by_role: Rates, people_hidden: list[int]) -> Rates:
    if not knows_turnout(wave):
        return {"": Rate(wave.asked, None), **_without_answers(by_role)}
    is_split = all(people >= wave.smallest_group for people in people_hidden)
    roles = by_role if is_split else _without_answers(by_role)
    return {"": Rate(wave.asked, wave.answered), **roles}


def _without_answers(rates: Rates) -> Rates:
    return {role: Rate(rate.asked, None) for role, rate in rates.items()}
