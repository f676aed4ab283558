"""What the links in e-mails do: answer a survey, ask for help.

Each writes one thing and shows nothing that was written.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from matches.models import Match
from notifications.links import purpose

from .forms import HelpForm, SurveyForm
from .models import CheckIn
from .presenters import already_sent, survey_page


@purpose("survey-answer", model="checkins.CheckIn")
def answer_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: CheckIn
) -> HttpResponse:
    """Answer a check-in without signing in, once."""
    checkin = CheckIn.objects.with_details().get(pk=subject.pk)
    form = None
    was_answered = checkin.state == CheckIn.State.ANSWERED
    is_open = checkin.may_be_answered_by(person, timezone.now())
    if is_open and not was_answered:
        data = request.POST if request.method == "POST" else None
        form = SurveyForm(data, checkin=checkin, is_by_link=True, chosen=request.GET)
        if data is not None and form.is_valid():
            try:
                was_answered = not form.save(by=person)
            except ActionNotAllowed:  # answered elsewhere a moment ago: show the current state
                checkin.refresh_from_db()
                was_answered = checkin.state == CheckIn.State.ANSWERED
            form = None
    is_refused = request.method == "POST" and was_answered
    return survey_page(request, checkin, person, form, is_by_link=True, is_refused=is_refused)


@purpose("help", model="matches.Match")
def help_by_link(request: HttpRequest, claim: Claim, person: User, subject: Match) -> HttpResponse:
    """Ask for help without signing in. The link is over for anyone who is not one of the pair."""
    match = Match.objects.of(person).with_people().filter(pk=subject.pk).first()
    if match is None:
        return render(request, "notifications/link_expired.html", status=404)
    data = request.POST if request.method == "POST" else None
    form = HelpForm(data, person=person, match=match)
    if data is not None and form.is_valid():
        concern, is_new = form.save()
        again = "" if is_new else already_sent(concern)
        sent = {"program": match.program, "again": again}
        return render(request, "checkins/concern_sent.html", sent)
    context = {"form": form, "program": match.program}
    return render(request, "checkins/concern_create.html", context)
