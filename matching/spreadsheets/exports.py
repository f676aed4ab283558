"""Pairs and scores of a round as tables that a spreadsheet can open safely.

A cell that a spreadsheet would run as a formula gets an apostrophe before it. People whom the
member has a conflict of interest with are left out.
"""

from __future__ import annotations

import tablib
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from matches.vocabulary_text import Vocabulary
from programs.models import conflicts_with

from ..criteria import CriteriaDict, criterion_labels
from ..explanations.explanation_text import committee_whys, cost_text, why_left_out
from ..models import Proposal, Round
from ..storage.solver_state import SolverState

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(value: object) -> object:
    """Text that could be taken for a formula gets an apostrophe; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(RISKY) else value


def pairs(round_: Round, user: User) -> tablib.Dataset:
    """Return one row per mentee: pair, state, fit, points, why, and the cost of dropping it."""
    headers = [
        _("Mentee"),
        _("Mentee's e-mail"),
        _("Mentor"),
        _("Mentor's e-mail"),
        _("State"),
        _("Fit"),
        _("Points"),
        *(safe(label) for label in criterion_labels(round_.criteria).values()),
        _("Why"),
        _("Lost without this pair"),
    ]
    data = tablib.Dataset(headers=headers, title=_("Pairs"))
    vocabulary = Vocabulary(round_.program)
    rows = Proposal.objects.visible_to(user).filter(round=round_).in_plan()
    rows = rows.with_names("mentee__person__email", "mentor__person__email")
    for row in rows.order_by("mentee__external_key", "mentee"):
        data.append([safe(cell) for cell in _pair_cells(row, vocabulary, round_.criteria)])
    return data


def _pair_cells(row: Proposal, vocabulary: Vocabulary, criteria: CriteriaDict) -> list[object]:
    codes = criterion_labels(criteria)
    mentee = row.mentee.person
    if row.mentor is None:
        blank: list[object] = [""] * len(codes)
        return [
            mentee.name,
            mentee.address,
            "",
            "",
            _("Unmatched"),
            "",
            "",
            *blank,
            why_left_out(row.why, {}, criteria),
            "",
        ]
    why = "; ".join(one.text for one in committee_whys(row.why, row.cautions, vocabulary, criteria))
    price = "" if row.price_pairs is None else cost_text(row.price_pairs, row.price_points or 0)
    parts = [row.parts.get(code, 0) for code in codes]
    person = row.mentor.person
    state, band = row.get_state_display(), row.get_band_display()
    return [
        mentee.name,
        mentee.address,
        person.name,
        person.address,
        state,
        band,
        row.score,
        *parts,
        why,
        price,
    ]


def scores(round_: Round, user: User) -> tablib.Dataset:
    """Mentees down, mentors across, points in the cells; empty where a rule forbids the pair."""
    solver = SolverState.load(round_)
    seen = Application.objects.filter(pk__in=[*solver.mentees, *solver.mentors]).exclude(
        conflicts_with(user, "person")
    )
    names = {one.pk: one.person.name_and_address for one in seen.select_related("person")}
    columns = [j for j, pk in enumerate(solver.mentors) if pk in names]
    data = tablib.Dataset(
        headers=[_("Mentee"), *(safe(names[solver.mentors[j]]) for j in columns)],
        title=_("Scores"),
    )
    for i, pk in enumerate(solver.mentees):
        if pk in names:
            row = solver.table.S[i, columns].tolist()
            data.append([safe(names[pk]), *("" if points < 0 else points for points in row)])
    return data


def as_csv(data: tablib.Dataset) -> str:
    """With a byte-order mark, so that spreadsheets read names in every script."""
    return "\ufeff" + data.export("csv")


def as_xlsx(data: tablib.Dataset) -> bytes:
    """Return the table as an Excel workbook. Cells were made safe against formulas before."""
    return data.export("xlsx", escape=False)
