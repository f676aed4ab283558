"""Texts of the translation catalogues, in the words of the program that speaks.

They are replaced as they come out of a catalogue, before values are put in: what a person wrote is
never touched. Django makes its translation objects of a class; ours is used in its place, so that
every way to a text is covered: `gettext` and its relatives, lazy texts, templates.
"""

from __future__ import annotations

from django.utils.translation import trans_real

from .speaking import said

CONTEXT = "\x04"  # between the context of a message and the message


class SpokenTranslation(trans_real.DjangoTranslation):
    """A catalogue whose texts name the roles as the program does that speaks."""

    def gettext(self, message: str) -> str:
        return self._spoken(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._spoken(super().ngettext(msgid1, msgid2, n))

    def _spoken(self, text: str) -> str:
        new = said(text, self.language().split("-")[0])
        # Without its context: Django takes a text that still has one for missing, and shows the
        # message as it stands in the code.
        return text if new == text else new.rpartition(CONTEXT)[2]


def install() -> None:
    """Let Django make its translation objects of `SpokenTranslation`."""
    trans_real.DjangoTranslation = SpokenTranslation  # type: ignore[misc]  # a class in its place
    # What was made before is made again. The stubs do not know these two.
    trans_real._translations.clear()  # type: ignore[attr-defined]  # see above
    trans_real._default = None  # type: ignore[attr-defined]  # see above
