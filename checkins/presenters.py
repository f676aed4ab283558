"""Context for the pages of check-ins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from matches.models import Match

from .adjustments import has_news
from .disclosure import sentences
from .forms import SurveyForm
from .models import Answer, CheckIn, Concern, seconds_to_answer
from .moving import Coming, zone_of
from .needs import count_needs


def survey_page(
    request: HttpRequest,
    checkin: CheckIn,
    person: User,
    form: SurveyForm | None,
    *,
    is_by_link: bool = False,
    is_refused: bool = False,
) -> HttpResponse:
    """Show the survey with `form`; without one, that the check-in is answered or closed.

    The closed page shows nothing of the answers: a link may be forwarded. `is_refused`: answers
    were sent just now and not saved, because there were some already.
    """
    context: dict[str, object] = {"checkin": checkin, "program": checkin.program}
    if form is not None:
        may_skip = checkin.is_of_applicant and checkin.state == CheckIn.State.OPEN
        context |= {
            "form": form,
            "survey": checkin.survey,
            "question_count": len(form.questions),
            "seconds": seconds_to_answer(form.questions),
            "has_news": has_news(checkin),
            "skip_url": page_after(checkin) if may_skip else "",
            "readers": sentences(form.questions, form.audience),
        }
        return render(request, "checkins/checkin_answer.html", context)
    is_answered = checkin.state == CheckIn.State.ANSWERED
    may_change = is_answered and checkin.may_be_answered_by(person, timezone.now())
    needs = count_needs(checkin) if may_change and checkin.is_by_link else 0
    context |= {
        "is_answered": is_answered,
        "is_refused": is_refused,
        "may_change": may_change,
        "needs": needs,
        "closes_at": checkin.closes_at,
    }
    return render(request, "checkins/checkin_closed.html", context)


def page_after(checkin: CheckIn) -> str:
    """Return the address of the page that follows an answered survey."""
    if checkin.is_of_applicant and checkin.application:
        return reverse("applications:application-sent", args=[checkin.application.public_id])
    return reverse("dashboard:home")


def what_it_is(concern: Concern, *, reader: User) -> list[str]:
    """Return what a concern is about, a line each: the words of who asked, or what raised it."""
    if concern.cause == Concern.Cause.ANSWER:
        answers = Answer.objects.for_committee(reader).filter(checkin=concern.checkin)
        return [
            f"{answer.question} {answer.shown}"
            for answer in answers.select_related("question__survey")
            if any(code in answer.question.concern_codes for code in answer.codes)
        ]
    if concern.cause == Concern.Cause.NO_REPLY and concern.author is not None:
        text = _("%(name)s has not been able to reach %(partner)s. Please try another way.")
        return [text % {"name": concern.author, "partner": concern.person}]
    if concern.cause == Concern.Cause.NO_REPLY:
        count = concern.program.policy.unanswered_messages
        text = ngettext(
            "%(count)d e-mail that needed an answer was left without one.",
            "%(count)d or more e-mails in a row that needed an answer were left without one.",
            count,
        )
        return [text % {"count": count}]
    if concern.cause == Concern.Cause.BOUNCED:
        return [
            _(
                "Our e-mails do not reach %(name)s, so we send them no more. They don't know what "
                "we wrote to them."
            )
            % {"name": concern.person},
            _(
                "Reach them in another way, such as by phone. Ask them to sign in and to change "
                "their e-mail address, or to confirm that it works. What waits for them is then "
                "sent, and this concern is resolved by itself."
            ),
        ]
    if concern.cause == Concern.Cause.RULE:
        return [
            _(
                "Something about %(name)s has changed, so this pair no longer meets a rule of the "
                "program. The page of the pair says which. Nothing has happened to the pair, and "
                "the two were not told."
            )
            % {"name": concern.person},
            _(
                "Decide with the committee whether the pair can go on as it is, and talk with the "
                "two if it cannot. Once the pair meets the rule again or ends, this is resolved "
                "by itself."
            ),
        ]
    if concern.cause == Concern.Cause.CONTACT:
        text = _(
            "The committee has not reached %(name)s for more than %(days)s days. “Contacts due” "
            "says how to reach them. Once they are reached, this is resolved by itself."
        )
        days = concern.program.policy.care_gap_days
        return [text % {"name": concern.person, "days": days}]
    if concern.cause == Concern.Cause.ENDING and not concern.text:
        return [_("The page of the match says what is known, under “The end of the pair”.")]
    if concern.cause == Concern.Cause.SILENCE:
        return [
            _(
                "As far as we know, the pair has not met or been in touch for much longer than "
                "they agreed, and has planned no date."
            ),
            _(
                "Ask them both how it is going, in another way than by e-mail."
                " It is nobody's fault."
            ),
        ]
    return concern.text.splitlines()


def words_of_date(match: Match, coming: Coming) -> str:
    """Return the day of a coming check-in, and whether it was moved."""
    day = format_date(coming.opens_at.astimezone(zone_of(match)), "DATE_FORMAT")
    return _("%(day)s (moved)") % {"day": day} if coming.is_moved else day


def already_sent(concern: Concern) -> str:
    """Say that a request for help was not stored a second time."""
    when = format_date(timezone.localtime(concern.raised_at), "DATETIME_FORMAT")
    return _("We have had this message since %(when)s and have not stored it a second time.") % {
        "when": when
    }
