"""Pages for the people who are asked, and for everyone who needs help."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matches.models import Match
from programs.models import Program
from programs.role_names.rows import get_row_or_404

from .answering import own_answers
from .forms import FirstWordsForm, HelpForm, SuggestionForm, SurveyForm
from .models import CheckIn, Concern, Suggestion
from .presenters import already_sent, page_after, survey_page

SHOWN = 50  # of one's own suggestions


def checkin_answer(request, checkin_id):
    """Answer one's own check-in, or change the answers until it closes."""
    asked = CheckIn.objects.of(request.user).exclude(state=CheckIn.State.SCHEDULED)
    checkin = get_row_or_404(asked.with_details(), public_id=checkin_id)
    form = None
    if checkin.may_be_answered_by(request.user, timezone.now()):
        data = request.POST if request.method == "POST" else None
        is_answered = checkin.state == CheckIn.State.ANSWERED
        saved = own_answers(checkin, request.user) if is_answered else None
        form = SurveyForm(data, checkin=checkin, chosen=request.GET, saved=saved)
        if data is not None and form.is_valid():
            form.save(by=request.user)
            messages.success(request, _("Thank you. Your answers have been saved."))
            return redirect(page_after(checkin))
    return survey_page(request, checkin, request.user, form)


@login_not_required
def concern_create(request):
    """Ask for help; linked from the foot of every page. Visitors see whom to contact instead."""
    data = request.POST if request.method == "POST" else None
    form = HelpForm(data, person=request.user) if request.user.is_authenticated else None
    if form is None or not form.subjects:
        programs = Program.objects.visible_to(request.user)
        return render(request, "checkins/concern_contacts.html", {"programs": programs})
    if data is not None and form.is_valid():
        concern, is_new = form.save()
        if not is_new:
            messages.info(request, already_sent(concern))
        return redirect("checkins:concern-list")
    context = {"form": form, "programs_to_call": form.programs}
    return render(request, "checkins/concern_create.html", context)


def first_words(request, match_id):
    """Say something to the carer before the two begin. The partner never learns of it."""
    match = get_row_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)
    data = request.POST if request.method == "POST" else None
    form = FirstWordsForm(data, person=request.user, match=match)
    if data is not None and form.is_valid():
        concern, is_new = form.save()
        if not is_new:
            messages.info(request, already_sent(concern))
        return redirect("checkins:concern-list")
    context = {
        "form": form,
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "is_open": match.state == Match.State.INTRODUCED,
    }
    return render(request, "checkins/first_words.html", context)


@require_safe
def concern_list(request):
    """What the signed-in person has asked the committee, and what became of it."""
    concerns = Concern.objects.of(request.user).select_related("program", "taken_by")
    return render(request, "checkins/concern_list.html", {"concerns": concerns})


def suggestion_create(request):
    """Suggest something to the committee, and read what became of earlier suggestions."""
    data = request.POST if request.method == "POST" else None
    form = SuggestionForm(data, person=request.user)
    if data is not None and form.is_valid():
        is_new = form.save()
        words = _("Thank you. The committee can read it now.")
        messages.success(request, words if is_new else _("You have sent this already."))
        return redirect("checkins:suggestion-create")
    own = Suggestion.objects.visible_to(request.user).filter(texts_erased_at=None)
    context = {
        "form": form if form.programs else None,
        "suggestions": list(own.select_related("program")[:SHOWN]),
    }
    return render(request, "checkins/suggestion_create.html", context)
