"""What the pages of check-ins show, put together for the templates."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from matches.models import Match

from .forms import SurveyForm
from .models import CheckIn, Question
from .planning import with_everything

Channel = Question.Channel


def checkin_with_everything(checkin: Any) -> CheckIn:
    return with_everything(CheckIn.objects.filter(pk=checkin.pk)).get()


def match_of(match: Any, person: Any) -> Match | None:
    """The match with its people, if `person` is one of them."""
    return Match.objects.of(person).with_people().filter(pk=match.pk).first()


def readers(checkin: CheckIn, *, is_by_link: bool = False) -> list[str]:
    """Who reads the answers, in sentences; said above the first question. A link may be forwarded: it names nobody."""
    channels = {question.channel for question in checkin.questions}
    carer = checkin.match.carer
    names = {
        "carer": carer.name if carer else "",
        "partner": _("Your match") if is_by_link else checkin.partner.first_name,
    }
    found = []
    if Channel.CARE in channels:
        who = _("The chair of the program reads this.")
        if carer:
            named = _("Your carer, %(carer)s, and the chair of the program read this.")
            who = _("Your carer and the chair of the program read this.") if is_by_link else named
        found.append(who % names)
    if Channel.PARTNER in channels:
        found.append(_("%(partner)s reads the answers that say so.") % names)
    else:
        found.append(_("%(partner)s never sees it.") % names)
    if any(question.is_pooled for question in checkin.questions):
        smallest = {"n": checkin.program.policy.small_group}
        found.append(
            _(
                "Answers by choice are also counted together, in groups of at least %(n)s people. Words never are."
            )
            % smallest
        )
    return found


def asking(checkin: CheckIn, form: SurveyForm, *, is_by_link: bool = False) -> dict[str, Any]:
    said = readers(checkin, is_by_link=is_by_link)
    return {"checkin": checkin, "form": form, "program": checkin.program, "readers": said}


def over(checkin: CheckIn, person: Any) -> dict[str, Any]:
    """For a check-in that takes no answer by link any more; nothing of the answers themselves."""
    may_change = checkin.state == CheckIn.State.ANSWERED and checkin.may_be_answered_by(
        person, timezone.now()
    )
    return {
        "checkin": checkin,
        "program": checkin.program,
        "is_answered": checkin.state == CheckIn.State.ANSWERED,
        "may_change": may_change,
        "closes_at": checkin.closes_at,
    }
