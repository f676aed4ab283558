"""The form of an application: its parts, its pages, and what is still missing.

1. At most seven parts, each a line of the task list; a part has one page or several.
2. Pages that only order what was chosen before are there once something was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.models import Program, ProgramQuestion, Topic

from . import suitability
from .form_parts import (
    FormPage,
    Part,
    has_answered,
    has_committed,
    has_goal,
    has_meeting,
    has_name,
    has_profile,
    has_situation,
)
from .models import Application, ApplicationTopic
from .program_questions import lacks_answers

Role = Application.Role

OWN_QUESTIONS = "own-questions"
SUITABILITY = "suitability"
# First words of the pages that stay in a short form: whether someone is ready, who they are, and
# what the committee must know.
SHORT_FORM = frozenset({SUITABILITY, "about", "work", "own", "private", "commitment"})
MAY_BE_EMPTY = gettext_lazy("You may leave this empty")


def parts(application: Application) -> list[Part]:
    """Return the parts of this application in order, without what no one uses."""
    kinds = _current_kinds(application.program)
    kinds |= {row.topic.kind for row in application.topic_rows.all()}
    own = ProgramQuestion.objects.on_form(application.program, application.role)
    found = parts_for(
        application.role,
        kinds,
        own_questions=list(own),
        has_topics=ApplicationTopic.objects.filter(application=application).exists(),
        has_experiences=application.experience_rows.exists(),
    )
    return _short(found) if application.is_for_pair else found


def _short(found: list[Part]) -> list[Part]:
    """Leave out what only matching needs, for two people who have found each other."""
    kept = [
        part._replace(
            pages=tuple(page for page in part.pages if page.code.partition("-")[0] in SHORT_FORM)
        )
        for part in found
    ]
    return [part for part in kept if part.pages]


def parts_for(
    role: str,
    topic_kinds: set[str],
    *,
    own_questions: Sequence[ProgramQuestion] = (),
    has_topics: bool = True,
    has_experiences: bool = True,
) -> list[Part]:
    """Return the parts of an application in `role` where the topics are of `topic_kinds`.

    `own_questions`: what the program asks itself. `has_topics`, `has_experiences`: whether the
    applicant has chosen any.
    """
    is_mentor = role == Role.MENTOR
    needs = (
        *_background(is_mentor, has_experiences=has_experiences),
        *_topics(is_mentor, topic_kinds, has_topics=has_topics),
        FormPage("help", _("How you help") if is_mentor else _("How a mentor can help")),
    )
    return [
        _suitability(role),
        Part(_("About you"), _about_you()),
        Part(_("What you offer") if is_mentor else _("What you need"), needs),
        Part(_("When and how"), _practical(is_mentor)),
        *_own_questions(own_questions),
        Part(
            _("For the committee only"),
            (
                FormPage("private", _("What only the committee should know")),
                FormPage("wishes", _("Wishes about your match")),
            ),
            MAY_BE_EMPTY,
        ),
        Part(
            _("Before you send"),
            (FormPage("commitment", _("Your commitment"), has_committed),),
        ),
    ]


def page_titles(role: str) -> dict[str, str]:
    """Return the title of each page of the product's own questions, by code; asks no database."""
    parts = parts_for(role, set(Topic.Kind.values))
    return {page.code: page.title for part in parts for page in part.pages}


def _suitability(role: str) -> Part:
    """One question a page, so that each is read."""
    title, codes = _("Is this the right time?"), suitability.CODES[role]
    pages = tuple(FormPage(f"{SUITABILITY}-{code}", title, has_answered(code)) for code in codes)
    return Part(title, pages, _count_of_questions(len(codes)))


def _count_of_questions(count: int) -> str:
    return ngettext("%(n)d question", "%(n)d questions", count) % {"n": count}


def _about_you() -> tuple[FormPage, ...]:
    has_level = has_profile(lambda profile: profile.level is not None)
    return (
        FormPage("about-you", _("Your name and contact details"), has_name),
        FormPage("work", _("Your work"), has_level),
    )


def _own_questions(questions: Sequence[ProgramQuestion]) -> list[Part]:
    """Return the part with the program's own questions, done once the required ones have answers.

    A question that was added since it was saved is asked again only if it is required.
    """
    if not questions:
        return []
    count = _count_of_questions(len(questions))
    required = [one.pk for one in questions if one.is_required]

    def is_done(application: Application) -> bool:
        is_saved = OWN_QUESTIONS in application.saved_pages
        return not lacks_answers(application, required) if required else is_saved

    hint = count if required else f"{count}. {MAY_BE_EMPTY}"
    page = FormPage(OWN_QUESTIONS, _("Questions of this program"), is_done)
    return [Part(_("What this program asks"), (page,), hint)]


def _background(is_mentor: bool, *, has_experiences: bool) -> tuple[FormPage, ...]:
    situation = _("Your path so far") if is_mentor else _("Your situation")
    experiences = _("What you have been through") if is_mentor else _("What you are going through")
    sharing = (FormPage("sharing", _("What your match may see")),) if has_experiences else ()
    return (
        FormPage("situation", situation, has_situation),
        FormPage("experiences", experiences),
        *sharing,
    )


def _topics(is_mentor: bool, kinds: set[str], *, has_topics: bool) -> tuple[FormPage, ...]:
    if not kinds:
        return ()
    title = _("What you can help with") if is_mentor else _("What you want help with")
    rule = has_goal if Topic.Kind.GOAL in kinds else None
    first = _("What you are best at") if is_mentor else _("What matters most")
    ranking = (FormPage("ranking", first),) if has_topics else ()
    return (FormPage("topics", title, rule), *ranking)


def _practical(is_mentor: bool) -> tuple[FormPage, ...]:
    has_times = has_profile(lambda profile: profile.availability)
    capacity = (FormPage("capacity", _("How many mentees")),) if is_mentor else ()
    return (
        FormPage("times", _("When you are usually free"), has_times),
        FormPage("meeting", _("How and how often to meet"), has_meeting),
        *capacity,
        FormPage("way-of-working", _("How you like to work together"), is_optional=True),
    )


def _current_kinds(program: Program) -> set[str]:
    topics = Topic.objects.current(program).order_by()
    return set(topics.values_list("kind", flat=True).distinct())


def pages(application: Application) -> list[FormPage]:
    """Return the pages of this application, in order."""
    return [page for part in parts(application) for page in part.pages]


def missing(application: Application) -> list[FormPage]:
    """Return the pages that are needed and not done yet, in order."""
    return [page for page in pages(application) if page.is_missing(application)]


def all_pages(program: Program, role: str) -> list[FormPage]:
    """Return the pages that someone in `role` meets who chooses from every list."""
    own = list(ProgramQuestion.objects.on_form(program, role))
    found = parts_for(role, _current_kinds(program), own_questions=own)
    return [page for part in found for page in part.pages]
