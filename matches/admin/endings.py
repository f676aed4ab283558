"""Pages on which the committee ends a pair, reopens it, and notes how it went."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from access.exceptions import ActionNotAllowed
from matches import endings, follow_ups, reopening
from matches.ending_texts import ending_lines
from matches.forms import CommitteeEndForm, EndingNoteForm
from matches.models import (
    Closure,
    EndingNote,
    EndingReason,
    EndingRequest,
    FollowUp,
    Match,
    MatchQuerySet,
)

NOT_IN_CARE = gettext_lazy("Select open pairs that are in your care.")


def in_care(request: HttpRequest) -> MatchQuerySet:
    """Return the pairs that the member looks after as carer, deputy or chair."""
    rows = Match.objects.in_care_of(request.user).with_people()
    return rows.select_related("mentee__cohort__program__policy")


def _found(request: HttpRequest, pk: int | None) -> list[Match]:
    """Return the one match of an address, else the open ones that were selected in the list."""
    if pk is not None:
        return [get_object_or_404(in_care(request), pk=pk)]
    asked = request.POST.getlist("pk") or request.GET.getlist("pk")
    return list(in_care(request).open().filter(pk__in=[one for one in asked if one.isdecimal()]))


def page(
    request: HttpRequest, site: AdminSite, name: str, title: str, **context: object
) -> HttpResponse:
    """Return the page `name` of a pair in the admin."""
    opts = Match._meta
    full = {**site.each_context(request), "opts": opts, "title": title, **context}
    return TemplateResponse(request, f"admin/matches/match/{name}.html", full)


def _context(matches: list[Match], form: CommitteeEndForm, pk: int | None) -> dict[str, object]:
    several, args = ("", [pk]) if pk else ("-selected", [])
    return {
        "matches": matches,
        "form": form,
        "single": matches[0] if pk else None,
        "end_url": reverse(f"admin:matches_match_end{several}", args=args),
        "confirm_url": reverse(f"admin:matches_match_end{several}-confirm", args=args),
    }


def _title(matches: list[Match]) -> str:
    return ngettext("End this pair", "End these pairs", len(matches))


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, site: AdminSite, pk: int | None = None) -> HttpResponse:
    """Ask what happened; posted, show what each person will read. Nothing is written."""
    matches = _found(request, pk)
    if not matches:
        messages.warning(request, NOT_IN_CARE)
        return _back(pk)
    form = CommitteeEndForm(request.POST if request.method == "POST" else None, matches=matches)
    context = _context(matches, form, pk)
    if not form.is_valid():
        return page(request, site, "end", _title(matches), **context)
    closures = [form.closure(match, by=request.user) for match in matches]
    texts = [
        (person, ending_lines(closure, person))
        for closure in closures
        for person in closure.match.people
    ]
    sent = [(name, form.data.get(name, "")) for name in form.fields]
    title = ngettext("End this pair now?", "End these pairs now?", len(matches))
    return page(request, site, "end_confirm", title, texts=texts, sent=sent, **context)


@require_POST
def end_confirm(request: HttpRequest, site: AdminSite, pk: int | None = None) -> HttpResponse:
    """End the pairs; those that cannot be ended are named and left alone."""
    matches = _found(request, pk)
    form = CommitteeEndForm(request.POST, matches=matches)
    if not matches:
        messages.warning(request, NOT_IN_CARE)
        return _back(pk)
    if not form.is_valid():
        return page(request, site, "end", _title(matches), **_context(matches, form, pk))
    done = 0
    for match in matches:
        try:
            form.save(match, by=request.user)
            done += 1
        except ActionNotAllowed as refused:
            messages.warning(request, _("%(name)s: %(text)s") % {"name": match, "text": refused})
    if done:
        text = ngettext(
            "%(count)s pair has ended. Both people get an e-mail.",
            "%(count)s pairs have ended. Both people of each get an e-mail.",
            done,
        )
        messages.success(request, text % {"count": done})
    return _back(pk)


def _back(pk: int | None) -> HttpResponse:
    if pk is None:
        return redirect("admin:matches_match_changelist")
    return redirect("admin:matches_match_change", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    match = get_object_or_404(in_care(request), pk=pk)
    if request.method == "POST":
        reopening.reopen(match, by=request.user)
        messages.success(request, _("The pair goes on. Both people get an e-mail."))
        return _back(pk)
    closure = Closure.objects.in_force().filter(match=match).first()
    return page(request, site, "reopen", _("Reopen this pair?"), match=match, closure=closure)


@require_POST
def note(
    request: HttpRequest, site: AdminSite, pk: int, show: Callable[..., HttpResponse]
) -> HttpResponse:
    """Store a note and, for a pair that has ended, the dates of the checklist.

    `show` is the page of the pair, which comes back with what is wrong.
    """
    match = get_object_or_404(in_care(request), pk=pk)
    closure = Closure.objects.in_force().filter(match=match).first()
    if closure is None:
        endings.note(match, by=request.user, text=request.POST.get("text", ""))
        messages.success(request, _("Note saved."))
        return _back(pk)
    closure.match = match
    form = EndingNoteForm(request.POST, instance=closure)
    if form.is_valid():
        form.record(by=request.user)
        messages.success(request, _("Note and dates saved."))
        return _back(pk)
    request.method = "GET"
    return show(request, str(pk), extra_context={"note_form": form, "wrong_forms": [form]})


@require_POST
def wish(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """Store what one of the two told the committee that they want next."""
    match = get_object_or_404(in_care(request), pk=pk)
    rows = FollowUp.objects.for_committee(request.user).filter(closure__match=match)
    asked = request.POST.get("follow_up", "")
    follow_up = get_object_or_404(
        rows.select_related("closure", "person"), pk=asked if asked.isdecimal() else None
    )
    follow_up.closure.match = match
    chosen = request.POST.get("wish", "")
    if chosen not in FollowUp.Wish.values:
        messages.error(request, _("Choose what the person would like next."))
        return _back(pk)
    follow_ups.answer(follow_up, by=request.user, wish=chosen)
    text = _("Saved for %(name)s: %(wish)s.")
    messages.success(
        request, text % {"name": follow_up.person, "wish": follow_up.get_wish_display()}
    )
    return _back(pk)


def context_of(request: HttpRequest, match: Match, *, in_care: bool) -> dict[str, object]:
    """Return what the page of a pair shows about its end, to those who may read it."""
    closure = Closure.objects.in_force().filter(match=match).first()
    asked = FollowUp.objects.for_committee(request.user).filter(closure=closure)
    return {
        "may_end": in_care,
        "is_open": match.state != Match.State.CLOSED,
        "closure": closure,
        "requests": EndingRequest.objects.for_committee(request.user)
        .open()
        .filter(match=match)
        .select_related("person"),
        "reasons": EndingReason.objects.for_committee(request.user)
        .filter(match=match)
        .select_related("person"),
        "notes": EndingNote.objects.for_committee(request.user)
        .filter(match=match)
        .select_related("member"),
        "follow_ups": asked.select_related("person", "answered_by") if closure else [],
        "wishes": FollowUp.Wish.choices,
        "note_form": EndingNoteForm(instance=closure),
    }
