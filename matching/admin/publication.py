"""The publish page: what will happen, sample e-mails, when, and how to stop it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications import decision_release, standing
from applications.models import Decision
from matches.why_you_two import shareable
from matching.models import Offer, Proposal, Round, RoundText
from matching.offer_emails import words_to
from matching.recusal import ViewerContext, has_conflict
from matching.rounds import announcements, asking, publication, round_texts
from notifications.kinds import Email, label_of
from notifications.models import Notification
from programs.committee_admin.release_emails import when_emails_leave

from .pages import back, find_round, find_viewer, page, url
from .planned_emails import RoundEmail, emails_of, idle_mentors

TABLES_OF_EMAILS = frozenset({"matches.match", "applications.application", "matching.offer"})
EMAIL_LABELS = {
    ("match-introduced", "mentee"): gettext_lazy("Introduction, mentee"),
    ("match-introduced", "mentor"): gettext_lazy("Introduction, mentor"),
    ("offer", "mentee"): gettext_lazy("Request before a match, mentee"),
    ("offer", "mentor"): gettext_lazy("Request before a match, mentor"),
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
        moments = [round_.publish_at] if round_.is_under_way else []
    else:
        zones = announcements.all_zones(planned)
        moments = publication.publication_times(round_, now, zones) if planned else []
    named = {str(EMAIL_LABELS[sort]): zones for sort, zones in planned.items()}
    published_at = round_.published_at
    context = {
        "pairs": round_.pairs,
        "sent": sent_emails(published_at, request.user) if published_at else [],
        "asks_first": asking.is_asking(round_),
        "emails": (
            sample_emails(
                round_, find_viewer(request, public_id), at=moments[0] if moments else now
            )
            if planned
            else []
        ),
        "standing": _standing(round_, now) if round_.is_under_way else None,
        "may_publish": round_.may_be_published_by(request.user),
        "has_conflict": has_conflict(request.user, round_),
        "moments": moments,
        "departing": [when_emails_leave(round_.program, named, moment) for moment in moments],
        "is_late": bool(round_.publish_at and round_.publish_at < now),
    }
    title = _("What was published") if published_at else _("Publish")
    return page(request, "publish", title, round_, **context)


def _standing(round_: Round, now: datetime) -> standing.StandingOfPlan | None:
    """Return what is known of the memberships of the people of the plan, as counts."""
    if not standing.is_used(round_.program):
        return None
    return standing.standing_in_plan(publication.people_of_plan(round_), at=now)


def sent_emails(published_at: datetime, user: User | AnonymousUser) -> list[dict[str, object]]:
    """Return the kinds of e-mail that a publication enqueued, of those that `user` may see.

    With the label, how many there are, and how many of them have been sent.
    """
    rows = Notification.objects.filter(created_at=published_at).order_by()
    seen = rows.for_committee(user, about=TABLES_OF_EMAILS).values("kind")
    counts = seen.annotate(n=Count("pk"), gone=Count("pk", filter=Q(state=Notification.State.SENT)))
    found = ({"label": label_of(one["kind"]), **one} for one in counts)
    return sorted(found, key=lambda one: str(one["label"]))


def sample_emails(round_: Round, viewer: ViewerContext, *, at: datetime) -> list[dict[str, object]]:
    """Render one of each sort of e-mail that the publication at `at` sends, to people on view.

    In a program that asks first they begin with the requests; the introductions follow later.
    """
    rows = (
        viewer.proposals()
        .in_plan()
        .select_related(
            "mentee__person__profile",
            "mentor__person__profile",
            "mentee__cohort__program__policy",
            "mentor__cohort__program__policy",
            "round__cohort__program__policy",
        )
        .prefetch_related(
            "mentee__person__profile__languages", "mentor__person__profile__languages"
        )
    )
    rows = rows.order_by("mentee__external_key", "mentee_id")
    first: dict[str, RoundEmail] = {}
    for row in (*rows.paired()[:1], *rows.left_out()):
        for email in emails_of(row):
            first.setdefault(email.sort, email)
    if idle := idle_mentors(round_, viewer)[:1]:
        first[RoundText.Sort.NO_MENTEE] = RoundEmail(idle[0], None, RoundText.Sort.NO_MENTEE)
    requests = []
    if asking.is_asking(round_):
        requests = [one for row in rows.paired()[:1] for one in _samples_of_requests(row, at)]
    samples = [_sample(email, round_) for email in first.values()]
    return [*requests, *samples, *_samples_of_decisions(round_, viewer.user)]


def _samples_of_requests(row: Proposal, at: datetime) -> list[dict[str, object]]:
    """Render the requests about a pair, as they would be sent at `at`."""
    mentee, mentor = row.mentee, row.mentor
    assert mentor is not None  # of a paired row
    why = shareable(row.why, mentee, mentor)
    offer = asking.new_offer(row.round, mentee.pk, mentor.pk, why, number=1, at=at)
    offer.mentee, offer.mentor = mentee, mentor
    return [_sample_of_request(offer, person) for person in offer.people]


def _sample_of_request(offer: Offer, person: User) -> dict[str, object]:
    subject, text = round_texts.render(
        asking.KIND,
        lambda: Email(context=words_to(offer, person), program=offer.round.program),
        person,
    )
    return {"to": person.name, "subject": subject, "text": text}


def _samples_of_decisions(round_: Round, user: User) -> list[dict[str, object]]:
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


def _sample(email: RoundEmail, round_: Round) -> dict[str, object]:
    edited = email.saved(round_)
    subject, text = email.render(edited)
    return {
        "email": email,
        "to": email.person.name,
        "subject": subject,
        "text": text,
        "is_edited": bool(edited),
        "is_later": email.introduces and asking.is_asking(round_),
    }


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
