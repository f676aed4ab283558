"""Who reads the answers of a check-in, in sentences: the page and the e-mail say the same."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import CheckIn, Question
from .results import smallest_group

Channel = Question.Channel


def readers(checkin: CheckIn, *, is_by_link: bool = False) -> list[str]:
    """Return the sentences above the first question, in the reader's language.

    With `is_by_link` they name no one, because a link may be forwarded.
    """
    channels = {question.channel for question in checkin.questions}
    partner = _("Your partner") if is_by_link else checkin.partner.first_name
    found = []
    if Channel.CARE in channels:
        sentences = (_committee(checkin, is_by_link=is_by_link), _read_by_no_one(checkin))
        found.append(" ".join(filter(None, sentences)))
    if Channel.PARTNER in channels:
        found.append(_("%(name)s sees only answers to questions that say so.") % {"name": partner})
    else:
        found.append(_("%(name)s never sees your answers.") % {"name": partner})
    if any(question.is_pooled for question in checkin.questions):
        smallest = {"n": smallest_group(checkin.program)}
        found.append(
            _(
                "Answers to multiple-choice questions are also counted together, in groups of at "
                "least %(n)s people. What you write in your own words is not."
            )
            % smallest
        )
    return found


def _committee(checkin: CheckIn, *, is_by_link: bool) -> str:
    carer = checkin.match.carer
    if carer is None:
        return _("The chair of the program reads your answers.")
    if is_by_link:
        return _("Your carer and the chair of the program read your answers.")
    name = {"carer": carer.name}
    return _("Your carer, %(carer)s, and the chair of the program read your answers.") % name


def _read_by_no_one(checkin: CheckIn) -> str:
    """Return which answers the committee does not read, "" if it reads all."""
    pooled = [
        _("“%(question)s”") % {"question": question}
        for question in checkin.questions
        if question.channel == Channel.POOLED
    ]
    if not pooled:
        return ""
    sentence = ngettext(
        "No one reads your answer to %(questions)s: it is only counted together with others.",
        "No one reads your answers to %(questions)s: they are only counted together with others.",
        len(pooled),
    )
    return sentence % {"questions": ", ".join(pooled)}
