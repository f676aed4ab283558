"""What every page of a round shares: finding the round, the frame, and the way back to the row."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from matching.models import Proposal, Round
from programs.models import Application


def find_round(request: HttpRequest, public_id: str) -> Round:
    rounds = Round.objects.visible_to(request.user).select_related(
        "cohort__program__policy", "prepared_by", "approved_by", "released_by"
    )
    return get_object_or_404(rounds, public_id=public_id)


def find_row(request: HttpRequest, round_: Round, mentee: str) -> Proposal:
    """The row of a mentee (by public id of the application); 404 for one that the member does not see."""
    rows = Proposal.objects.visible_to(request.user).filter(round=round_).on_the_table().with_people()
    return get_object_or_404(rows, mentee__public_id=mentee)


def find_mentor(request: HttpRequest, round_: Round, mentor: str) -> Application:
    """A mentor of the cohort whom the member may decide about."""
    mentors = Application.objects.for_committee(request.user).mentors().filter(cohort=round_.cohort)
    return get_object_or_404(mentors.select_related("person"), public_id=mentor)


def page(request: HttpRequest, template: str, title: str, round_: Round, **context: Any) -> HttpResponse:
    """A page of the workbench in the committee's frame."""
    shared = {
        **admin.site.each_context(request),
        "opts": Round._meta,
        "title": title,
        "round": round_,
        "program": round_.program,
        "may_change": round_.may_be_changed_by(request.user),
    }
    return TemplateResponse(request, f"admin/matching/round/{template}.html", {**shared, **context})


def url(name: str, round_: Round, *args: Any) -> str:
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


def back(request: HttpRequest, to: str, text: str = "", anchor: str = "", level: int = messages.SUCCESS) -> HttpResponseRedirect:
    """Back to a page, to the row that was acted on, with a word about what happened."""
    if text:
        messages.add_message(request, level, text)
    return HttpResponseRedirect(f"{to}#{anchor}" if anchor else to)
