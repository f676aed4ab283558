"""Who reads the answers of a survey, in sentences: page, preview and e-mail say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.models import Membership, Program

from .care_access import deputies_of
from .models import CheckIn, Question, Survey
from .results import smallest_group

Channel = Question.Channel


@dataclass(frozen=True)
class Audience:
    """Whom the sentences speak of.

    `partner` and `carer` are names, or words such as "your carer" where a page names no one, and
    empty if there is none. Whoever reads as a carer's deputy is said with the carer.
    """

    partner: str
    carer: str
    smallest: int  # people in a pooled figure

    @classmethod
    def of(cls, checkin: CheckIn, *, is_by_link: bool = False) -> Audience:
        """Return whom a check-in is about; by link without names, because it may be forwarded."""
        if checkin.match is None:
            return cls("", "", smallest_group(checkin.program))
        carer = checkin.match.carer
        has_deputy = carer is not None and bool(deputies_of(carer, checkin.program))
        if is_by_link:
            has_carer = carer is not None
            return cls.unnamed(checkin.program, has_carer=has_carer, has_deputy=has_deputy)
        name = ""
        if carer is not None:
            words = (
                _("your carer, %(name)s, their deputy")
                if has_deputy
                else _("your carer, %(name)s,")
            )
            name = words % {"name": carer.name}
        return cls(checkin.partner.first_name, name, smallest_group(checkin.program))

    @classmethod
    def unnamed(
        cls, program: Program, *, has_carer: bool = True, has_deputy: bool = False
    ) -> Audience:
        """Return an audience without names, for links and previews."""
        carer = _("your carer, their deputy") if has_deputy else _("your carer")
        carer = carer if has_carer else ""
        return cls(_("your partner"), carer, smallest_group(program))

    @classmethod
    def of_survey(cls, survey: Survey, program: Program) -> Audience:
        """Return an audience without names, for the preview of a survey."""
        if survey.is_only_counted:
            return cls("", "", smallest_group(program))
        with_deputy = Membership.objects.with_deputy().filter(program=program)
        return cls.unnamed(program, has_deputy=with_deputy.exists())


def readers(checkin: CheckIn, *, is_by_link: bool = False) -> list[str]:
    """Return the sentences above the first question, in the reader's language.

    With `is_by_link` they name no one, because a link may be forwarded.
    """
    return sentences(checkin.questions, Audience.of(checkin, is_by_link=is_by_link))


def sentences(questions: Sequence[Question], audience: Audience) -> list[str]:
    """Return who reads the answers to `questions`, a sentence each."""
    channels = {question.channel for question in questions}
    found = []
    if Channel.CARE in channels:
        found.append(_committee(audience, questions))
    elif questions and channels == {Channel.POOLED}:
        found.append(_("No one reads your answers: they are only counted together with others."))
    partner = {"name": audience.partner[:1].upper() + audience.partner[1:]}
    if Channel.PARTNER in channels:
        found.append(_("%(name)s sees only answers to questions that say so.") % partner)
    elif audience.partner:
        found.append(_("%(name)s never sees your answers.") % partner)
    if any(question.is_counted for question in questions):
        found.append(
            _("Some of your answers are also counted together with others; the question says so.")
        )
    smallest = {"n": audience.smallest}
    if any(question.is_pooled for question in questions):
        words = _("Counted answers are only shown in groups of at least %(n)s people.")
        found.append(words % smallest)
    if any(
        question.kind == Question.Kind.TEXT and question.channel == Channel.CARE
        for question in questions
    ):
        words = _(
            "Whoever reads what you write in your own words may note what it is about. How many "
            "people wrote about the same is only shown in groups of at least %(n)s people."
        )
        found.append(words % smallest)
    return found


def reader_of(question: Question, audience: Audience) -> str:
    """Return who reads the answer to one question, for the line below it."""
    if question.channel == Channel.POOLED:
        return _("No one reads this answer: it is only counted together with others.")
    if question.channel == Channel.PARTNER:
        return _("%(name)s and you see this answer.") % {"name": audience.partner}
    if audience.carer:
        read = _("Only %(carer)s and the chair read this answer.") % {"carer": audience.carer}
    else:
        read = _("Only the chair reads this answer.")
    counted = _("It is also counted together with others.") if question.is_counted else ""
    return f"{read} {counted}".strip()


def _committee(audience: Audience, questions: Sequence[Question]) -> str:
    """Return what the committee reads and what no one does; it names the fewer of the two."""
    read = [question for question in questions if question.channel == Channel.CARE]
    pooled = [question for question in questions if question.channel == Channel.POOLED]
    if len(pooled) > len(read):
        others = _("No one reads your other answers: they are only counted together with others.")
        return f"{_read_by_committee(audience, read)} {others}"
    if pooled:
        return f"{_read_by_committee(audience, ())} {_read_by_no_one(pooled)}"
    return _read_by_committee(audience, ())


def _read_by_committee(audience: Audience, questions: Sequence[Question]) -> str:
    """Return who reads the answers to `questions`; to all of them if none are given."""
    carer = audience.carer[:1].upper() + audience.carer[1:]
    words = {"carer": carer, "questions": _names(questions)}
    if not questions and not carer:
        return _("The chair of the program reads your answers.")
    if not questions:
        return _("%(carer)s and the chair of the program read your answers.") % words
    if not carer:
        sentence = ngettext(
            "The chair of the program reads your answer to %(questions)s.",
            "The chair of the program reads your answers to %(questions)s.",
            len(questions),
        )
    else:
        sentence = ngettext(
            "%(carer)s and the chair of the program read your answer to %(questions)s.",
            "%(carer)s and the chair of the program read your answers to %(questions)s.",
            len(questions),
        )
    return sentence % words


def _read_by_no_one(questions: Sequence[Question]) -> str:
    sentence = ngettext(
        "No one reads your answer to %(questions)s: it is only counted together with others.",
        "No one reads your answers to %(questions)s: they are only counted together with others.",
        len(questions),
    )
    return sentence % {"questions": _names(questions)}


def _names(questions: Sequence[Question]) -> str:
    return ", ".join(_("“%(question)s”") % {"question": question} for question in questions)
