"""Make a criterion of the round from questions of the program: choose, see who moves, use."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from matching.criteria import CriteriaDict, own_criteria, with_own
from matching.models import Round
from matching.own_criteria import Kind, find
from matching.own_criterion_forms import KindForm, OwnCriterionForm
from matching.rounds import criteria_changes
from matching.rounds.criteria_changes import SETTINGS, Settings
from matching.rounds.lifecycle import check_may_change
from matching.workbench.criteria_preview import preview_criteria
from programs.models import ProgramQuestion

from .pages import back, find_round, page, url


def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the step that comes next; posted to this address it shows who would move."""
    round_ = find_round(request, public_id)
    check_may_change(round_, request.user)
    form = _form(request, round_)
    if form is None:
        return _first_step(request, round_)
    preview = None
    if form.is_valid():
        preview = preview_criteria(round_, form.criteria, _settings(round_), request.user)
    return _second_step(request, round_, form, preview=preview)


def use(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add the criterion, or change it, and run the round again."""
    round_ = find_round(request, public_id)
    form = _form(request, round_)
    if form is None:
        return HttpResponseRedirect(url("own-criterion", round_))
    if not form.is_valid():
        return _second_step(request, round_, form)
    _save(request, round_, form.criteria)
    text = _("Saved. The round was run again with “%(criterion)s”.")
    return back(request, url("criteria", round_), text % {"criterion": form.own["label"]})


def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a criterion out of the round and run it again; the question stays."""
    round_ = find_round(request, public_id)
    gone = find(own_criteria(round_.criteria), request.POST.get("code", ""))
    if gone is None:
        return back(request, url("criteria", round_), _("This criterion was removed already."))
    kept = [one for one in own_criteria(round_.criteria) if one["code"] != gone["code"]]
    _save(request, round_, with_own(round_.criteria, kept))
    text = _("“%(criterion)s” was removed. The round was run again.")
    return back(request, url("criteria", round_), text % {"criterion": gone["label"]})


def _save(request: HttpRequest, round_: Round, criteria: CriteriaDict) -> None:
    criteria_changes.use(round_, criteria, _settings(round_), by=request.user)


def _settings(round_: Round) -> Settings:
    return Settings(**{name: getattr(round_, name) for name in SETTINGS})  # type: ignore[typeddict-item]  # its keys


def _form(request: HttpRequest, round_: Round) -> OwnCriterionForm | None:
    """Return the form of the second step; None if it is not said yet what is compared.

    Raises Http404 for a criterion that the round does not have.
    """
    sent = request.POST or request.GET
    criterion = None
    if code := sent.get("code", ""):
        criterion = find(own_criteria(round_.criteria), code)
        if criterion is None:
            raise Http404
        kind, questions = (
            criterion["kind"],
            _questions(round_, criterion["mentees"], criterion["mentors"]),
        )
    else:
        chosen = KindForm(sent or None, round=round_)
        if not chosen.is_valid():
            return None
        data = chosen.cleaned_data
        kind, questions = data["kind"], data["questions"]
    return OwnCriterionForm(
        request.POST or None,
        round=round_,
        user=request.user,
        kind=kind,
        questions=questions,
        criterion=criterion,
    )


def _questions(
    round_: Round, mentees: int, mentors: int
) -> tuple[ProgramQuestion, ProgramQuestion]:
    found = ProgramQuestion.objects.filter(program=round_.program).in_bulk([mentees, mentors])
    if not {mentees, mentors} <= found.keys():
        raise Http404
    return found[mentees], found[mentors]


def _first_step(request: HttpRequest, round_: Round) -> HttpResponse:
    sent: QueryDict | None = (
        request.GET if "kind" in request.GET or "mentees" in request.GET else None
    )
    form = KindForm(sent, round=round_)
    title = _("Add a criterion")
    return page(request, "own_criterion_kind", title, round_, form=form)


def _second_step(
    request: HttpRequest, round_: Round, form: OwnCriterionForm, preview: object = None
) -> HttpResponse:
    title = form.criterion["label"] if form.criterion else _("Add a criterion")
    return page(
        request,
        "own_criterion",
        title,
        round_,
        form=form,
        preview=preview,
        kind=Kind(form.kind),
    )
