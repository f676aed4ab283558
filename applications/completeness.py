"""What an application still lacks. Read by the task list, by the check page and by `send`."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.models import Program, ProgramQuestion, Topic

from . import suitability
from .form_parts import (
    Group,
    Part,
    has_answered,
    has_committed,
    has_goal,
    has_meeting,
    has_name,
    has_profile,
    has_situation,
)
from .models import Application
from .program_questions import lacks_answers

Role = Application.Role

MINUTES_PER_PART = 1  # in trials, the whole form took about a minute for each part
QUESTIONS_PER_MINUTE = 2  # of those that a program asks itself
OWN_QUESTIONS = "own-questions"
MAY_BE_EMPTY = gettext_lazy("You may leave this empty")
TOPIC_KINDS = {"goals": Topic.Kind.GOAL, "subjects": Topic.Kind.SUBJECT, "skills": Topic.Kind.SKILL}


def groups(application: Application) -> list[Group]:
    """Return the parts of this application in order, without kinds of topic that no one uses."""
    kinds = _current_kinds(application.program)
    kinds |= {row.topic.kind for row in application.topic_rows.all()}
    own = ProgramQuestion.objects.on_form(application.program, application.role)
    return groups_for(application.role, kinds, own_questions=list(own))


def groups_for(
    role: str, topic_kinds: set[str], *, own_questions: Sequence[ProgramQuestion] = ()
) -> list[Group]:
    """Return the parts of an application in `role` where the topics are of `topic_kinds`.

    `own_questions`: what the program asks itself.
    """
    is_mentor = role == Role.MENTOR
    needs = (*_background(is_mentor), *_topics(is_mentor, topic_kinds))
    capacity = (Part("capacity", _("How many mentees")),) if is_mentor else ()
    return [
        Group(_("About you"), _about_you(role)),
        Group(_("What you offer") if is_mentor else _("What you need"), needs),
        Group(_("When and how"), (*_practical(), *capacity)),
        *_own_questions(own_questions),
        Group(
            _("For the committee only"),
            (
                Part("private", _("What only the committee should know"), MAY_BE_EMPTY),
                Part("wishes", _("Wishes about your match"), MAY_BE_EMPTY),
            ),
        ),
        Group(
            _("Before you send"), (Part("commitment", _("Your commitment"), rule=has_committed),)
        ),
    ]


def _about_you(role: str) -> tuple[Part, ...]:
    codes = suitability.question_codes(role)
    hint = ngettext("%(n)d question", "%(n)d questions", len(codes)) % {"n": len(codes)}
    has_level = has_profile(lambda profile: profile.level is not None)
    return (
        Part("suitability", _("Is this the right time?"), hint, has_answered(codes)),
        Part("about-you", _("Your name and contact details"), rule=has_name),
        Part("work", _("Your work"), rule=has_level),
    )


def _own_questions(questions: Sequence[ProgramQuestion]) -> list[Group]:
    """Return the part with the program's own questions, done once the required ones have answers.

    A question that was added since it was saved is asked again only if it is required.
    """
    if not questions:
        return []
    count = ngettext("%(n)d question", "%(n)d questions", len(questions)) % {"n": len(questions)}
    required = [one.pk for one in questions if one.is_required]

    def is_done(application: Application) -> bool:
        is_saved = OWN_QUESTIONS in application.saved_pages
        return not lacks_answers(application, required) if required else is_saved

    hint = count if required else f"{count}. {MAY_BE_EMPTY}"
    part = Part(OWN_QUESTIONS, _("Questions of this program"), hint, is_done)
    return [Group(_("What this program asks"), (part,))]


def _background(is_mentor: bool) -> tuple[Part, ...]:
    situation = _("Your path so far") if is_mentor else _("Your situation")
    experiences = _("What you have been through") if is_mentor else _("What you are going through")
    return (
        Part("situation", situation, rule=has_situation),
        Part("experiences", experiences, MAY_BE_EMPTY),
    )


def _topics(is_mentor: bool, kinds: set[str]) -> list[Part]:
    if is_mentor:
        topics = [
            Part("goals", _("Goals you can help with"), rule=has_goal),
            Part("subjects", _("Subjects you can help with"), MAY_BE_EMPTY),
            Part("skills", _("Skills you can help to build"), MAY_BE_EMPTY),
        ]
    else:
        topics = [
            Part("goals", _("What you want to achieve"), rule=has_goal),
            Part("subjects", _("Subjects you want help with"), MAY_BE_EMPTY),
            Part("skills", _("Skills you want to build"), MAY_BE_EMPTY),
        ]
    return [part for part in topics if TOPIC_KINDS[part.code] in kinds]


def _practical() -> tuple[Part, ...]:
    has_times = has_profile(lambda profile: profile.availability)
    return (
        Part("times", _("When you are usually free"), rule=has_times),
        Part("meeting", _("How and how often to meet"), rule=has_meeting),
    )


def _current_kinds(program: Program) -> set[str]:
    topics = Topic.objects.current(program).order_by()
    return set(topics.values_list("kind", flat=True).distinct())


def parts(application: Application) -> list[Part]:
    """Return the pages of this application, in order."""
    return [part for group in groups(application) for part in group.parts]


def missing(application: Application) -> list[Part]:
    """Return the parts that are not done yet, in order."""
    return [part for part in parts(application) if not part.is_done(application)]


def expected_minutes(program: Program, role: str) -> int:
    """Return how long an application in `role` takes to fill in."""
    parts_of_all = [
        part for group in groups_for(role, _current_kinds(program)) for part in group.parts
    ]
    own = ProgramQuestion.objects.on_form(program, role).count()
    return len(parts_of_all) * MINUTES_PER_PART + ceil(own / QUESTIONS_PER_MINUTE)
