"""Why a mentor is asked, in words for the committee: from the explanation of the round's run."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from matches.vocabulary_text import Vocabulary

from .explanations.explanation_text import committee_whys
from .explanations.explanations import explain
from .models import Offer, Proposal
from .storage.solver_state import SolverState


def why_chosen(offer: Offer) -> list[str]:
    """Return how the mentor of `offer` was found, how well the two fit, and each reason.

    The reasons are those of the stored run; they are gone once a person in it was erased.
    """
    first = (
        _("Planned by the round.")
        if offer.number == 1
        else _(
            "Candidate %(number)s: the best of the same run among the mentors who were ready, had a"
            " free place, were not kept apart from the mentee and had not been asked before."
        )
        % {"number": offer.number}
    )
    solver = SolverState.load(offer.round)
    row = solver.row.get(offer.mentee_id)
    mentors = list(solver.mentors)
    if row is None or offer.mentor_id not in mentors:
        return [first]
    (found,) = explain(solver, [(row, mentors.index(offer.mentor_id))])
    fit = _labelled(_("Fit"), Proposal.Band(found.band).label)
    vocabulary = Vocabulary(offer.round.program)
    whys = committee_whys(found.why, found.cautions, vocabulary, offer.round.criteria)
    reasons = [
        _labelled(_("Warning"), why.text) if why.kind == "!" else capfirst(why.text) for why in whys
    ]
    return [first, fit, *reasons]


def _labelled(label: str, text: str | Promise) -> str:
    return _("%(name)s: %(text)s") % {"name": label, "text": text}
