"""What someone may still do once their application is sent, if they like.

It comes after sending, so that no one thinks it decides anything. Later apps know what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from .models import Application
from .signals import optional_step_asked


@dataclass(frozen=True)
class OptionalStep:
    """A page that may be left out, in words for the person."""

    title: str
    text: str
    action: str
    url: str


def optional_step(application: Application) -> OptionalStep | None:
    """Return what the person of a sent application may still do; None if there is nothing."""
    # The stubs say that receivers return text.
    answers = cast(
        "list[tuple[object, OptionalStep | None]]",
        optional_step_asked.send(Application, application=application),
    )
    return next((step for _receiver, step in answers if step), None)
