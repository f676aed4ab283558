"""`ActionNotAllowed`: a verb says no, in words for the person who asked."""

from __future__ import annotations

from django.utils.functional import Promise


class ActionNotAllowed(Exception):
    """A verb was not carried out; nothing has changed.

    `message` is shown to the person as it is, so it says what happened and what to do next.
    One middleware turns it into a notice and a redirect; commands print it and exit 1.
    """

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
