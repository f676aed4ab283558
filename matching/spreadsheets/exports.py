"""Pairs and scores of a round as sheets.

People whom the member has a conflict of interest with are left out.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from matches.vocabulary_text import Vocabulary
from programs.models import conflicts_with
from programs.spreadsheets import Cell, Sheet

from ..criteria import CriteriaDict, criterion_labels
from ..explanations.explanation_text import committee_whys, cost_text, why_left_out
from ..models import Proposal, Round
from ..storage.solver_state import SolverState


def pairs(round_: Round, user: User) -> Sheet:
    """Return one row per mentee: pair, state, fit, points, why, and the cost of dropping it."""
    headings = [
        _("Mentee"),
        _("Mentee's e-mail"),
        _("Mentor"),
        _("Mentor's e-mail"),
        _("State"),
        _("Fit"),
        _("Points"),
        *criterion_labels(round_.criteria).values(),
        _("Why"),
        _("Lost without this pair"),
    ]
    vocabulary = Vocabulary(round_.program)
    rows = Proposal.objects.visible_to(user).filter(round=round_).in_plan()
    rows = rows.with_names("mentee__person__email", "mentor__person__email")
    found = rows.order_by("mentee__external_key", "mentee")
    lines = [_pair_cells(row, vocabulary, round_.criteria) for row in found]
    return Sheet(_("Pairs"), headings, lines)


def _pair_cells(row: Proposal, vocabulary: Vocabulary, criteria: CriteriaDict) -> list[Cell]:
    codes = criterion_labels(criteria)
    mentee = row.mentee.person
    if row.mentor is None:
        blank: list[Cell] = [""] * len(codes)
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


def scores(round_: Round, user: User) -> Sheet:
    """Mentees down, mentors across, points in the cells; empty where a rule forbids the pair."""
    solver = SolverState.load(round_)
    seen = Application.objects.filter(pk__in=[*solver.mentees, *solver.mentors]).exclude(
        conflicts_with(user, "person")
    )
    names = {one.pk: one.person.name_and_address for one in seen.select_related("person")}
    columns = [j for j, pk in enumerate(solver.mentors) if pk in names]
    headings = [_("Mentee"), *(names[solver.mentors[j]] for j in columns)]
    lines: list[list[Cell]] = []
    for i, pk in enumerate(solver.mentees):
        if pk in names:
            row = solver.table.S[i, columns].tolist()
            lines.append([names[pk], *("" if points < 0 else points for points in row)])
    return Sheet(_("Scores"), headings, lines)
