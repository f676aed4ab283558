"""The kinds of letters. An app says in its `emails.py`, imported in its `ready()`, what it may send:

    @kind("match-introduced", about="matches.Match", stream=ESSENTIAL)
    def match_introduced(match, person) -> Letter | Stop:
        \"\"\"**To**: both people. **When**: the round is released. **Until**: the match is closed.\"\"\"

The function is called when the letter is about to leave, not when it is owed: what it returns is the truth of that
moment. `Stop("reason")` cancels the letter; the reason is shown to the committee. Texts live in
`templates/emails/<kind>/` as `subject.txt`, `body.txt` and `body.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Stream(models.TextChoices):
    """What a person can turn off, one by one; essential letters they cannot."""

    ESSENTIAL = "essential", _("What concerns your part in the program")
    OPTIONAL = "optional", _("Reminders and suggestions")
    DIGEST = "digest", _("Summaries for committee members")


ESSENTIAL, OPTIONAL, DIGEST = Stream.ESSENTIAL, Stream.OPTIONAL, Stream.DIGEST


@dataclass(frozen=True)
class Email:
    """What goes into one e-mail.

    `context` feeds the kind's templates, `action` is (label, absolute URL) of the one thing to do. `program` names the
    sender, `reply_to` is a watched address, `thread` the row that keeps letters together in a mailbox (default: what
    the letter is about), `urgent` lets this one leave at night, `attachments` are (file name, content, media type).
    """

    context: Mapping[str, Any] = field(default_factory=dict)
    action: tuple[str | Promise, str] | None = None
    program: Any = None
    reply_to: str = ""
    thread: models.Model | None = None
    urgent: bool = False
    attachments: Sequence[tuple[str, str | bytes, str]] = ()


@dataclass(frozen=True)
class Cancel:
    """The letter is not wanted any more; `reason` is for the committee's eyes and holds no personal data."""

    reason: str


Write = Callable[[Any, Any], Email | Cancel]


def label_of(name: str) -> str:
    """A kind's name as the committee reads it: "decision-accepted" is "Decision accepted", also when it is gone."""
    return name.replace("-", " ").capitalize()


@dataclass(frozen=True)
class Kind:
    """One kind of letter. `about` is "app.Model" of the row it is about."""

    name: str
    write: Write
    about: str
    stream: Stream
    urgent: bool  # leaves at night and on weekends, and first of all
    expires_after: timedelta | None
    needs_answer: bool  # an unanswered one counts towards "unresponsive"

    @property
    def is_essential(self) -> bool:
        return self.stream == Stream.ESSENTIAL

    @property
    def app(self) -> str:
        return self.write.__module__.split(".")[0]

    @property
    def doc(self) -> str:
        return self.write.__doc__ or ""


KINDS: dict[str, Kind] = {}


class UnknownKind(LookupError):
    """A letter of a kind that no app registers."""


def kind(
    name: str,
    *,
    about: str,
    stream: Stream = ESSENTIAL,
    urgent: bool = False,
    expires_after: timedelta | None = None,
    needs_answer: bool = False,
) -> Callable[[Write], Write]:
    """Register the decorated function as the author of letters called `name`."""

    def register(write: Write) -> Write:
        known = KINDS.get(name)
        if known and (known.write.__module__, known.write.__qualname__) != (
            write.__module__,
            write.__qualname__,
        ):
            raise ValueError(f"two kinds of letters are called {name}")
        KINDS[name] = Kind(name, write, about, Stream(stream), urgent, expires_after, needs_answer)
        return write

    return register


def get(name: str) -> Kind:
    """Return the kind called `name`. Raises UnknownKind."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(f"no app sends letters of kind {name!r}") from None


def needing_answer() -> list[str]:
    """Names of the kinds whose silence means something."""
    return [name for name, known in KINDS.items() if known.needs_answer]
