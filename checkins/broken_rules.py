"""A pair no longer meets a rule of its program: who cares for it is told. The two are not."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.models import Match
from notifications.outbox import cancel_about
from notifications.reasons import reason

from .concerns import raise_once
from .models import Concern

RULES_MET = reason("rules-met", gettext_lazy("the pair meets the rules of the program again"))


def ask_carer(match: Match, person: User, *, at: datetime) -> Concern:
    """Raise a concern about what `person` changed; there is one until it is resolved."""
    whenever = Concern.Urgency.WHENEVER
    return raise_once(match, person, Concern.Cause.RULE, at, urgency=whenever)


def resolve(match: Match, *, note: str, why: str, at: datetime) -> None:
    """Resolve what `ask_carer` raised; `note` says in words why it needs no one any more."""
    rows = Concern.system.unresolved().filter(match=match, cause=Concern.Cause.RULE)
    for concern in rows:
        concern.close(by=None, outcome=Concern.Outcome.NOTHING, note=note, at=at)
        cancel_about(concern, why=why, at=at)
