"""What someone may still do once their application is sent, if they like.

It comes after sending, so that no one thinks it decides anything. Later apps know what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from .models import Application
from .signals import first_answer, optional_step_asked


@dataclass(frozen=True)
class OptionalStep:
    """A page that may be left out, in words for the person."""

    title: str
    text: str
    action: str
    url: str


def optional_step(application: Application) -> OptionalStep | None:
    """Return what the person of a sent application may still do; None if there is nothing."""
    return first_answer(optional_step_asked, OptionalStep, Application, application=application)
