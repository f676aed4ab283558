"""The texts of each step: title, one or two sentences, one action. One function per step."""

from . import after_match, before_match, ending  # each registers its texts
from .card import TEXTS, NextStep, format_day, next_step_text, partner_name

__all__ = [
    "TEXTS",
    "NextStep",
    "after_match",
    "before_match",
    "ending",
    "format_day",
    "next_step_text",
    "partner_name",
]
