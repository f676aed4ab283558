"""Pages for the people who are asked, and for everybody who needs help."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.models import Program

from . import answering, presenters
from .forms import HelpForm, SurveyForm
from .models import CheckIn, Concern
from .planning import with_everything


def checkin_answer(request, checkin_id):
    own = with_everything(CheckIn.objects.of(request.user)).exclude(state=CheckIn.State.SCHEDULED)
    checkin = get_object_or_404(own, public_id=checkin_id)
    if not checkin.may_be_answered_by(request.user, timezone.now()):
        return render(request, "checkins/checkin_over.html", presenters.over(checkin, request.user))
    data = request.POST if request.method == "POST" else None
    saved = answering.own_answers(checkin, request.user)
    form = SurveyForm(data, checkin=checkin, chosen=request.GET, saved=saved)
    if data is not None and form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Thank you. Your answer is with those who should read it."))
        return redirect("dashboard:home")
    return render(request, "checkins/checkin_answer.html", presenters.asking(checkin, form))


@login_not_required
def concern_create(request):
    """Linked from the foot of every page. Without signing in it says how to reach the committee."""
    if not request.user.is_authenticated:
        programs = Program.objects.visible_to(request.user)
        return render(request, "checkins/concern_contacts.html", {"programs": programs})
    data = request.POST if request.method == "POST" else None
    form = HelpForm(data, person=request.user)
    if not form.subjects:
        return render(
            request,
            "checkins/concern_contacts.html",
            {"programs": Program.objects.visible_to(request.user)},
        )
    if data is not None and form.is_valid():
        form.save()
        return redirect("checkins:concern-list")
    notes = {program.pk: program for _label, program, _match in form.subjects.values()}
    context = {
        "form": form,
        "programs_to_call": list(notes.values()),
        "urgent": Concern.Urgency.URGENT,
    }
    return render(request, "checkins/concern_create.html", context)


@require_safe
def concern_list(request):
    """What the signed-in person has asked the committee, and how far it is."""
    concerns = Concern.objects.of(request.user).select_related("program", "taken_by")
    return render(request, "checkins/concern_list.html", {"concerns": concerns})
