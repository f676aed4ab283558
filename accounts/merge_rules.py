"""What merging two accounts does to each reference to a person; `merging_accounts` applies it.

Each app registers a rule for every foreign key to a person, beside what it erases and exports. A
reference without a rule fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import User


@dataclass(frozen=True)
class Accounts:
    """Two accounts of one person: the one that stays, and the one whose rows it gets."""

    kept: User
    other: User
    at: datetime

    @property
    def both(self) -> tuple[int, int]:
        return self.kept.pk, self.other.pk


@dataclass(frozen=True)
class Obstacle:
    """Why two accounts cannot be merged as they are, in words for the person.

    `program` is that whose chairs may read it too; None if only the person may.
    """

    text: str | Promise
    program: int | None = None


Obstacles = Callable[[Accounts], Iterator[Obstacle]]
Step = Callable[[Accounts], None]
Reference = tuple[type[Model], str]  # a model and its foreign key to a person

ACTED = _(
    "With one of the two accounts you have, as a member of a committee, read or decided about the"
    " other one. Such accounts stay apart."
)


def nothing(reference: Reference, accounts: Accounts) -> Iterator[Obstacle]:
    """Find no obstacle."""
    yield from ()


def rows_of(reference: Reference, person: User) -> QuerySet:
    """Return the rows of a reference that name `person`."""
    model, field = reference
    return model._base_manager.filter(**{field: person.pk})


def move_rows(reference: Reference, accounts: Accounts) -> None:
    """Let the rows name the account that stays."""
    rows_of(reference, accounts.other).update(**{reference[1]: accounts.kept.pk})


def leave_rows(reference: Reference, accounts: Accounts) -> None:
    """Do nothing: a step of the app has done it."""


@dataclass(frozen=True)
class MergeRule:
    """What happens to the rows of one reference, and what stands in the way of a merge."""

    apply: Callable[[Reference, Accounts], None] = move_rows
    obstacles: Callable[[Reference, Accounts], Iterator[Obstacle]] = nothing


MOVES = MergeRule()  # no row of the one can be in the way of a row of the other
BY_STEP = MergeRule(apply=leave_rows)  # a step of the app moves or deletes the rows


def acts(*about: str) -> MergeRule:
    """Move what a member did. It is refused if the one account did it about the other.

    `about`: lookups from the row to the people whom it is about.
    """

    def find(reference: Reference, accounts: Accounts) -> Iterator[Obstacle]:
        model, field = reference
        pairs = (accounts.both, accounts.both[::-1])
        found = [Q(**{field: a, path: b}) for a, b in pairs for path in about]
        # First by the index of the member: an OR across tables alone would read all rows.
        mine = model._base_manager.filter(**{f"{field}__in": accounts.both})
        if found and mine.filter(reduce(or_, found)).exists():
            yield Obstacle(ACTED)

    return MergeRule(obstacles=find)


def one_of(*same: str, when: Q | None = None) -> MergeRule:
    """Move the rows, but delete one of which the kept account has the same, in the columns `same`.

    `when` limits it to rows that are compared.
    """

    def apply(reference: Reference, accounts: Accounts) -> None:
        mine = rows_of(reference, accounts.kept).filter(when or Q())
        twin = mine.filter(**{name: OuterRef(name) for name in same})
        others = rows_of(reference, accounts.other).filter(when or Q())
        others.filter(Exists(twin)).delete()
        move_rows(reference, accounts)

    return MergeRule(apply=apply)


RULES: dict[str, MergeRule] = {}  # by "app.Model.field"
LOCKS: list[Step] = []
OBSTACLES: list[Obstacles] = []
BEFORE: list[Step] = []
AFTER: list[Step] = []


def register(
    app: str,
    rules: Mapping[str, Mapping[str, MergeRule]],
    *,
    lock: Step | None = None,
    obstacles: Obstacles | None = None,
    before: Step | None = None,
    after: Step | None = None,
) -> None:
    """Register the rules of one app as {"Model": {"field other_field": rule}}.

    `lock` locks rows of both accounts before anything is read; lower apps first, as every verb:
    applications, then pairs. `before` runs before any row moves and may delete and change rows of
    both accounts, `after` when all have moved; upper apps first. They run in the transaction of the
    merge and must do nothing a second time.
    """
    for model, fields in rules.items():
        for names, rule in fields.items():
            RULES.update({f"{app}.{model}.{name}": rule for name in names.split()})
    LOCKS.extend([lock] if lock else [])
    OBSTACLES.extend([obstacles] if obstacles else [])
    BEFORE.extend([before] if before else [])
    AFTER.extend([after] if after else [])


def references() -> dict[str, Reference]:
    """Return every foreign key to a person in the database, by "app.Model.field"."""
    return {
        f"{model._meta.label}.{field.name}": (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is User
    }
