"""Questions that help: four for the mentee's agenda, and some for the mentor to ask, by stage."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matches.models import Match

EARLY = timedelta(days=90)  # after the introduction

# The columns of an agenda with the question that each answers.
AGENDA: dict[str, Promise] = {
    "since_last": _("What happened since last time?"),
    "points": _("What do you want to talk about?"),
    "help_wanted": _(
        "What kind of help would you like: ideas, feedback, practice, or someone to listen?"
    ),
    "hoped_for": _("What should be different after the meeting?"),
}

FIRST: tuple[Promise, ...] = (
    _("What would make this year worth your time?"),
    _("How do you like to hear feedback?"),
    _("What should I know about your situation, and what should I not ask about?"),
)
BEGINNING: tuple[Promise, ...] = (
    _("Which of your goals matters most right now, and why?"),
    _("What have you already tried, and what happened?"),
    _("What is the smallest step that you could take before we meet again?"),
)
MIDDLE: tuple[Promise, ...] = (
    _("What has changed since we started?"),
    _("What are you avoiding, and what would help you begin?"),
    _("Who else could help you with this?"),
)
END: tuple[Promise, ...] = (
    _("What have you learned that you want to keep?"),
    _("How do you know that you reached your goal?"),
    _("What comes next, and who will support you then?"),
)


def questions_for(match: Match, *, has_met: bool, at: datetime) -> tuple[Promise, ...]:
    """Return the questions for a mentor to ask in the next meeting of `match`."""
    if match.state in {Match.State.CLOSING, Match.State.CLOSED}:
        return END
    if not has_met:
        return FIRST
    return BEGINNING if at - match.introduced_at <= EARLY else MIDDLE
