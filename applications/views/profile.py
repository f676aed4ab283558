"""A person's profile: facts that live, in groups, each with a small form of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import person_facts
from ..forms.availability import WaysFacts
from ..forms.base import READ_BY_COMMITTEE, EditConflict, Page
from ..forms.own_facts import OF_PERSON
from ..forms.taking_part import part_sentences
from ..models import Application
from ..profile_facts import applications_to_change, save_facts, unsent

# Which facts each form changes.
SHOWN = {
    "contact": ("phone", "call_hours", "links"),
    "work": ("employer", "job_title", "level", "years_experience", "place"),
    "languages": ("languages",),
    "times": ("availability",),
    "ways": ("mode", "travel_km"),
}


@dataclass(frozen=True)
class FactGroup:
    """One group on the page: what is stored, who reads it, and where it is changed."""

    code: str
    title: str | Promise
    read_by: str | Promise
    rows: list[person_facts.FactRow]
    url: str


def of_person(application: Application) -> list[FactGroup]:
    """Return the groups that hold in every program."""
    return [
        FactGroup(
            code,
            form.heading,
            form.read_by,
            person_facts.rows(application, *SHOWN[code]),
            reverse("applications:profile-facts", args=[code]),
        )
        for code, form in OF_PERSON.items()
    ]


def of_application(application: Application) -> list[FactGroup]:
    """Return the groups of one application: how to meet, and how much the person takes on."""
    key = application.public_id
    part = [person_facts.FactRow(_("Your part in the program"), part_sentences(application))]
    return [
        FactGroup(
            f"ways-{key}",
            WaysFacts.heading,
            WaysFacts.read_by,
            person_facts.rows(application, *SHOWN["ways"]),
            reverse("applications:profile-ways", args=[key]),
        ),
        FactGroup(
            f"part-{key}",
            _("Places and breaks") if application.is_mentor else _("Breaks"),
            READ_BY_COMMITTEE,
            part,
            reverse("applications:application-part", args=[key]),
        ),
    ]


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    mine = applications_to_change(request.user)
    context = {
        "groups": of_person(unsent(request.user)),
        "parts": [(one, of_application(one)) for one in mine],
    }
    return render(request, "applications/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change_facts(request: HttpRequest, code: str) -> HttpResponse:
    if code not in OF_PERSON:
        raise Http404
    application = unsent(request.user, is_saving=request.method == "POST")
    return _change(request, OF_PERSON[code], application)


@require_http_methods(["GET", "HEAD", "POST"])
def change_ways(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Application.objects.of(request.user).select_related("cohort__program__policy", "person")
    application = get_object_or_404(rows, public_id=public_id)
    if application not in applications_to_change(request.user):
        return redirect("applications:profile")
    return _change(request, WaysFacts, application)


def _change(request: HttpRequest, kind: type[Page], application: Application) -> HttpResponse:
    form = kind(request.POST if request.method == "POST" else None, application=application)
    has_conflict = False
    if form.is_bound and form.is_valid():
        try:
            save_facts(form, by=request.user)
            messages.success(request, _("Your profile has been saved."))
            return redirect("applications:profile")
        except EditConflict as conflict:
            form.keep_posted(conflict.stored)
            has_conflict = True
    context = {"form": form, "has_conflict": has_conflict, "application": application}
    return render(request, "applications/profile_facts.html", context)
