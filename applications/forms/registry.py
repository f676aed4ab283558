"""Which form belongs to each part of the application."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import User

from ..completeness import pages
from ..models import Application
from .availability import CapacityPage, MeetingPage, TimesPage
from .base import Page
from .choices import ExperiencesPage, TopicsPage
from .confidential import CommitmentPage, PrivatePage, WishesPage
from .needs import HelpPage, SituationPage
from .own_questions import OwnQuestionsPage
from .profile import AboutYouPage, SuitabilityPage, WorkPage, question_pages
from .ranking import RankingPage, SharingPage
from .way_of_working import WayOfWorkingPage

PAGES: tuple[type[Page], ...] = (
    SuitabilityPage,
    *question_pages(),
    AboutYouPage,
    WorkPage,
    SituationPage,
    ExperiencesPage,
    SharingPage,
    TopicsPage,
    RankingPage,
    HelpPage,
    TimesPage,
    MeetingPage,
    CapacityPage,
    WayOfWorkingPage,
    OwnQuestionsPage,
    PrivatePage,
    WishesPage,
    CommitmentPage,
)
FORMS: dict[str, type[Page]] = {form.code: form for form in PAGES}

PRIVATE_PAGES = (PrivatePage.code, WishesPage.code)


def section_of(code: str) -> str:
    """Return the code of the page on which the answers of page `code` are read."""
    return FORMS[code].section or code


def filled_pages(
    application: Application, reader: User | None = None, *, without: Collection[str] = ()
) -> list[Page]:
    """Return the answers of the application by section, for reading.

    The pages of the private answers are left out for a `reader` who may not read them, and so are
    the pages of the codes in `without`. A reader gets the answers to the program's own questions
    from `answer_rows`.
    """
    hidden: tuple[str, ...] = ()
    if reader is not None:
        readable = Application.objects.readable_in_full_by(reader)
        may_read = readable.filter(pk=application.pk).exists()
        hidden = (OwnQuestionsPage.code, *(() if may_read else PRIVATE_PAGES))
    sections = dict.fromkeys(section_of(page.code) for page in pages(application))
    return [
        FORMS[code](application=application, reader=reader)
        for code in sections
        if code not in hidden and code not in without
    ]
