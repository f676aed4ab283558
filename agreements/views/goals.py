"""Pages of goals, for the two people of a pair."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.late_forms import leave_form
from matches.models import Match
from matches.terms import today_of
from programs.role_names.rows import get_row_or_404

from .. import default_texts
from ..forms import GoalForm, StepForm
from ..goals import edits, goal_states, presenters, reviews, steps
from ..goals.goal_locks import ENDED
from ..models import Goal, GoalStep
from .own import leave_ended, own_match

form_methods = require_http_methods(["GET", "HEAD", "POST"])
PEOPLE = ("mentee__person", "mentor__person", "mentee__cohort__program")


def own_goal(request: HttpRequest, goal_id: str) -> Goal:
    """Return the goal at an address, if the signed-in person may read it; else 404."""
    goals = Goal.objects.visible_to(request.user).not_erased()
    rows = goals.select_related("person", *(f"match__{name}" for name in PEOPLE))
    return get_row_or_404(rows, public_id=goal_id)


def own_step(request: HttpRequest, step_id: str) -> GoalStep:
    """Return the step at an address, if the signed-in person may read its goal; else 404."""
    rows = GoalStep.objects.visible_to(request.user).select_related(
        "goal__person", *(f"goal__match__{name}" for name in PEOPLE)
    )
    return get_row_or_404(rows, public_id=step_id)


def to_goal(goal: Goal) -> HttpResponse:
    return redirect("agreements:goal-detail", goal.public_id)


@require_safe
def goal_list(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    found = presenters.goal_list(match, request.user)
    is_open = match.state != Match.State.CLOSED
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "goals": found,
        "is_mentor": request.user == match.mentor.person,
        "is_signed": match.active_at is not None,
        "review": reviews.waiting_review(match, request.user),
        "is_open": is_open,
        "examples": default_texts.GOAL_EXAMPLES,
        "most_goals": edits.MAX_OPEN_GOALS,
    }
    return render(request, "agreements/goal_list.html", context)


@require_safe
def goal_detail(request: HttpRequest, goal_id: str) -> HttpResponse:
    goal = own_goal(request, goal_id)
    return detail_page(request, goal, StepForm())


def detail_page(request: HttpRequest, goal: Goal, form: StepForm) -> HttpResponse:
    context = presenters.goal_page(goal, request.user) | {"form": form}
    return render(request, "agreements/goal_detail.html", context)


@form_methods
def goal_create(request: HttpRequest, match_id: str) -> HttpResponse:
    """Add a goal of the pair."""
    match = own_match(request, match_id)
    if response := leave_ended(request, match, ENDED, "goal-list"):
        return response
    if match.active_at is None and (
        response := leave_form(request, edits.BEFORE_SIGNING, "agreements:goal-list", match_id)
    ):
        return response
    return goal_form(request, match, match.mentee.person, _("Add a goal"))


@form_methods
def learning_goal_create(request: HttpRequest, match_id: str) -> HttpResponse:
    """Add what the mentor wants to learn; 404 for the mentee."""
    match = own_match(request, match_id)
    if request.user != match.mentor.person:
        raise Http404
    if response := leave_ended(request, match, ENDED, "goal-list"):
        return response
    return goal_form(request, match, match.mentor.person, _("Add what you want to learn"))


@form_methods
def goal_update(request: HttpRequest, goal_id: str) -> HttpResponse:
    """Change a goal. A form based on older words comes back with both (status 409)."""
    goal = own_goal(request, goal_id)
    if not goal.may_be_changed_by(request.user):
        return to_goal(goal)
    return goal_form(request, goal.match, goal.person, _("Change this goal"), goal)


def goal_form(
    request: HttpRequest, match: Match, person: User, title: str, goal: Goal | None = None
) -> HttpResponse:
    """Show the form of a goal and save it. What was typed stays when it can't be saved."""
    data = request.POST if request.method == "POST" else None
    facts = {"match": match, "person": person, "today": today_of(match, timezone.now())}
    form = GoalForm(data, goal=goal, **facts)
    conflict = None
    if form.is_valid():
        try:
            saved = form.save(by=request.user)
        except edits.GoalEdited as error:
            conflict = error.goal
            rebased = form.data.copy()
            rebased["expected_revision"] = str(conflict.revision)
            form = GoalForm(rebased, goal=conflict, **facts)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Saved: %(goal)s") % {"goal": saved.text})
            return to_goal(saved)
    context = {
        "form": form,
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "title": title,
        "goal": goal,
        "conflict": conflict,
        "is_learning": person == match.mentor.person,
        "examples": default_texts.GOAL_EXAMPLES,
    }
    return render(request, "agreements/goal_form.html", context, status=409 if conflict else 200)


