"""Copy a round to try something out, and compare two rounds of a cohort."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application

from ..models import Override, Proposal, Round, RoundEntry, RoundPlan, RoundText, Snapshot
from ..models.rounds import NAME_LENGTH
from .lifecycle import current_mates, open_round
from .plan_updates import Mates, check_may_change

COPIED_FIELDS = (
    "criteria",
    "objective",
    "min_score",
    "budget",
    "stability_bonus",
    "draft",
    "plan_version",
    "mentees",
    "pairs",
    "total",
    "before_pairs",
    "before_total",
    "has_certificate",
    "input_hash",
    "engine_version",
)


@transaction.atomic
def copy_round(round_: Round, *, by: User) -> Round:
    """Create a draft with the same people, criteria, plan, decisions and texts of e-mails.

    A second click returns the copy of the first. Raises ActionNotAllowed for anyone but a matcher
    or chair.
    """
    check_may_change(round_, by)
    if unchanged := _unchanged_copy(round_):
        return unchanged
    name = _("What if: %(name)s") % {"name": round_.name}
    copy = open_round(round_.cohort, by=by, name=Truncator(name).chars(NAME_LENGTH))
    Round.system.filter(pk=copy.pk).update(
        copied_from=round_, **{field: getattr(round_, field) for field in COPIED_FIELDS}
    )
    copy.refresh_from_db(from_queryset=Round.system.all())
    for model in (Snapshot, RoundPlan, Proposal, Override, RoundText):
        _copy_rows(model, round_, copy)
    RoundEntry.objects.create(
        round=copy,
        version=copy.plan_version,
        kind=RoundEntry.Kind.NOTE,
        by=by,
        at=timezone.now(),
        facts={"copy": round_.number},
    )
    return copy


def _unchanged_copy(round_: Round) -> Round | None:
    """Return a copy in which nothing has been tried out yet and that says what `round_` says."""
    copies = Round.system.filter(
        copied_from=round_, state=Round.State.DRAFT, plan_version=round_.plan_version
    )
    is_same = (
        copy
        for copy in copies
        if all(getattr(copy, field) == getattr(round_, field) for field in COPIED_FIELDS)
        and _texts(copy) == _texts(round_)
    )
    return next(is_same, None)


def _texts(round_: Round) -> set[tuple[object, ...]]:
    """Return the committee's words in the e-mails of a round, to compare them."""
    rows = RoundText.system.filter(round=round_)
    return set(rows.values_list("sort", "language", "application", "partner", "subject", "text"))


RoundPart = type[Snapshot] | type[RoundPlan] | type[Proposal] | type[Override] | type[RoundText]


def _copy_rows(model: RoundPart, round_: Round, copy: Round) -> None:
    rows = list(model.system.filter(round=round_))
    for row in rows:
        row.pk = None
        setattr(row, "round", copy)  # noqa: B010  the five models share the field, not its type
        if isinstance(row, Proposal):
            row.public_id = Proposal._meta.get_field("public_id").get_default()
    model.system.bulk_create(rows, batch_size=500)


@dataclass(frozen=True)
class PairDifference:
    """A mentee whom two rounds treat differently; names, or words where there is no mentor."""

    mentee: str
    here: str
    there: str


@dataclass(frozen=True)
class RoundComparison:
    """What differs between two rounds; `hidden` rows involve a conflict of interest.

    `rows` are the mentees with another mentor; `only_one` those who are in one round only.
    `figures` has (what is counted, in this round, in the other) for the mentees whom the member
    may see. Points are left out: those of other weights say nothing beside each other.
    """

    rows: list[PairDifference]
    only_one: list[PairDifference]
    hidden: int
    figures: list[tuple[str, int, int]]
    has_other_criteria: bool

    @property
    def count(self) -> int:
        """How many mentees differ, hidden ones included."""
        return len(self.rows) + len(self.only_one) + self.hidden


def differences(here: Round, there: Round, user: User) -> RoundComparison:
    """Return who has a different mentor in the other round, or is not in it."""
    mates = [current_mates(here), current_mates(there)]
    in_one = mates[0].keys() ^ mates[1].keys()
    in_both = mates[0].keys() & mates[1].keys()
    differing = in_one | {pk for pk in in_both if mates[0][pk] != mates[1][pk]}
    ids = differing | {
        mentor for mate in mates for pk, mentor in mate.items() if pk in differing and mentor
    }
    seen = Application.objects.for_committee(user).filter(pk__in=ids).select_related("person")
    names = {one.pk: str(one.person) for one in seen}
    shown: dict[int, PairDifference] = {}
    for pk in differing:
        people = {pk, mates[0].get(pk), mates[1].get(pk)} - {None}
        if not people - names.keys():
            one, other = (_name(mate, pk, names) for mate in mates)
            shown[pk] = PairDifference(names[pk], one, other)
    order = sorted(shown, key=lambda pk: shown[pk].mentee)
    return RoundComparison(
        [shown[pk] for pk in order if pk in in_both],
        [shown[pk] for pk in order if pk in in_one],
        len(differing) - len(shown),
        _figures(here, there, user),
        here.criteria != there.criteria,
    )


def _figures(here: Round, there: Round, user: User) -> list[tuple[str, int, int]]:
    """Count the mentees of two plans by how well their pair fits."""
    plans = Proposal.objects.visible_to(user).filter(round__in=[here, there]).in_plan()
    rows = plans.values_list("round", "band").annotate(n=Count("pk"), paired=Count("mentor"))
    counts = {(round_, band): (n, paired) for round_, band, n, paired in rows}
    found = []
    for band in Proposal.Band:
        pairs = [counts.get((one.pk, band.value), (0, 0))[1] for one in (here, there)]
        found.append((_("Fit: %(band)s") % {"band": band.label}, *pairs))
    left_out = [
        sum(n - paired for (pk, _band), (n, paired) in counts.items() if pk == one.pk)
        for one in (here, there)
    ]
    return [*found, (_("Without a mentor"), *left_out)]


def _name(mates: Mates, mentee: int, names: dict[int, str]) -> str:
    if mentee not in mates:
        return _("not in this round")
    mentor = mates[mentee]
    return names[mentor] if mentor else _("no mentor")
