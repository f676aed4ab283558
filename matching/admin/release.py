"""The publish page: how many pairs and letters, samples of them, the hold, and Stop."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from matching import releasing
from matching.forms import ReleaseForm
from matching.models import Match, Proposal, Round
from matching.reasons import Words, shareable, why_you_two
from matching.standing import is_near_round
from programs.models import Decision

from .pages import back, find_round, page, url


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    rows = Proposal.objects.unscoped("counts for the publish page").filter(round=round_).on_the_table()
    now = timezone.now()
    decisions = Decision.objects.unscoped("only how many").filter(application__cohort=round_.cohort_id, released_at=None)
    morning = releasing.next_allowed(round_, now)
    context = {
        "pairs": rows.exclude(mentor=None).count(),
        "left_out": rows.filter(mentor=None).count(),
        "decisions": decisions.count(),
        "sample": sample_letters(round_, request.user),
        "form": ReleaseForm(),
        "may_publish": round_.may_be_published_by(request.user),
        "is_near": is_near_round(request.user, round_),
        "hold_until": releasing.earliest(round_, now),
        "morning": morning,
        "is_quiet": morning > releasing.earliest(round_, now),
    }
    return page(request, "publish", _("Publish"), round_, **context)


def sample_letters(round_: Round, user: Any) -> dict[str, Any] | None:
    """The two letters of the first pair that the member sees, as the pair would read them."""
    row = Proposal.objects.visible_to(user).filter(round=round_).paired().with_people().order_by("mentee__external_key").first()
    if row is None:
        return None
    why = shareable(row.why, row.mentee, row.mentor)
    match = Match(mentee=row.mentee, mentor=row.mentor, why_codes=why)
    return {
        "match": match,
        "mentee": row.mentee.person,
        "mentor": row.mentor.person,
        "reasons": why_you_two(why, row.mentee, row.mentor, Words(round_.program)),
        "policy": round_.program.policy,
    }


def schedule(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    form = ReleaseForm(request.POST)
    wait = form.is_valid() and form.cleaned_data["when"] == "morning"
    releasing.schedule(round_, by=request.user, wait_for_morning=wait)
    return back(request, url("publish", round_), _("The release is set. Until then you can stop it, and nobody has heard anything."))


def stop(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    releasing.stop(round_, by=request.user)
    return back(request, url("publish", round_), _("Stopped. Nothing was sent."))
