"""Answer the questions of the orientation."""

from __future__ import annotations

from applications.models import Application
from applications.orientation import orientation_for


def right_answers(application: Application) -> dict[str, str]:
    """Return {code: option} with the right answer to each question, in the active language."""
    return {one.code: one.parts.right for one in orientation_for(application).questions}
