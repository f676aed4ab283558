"""What the links in letters do: answer a survey, ask for help. They write one thing and show nothing that was written."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from notifications.links import purpose

from . import presenters
from .forms import HelpForm, SurveyForm
from .models import CheckIn, Concern


@purpose("survey-answer", model="checkins.CheckIn")
def answer_by_link(request: HttpRequest, claim: Claim, person: Any, subject: Any) -> HttpResponse:
    checkin = presenters.checkin_with_everything(subject)
    now = timezone.now()
    if checkin.state == CheckIn.State.ANSWERED or not checkin.may_be_answered_by(person, now):
        return render(request, "checkins/checkin_over.html", presenters.over(checkin, person))
    data = request.POST if request.method == "POST" else None
    form = SurveyForm(data, checkin=checkin, chosen=request.GET)
    if data is not None and form.is_valid():
        try:
            form.save(by=person, is_by_link=True)
        except ActionNotAllowed:  # answered elsewhere in this moment: the page says what holds now
            checkin.refresh_from_db()
        return render(request, "checkins/checkin_over.html", presenters.over(checkin, person))
    return render(
        request, "checkins/checkin_answer.html", presenters.asking(checkin, form, is_by_link=True)
    )


@purpose("help", model="matches.Match")
def help_by_link(request: HttpRequest, claim: Claim, person: Any, subject: Any) -> HttpResponse:
    match = presenters.match_of(subject, person)
    if match is None:
        return render(request, "notifications/link_expired.html", status=404)
    data = request.POST if request.method == "POST" else None
    form = HelpForm(data, person=person, match=match)
    if data is not None and form.is_valid():
        form.save()
        return render(request, "checkins/concern_sent.html", {"program": match.program})
    context = {"form": form, "program": match.program, "urgent": Concern.Urgency.URGENT}
    return render(request, "checkins/concern_create.html", context)
