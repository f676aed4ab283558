"""The kinds of e-mail: what an app declares in its `emails.py`, imported in its `ready()`.

    @kind("match-introduced", label=_("Introduction"), about="matches.Match", stream=ESSENTIAL)
    def match_introduced(match, person) -> Email | Cancel:
        \"\"\"**To**: both people. **When**: the round is published. **Until**: it is closed.\"\"\"

The function is called when the e-mail is about to be sent, not when it is enqueued, so it reads
current data. `Cancel(MATCH_ENDED)` cancels the e-mail; committee members see the reason, which is
registered in `reasons`. The texts are in `templates/emails/<kind>/`: `subject.txt`, `body.txt` and
`body.html`, and `button.txt` for one that has a button. Each sentence that a committee may write in
its own words is in `{% editable "name" %}`, in both bodies; `dashboard.email_vocabulary` says what
is filled in and when it is there.

Of the e-mails to one person about one record with the same `topic` only the newest waits: it
replaces an older one that has not been sent. Kinds that follow each other (a date is proposed, a
date is soon) therefore share a topic. A kind that tells a state says in `tells` what its reader
knows afterwards; it is sent only if that is something new (see `known`). A kind that asks again,
such as a reminder, tells none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .wording_of_programs import in_words_of


class Stream(models.TextChoices):
    """What a person can turn off, one by one; all but essential e-mails."""

    ESSENTIAL = "essential", _("Essential e-mails about your mentoring")
    OPTIONAL = "optional", _("Reminders and suggestions")
    LEARNING = "learning", _("Short texts with one thing to try")
    NEWS = "news", _("Announcements of the committee to many people")
    READING = "reading", _("What a committee member has to read")
    DIGEST = "digest", _("The week of a committee, on Mondays")


ESSENTIAL, OPTIONAL, NEWS = Stream.ESSENTIAL, Stream.OPTIONAL, Stream.NEWS
LEARNING, READING, DIGEST = Stream.LEARNING, Stream.READING, Stream.DIGEST
# Digests of work: only committee members get them, and no weekly limit counts them.
OF_MEMBERS = (READING, DIGEST)
LIMITED = (OPTIONAL, NEWS, LEARNING)  # by the weekly limit
# Told in one e-mail if too many wait; a short text has words, which a line and a link would lose.
MERGED = (OPTIONAL, NEWS)


@dataclass(frozen=True)
class Email:
    """The content of one e-mail.

    `context`: values for the kind's templates.
    `action_url`: absolute URL of the button, the one thing to do; the kind's `button.txt` has its
    words.
    `program`: names the sender and decides the sender policy.
    `reply_to`: an address that someone reads.
    `thread`: the record that groups e-mails into a conversation; by default what the e-mail is
    about.
    `urgent`: this one ignores quiet hours, the weekly limit and the hours of members.
    `attachments`: (file name, content, media type).
    `unsubscribe_url`: one click takes the recipient off the list; for addresses without an account.
    `confidential`: further values for the templates that only the recipient may read; the
    committee's preview shows dots in their place.
    `parts`: (row id, digest of the state it tells) of the e-mails that it tells together.
    """

    context: Mapping[str, object] = field(default_factory=dict)
    action_url: str = ""
    program: object = None  # its model belongs to an app above this one
    reply_to: str = ""
    thread: models.Model | None = None
    urgent: bool = False
    attachments: Sequence[tuple[str, str | bytes, str]] = ()
    unsubscribe_url: str = ""
    confidential: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Cancel:
    """Do not send the e-mail. The committee sees `reason`, the code of a registered reason."""

    reason: str


# Any: each kind takes its own model, and a recipient who has an account or only an address.
EmailBuilder = Callable[[Any, Any], Email | Cancel]
# Of the same record and recipient: what the recipient knows after reading the e-mail.
StateTeller = Callable[..., tuple[object, ...]]


def label_of(name: str) -> str:
    """Return what the committee calls e-mails of a kind, also of one that is no longer sent."""
    known = KINDS.get(name)
    return str(known.label if known else _("E-mail of a kind that is no longer sent"))


@dataclass(frozen=True)
class Kind:
    """One kind of e-mail. `about` is the model it is about, as "app.Model".

    `label` is what the committee calls it. Kinds `to_members` tell committee members of work that
    waits for them: they are urgent, and their footer says so. They wait for the hour that the
    member has chosen (see `work_hours`), unless they are `always_at_once`: help and safety. Kinds
    that are `always_at_once` or `despite_bounces` are also sent to an address that bounces.
    """

    name: str
    build: EmailBuilder
    about: str
    stream: Stream = ESSENTIAL
    urgent: bool = False  # ignores quiet hours and the weekly limit, and is sent first
    expires_after: timedelta | None = None  # from when it is due
    needs_answer: bool = False  # unanswered ones count towards "unresponsive"
    topic: str = ""  # of several kinds one e-mail waits at a time; by default the kind's own name
    tells: StateTeller | None = None
    label: str | Promise = ""
    to_members: bool = False
    always_at_once: bool = False
    despite_bounces: bool = False

    @property
    def app(self) -> str:
        return self.build.__module__.split(".")[0]

    @property
    def doc(self) -> str:
        return self.build.__doc__ or ""


KINDS: dict[str, Kind] = {}


class UnknownKind(LookupError):
    """No app registers this kind of e-mail."""


def kind(
    name: str,
    *,
    label: str | Promise,
    about: str,
    stream: Stream = ESSENTIAL,
    urgent: bool = False,
    expires_after: timedelta | None = None,
    needs_answer: bool = False,
    topic: str = "",
    tells: StateTeller | None = None,
    to_members: bool = False,
    always_at_once: bool = False,
    despite_bounces: bool = False,
) -> Callable[[EmailBuilder], EmailBuilder]:
    """Register the decorated function `build(about, recipient)` for the kind `name`.

    See `Kind` for the arguments. Raises ValueError if another function has the name.
    """

    def register(build: EmailBuilder) -> EmailBuilder:
        known = KINDS.get(name)
        if known and _full_name(known.build) != _full_name(build):
            raise ValueError(f"two kinds of e-mail are called {name}")
        KINDS[name] = Kind(
            name,
            _in_words_of_program(build),
            about,
            Stream(stream),
            urgent or to_members,
            expires_after,
            needs_answer,
            topic or name,
            tells,
            label,
            to_members,
            always_at_once,
            despite_bounces,
        )
        return build

    return register


def _in_words_of_program(build: EmailBuilder) -> EmailBuilder:
    @wraps(build)
    def speaking(about: models.Model, recipient: object) -> Email | Cancel:
        with in_words_of(about):
            return build(about, recipient)

    return speaking


def _full_name(build: EmailBuilder) -> tuple[str, str]:
    return build.__module__, build.__qualname__


def get(name: str) -> Kind:
    """Return the kind called `name`. Raises UnknownKind."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(f"no app sends e-mails of kind {name!r}") from None


def needing_answer() -> list[str]:
    """Return the names of the kinds that a recipient should answer."""
    return [name for name, known in KINDS.items() if known.needs_answer]
