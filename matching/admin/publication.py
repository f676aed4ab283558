"""The publish page: what will happen, sample e-mails, when, and how to cancel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from matches.emails import match_introduced
from matches.models import Match
from matches.why_you_two import shareable
from matching.emails import reason_code, unmatched_email
from matching.forms import PublishForm
from matching.models import Proposal, Round
from matching.recusal import has_conflict
from matching.rounds import publication
from notifications.rendering import render_template

from .pages import back, find_round, page, url


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    now = timezone.now()
    after_quiet_hours = publication.end_of_quiet_hours(round_, now)
    context = {
        **publication.what_is_published(round_),
        "emails": sample_emails(round_, request.user),
        "form": PublishForm(),
        "may_publish": round_.may_be_published_by(request.user),
        "has_conflict": has_conflict(request.user, round_),
        "hold_until": publication.end_of_hold(round_, now),
        "after_quiet_hours": after_quiet_hours,
        "is_quiet": after_quiet_hours > publication.end_of_hold(round_, now),
    }
    return page(request, "publish", _("Publish"), round_, **context)


def sample_emails(round_: Round, user: User) -> list[dict[str, str]]:
    """Render the e-mails to the first pair and the first unmatched mentee that `user` may see."""
    rows = Proposal.objects.visible_to(user).filter(round=round_).in_plan()
    rows = rows.select_related(
        "mentee__person__profile", "mentor__person__profile", "mentee__cohort__program__policy"
    ).order_by("mentee__external_key", "mentee_id")
    samples = []
    pair = rows.paired().first()
    if pair:
        match = Match(
            mentee=pair.mentee,
            mentor=pair.mentor,
            why_codes=shareable(pair.why, pair.mentee, pair.mentor),
        )
        samples += [
            _email("match-introduced", match_introduced(match, person), person)
            for person in match.people
        ]
    out = rows.left_out().first()
    if out:
        email = unmatched_email(out.mentee, reason_code(out.why))
        samples.append(_email("round-unmatched", email, out.mentee.person))
    return samples


def _email(kind: str, email: Any, person: User) -> dict[str, str]:
    with translation.override(person.language):
        context = {**email.context, "person": person, "program_name": email.program.name}
        subject, text = (
            render_template(f"emails/{kind}/{part}.txt", context) for part in ("subject", "body")
        )
    return {"to": person.name, "subject": subject, "text": text.partition("\n-- ")[0].strip()}


def schedule(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    form = PublishForm(request.POST)
    wait = form.is_valid() and form.cleaned_data["when"] == "quiet"
    publication.schedule(round_, by=request.user, after_quiet_hours=wait)
    round_.refresh_from_db(
        fields=["publish_at"], from_queryset=Round.objects.visible_to(request.user)
    )
    when = date_format(timezone.localtime(round_.publish_at), "DATETIME_FORMAT")
    text = _("The round will be published on %(when)s. You can cancel until then.")
    return back(request, url("publish", round_), text % {"when": when})


def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    publication.cancel(round_, by=request.user)
    return back(request, url("publish", round_), _("Publication cancelled. No one was notified."))
