"""Colours of states, the same on every page: the one table from a state to its tone."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst

# A word that means two things is entered with its model in front: a meeting that was held went
# well, an e-mail that is held needs attention. What is not listed is "info", a plain statement.
TONES = {
    "ok": "on_track accepted approved active signed reached held answered resolved completed sent"
    " done ready published strong",
    "amber": "your_turn drifting introduced shared in_review review proposed open due pending"
    " on_hold hold possible notification.held",
    "bad": "stuck asked_for_help failed missed bounced overdue urgent thin",
    "plum": "ending closing closed waiting waitlisted scheduled paused alumni parked discarded"
    " notification.sending notification.cancelled notification.expired",
}
TONE_OF_STATE = {state: tone for tone, states in TONES.items() for state in states.split()}


def state_tone(state: str, *, model: str = "") -> str:
    """Return the tone of a state: "ok", "amber", "bad", "plum" or "info".

    `state` is a state's value or its English label; `model` (a model's name in lower case) is
    needed only for the states that the table lists with their model.
    """
    key = str(state).lower().replace(" ", "_").replace("-", "_")
    return TONE_OF_STATE.get(f"{model}.{key}") or TONE_OF_STATE.get(key, "info")


def chip(label: str | Promise, tone: str, icon: str = "") -> str:
    """Return a chip as HTML, its label with a capital; `icon` is HTML too.

    No template of its own: a list has hundreds.
    """
    words = capfirst(str(label))
    return format_html('<span class="wm-chip wm-chip-{}">{}{}</span>', tone, icon, words)


def state_chip(state: str, label: str | Promise, *, model: str = "") -> str:
    """Return the chip of a state for a column of an admin list."""
    return chip(label, state_tone(state, model=model))
