"""What every page of a round shares: finding the round, the frame, and the way back to the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from applications.models import Application
from matching.models import MATCHERS, Proposal, Round, RoundPlan, Snapshot
from matching.models.proposals import PERSON_FIELDS
from matching.recusal import mentors_seen, shown_to, somebody_near
from programs.committee import holds


def find_round(request: HttpRequest, public_id: str) -> Round:
    """The round at an address; 404 for one of another program."""
    rounds = Round.objects.visible_to(request.user).select_related("cohort__program__policy")
    found = get_object_or_404(
        rounds.annotate(is_near=somebody_near(request.user)), public_id=public_id
    )
    return show(found, request, is_near=found.is_near)


def show(round_: Round, request: HttpRequest, *, is_near: bool = True) -> Round:
    """Remember, for the length of a request, what matters again and again about the member who looks at the round."""
    return shown_to(
        round_, request.user, is_matcher=holds(request, round_.program, *MATCHERS), is_near=is_near
    )


def find_snapshot(request: HttpRequest, public_id: str) -> Snapshot | None:
    """The figures of a round with the round itself, in one query; None before the first run."""
    rows = Snapshot.objects.visible_to(request.user).select_related(
        "round__cohort__program__policy"
    )
    plans = RoundPlan.system.filter(round=OuterRef("round"))
    rows = rows.defer("people", "scores", "columns").annotate(
        **{
            name: Subquery(plans.values(name))
            for name in ("acknowledged_changes", "mentors", "capacity")
        }
    )
    found = rows.filter(round__public_id=public_id).first()
    if found:
        found.fingerprints |= found.acknowledged_changes
        show(found.round, request)
    return found


def find_row(request: HttpRequest, round_: Round, mentee: str, *fields: str) -> Proposal:
    """The row of a mentee (by public id of the application); 404 for one that the member does not see. `fields` of the
    two people are read beside their names."""
    return find_rows(request, round_, mentee, fields=fields)[0]


def find_rows(
    request: HttpRequest, round_: Round, *mentees: str, fields: Sequence[str] = ()
) -> list[Proposal]:
    """The rows of several mentees, in the order asked for; 404 unless the member sees all of them."""
    rows = Proposal.objects.visible_in(round_, request.user).in_plan().with_names(*fields)
    found = {row.mentee.public_id: row for row in rows.filter(mentee__public_id__in=mentees)}
    if found.keys() != set(mentees):
        raise Http404
    return [found[mentee] for mentee in mentees]


def find_mentor(
    request: HttpRequest, round_: Round, mentor: str, row: Proposal | None = None
) -> Application:
    """A mentor of the cohort whom the member may decide about; in most cases that of the `row` that was found."""
    if row and row.mentor and row.mentor.public_id == mentor:
        return row.mentor
    mentors = mentors_seen(round_, request.user).select_related("person").only(*PERSON_FIELDS)
    return get_object_or_404(mentors, public_id=mentor)


def expected_version(request: HttpRequest) -> int:
    """The plan version that the member looked at when the button was pressed."""
    text = request.POST.get("expected_version", "")
    return int(text) if text.isdecimal() else 0


def page(
    request: HttpRequest, template: str, title: str, round_: Round, **context: Any
) -> HttpResponse:
    """A page of the workbench in the committee's frame."""
    frame = {**admin.site.each_context(request), "opts": Round._meta}
    return _shown(request, template, frame | context | _of_round(request, title, round_))


def panel(
    request: HttpRequest, template: str, title: str, round_: Round, **context: Any
) -> HttpResponse:
    """What such a page has to say, without the frame: for the place beside the list."""
    context["content"] = f"admin/matching/round/_{template}.html"
    return _shown(request, "_panel", context | _of_round(request, title, round_))


def _of_round(request: HttpRequest, title: str, round_: Round) -> dict[str, Any]:
    may_change = round_.may_be_changed_by(request.user)
    return {"title": title, "round": round_, "program": round_.program, "may_change": may_change}


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, f"admin/matching/round/{template}.html", context)


def url(name: str, round_: Round, *args: Any) -> str:
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


def list_url(round_: Round, place: str = "") -> str:
    """The list at the queue, search and page that the member came from; anything else in `place` is dropped."""
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
