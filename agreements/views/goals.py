"""Goals of an agreement in force."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..models import Goal


@require_POST
def goal_progress(request, goal_id):
    match = "version__agreement__match"
    goals = Goal.objects.of_pair(request.user).select_related(
        f"{match}__mentee__person", f"{match}__mentor__person"
    )
    goal = get_object_or_404(goals, public_id=goal_id)
    to = request.POST.get("state", "")
    if to not in Goal.State.values:
        raise Http404
    goal.mark(to, by=request.user)
    messages.success(request, _("Goal updated: %(state)s.") % {"state": goal.get_state_display()})
    return redirect("agreements:agreement-detail", goal.version.match.public_id)
