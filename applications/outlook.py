"""What an applicant is told to expect, by the state of the application and the day.

One line of `ORDER` decides, so that no page promises what is over: the first that fits wins. A pair
is known to later apps only; they answer the signal `pair_news_asked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .models import Application
from .screening import missing_checks
from .signals import first_answer, pair_news_asked

State = Application.State


class Outlook(StrEnum):
    """Every answer to "what happens next with my application?"."""

    UNFINISHED = "unfinished"  # a draft that can still be sent
    TOO_LATE = "too-late"  # a draft, and applications have closed
    BEING_READ = "being-read"  # an answer is promised by a day ahead, or by no day
    ANSWER_LATE = "answer-late"  # the promised day is over
    PAIRED = "paired"
    PAIR_ENDED = "pair-ended"
    OVER = "over"  # the cohort has ended, and the person is in no pair
    ON_BREAK = "on-break"
    TO_ACCEPT = "to-accept"  # has to accept the code of conduct, for the first time or again
    TO_PREPARE = "to-prepare"  # a mentor who has not passed the orientation
    CHECKS_MISSING = "checks-missing"  # the program needs a check before a match
    FOR_PAIR = "for-pair"  # the committee decides about a pair that the two have asked for
    MATCHING_AHEAD = "matching-ahead"  # matching day is to come
    LOOKING = "looking"
    WAITING = "waiting"  # on the waiting list
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class PairNews:
    """What has become of an accepted application: a sentence and a page."""

    text: str
    url: str
    action: str
    is_open: bool


def pair_news(application: Application) -> PairNews | None:
    """Return the news of the application's pair; None without one, or if another is looked for."""
    return first_answer(pair_news_asked, PairNews, Application, application=application)


Rule = Callable[[Application, date, PairNews | None], object]

ORDER: tuple[tuple[Outlook, Rule], ...] = (
    (Outlook.DECLINED, lambda a, on, news: a.state == State.DECLINED),
    (Outlook.WITHDRAWN, lambda a, on, news: a.state == State.WITHDRAWN),
    (Outlook.PAIRED, lambda a, on, news: news and news.is_open),
    (Outlook.PAIR_ENDED, lambda a, on, news: news),
    (Outlook.TOO_LATE, lambda a, on, news: a.state == State.DRAFT and not a.is_in_time(on)),
    (Outlook.UNFINISHED, lambda a, on, news: a.state == State.DRAFT),
    (Outlook.OVER, lambda a, on, news: a.cohort.is_over(on)),
    (Outlook.ANSWER_LATE, lambda a, on, news: a.state == State.SUBMITTED and _is_late(a, on)),
    (Outlook.BEING_READ, lambda a, on, news: a.state == State.SUBMITTED),
    (Outlook.ON_BREAK, lambda a, on, news: a.is_on_break(on)),
    (Outlook.WAITING, lambda a, on, news: a.state == State.WAITLISTED),
    (Outlook.TO_ACCEPT, lambda a, on, news: a.code_accepted_at is None),
    (Outlook.TO_PREPARE, lambda a, on, news: a.is_mentor and a.orientation_passed_at is None),
    (Outlook.CHECKS_MISSING, lambda a, on, news: missing_checks(a, on)),
    (Outlook.FOR_PAIR, lambda a, on, news: a.is_for_pair),
    (Outlook.MATCHING_AHEAD, lambda a, on, news: a.cohort.matching_ahead(on)),
    (Outlook.LOOKING, lambda a, on, news: True),
)


def _is_late(application: Application, on: date) -> bool:
    return application.answer_by_on < on


def outlook_of(application: Application, on: date, news: PairNews | None = None) -> Outlook:
    """Return what the person is told on the day `on`."""
    return next(outlook for outlook, fits in ORDER if fits(application, on, news))
