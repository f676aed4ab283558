"""What the review page of an application shows, so that it is read in three minutes.

1. What decides comes first: what the person needs or offers, then what only the committee knows,
   wishes, times, and who they are.
2. Answers of one line stand in columns; what was left empty is named once, at the end.
3. An earlier application of the same person to the program is compared: only what has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, Q, QuerySet, When, Window
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import ngettext

from accounts.models import User
from programs.models import Membership

from ..forms.base import Answer, OwnWords, Page
from ..forms.registry import PRIVATE_PAGES, filled_pages
from ..models import Application
from ..person_facts import changed_since_sent
from ..reviewing import PENDING_DECISION, decision_of

State = Application.State
READING_ORDER = (
    "situation",
    "experiences",
    "topics",
    "help",
    *PRIVATE_PAGES,
    "capacity",
    "work",
    "times",
    "meeting",
    "about-you",
    "suitability",
    "commitment",
)
LONG = 60  # characters from which an answer takes the whole width
AGREED_TO = ("suitability", "commitment")  # pages that nearly everyone answers with yes
# Facts about the person, which have no earlier version, and what is promised anew each time.
OF_PERSON = frozenset({"about-you", "work", "times", "meeting", *AGREED_TO})
TURN = ("submitted_at", "pk")  # the longest waiting first
FEW_ROWS = 2
MOST_CHANGES = 12


@dataclass(frozen=True)
class AnswerRow:
    """One answer of the application."""

    label: object
    lines: list[str]
    is_long: bool
    is_quoted: bool = False  # the person's own words


@dataclass(frozen=True)
class AnswerSection:
    """The answers of one page of the form."""

    heading: str | Promise
    is_for_committee: bool
    rows: list[AnswerRow]

    @property
    def is_wide(self) -> bool:
        """Return whether it takes the whole width; others stand beside each other."""
        return len(self.rows) > FEW_ROWS or any(row.is_long for row in self.rows)

    @property
    def is_plain(self) -> bool:
        """Return whether the heading is the question, so that it need not be repeated."""
        return len(self.rows) == 1 and str(self.rows[0].label) == str(self.heading)


@dataclass(frozen=True)
class ChangedAnswer:
    """An answer that differs from the earlier application."""

    label: str
    before: str
    now: str


@dataclass(frozen=True)
class EarlierApplication:
    """An earlier application of the same person, and what has changed since."""

    application: Application
    outcome: str
    changes: list[ChangedAnswer]
    more: int


Answered = tuple[Page, list[Answer]]  # a page with what was answered on it


def with_answers(pages: Iterable[Page]) -> list[Answered]:
    """Return the pages of an application with their answers, each read once."""
    return [(page, page.answers()) for page in pages]


def in_reading_order(pages: Iterable[Page]) -> list[Page]:
    """Return the pages of an application, those that decide first."""
    place = {code: number for number, code in enumerate(READING_ORDER)}
    return sorted(pages, key=lambda page: place.get(page.code, len(place)))


def sections(pages: Iterable[Answered]) -> list[AnswerSection]:
    """Return what was answered, page by page; pages without answers are left out."""
    found = []
    for page, answers in pages:
        rows = [_row(label, lines) for label, lines in answers if lines]
        if len(rows) > 1 and page.code in AGREED_TO and len({str(row.lines) for row in rows}) == 1:
            rows = [AnswerRow(page.heading, [_same_to_all(rows)], is_long=False)]
        if rows:
            found.append(AnswerSection(page.heading, page.is_for_committee, rows))
    return found


def _row(label: object, lines: list[object]) -> AnswerRow:
    if any(isinstance(line, OwnWords) for line in lines):
        return AnswerRow(label, [str(line) for line in lines], is_long=True, is_quoted=True)
    texts = [str(line) for line in lines]
    # One option a line takes much room; several short ones read as well beside each other.
    if len(texts) > 1 and all(len(text) <= LONG for text in texts):
        texts = ["; ".join(texts)]
    texts[:1] = [capfirst(text) for text in texts[:1]]
    return AnswerRow(label, texts, any(len(text) > LONG or "\n" in text for text in texts))


def _same_to_all(rows: list[AnswerRow]) -> str:
    """Say in one line that the same was answered to every question of a page."""
    text = ngettext(
        "“%(answer)s” to the %(count)s question",
        "“%(answer)s” to all %(count)s questions",
        len(rows),
    )
    return text % {"answer": capfirst(rows[0].lines[0]), "count": len(rows)}


def unanswered(pages: Iterable[Answered]) -> list[object]:
    """Return the labels of the questions that were left empty."""
    return [label for _page, answers in pages for label, lines in answers if not lines]


def to_review(reader: User) -> QuerySet[Application]:
    """Return the applications that wait for a review by `reader`, the longest waiting first."""
    rows = Application.objects.for_committee(reader, *Membership.READERS)
    waiting = rows.filter(~Exists(PENDING_DECISION), state=State.SUBMITTED)
    return waiting.order_by(*TURN)


def next_to_review(application: Application, reader: User) -> tuple[Application | None, int]:
    """Return the next application that `reader` can review in the cohort, and how many wait."""
    rows = to_review(reader).filter(cohort=application.cohort_id).exclude(pk=application.pk)
    is_later = Q(submitted_at__gt=application.submitted_at or application.created_at)
    waiting = rows.annotate(
        waiting=Window(Count("pk")), is_earlier=Case(When(is_later, then=0), default=1)
    )
    following = waiting.select_related("person").order_by("is_earlier", *TURN).first()
    return following, following.waiting if following else 0


def earlier_application(
    application: Application, pages: Iterable[Answered], reader: User
) -> EarlierApplication | None:
    """Return the last application of the person to the program before this one, compared."""
    rows = Application.objects.for_committee(reader).filter(
        person=application.person_id,
        role=application.role,
        cohort__program=application.cohort.program_id,
        created_at__lt=application.created_at,
    )
    known = rows.exclude(pk=application.pk).select_related(
        "person__profile__employer", "cohort__program__policy"
    )
    earlier = known.prefetch_related("topic_rows__topic").order_by("-created_at").first()
    if earlier is None:
        return None
    before = _texts(with_answers(filled_pages(earlier, reader, without=OF_PERSON)))
    changes = [
        ChangedAnswer(label, before.get(label, ""), now)
        for label, now in _texts(pages).items()
        if now != before.get(label, "")
    ]
    decision = decision_of(earlier)
    outcome = decision.get_reason_display() if decision and decision.reason else ""
    return EarlierApplication(
        earlier, outcome, changes[:MOST_CHANGES], max(0, len(changes) - MOST_CHANGES)
    )


def changed_facts(application: Application) -> list[ChangedAnswer]:
    """Return what the person has changed on their profile since the application was sent."""
    return [
        ChangedAnswer(label, "; ".join(said), "; ".join(now))
        for label, said, now in changed_since_sent(application)
    ]


def _texts(pages: Iterable[Answered]) -> dict[str, str]:
    """Return {label: answer as one text} of the pages whose answers belong to the application."""
    return {
        str(label): "; ".join(str(line) for line in lines)
        for page, answers in pages
        if page.code not in OF_PERSON
        for label, lines in answers
    }
