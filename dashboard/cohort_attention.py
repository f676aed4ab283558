"""What needs the committee in the work that belongs to a cohort.

Today counts it in all cohorts, the page of a cohort in this one: each line is defined only here.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from access.bounded import found_in
from agreements.goals.review_reminders import goals_not_reviewed
from agreements.late import without_agreement
from applications import interview_queues
from applications.models import Application
from applications.models.references import has_new_reference
from applications.opinions import to_read_by
from applications.review_queues import queues
from applications.screening import in_open_pairs, without_checks
from checkins.first_contact import without_contact
from checkins.models import CheckIn, Concern, ContactPlan
from matches.models import Match
from matching.models import MATCHERS, Offer, PairRequest, Round
from programs.models import Membership

from .attention_lines import (
    AttentionItem,
    Scope,
    counted,
    found_by,
    found_few,
    found_since,
    together,
)
from .health import Health, by_health, may_end

Role = Membership.Role
OF_PAIR = "match__mentee__cohort"


def care_lines(scope: Scope) -> Iterator[AttentionItem]:
    """Yield concerns, contacts that are due and answers that were not read."""
    yield from _concern_lines(scope)
    yield from _contact_lines(scope)


def lines_before_pairs(scope: Scope) -> Iterator[AttentionItem]:
    """Yield what waits of applications and of matching."""
    yield from _application_lines(scope)
    yield from _check_lines(scope)
    yield from _round_lines(scope)
    yield from _offer_lines(scope)
    yield from _request_lines(scope)


def _concern_lines(scope: Scope) -> Iterator[AttentionItem]:
    seen = Concern.objects.for_committee(scope.member)
    if scope.cohort:
        seen = seen.in_cohort(scope.cohort)
    waiting = seen.filter(state=Concern.State.OPEN)
    found = found_by(waiting, "urgency", "raised_at", *Concern.Urgency.values)
    urgent = found.pop(Concern.Urgency.URGENT)
    text = ngettext("urgent request for help", "urgent requests for help", urgent.number)
    url = scope.url("checkins_concern", state__exact="open", urgency__exact="urgent")
    yield AttentionItem(urgent.number, text, url, "bad", urgent.since)
    number, since = together(found.values())
    text = ngettext("open concern", "open concerns", number)
    url = scope.url("checkins_concern", state__exact="open", urgency__exact="not-urgent")
    yield AttentionItem(number, text, url, "amber", since)
    mine = seen.filter(taken_by=scope.member)
    again, since = found_since(mine.to_look_at_again(scope.at), "follow_up_on")
    text = ngettext("concern to look at again", "concerns to look at again", again)
    url = scope.url("checkins_concern", again="mine")
    yield AttentionItem(again, text, url, "amber", since)


def _contact_lines(scope: Scope) -> Iterator[AttentionItem]:
    due = ContactPlan.objects.visible_to(scope.member).due(scope.at)
    own = scope.of(due.filter(match__carer=scope.member), OF_PAIR)
    contacts, since = found_since(own, "due_on")
    text = ngettext(
        "contact with someone in your care is due",
        "contacts with people in your care are due",
        contacts,
    )
    url = scope.url("checkins_contactplan", due="now", carer="me")
    yield AttentionItem(contacts, text, url, "amber", since)
    answered = CheckIn.objects.readable_by(scope.member).to_read()
    unread, since = found_since(scope.of(answered, OF_PAIR), "answered_at")
    text = ngettext("check-in to read", "check-ins to read", unread)
    url = scope.url("checkins_checkin", read="no")
    yield AttentionItem(unread, text, url, since=since)


def _application_lines(scope: Scope) -> Iterator[AttentionItem]:
    mine = scope.of(Application.objects.for_committee(scope.member, *Membership.READERS))
    known = queues(timezone.localdate(scope.at))
    unprepared = counted(mine.filter(known["orientation"][1]))
    referenced = counted(mine.filter(has_new_reference()))
    late, late_since = found_since(mine.filter(known["late"][1]), "submitted_at")
    unread, unread_since = found_since(mine.filter(known["to-read"][1]), "submitted_at")
    releasing = scope.of(Application.objects.for_committee(scope.member, Role.CHAIR))
    unreleased = counted(releasing.filter(known["pending"][1]))
    name = "applications_application"
    assigned, assigned_since = found_since(mine.filter(Q(to_read_by(scope.member))), "submitted_at")
    text = ngettext(
        "application waits for your opinion", "applications wait for your opinion", assigned
    )
    url = scope.url(name, reader="me")
    yield AttentionItem(assigned, text, url, "amber", assigned_since)
    text = ngettext(
        "applicant was promised an answer by now", "applicants were promised an answer by now", late
    )
    yield AttentionItem(late, text, scope.url(name, queue="late"), "bad", late_since)
    text = ngettext("application to read", "applications to read", unread)
    url = scope.url(name, queue="to-read")
    yield AttentionItem(unread, text, url, "amber", unread_since)
    text = ngettext(
        "application with a reference that has come",
        "applications with a reference that has come",
        referenced,
    )
    yield AttentionItem(referenced, text, scope.url(name, references="come"))
    arrange = counted(interview_queues.to_arrange(mine, scope.member, scope.at))
    text = ngettext("interview to arrange", "interviews to arrange", arrange)
    yield AttentionItem(arrange, text, scope.url(name, interview="to-arrange"), "amber")
    held = counted(interview_queues.without_result(mine, scope.member, scope.at))
    text = ngettext(
        "interview that you have held has no result",
        "interviews that you have held have no result",
        held,
    )
    yield AttentionItem(held, text, scope.url(name, interview="mine"), "amber")
    text = ngettext("decision to release", "decisions to release", unreleased)
    yield AttentionItem(unreleased, text, scope.url(name, queue="pending"))
    text = ngettext("mentor without orientation", "mentors without orientation", unprepared)
    yield AttentionItem(unprepared, text, scope.url(name, queue="orientation"))


def _check_lines(scope: Scope) -> Iterator[AttentionItem]:
    """Return what a chair reads of checks that are missing or have ended."""
    mine = scope.of(Application.objects.for_committee(scope.member, Role.CHAIR))
    number, lacking = found_few(without_checks(scope.member, mine))
    name = "applications_application"
    in_pairs = counted(in_open_pairs(lacking)) if number else 0
    text = ngettext("person in a pair lacks a check", "people in a pair lack a check", in_pairs)
    yield AttentionItem(in_pairs, text, scope.url(name, checks="in-pair"), "bad")
    text = ngettext("accepted person lacks a check", "accepted people lack a check", number)
    yield AttentionItem(number, text, scope.url(name, checks="missing"), "amber")


def _round_lines(scope: Scope) -> Iterator[AttentionItem]:
    mine = scope.of(Round.objects.for_committee(scope.member, *MATCHERS))
    review, approved, draft = Round.State.REVIEW, Round.State.APPROVED, Round.State.DRAFT
    to_do = mine.to_approve(scope.member) | mine.to_publish() | mine.filter(state=draft)
    found = found_by(to_do, "state", "created_at", review, approved, draft)
    for_me, to_publish, drafts = found[review], found[approved], found[draft]

    def url(waits: str) -> str:
        return scope.url("matching_round", waits=waits)

    text = ngettext("round waiting for approval", "rounds waiting for approval", for_me.number)
    yield AttentionItem(for_me.number, text, url("approval"), "amber", for_me.since)
    text = ngettext("approved round to publish", "approved rounds to publish", to_publish.number)
    yield AttentionItem(to_publish.number, text, url("publication"), "amber", to_publish.since)
    text = ngettext("draft round", "draft rounds", drafts.number)
    yield AttentionItem(drafts.number, text, url("proposals"), since=drafts.since)


def _offer_lines(scope: Scope) -> Iterator[AttentionItem]:
    mine = scope.of(Offer.objects.for_committee(scope.member), "mentee__cohort")
    waiting, since = found_since(mine.open(), "opened_at")
    # Who still waits is a long question, and usually there is nobody to ask it about.
    alone = found_in(mine.left_alone(), lambda rows: rows.nobody_left())
    without = counted(alone) if isinstance(alone, QuerySet) else 0
    text = ngettext(
        "request before a match waits for an answer",
        "requests before matches wait for an answer",
        waiting,
    )
    url = scope.url("matching_offer", state__exact="open")
    yield AttentionItem(waiting, text, url, since=since)
    text = ngettext("mentee with no one left to ask", "mentees with no one left to ask", without)
    yield AttentionItem(without, text, scope.url("matching_offer", left="none"), "amber")


def _request_lines(scope: Scope) -> Iterator[AttentionItem]:
    rows = PairRequest.objects.for_committee(scope.member).to_decide_by(scope.member)
    waiting = counted(scope.of(rows))
    text = ngettext(
        "pair without a round to decide on", "pairs without a round to decide on", waiting
    )
    url = scope.url("matching_pairrequest", waits="me")
    yield AttentionItem(waiting, text, url, "amber")


def pair_lines(scope: Scope) -> Iterator[AttentionItem]:
    seen = Match.objects.for_committee(scope.member, Role.CARER, Role.CHAIR)
    pairs = scope.of(seen, "mentee__cohort").open()
    health = by_health(pairs, reader=scope.member, at=scope.at)
    ending = counted(may_end(pairs, reader=scope.member))
    text = ngettext("pair may want to end", "pairs may want to end", ending)
    yield AttentionItem(ending, text, scope.url("dashboard_pair", ending="asked"), "amber")
    stuck, since = found_since(health[Health.STUCK], "stuck_from")
    text = ngettext("pair is stuck", "pairs are stuck", stuck)
    url = scope.url("dashboard_pair", health="stuck")
    yield AttentionItem(stuck, text, url, "bad", since)
    drifting, since = found_since(health[Health.DRIFTING], "drifting_from")
    text = ngettext("pair is drifting", "pairs are drifting", drifting)
    url = scope.url("dashboard_pair", health="drifting")
    yield AttentionItem(drifting, text, url, "amber", since)
    silent, since = found_since(without_contact(pairs, at=scope.at), "introduced_at")
    text = ngettext("new pair has not been in touch", "new pairs have not been in touch", silent)
    url = scope.url("dashboard_pair", contact="none")
    yield AttentionItem(silent, text, url, "bad", since)
    without_carer, since = found_since(pairs.without_carer(), "uncovered_since")
    text = ngettext("pair without a carer", "pairs without a carer", without_carer)
    url = scope.url("dashboard_pair", carer="none")
    yield AttentionItem(without_carer, text, url, "amber", since)
    unreviewed = counted(goals_not_reviewed(pairs, at=scope.at))
    text = ngettext(
        "pair has not reviewed its goals", "pairs have not reviewed their goals", unreviewed
    )
    yield AttentionItem(unreviewed, text, scope.url("dashboard_pair", goals="not-reviewed"))
    late, since = found_since(without_agreement(pairs, at=scope.at), "introduced_at")
    text = ngettext("agreement is late", "agreements are late", late)
    url = scope.url("dashboard_pair", agreement="late")
    yield AttentionItem(late, text, url, since=since)