@require_POST
def goal_progress(request: HttpRequest, goal_id: str) -> HttpResponse:
    """Start, park, take up again, or take back that it was reached."""
    goal = own_goal(request, goal_id)
    to = request.POST.get("state", "")
    if to not in Goal.State.values or to == Goal.State.REACHED:
        raise Http404  # reaching a goal has a page of its own
    goal_states.set_state(
        goal, to, by=request.user, expected_state=request.POST.get("expected_state", "")
    )
    messages.success(request, _("Goal updated: %(state)s.") % {"state": goal.get_state_display()})
    return to_goal(goal)


@form_methods
def goal_reach(request: HttpRequest, goal_id: str) -> HttpResponse:
    """Ask whether the measure is met, say who will be told, then mark the goal as reached."""
    goal = own_goal(request, goal_id)
    if request.method == "POST":
        expected = request.POST.get("expected_state", "")
        goal_states.set_state(goal, Goal.State.REACHED, by=request.user, expected_state=expected)
        messages.success(request, _("Well done. This goal is reached."))
        return to_goal(goal)
    if Goal.State.REACHED not in Goal.TRANSITIONS[goal.state] or not goal.may_be_changed_by(
        request.user
    ):
        return to_goal(goal)
    context = {
        "goal": goal,
        "match": goal.match,
        "program": goal.match.program,
        "partner": goal.match.partner_of(request.user),
        "minutes": int(goal_states.HOLD.total_seconds() // 60),
    }
    return render(request, "agreements/goal_reach.html", context)


@require_POST
def step_create(request: HttpRequest, goal_id: str) -> HttpResponse:
    goal = own_goal(request, goal_id)
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            form.save(goal, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error("text", refused.message)
        else:
            return redirect(goal_address(goal, "steps"))
    return detail_page(request, goal, form)


def goal_address(goal: Goal, part: str) -> str:
    """Return the address of a part of the goal's page, so that the reader stays there."""
    return f"{presenters.url_of(goal)}#{part}"


@require_POST
def step_done(request: HttpRequest, step_id: str) -> HttpResponse:
    step = own_step(request, step_id)
    steps.set_done(step, is_done=request.POST.get("done") == "yes", by=request.user)
    return redirect(goal_address(step.goal, "steps"))


@require_POST
def step_move(request: HttpRequest, step_id: str) -> HttpResponse:
    step = own_step(request, step_id)
    steps.move_step(step, up=request.POST.get("to") == "up", by=request.user)
    return redirect(goal_address(step.goal, "steps"))


@require_POST
def step_remove(request: HttpRequest, step_id: str) -> HttpResponse:
    step = own_step(request, step_id)
    steps.remove_step(step, by=request.user)
    messages.success(
        request,
        _("Removed: %(step)s. You can put it back below the steps.") % {"step": step.text},
    )
    return redirect(goal_address(step.goal, "steps"))


@require_POST
def step_restore(request: HttpRequest, step_id: str) -> HttpResponse:
    step = own_step(request, step_id)
    steps.restore_step(step, by=request.user)
    return redirect(goal_address(step.goal, "steps"))
