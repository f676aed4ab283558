"""The participants' pages: asking for support, what came of it, and being a contact."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from programs.role_names.rows import get_row_or_404

from . import being_contact, requesting
from .forms import AskForm, ContactForm
from .models import Referral, SupportAnswer, SupportContact, SupportRequest
from .presenters import cards_of


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # every page of this app asks to sign in
    return request.user


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """What the reader has asked for, and what the committee answered."""
    reader = _reader(request)
    rows = list(SupportRequest.objects.of(reader).select_related("topic__program", "program"))
    answers = SupportAnswer.objects.of(reader)
    found = list(answers.select_related("event__program", "item__program", "request"))
    context = {
        "cards": cards_of(rows, found, timezone.now()),
        "referrals": Referral.objects.of(reader).select_related("organisation"),
        "may_ask": bool(requesting.subjects_of(reader)),
        "may_be_contact": being_contact.programs_of(reader).exists(),
    }
    return render(request, "support/request_list.html", context)


def request_create(request: HttpRequest) -> HttpResponse:
    """Choose a topic; first the pair or program that it is about, where there are several."""
    reader = _reader(request)
    subjects = requesting.subjects_of(reader)
    key = request.GET.get("about", "")
    subject = next((one for one in subjects if one.key == key), None)
    if subject is None and len(subjects) == 1:
        subject = subjects[0]
    context: dict[str, object] = {"subjects": subjects, "subject": subject}
    if subject is not None:
        data = request.POST if request.method == "POST" else None
        code = request.GET.get("topic", "")
        form = AskForm(data, person=reader, subject=subject, code=code)
        if data is not None and form.is_valid():
            form.save()
            words = _("The committee has your request. We e-mail you the answer.")
            messages.success(request, words)
            return redirect("support:request-list")
        topics = form.fields["topic"].queryset  # type: ignore[attr-defined]  # of a model's choices
        context |= {"form": form, "program": subject.program, "has_topics": topics.exists()}
    return render(request, "support/request_create.html", context)


def _act(
    request: HttpRequest, request_id: str, verb: Callable[..., None], words: str | Promise
) -> HttpResponse:
    reader = _reader(request)
    row = get_row_or_404(SupportRequest.objects.of(reader), public_id=request_id)
    verb(row, by=reader)
    messages.success(request, str(words))
    return redirect("support:request-list")


@require_POST
def request_withdraw(request: HttpRequest, request_id: str) -> HttpResponse:
    words = gettext_lazy("You took your request back.")
    return _act(request, request_id, requesting.withdraw, words)


@require_POST
def request_helped(request: HttpRequest, request_id: str) -> HttpResponse:
    words = gettext_lazy("We are glad that it helped. The request is closed.")
    return _act(request, request_id, requesting.say_helped, words)


@require_POST
def request_again(request: HttpRequest, request_id: str) -> HttpResponse:
    words = gettext_lazy("The request is open again. The committee will look for something else.")
    return _act(request, request_id, requesting.ask_again, words)


@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """In which programs the reader is a contact, or can be one."""
    reader = _reader(request)
    rows = SupportContact.objects.of(reader).select_related("program")
    mine = {row.program: True for row in rows}  # also of a program that they have left
    programs = mine | {one: one in mine for one in being_contact.programs_of(reader)}
    return render(request, "support/contact_list.html", {"programs": programs.items()})


def contact_update(request: HttpRequest, slug: str) -> HttpResponse:
    """Agree to be a contact in a program, or change how people reach one."""
    reader = _reader(request)
    program = get_row_or_404(being_contact.programs_of(reader), slug=slug)
    saved = SupportContact.objects.of(reader).filter(program=program).first()
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, person=reader, program=program, saved=saved)
    if data is not None and form.is_valid():
        form.save()
        messages.success(request, _("Saved. The committee can name you in its answers."))
        return redirect("support:contact-list")
    context = {"form": form, "program": program, "is_contact": saved is not None}
    return render(request, "support/contact_form.html", context)


@require_POST
def contact_stop(request: HttpRequest, slug: str) -> HttpResponse:
    """Be no contact any more; also for someone who has left the program."""
    row = get_row_or_404(SupportContact.objects.of(_reader(request)), program__slug=slug)
    being_contact.stop(row.program, by=_reader(request))
    messages.success(request, _("You are no longer a contact. Answers don't show you any more."))
    return redirect("support:contact-list")
