"""What every page of a round shares: finding the round, the frame, and the way back to the row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matching.criteria import hide_wishes
from matching.models import MATCHERS, Proposal, Round, Snapshot
from matching.models.proposals import PERSON_FIELDS
from matching.models.rounds import RoundQuerySet
from matching.recusal import ViewerContext, cohort_has_conflicts
from programs.committee import holds
from programs.models import Membership


def as_the_member_reads(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hide in a page of a round what its applicants told only those who read applications.

    A carer sees rounds, and the full applications of their own pairs only; in a round no one is in
    a pair yet.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if _reads_applications(request, str(kwargs.get("public_id", ""))):
            return view(request, *args, **kwargs)
        with hide_wishes():
            answer = view(request, *args, **kwargs)
            return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

    return shown


def _reads_applications(request: HttpRequest, public_id: str) -> bool:
    reads = set(Membership.objects.program_ids(request.user, *Membership.READERS))
    if reads.issuperset(Membership.objects.program_ids(request.user)):
        return True  # in every program: the usual case
    return _rounds_of(request).filter(public_id=public_id, cohort__program__in=reads).exists()


def find_round(request: HttpRequest, public_id: str) -> Round:
    """The round at an address; 404 for one of another program."""
    return get_object_or_404(_rounds_of(request), public_id=public_id)


def find_viewer(request: HttpRequest, public_id: str) -> ViewerContext:
    """The round at an address as the member sees it; 404 for one of another program."""
    rounds = _rounds_of(request).annotate(has_conflicts=cohort_has_conflicts(request.user))
    found = get_object_or_404(rounds, public_id=public_id)
    return ViewerContext.of(found, request.user, has_conflicts=found.has_conflicts)


def _rounds_of(request: HttpRequest) -> RoundQuerySet:
    return Round.objects.visible_to(request.user).select_related("cohort__program__policy")


def find_snapshot(request: HttpRequest, public_id: str) -> Snapshot | None:
    """The figures of a round with the round itself, in one query; None before the first run."""
    rows = Snapshot.objects.visible_to(request.user).select_related(
        "round__cohort__program__policy"
    )
    rows = rows.defer("people", "scores", "columns").with_plan()
    found = rows.filter(round__public_id=public_id).first()
    if found:
        found.fingerprints |= found.acknowledged_changes
    return found


def find_row(viewer: ViewerContext, mentee: str, *fields: str) -> Proposal:
    """Return the row of a mentee, by public id of the application, or 404 if it is hidden.

    `fields` of the two people are read besides their names.
    """
    return find_rows(viewer, mentee, fields=fields)[0]


def find_rows(viewer: ViewerContext, *mentees: str, fields: Sequence[str] = ()) -> list[Proposal]:
    """Return the rows of several mentees, in the order asked for, or 404 if one is hidden."""
    rows = viewer.proposals().in_plan().with_names(*fields)
    found = {row.mentee.public_id: row for row in rows.filter(mentee__public_id__in=mentees)}
    if found.keys() != set(mentees):
        raise Http404
    return [found[mentee] for mentee in mentees]


def find_mentor(viewer: ViewerContext, mentor: str, row: Proposal | None = None) -> Application:
    """Return a mentor whom the member may decide about, mostly that of `row`; else 404."""
    if row and row.mentor and row.mentor.public_id == mentor:
        return row.mentor
    mentors = viewer.mentors().select_related("person").only(*PERSON_FIELDS)
    return get_object_or_404(mentors, public_id=mentor)


def expected_version(request: HttpRequest) -> int:
    """The plan version that the member looked at when the button was pressed."""
    text = request.POST.get("expected_version", "") or _seen(request)[0]
    return int(text) if text.isdecimal() else 0


def expected_mentor(request: HttpRequest) -> str:
    """The public id of the mentor whom the button was about; empty without one."""
    return request.POST.get("mentor", "") or _seen(request)[1]


def _seen(request: HttpRequest) -> tuple[str, str]:
    """Return (plan version, mentor's public id) from the value of a row's button."""
    version, _space, mentor = request.POST.get("seen", "").partition(" ")
    return version, mentor


class RefusedForm(ActionNotAllowed):
    """What was typed beside a button is refused, for the first error of `form`."""

    def __init__(self, form: Form) -> None:
        self.form = form
        name, errors = next(iter(form.errors.items()))
        label = form.fields[name].label if name in form.fields else ""
        super().__init__(f"{label}: {errors[0]}" if label else errors[0])


def cleaned(form: Form) -> dict[str, object]:
    """Return what was typed beside a button. Raises RefusedForm with the field and its error.

    The forms of the list have no page of their own that could show an error.
    """
    if form.is_valid():
        return form.cleaned_data
    raise RefusedForm(form)


def page(
    request: HttpRequest, template: str, title: str, round_: Round, **context: object
) -> HttpResponse:
    """A page of the workbench in the committee's frame."""
    frame = {**admin.site.each_context(request), "opts": Round._meta}
    return _shown(request, template, frame | context | _of_round(request, title, round_))


def panel(
    request: HttpRequest, template: str, title: str, round_: Round, **context: object
) -> HttpResponse:
    """Render the content of a page without the frame, for the panel beside the list."""
    context["content"] = f"admin/matching/round/_{template}.html"
    return _shown(request, "_panel", context | _of_round(request, title, round_))


def fragment(request: HttpRequest, template: str, round_: Round, **context: object) -> HttpResponse:
    """Render a part of a page for htmx."""
    return _shown(request, template, context | _of_round(request, "", round_))


def _of_round(request: HttpRequest, title: str, round_: Round) -> dict[str, object]:
    # What `Round.may_be_changed_by` says, from the roles that this request has read already.
    may_change = round_.is_under_way and holds(request, round_.program, *MATCHERS)
    return {"title": title, "round": round_, "program": round_.program, "may_change": may_change}


def _shown(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return TemplateResponse(request, f"admin/matching/round/{template}.html", context)


def url(name: str, round_: Round, *args: object) -> str:
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


def list_url(round_: Round, place: str = "") -> str:
    """Return the list with the queue, search and page in `place`; other keys are dropped."""
    at = QueryDict(place)
    kept = {name: at[name] for name in ("queue", "find", "page") if at.get(name)}
    return url("workbench", round_) + (f"?{urlencode(kept)}" if kept else "")


def back(
    request: HttpRequest, to: str, text: str = "", anchor: str = "", level: int = messages.SUCCESS
) -> HttpResponseRedirect:
    """Back to a page, to the row that was acted on, with a word about what happened."""
    if text:
        messages.add_message(request, level, text)
    return HttpResponseRedirect(f"{to}#{anchor}" if anchor else to)
