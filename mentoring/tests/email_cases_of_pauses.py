"""How the e-mails about a pause come about, see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from matches import pauses
from matches.models import Match
from matches.pause_days import Wish
from notifications.models import Notification

from .email_cases import Case, Scenario, pair


def paused_pair() -> Case:
    """Ben has paused the pair; Ada is told."""
    match = pair()
    pause = pauses.pause(match, _until(20), by=match.mentee.person)
    return Case(pause, match.mentor.person)


def pause_ends() -> Case:
    """Ben, who has paused the pair, is asked whether it is long enough."""
    case = paused_pair()
    return Case(case.about, case.about.match.mentee.person)


def pause_over() -> Case:
    """Ben has come back; Ada, who has read of the pause, is told."""
    case = paused_pair()
    told = Notification.system.filter(kind="match-paused", recipient=case.to)
    sent = {"state": "sent", "reason": "", "sent_at": timezone.now(), "ended_at": timezone.now()}
    told.update(**sent, ordinal=0, key="the e-mail about the pause")
    end_pause(case)
    return case


def change_pause(case: Case) -> None:
    match = case.about.match
    case.about = pauses.pause(match, _until(30), by=match.mentee.person)


def end_pause(case: Case) -> None:
    match = case.about.match
    case.about = pauses.come_back(match, by=match.mentee.person)


def _until(days: int) -> Wish:
    return Wish(timezone.localdate() + timedelta(days=days))


def end_pair(case: Case) -> None:
    closed = {"state": "closed", "closed_at": timezone.now(), "closed_kind": "completed"}
    Match.objects.filter(pk=case.about.match.pk).update(**closed)


PAUSES = {
    "match-paused": Scenario(
        paused_pair, stop=end_pair, reason="match-ended", change=change_pause, undo=end_pause
    ),
    "match-pause-ends": Scenario(pause_ends, stop=end_pair, reason="match-ended", undo=end_pause),
    "match-pause-over": Scenario(pause_over, stop=end_pair, reason="match-ended"),
}
