"""The publish page: what will happen, sample e-mails, when, and how to stop it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications import decision_release
from applications.models import Application, Decision
from matches.emails import match_introduced
from matches.models import Match
from matches.why_you_two import shareable
from matching.emails import no_mentee_email, reason_code, unmatched_email
from matching.models import Proposal, Round
from matching.recusal import has_conflict
from matching.rounds import announcements, publication
from notifications.rendering import render_template
from programs.committee_admin.release_emails import when_emails_leave

from .pages import back, find_round, page, url

EMAIL_LABELS = {
    ("match-introduced", "mentee"): gettext_lazy("Introduction, mentee"),
    ("match-introduced", "mentor"): gettext_lazy("Introduction, mentor"),
    ("round-unmatched", "mentee"): gettext_lazy("No mentor yet, mentee"),
    ("round-no-mentee", "mentor"): gettext_lazy("No mentee yet, mentor"),
    ("decision-accepted", "mentee"): gettext_lazy("Acceptance, mentee"),
    ("decision-accepted", "mentor"): gettext_lazy("Acceptance, mentor"),
    ("decision-waitlisted", "mentee"): gettext_lazy("Place on the waiting list, mentee"),
    ("decision-waitlisted", "mentor"): gettext_lazy("Place on the waiting list, mentor"),
    ("decision-declined", "mentee"): gettext_lazy("Rejection, mentee"),
    ("decision-declined", "mentor"): gettext_lazy("Rejection, mentor"),
}


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    now = timezone.now()
    planned = announcements.planned_emails(round_) if round_.is_under_way else {}
    if round_.publish_at:
        moments = [round_.publish_at]
    else:
        zones = announcements.all_zones(planned)
        moments = publication.publication_times(round_, now, zones) if planned else []
    named = {str(EMAIL_LABELS[sort]): zones for sort, zones in planned.items()}
    context = {
        "pairs": round_.pairs,
        "emails": sample_emails(round_, request.user) if planned else [],
        "may_publish": round_.may_be_published_by(request.user),
        "has_conflict": has_conflict(request.user, round_),
        "moments": moments,
        "departing": [when_emails_leave(round_.program, named, moment) for moment in moments],
        "is_late": bool(round_.publish_at and round_.publish_at < now),
    }
    return page(request, "publish", _("Publish"), round_, **context)


def sample_emails(round_: Round, user: User) -> list[dict[str, str]]:
    """Render one of each sort of e-mail that the publication sends, to people whom `user` sees."""
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
    by_reason: dict[str, Proposal] = {}
    for out in rows.left_out():
        by_reason.setdefault(reason_code(out.why), out)
    samples += [
        _email("round-unmatched", unmatched_email(out.mentee, reason), out.mentee.person)
        for reason, out in by_reason.items()
    ]
    return [*samples, *_sample_of_idle(round_, user), *_samples_of_decisions(round_, user)]


def _sample_of_idle(round_: Round, user: User) -> list[dict[str, str]]:
    """Render the e-mail to one of the mentors without a mentee, if there is one."""
    idle = announcements.without_mentee(round_, announcements.mentors_of(round_))
    seen = idle.filter(pk__in=Application.objects.for_committee(user).values("pk"))
    in_plan = announcements.mentors_in_plan(round_)
    found = seen.exclude(pk__in=in_plan).select_related("person", "cohort__program").first()
    if found is None:
        return []
    return [_email("round-no-mentee", no_mentee_email(found), found.person)]


def _samples_of_decisions(round_: Round, user: User) -> list[dict[str, str]]:
    seen = Decision.objects.visible_to(user).filter(
        pk__in=announcements.pending_in_round(round_).values("pk")
    )
    rows = seen.select_related("application__cohort__program__policy", "application__person")
    return [
        {
            "to": one.decision.application.person.name,
            "subject": one.email.subject,
            "text": _without_footer(one.email.text),
        }
        for one in decision_release.sample_emails(rows.order_by("pk"), by=None)
    ]


def _without_footer(text: str) -> str:
    return text.partition("\n-- ")[0].strip()


def _email(kind: str, email: Any, person: User) -> dict[str, str]:
    with translation.override(person.language):
        context = {**email.context, "person": person, "program_name": email.program.name}
        subject, text = (
            render_template(f"emails/{kind}/{part}.txt", context) for part in ("subject", "body")
        )
    return {"to": person.name, "subject": subject, "text": _without_footer(text)}


def schedule(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    publication.schedule(round_, by=request.user, is_sooner=request.POST.get("when") == "sooner")
    round_.refresh_from_db(
        fields=["publish_at"], from_queryset=Round.objects.visible_to(request.user)
    )
    when = date_format(timezone.localtime(round_.publish_at), "DATETIME_FORMAT")
    text = _("The round will be published on %(when)s. You can stop it until then.")
    return back(request, url("publish", round_), text % {"when": when})


def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    publication.cancel(round_, by=request.user)
    return back(
        request,
        url("publish", round_),
        _("Stopped. The round is not published, and no one was notified."),
    )
