"""The exception with which a verb refuses."""

from __future__ import annotations

from django.utils.functional import Promise


class ActionNotAllowed(Exception):
    """An action was refused and nothing has changed.

    `message` is shown to the person as it is: it says why, and what to do next. One middleware
    turns it into a message and a redirect; commands print it and exit with status 1.
    """

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
