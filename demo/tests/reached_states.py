"""Which rows of the demo are in a state that no recorded change has led to."""

from __future__ import annotations

from agreements.models import AgreementVersion, Goal, PartComment
from checkins.models import Adjustment
from matches.models import Match
from matching.models import Offer
from meetings.models import ContactRequest, Meeting
from workflow.models import Transition

# A model's first state needs no change; what starts elsewhere is created so by its verb.
STARTS = {
    Adjustment: {"draft"},
    Match: {"introduced"},
    Offer: {"open"},
    Goal: {"not_started"},
    AgreementVersion: {"draft"},
    PartComment: {"open"},
    ContactRequest: {"asked"},
    Meeting: {"proposed", "set", "held"},
}


def without_a_change(model):
    """Return rows in a state to which no recorded change leads."""
    name = model._meta.label_lower
    changes = Transition.system.filter(about_type=name)
    known = set(changes.values_list("about_id", "to_state"))
    rows = model._base_manager.exclude(state__in=STARTS[model])
    return [pk for pk, state in rows.values_list("pk", "state") if (pk, state) not in known]


def states_without_a_verb():
    return {model.__name__: found for model in STARTS if (found := without_a_change(model))}


def states(model, **where):
    return set(model._base_manager.filter(**where).values_list("state", flat=True))
