"""What both roles choose from to say which help they want or give, and what mentors say of joining.

The codes are stored, so they stay; the words may change.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy

HELP_KINDS = [
    ("listen", gettext_lazy("Thinking aloud with someone who listens")),
    ("advice", gettext_lazy("Advice from experience")),
    ("feedback", gettext_lazy("Honest feedback")),
    ("practise", gettext_lazy("Practising a task or a conversation")),
    ("contacts", gettext_lazy("Introductions to other people")),
    ("progress", gettext_lazy("Keeping at it, step by step")),
]
MENTOR_STYLES = [
    ("patient", gettext_lazy("Calm and patient")),
    ("frank", gettext_lazy("Frank and direct")),
    ("demanding", gettext_lazy("Asks for more than one thinks possible")),
    ("encouraging", gettext_lazy("Encouraging")),
    ("organised", gettext_lazy("Organised, with a plan")),
    ("relaxed", gettext_lazy("Relaxed, without a plan")),
]
JOIN_REASONS = [
    ("give-back", gettext_lazy("Someone once helped me")),
    ("field", gettext_lazy("I want to support other people")),
    ("learn", gettext_lazy("I want to learn from someone with another view")),
    ("practise", gettext_lazy("I want to get better at leading or supporting people")),
    ("meet", gettext_lazy("I want to meet people")),
]
TRAINING_NEEDS = [
    ("questions", gettext_lazy("Listening and asking good questions")),
    ("goals", gettext_lazy("Setting goals together")),
    ("feedback", gettext_lazy("Giving feedback")),
    ("boundaries", gettext_lazy("Boundaries, and what a mentor is not for")),
    ("background", gettext_lazy("Supporting someone with a background other than mine")),
    ("difficult", gettext_lazy("Difficult conversations")),
    ("ending", gettext_lazy("Ending well")),
]
# The fields of an application with several of these answers.
SEVERAL = {
    "help_kinds": HELP_KINDS,
    "mentor_styles": MENTOR_STYLES,
    "join_reasons": JOIN_REASONS,
    "training_needs": TRAINING_NEEDS,
}
