"""What keeps a draft of a survey from being published, and why.

Every text is there in each language of the site, every role is asked something and nobody is asked
too much, and the answers to choose from can be told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application
from programs.program_texts import language_in_sentence

from .models import Kind, Question, Survey

MOST_QUESTIONS = 10  # to one person
MOST_IN_PULSE = 4  # it comes every few weeks
STEPS = range(3, 8)  # of a scale
CHOICES = range(2, 9)  # of a question with answers to choose from
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True)
class Problem:
    """One reason; `question` is None if it is about the survey as a whole."""

    text: str
    question: Question | None = None


def most_questions(kind: str) -> int:
    """Return how many questions of a survey one person is asked at most."""
    return MOST_IN_PULSE if kind == Kind.PULSE else MOST_QUESTIONS


def problems(survey: Survey) -> list[Problem]:
    """Return what has to be put right before `survey` is published, in the reader's language."""
    questions = list(survey.questions.all())
    found = [Problem(text) for text in (*_of_words(survey), *_of_roles(survey, questions))]
    if survey.is_only_counted:
        found += _of_counting_alone(survey, questions)
    for question in questions:
        found += [Problem(text, question) for text in _of_question(question)]
    return found


def _missing(texts: Mapping[str, str]) -> list[str]:
    """Return the names of the languages in which a text says nothing."""
    missing = (code for code in LANGUAGES if not texts.get(code, "").strip())
    return [language_in_sentence(code) for code in missing]


def _of_words(survey: Survey) -> Iterator[str]:
    for language in _missing(survey.titles):
        yield _("The title is missing in %(language)s. Write it.") % {"language": language}
    if any(survey.intros.values()):
        for language in _missing(survey.intros):
            yield _(
                "The introduction is missing in %(language)s. Write it, or remove it in every "
                "language."
            ) % {"language": language}


def _of_roles(survey: Survey, questions: Sequence[Question]) -> Iterator[str]:
    most = most_questions(survey.kind)
    for role in Application.Role:
        count = sum(role in question.roles for question in questions)
        count += survey.needs_asked if role == Application.Role.MENTEE else 0
        name = _mentees_or_mentors(role)
        if count == 0:
            yield _("There is no question for %(role)s. Add one.") % {"role": name}
        if count > most:
            yield _(
                "%(role)s are asked %(count)d questions; %(most)d is the most. Remove some, or ask "
                "them of one role only."
            ) % {"role": name.capitalize(), "count": count, "most": most}


def _of_counting_alone(survey: Survey, questions: Sequence[Question]) -> Iterator[Problem]:
    """Yield what somebody would read: people without a pair have no carer."""
    if survey.needs_asked:
        yield Problem(_("Answers about needs are read by a carer. Ask about none of them here."))
    for question in questions:
        if question.channel != Question.Channel.POOLED:
            text = _(
                "This survey is only counted, and no one reads single answers. Let this one be "
                "only counted too, or remove the question. Own words can't be counted."
            )
            yield Problem(text, question)


def _mentees_or_mentors(role: str) -> str:
    return _("mentees") if role == Application.Role.MENTEE else _("mentors")


def _of_question(question: Question) -> Iterator[str]:
    for language in _missing(question.texts):
        yield _("The question is missing in %(language)s. Write it.") % {"language": language}
    if question.kind == Question.Kind.SCALE:
        yield from _of_scale(question)
    elif question.kind in Question.WITH_CHOICES:
        yield from _of_choices(question)
    if question.kind == Question.Kind.SEVERAL and question.most_chosen > len(question.choices):
        yield _(
            "%(most)d answers can be ticked, but there are only %(count)d. Add answers, or let "
            "fewer be ticked."
        ) % {"most": question.most_chosen, "count": len(question.choices)}
    if question.kind in Question.COUNTABLE:
        yield from _of_same_words(question)
    if question.concern_codes and question.channel != Question.Channel.CARE:
        yield _(
            "No one reads single answers to this question, so none can become a concern. Let the "
            "carer read them, or choose no such answer."
        )


def _of_scale(question: Question) -> Iterator[str]:
    if len(question.choices) not in STEPS:
        limits = {"least": STEPS[0], "most": STEPS[-1]}
        yield _("A scale has %(least)d to %(most)d steps. Change their number.") % limits
    for place, (code, texts) in enumerate(question.choices):
        is_end = place in (0, len(question.choices) - 1)
        if is_end or any(texts.values()):
            for language in _missing(texts):
                yield _("Step %(step)s has no words in %(language)s. Write them.") % {
                    "step": code,
                    "language": language,
                }


def _of_choices(question: Question) -> Iterator[str]:
    if len(question.choices) not in CHOICES:
        yield ngettext(
            "There is %(count)d answer to choose from; there must be %(least)d to %(most)d.",
            "There are %(count)d answers to choose from; there must be %(least)d to %(most)d.",
            len(question.choices),
        ) % {"count": len(question.choices), "least": CHOICES[0], "most": CHOICES[-1]}
    for place, (_code, texts) in enumerate(question.choices, start=1):
        for language in _missing(texts):
            yield _("Answer %(number)d is empty in %(language)s. Write it, or remove it.") % {
                "number": place,
                "language": language,
            }


def _of_same_words(question: Question) -> Iterator[str]:
    """Yield answers that read the same; two languages may have one word."""
    said: set[str] = set()
    for code in LANGUAGES:
        words = (" ".join(texts.get(code, "").split()) for _code, texts in question.choices)
        counts = Counter(one.casefold() for one in words if one)
        said |= {word for word, count in counts.items() if count > 1}
    for word in sorted(said):
        yield _("“%(answer)s” is there twice. Change one of the two.") % {"answer": word}
