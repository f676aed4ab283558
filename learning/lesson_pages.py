"""Sharing a lesson with later pairs when the time together ends, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from matches.models import Match

from . import lessons
from .lesson_forms import LessonForm


def _own_match(request: HttpRequest, match_id: str) -> Match:
    return get_object_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)


@require_http_methods(["GET", "HEAD", "POST"])
def lesson(request: HttpRequest, match_id: str) -> HttpResponse:
    """Write a lesson; later see what became of it."""
    match, author = _own_match(request, match_id), request.user
    assert isinstance(author, User)  # every page of this app asks to sign in
    if not lessons.may_offer(match):
        return redirect("matches:match-detail", match_id)
    mine = lessons.lesson_of(match, author)
    is_open = mine is None or mine.is_waiting
    data = request.POST if request.method == "POST" and is_open else None
    form = LessonForm(data, match=match, lesson=mine)
    if form.is_valid():
        form.save(by=author)
        messages.success(request, _("Thank you. A chair reads it before anyone else can."))
        return redirect("learning:lesson", match_id)
    context = {
        "match": match,
        "program": match.program,
        "form": form if is_open else None,
        "lesson": mine,
        "words": mine.item.words(mine.language) if mine and mine.item else None,
        "is_ended": match.state == Match.State.CLOSED,
    }
    return render(request, "learning/lesson.html", context)


@require_POST
def lesson_withdraw(request: HttpRequest, match_id: str) -> HttpResponse:
    match, author = _own_match(request, match_id), request.user
    assert isinstance(author, User)  # every page of this app asks to sign in
    lessons.take_back(match, by=author)
    messages.success(request, _("Your lesson was taken back and its words were erased."))
    return redirect("learning:lesson", match_id)
