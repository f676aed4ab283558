"""What each of a pair can do at the end, alone and in any order; nothing waits for the other."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, cast

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User

from . import keeping_in_touch, thank_you_notes
from .models import Match
from .signals import closing_steps_asked


class ClosingStep(TypedDict):
    """One row of the `task_list` component; state: "completed" or "not_started"."""

    label: str
    url: str
    hint: str
    state: str


def closing_steps(match: Match, person: User, at: datetime) -> list[ClosingStep]:
    """Return the steps of `person`, one of the pair; none before the pair is closing."""
    if not keeping_in_touch.may_choose(match):
        return []
    steps: list[ClosingStep] = []
    for _receiver, answer in closing_steps_asked.send(Match, match=match, person=person):
        steps += cast(list[ClosingStep], answer)
    return [*steps, *_thank_you(match, person, at), _in_touch(match, person)]


def _thank_you(match: Match, person: User, at: datetime) -> list[ClosingStep]:
    note = thank_you_notes.note_of(match, person)
    if note is None and not thank_you_notes.may_write(match, at):
        return []
    hint = _("By e-mail and on their page. You see it before it is sent.")
    if note is not None:
        when = date_format(localtime(note.leaves_at), "DATETIME_FORMAT")
        hint = _("Sent on %(when)s.") if note.has_left(at) else _("It leaves on %(when)s.")
        hint %= {"when": when}
    return [_step(_("Write a thank-you note"), "match-thank-you", match, hint, is_done=bool(note))]


def _in_touch(match: Match, person: User) -> ClosingStep:
    choice = keeping_in_touch.choice_of(match, person)
    hint = choice.get_allows_display() if choice else _("Only what both of you allow is shown.")
    label = _("Say how you stay in touch")
    return _step(label, "match-keep-in-touch", match, hint, is_done=bool(choice))


def _step(label: str, name: str, match: Match, hint: str, *, is_done: bool) -> ClosingStep:
    return {
        "label": label,
        "url": reverse(f"matches:{name}", args=[match.public_id]),
        "hint": hint,
        "state": "completed" if is_done else "not_started",
    }
