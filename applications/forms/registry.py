"""Which form belongs to each part of the application."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import User

from ..completeness import parts
from ..models import Application
from .availability import CapacityPage, MeetingPage, TimesPage
from .base import Page
from .confidential import CommitmentPage, PrivatePage, WishesPage
from .needs import ExperiencesPage, GoalsPage, SituationPage, SkillsPage, SubjectsPage
from .own_questions import OwnQuestionsPage
from .profile import AboutYouPage, SuitabilityPage, WorkPage

FORMS: dict[str, type[Page]] = {
    form.code: form
    for form in (
        SuitabilityPage,
        AboutYouPage,
        WorkPage,
        SituationPage,
        ExperiencesPage,
        GoalsPage,
        SubjectsPage,
        SkillsPage,
        TimesPage,
        MeetingPage,
        CapacityPage,
        OwnQuestionsPage,
        PrivatePage,
        WishesPage,
        CommitmentPage,
    )
}

PRIVATE_PAGES = (PrivatePage.code, WishesPage.code)


def filled_pages(
    application: Application, reader: User | None = None, *, without: Collection[str] = ()
) -> list[Page]:
    """Return every page of the application with its stored answers, for reading.

    The pages of the private answers are left out for a `reader` who may not read them, and so are
    the pages of the codes in `without`. A reader gets the answers to the program's own questions
    from `answer_rows`.
    """
    hidden: tuple[str, ...] = ()
    if reader is not None:
        readable = Application.objects.readable_in_full_by(reader)
        may_read = readable.filter(pk=application.pk).exists()
        hidden = (OwnQuestionsPage.code, *(() if may_read else PRIVATE_PAGES))
    return [
        FORMS[part.code](application=application, reader=reader)
        for part in parts(application)
        if part.code not in hidden and part.code not in without
    ]
