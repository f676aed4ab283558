"""In which situation of a participant each text that depends on time or state may be shown.

`TABLE` is the rule; `test_timely_texts` visits every page in every situation and holds it. A
sentence with a word of `TIME_WORDS` that no row covers fails, so that a new promise gets its row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True)
class Situation:
    """A person in one role. Days are counted from today; None: no such day."""

    role: str = "mentee"
    application: str = "accepted"
    is_oriented: bool = True
    on_break: bool = False
    closes_in: int | None = -30  # applications
    matching_in: int | None = None
    ends_in: int | None = None  # the cohort
    match: str = ""
    introduced: int = 0  # days ago
    agreement: str = ""
    shared: int = 0  # days ago
    term_ends_in: int | None = None
    i_signed: bool = True
    wish: str = ""  # what the person wants after the end of the pair

    def __str__(self) -> str:
        plain = Situation()
        changed = {
            name: value for name, value in vars(self).items() if value != getattr(plain, name)
        }
        return ", ".join(f"{name} {value}" for name, value in changed.items()) or "accepted"

    @property
    def is_over(self) -> bool:
        """The cohort has ended for someone without a pair."""
        return is_over(self.ends_in) and not self.match

    @property
    def is_pair(self) -> bool:
        return self.match in {"introduced", "active", "closing"}

    @property
    def waits_for_match(self) -> bool:
        is_free = not self.match or (self.match == "closed" and self.wish == "again")
        is_free = is_free and not is_over(self.ends_in) and not self.on_break
        return self.application == "accepted" and is_free

    @property
    def takes_applications(self) -> bool:
        return self.closes_in is None or self.closes_in >= 0

    @property
    def answer_in(self) -> int | None:
        """Applicants are answered on matching day, else three weeks after applications close."""
        if self.matching_in is not None or self.closes_in is None:
            return self.matching_in
        return self.closes_in + 21

    def new_pair(self, days: int) -> bool:
        """Introduced less than `days` days ago, and not signed."""
        return self.match == "introduced" and self.introduced < days


def is_ahead(days: int | None) -> bool:
    return days is not None and days >= 0


def is_over(days: int | None) -> bool:
    return days is not None and days < 0


class Text(NamedTuple):
    pattern: str
    may_be_shown: Callable[[Situation], bool]
    is_seen: bool = True  # by at least one situation below


FIRST, MEET, SIGN, REMINDED = 5, 14, 30, 7  # days of the default policy

TABLE = (
    # --- applying
    Text(r"Applications close on|Apply by", lambda s: s.takes_applications),
    Text(r"Finish your application", lambda s: s.application == "draft" and s.takes_applications),
    Text(
        r"You can no longer send this one|before you sent yours|Applications are closed",
        lambda s: s.application == "draft" and not s.takes_applications,
    ),
    Text(
        r"You will hear from us by \d",
        lambda s: s.application == "submitted" and is_ahead(s.answer_in) and not s.is_over,
    ),
    Text(
        r"We wanted to answer by",
        lambda s: s.application == "submitted" and is_over(s.answer_in) and not s.is_over,
    ),
    Text(
        r"[Tt]he committee (?:is reading|reads) your application",
        lambda s: s.application == "submitted" and not s.is_over,
    ),
    Text(r"Waiting for the committee since", lambda s: s.application == "submitted"),
    Text(
        r"Matching day is|The committee matches the pairs around|Pairs are matched around",
        lambda s: is_ahead(s.matching_in) and (s.waits_for_match or s.takes_applications),
    ),
    Text(
        r"looking for (?:your match|the right person|a good match)",
        lambda s: s.waits_for_match,
    ),
    Text(
        r"After that, you can be matched|We can match you once you complete it",
        lambda s: s.waits_for_match and s.role == "mentor" and not s.is_oriented,
    ),
    Text(
        r"If a place (?:becomes available|opens up)|if a place opens up",
        lambda s: s.application == "waitlisted" and not s.is_over and not s.on_break,
    ),
    Text(
        r"on a break until|during your break|is matched with you until then",
        lambda s: s.on_break and s.application in {"accepted", "waitlisted", "submitted"},
    ),
    Text(
        r"[Nn]o one is matched in it any more",
        lambda s: is_over(s.ends_in) and not s.is_pair,
    ),
    Text(
        r"was not accepted this time|Not accepted this time|Not this time",
        lambda s: s.application == "declined",
    ),
    # --- what lies before a participant
    Text(
        r"Be matched",
        lambda s: s.application not in {"declined", "withdrawn"} and not s.is_over,
    ),
    Text(
        r"Sign the agreement|Look back and finish",
        lambda s: (
            s.application not in {"declined", "withdrawn"}
            and not s.is_over
            and (s.match != "closed" or s.waits_for_match or s.agreement == "signed")
        ),
    ),
    # --- a new pair
    Text(
        r"You take the first step, by|Please write by",
        lambda s: s.role == "mentee" and s.new_pair(FIRST),
    ),
    Text(
        r"We asked .{1,40} to write to you by|will write to you within",
        lambda s: s.role == "mentor" and s.new_pair(FIRST),
    ),
    Text(r"Meet for the first time by", lambda s: s.new_pair(MEET)),
    Text(r"Sign it by", lambda s: s.new_pair(MEET)),
    Text(r"Please sign by", lambda s: s.new_pair(SIGN) and s.agreement in {"", "draft"}),
    Text(r"before you meet", lambda s: s.new_pair(FIRST)),
    # --- the agreement
    Text(
        r"Write your agreement together|starts the agreement|Not started yet",
        lambda s: bool(s.match) and s.agreement == "",
    ),
    Text(
        r"Sign your mentoring agreement|is ready to sign|Continue to sign",
        lambda s: s.is_pair and s.agreement == "shared" and not s.i_signed,
    ),
    Text(
        r"still has to sign",
        lambda s: s.is_pair and s.agreement == "shared" and s.i_signed,
    ),
    Text(
        r"We will send a reminder",
        lambda s: s.is_pair and s.agreement == "shared" and s.i_signed and s.shared < REMINDED,
    ),
    Text(
        r"Ask about it when you next speak",
        lambda s: s.is_pair and s.agreement == "shared" and s.i_signed and s.shared >= REMINDED,
    ),
    Text(
        r"The agreement runs until",
        lambda s: s.is_pair and s.agreement == "signed" and not is_over(s.term_ends_in),
    ),
    Text(
        r"Your term ends on",
        lambda s: s.match == "closing" and is_ahead(s.term_ends_in),
    ),
    Text(
        r"Your term ended on",
        lambda s: s.match == "closing" and is_over(s.term_ends_in),
    ),
    Text(r"The agreement ran until", lambda s: s.is_pair and is_over(s.term_ends_in)),
    # --- the year
    Text(r"Month \d+ of \d+", lambda s: s.match in {"active", "closing"}),
    Text(
        r"Suggest the next meeting|You are all set|suggests the next date",
        lambda s: s.match == "active",
    ),
    Text(r"Plan a meeting|Suggest up to three times", lambda s: s.is_pair),
    Text(r"In a pair with", lambda s: s.is_pair),
    Text(r"Pause my pairs until then|No reminders are sent until then", lambda s: s.is_pair),
    # --- the end
    Text(r"Plan your closing conversation", lambda s: s.match == "closing"),
    Text(
        r"Your time together ends on",
        lambda s: s.match == "closing" and is_ahead(s.term_ends_in),
    ),
    Text(
        r"Your time together ended on",
        lambda s: s.match == "closing" and is_over(s.term_ends_in),
    ),
    Text(
        r"Ended on \d|Your time together is over|Your match has ended|were a pair",
        lambda s: s.match == "closed",
    ),
    Text(
        r"Your pair has ended|What would you like next",
        lambda s: s.match == "closed",
    ),
)

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
# A sentence with one of these depends on the day: it needs a row above, or a reason below.
TIME_WORDS = re.compile(
    rf"\bby (?:\d+ )?(?:{MONTH})\b|\baround (?:\d+ )?(?:{MONTH})\b"
    r"|\bwithin \d+ days|\buntil\b|\bwill write\b|\bwill (?:e-mail|hear|send|remind)\b"
    r"|\bYour turn\b|\blooking for\b|\bare late\b|\bends on\b|\bended on\b|\bstill has\b",
    re.IGNORECASE,
)
TIMELESS = (
    r"until (?:it|the committee) starts",  # the review; the sentence stands while it has not
    r"You don't need to do anything until",
    r"No new match until the end of",  # a label
    r"Your turn",  # the chip of the card above it, whose text has a row
    r"We will e-mail you as soon as there is news",
    r"You will hear from us as soon as",
    r"Until then you can read why we matched you",
    r"you both signed, applies until",
    r"^within \d+ days$",  # how soon the two answer messages, as they agreed
    r"^We will e-mail you\.$|^The committee sees that you are waiting",  # see "We wanted to answer"
)


SITUATIONS = [
    *(
        Situation(application="draft", closes_in=closes_in, matching_in=40)
        for closes_in in (20, None, -2)
    ),
    *(
        Situation(application=state, matching_in=days, ends_in=ends_in, closes_in=-10)
        for state in ("submitted", "accepted", "waitlisted")
        for days, ends_in in ((12, 300), (-40, 300), (None, None), (-400, -30))
    ),
    Situation(application="accepted", role="mentor", is_oriented=False),
    Situation(application="accepted", role="mentor", matching_in=-40),
    Situation(application="accepted", role="mentor", on_break=True),
    Situation(application="waitlisted", on_break=True),
    *(
        Situation(application=state, matching_in=days, closes_in=closes)
        for state in ("declined", "withdrawn")
        for days, closes in ((12, 5), (-40, -50))
    ),
    *(
        Situation(match="introduced", introduced=days, role=role, matching_in=-days)
        for role in ("mentee", "mentor")
        for days in (0, 6, 15, 40, 210)
    ),
    *(
        Situation(match="introduced", introduced=days, agreement=agreement, role=role)
        for role in ("mentee", "mentor")
        for days, agreement in ((2, "draft"), (20, "draft"), (40, "draft"), (210, "draft"))
    ),
    *(
        Situation(
            match="introduced", introduced=20, agreement="shared", shared=days, i_signed=signed
        )
        for days in (1, 12)
        for signed in (True, False)
    ),
    *(
        Situation(
            match=state,
            introduced=360 - days,
            agreement="signed",
            term_ends_in=days,
            role=role,
            matching_in=-400,
        )
        for role in ("mentee", "mentor")
        for state, days in (("active", 300), ("active", 150), ("closing", 20), ("closing", -5))
    ),
    *(
        Situation(match="closed", introduced=400, agreement=agreement, role=role, term_ends_in=-40)
        for role in ("mentee", "mentor")
        for agreement in ("", "draft", "shared", "signed")
    ),
    *(
        Situation(match="closed", introduced=400, agreement="signed", term_ends_in=-40, wish=wish)
        for wish in ("again", "stop")
    ),
    replace(
        Situation(match="closed", introduced=400, agreement="signed", term_ends_in=-40), ends_in=-30
    ),
]
