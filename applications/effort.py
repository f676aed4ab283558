"""How much work an application is: taps and written answers, and the minutes that they take.

`PAGES` is what someone does who answers everything; `test_apply_in_browser.py` measures it on a
phone without scripts and fails when a page takes more or less.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from programs.models import Program, ProgramQuestion

from .completeness import OWN_QUESTIONS, all_pages

# Reading the label of a choice or a short field, and touching or filling it.
SECONDS_PER_TAP = 4
# About 25 words; people type some 36 words a minute on a phone (Palin et al., MobileHCI 2019).
SECONDS_PER_TEXT = 40
MOST_INTERACTIONS = 90  # of a complete mentee application, from the program's page to "sent"


class Effort(NamedTuple):
    """What a page takes: `taps` on boxes, buttons and short fields; `texts` of a few sentences."""

    taps: int
    texts: int = 0

    @property
    def interactions(self) -> int:
        return self.taps + self.texts

    @property
    def seconds(self) -> int:
        return self.taps * SECONDS_PER_TAP + self.texts * SECONDS_PER_TEXT


BEFORE = Effort(8)  # from the program's page, with a new account, to the first page
SENDING = Effort(1)
ONE_CHOICE = Effort(2)  # the choice, and the button of its page
PAGES = {
    "about-you": Effort(4),
    "work": Effort(7, texts=1),
    "situation": Effort(1, texts=2),
    "experiences": Effort(3),
    "sharing": Effort(2),
    "topics": Effort(8),
    "ranking": Effort(8),
    "help": Effort(5),
    "times": Effort(4),
    "meeting": Effort(5),
    "capacity": Effort(3),
    "way-of-working": Effort(8),
    "private": Effort(1, texts=3),
    "wishes": Effort(2),
    "commitment": Effort(3),
}


def effort_of(program: Program, role: str) -> Effort:
    """Return what a complete application in `role` takes, with the program's own questions."""
    codes = [page.code for page in all_pages(program, role)]
    own = list(ProgramQuestion.objects.on_form(program, role))
    texts = sum(one.kind == ProgramQuestion.Kind.TEXT for one in own)
    asked = [Effort(len(own) - texts + 1, texts)] if OWN_QUESTIONS in codes else []
    pages = [PAGES.get(code, ONE_CHOICE) for code in codes if code != OWN_QUESTIONS]
    every = [BEFORE, *pages, *asked, SENDING]
    return Effort(sum(one.taps for one in every), sum(one.texts for one in every))


def expected_minutes(program: Program, role: str) -> int:
    """Return how long a complete application in `role` takes, in minutes."""
    return ceil(effort_of(program, role).seconds / 60)
