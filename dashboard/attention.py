"""What needs the committee today: each line a number, a reason, and the filtered list behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from access.bounded import found_in
from accounts.models import User
from agreements.goals.review_reminders import goals_not_reviewed
from agreements.late import without_agreement
from announcements.models import Announcement
from applications.models import Application
from applications.models.references import has_new_reference
from applications.opinions import to_read_by
from applications.review_queues import queues
from applications.screening import in_open_pairs, without_checks
from checkins.first_contact import without_contact
from checkins.models import CarerSilence, CheckIn, Concern, ContactPlan, Suggestion
from learning.models import Lesson
from matches import recovering
from matches.models import Match
from matching.models import Offer, PairRequest, Round
from notifications import outbox_health
from notifications.models import Notification
from programs.models import Cohort, Membership, Program
from programs.setup_checklist import checklist, open_count
from support.models import Referral, SupportRequest

from .attention_lines import (
    SHOWN_LIMIT,
    AttentionItem,
    changelist_url,
    counted,
    found_by,
    found_since,
)
from .health import Health, by_health, may_end
from .reachability import count_with_bouncing_address

Role = Membership.Role
MOST_SET_UP = 3  # programs, whose steps are asked one by one


def attention_items(member: User, *, at: datetime) -> list[AttentionItem]:
    """Return what `member` can act on; nothing that a role or a conflict of interest hides."""
    items = [
        *_concerns(member, at),
        *_applications(member, at),
        *_checks(member),
        *_rounds(member),
        *_offers(member),
        *_pair_requests(member),
        *_announcements(member),
        *_pairs(member, at),
        *_support(member, at),
        *_members(member, at),
        *_lost_mailboxes(member),
        *_emails(member),
        *_bouncing_addresses(member),
        *_set_up(member),
    ]
    return [item for item in items if item.count]


def is_empty_installation() -> bool:
    """Return whether there is no program yet."""
    return not Cohort.objects.exists()


def delivery_problems(at: datetime) -> list[str]:
    """Return why e-mails may not be going out; empty when all is well."""
    return outbox_health.problems(at)


def _concerns(member: User, at: datetime) -> Iterator[AttentionItem]:
    waiting = Concern.objects.for_committee(member).filter(state=Concern.State.OPEN)
    found = found_by(waiting, "urgency", "raised_at", *Concern.Urgency.values)
    urgent = found.pop(Concern.Urgency.URGENT)
    text = ngettext("urgent request for help", "urgent requests for help", urgent.number)
    url = changelist_url("checkins_concern", state__exact="open", urgency__exact="urgent")
    yield AttentionItem(urgent.number, text, url, "bad", urgent.since)
    number = sum(one.number for one in found.values())
    is_exact = all(one.number <= SHOWN_LIMIT for one in found.values())
    days = [one.since for one in found.values() if one.since and is_exact]
    since = min(days, default=None)
    text = ngettext("open concern", "open concerns", number)
    url = changelist_url("checkins_concern", state__exact="open")
    yield AttentionItem(number, text, url, "amber", since)
    mine = Concern.objects.for_committee(member).filter(taken_by=member)
    again, since = found_since(mine.to_look_at_again(at), "follow_up_on")
    text = ngettext("concern to look at again", "concerns to look at again", again)
    url = changelist_url("checkins_concern", again="mine")
    yield AttentionItem(again, text, url, "amber", since)
    own = ContactPlan.objects.visible_to(member).due(at).filter(match__carer=member)
    contacts, since = found_since(own, "due_on")
    text = ngettext(
        "contact with someone in your care is due",
        "contacts with people in your care are due",
        contacts,
    )
    url = changelist_url("checkins_contactplan", due="now", carer="me")
    yield AttentionItem(contacts, text, url, "amber", since)
    unread, since = found_since(CheckIn.objects.readable_by(member).to_read(), "answered_at")
    text = ngettext("check-in to read", "check-ins to read", unread)
    url = changelist_url("checkins_checkin", read="no")
    yield AttentionItem(unread, text, url, since=since)
    suggested, since = found_since(Suggestion.objects.readable_by(member).unread(), "sent_at")
    text = ngettext("suggestion to read", "suggestions to read", suggested)
    url = changelist_url("checkins_suggestion", stage="unread")
    yield AttentionItem(suggested, text, url, since=since)


def _support(member: User, at: datetime) -> Iterator[AttentionItem]:
    asked = SupportRequest.objects.for_committee(member)
    late, since = found_since(asked.late(at), "waiting_since")
    text = ngettext(
        "request for support has waited for more than a week",
        "requests for support have waited for more than a week",
        late,
    )
    url = changelist_url("support_supportrequest", waiting="week")
    yield AttentionItem(late, text, url, "amber", since)
    today = timezone.localdate(at)
    referrals = Referral.objects.for_committee(member)
    due, since = found_since(referrals.to_follow_up(today), "follow_up_on")
    text = ngettext("referral to follow up", "referrals to follow up", due)
    yield AttentionItem(due, text, changelist_url("support_referral", due="yes"), since=since)
    offered, since = found_since(Lesson.objects.for_editor(member).waiting(), "offered_at")
    text = ngettext("lesson of a pair to edit", "lessons of pairs to edit", offered)
    url = changelist_url("learning_lesson", stage="waiting")
    yield AttentionItem(offered, text, url, since=since)


def _applications(member: User, at: datetime) -> Iterator[AttentionItem]:
    mine = Application.objects.for_committee(member, Role.READER, Role.MATCHER, Role.CHAIR)
    known = queues(timezone.localdate(at))
    unprepared = counted(mine.filter(known["orientation"][1]))
    referenced = counted(mine.filter(has_new_reference()))
    late, late_since = found_since(mine.filter(known["late"][1]), "submitted_at")
    unread, unread_since = found_since(mine.filter(known["to-read"][1]), "submitted_at")
    releasing = Application.objects.for_committee(member, Role.CHAIR)
    unreleased = counted(releasing.filter(known["pending"][1]))
    name = "applications_application"
    assigned, assigned_since = found_since(mine.filter(Q(to_read_by(member))), "submitted_at")
    text = ngettext(
        "application waits for your opinion", "applications wait for your opinion", assigned
    )
    url = changelist_url(name, reader="me")
    yield AttentionItem(assigned, text, url, "amber", assigned_since)
    text = ngettext(
        "applicant was promised an answer by now", "applicants were promised an answer by now", late
    )
    yield AttentionItem(late, text, changelist_url(name, queue="late"), "bad", late_since)
    text = ngettext("application to read", "applications to read", unread)
    url = changelist_url(name, queue="to-read")
    yield AttentionItem(unread, text, url, "amber", unread_since)
    text = ngettext(
        "application with a reference that has come",
        "applications with a reference that has come",
        referenced,
    )
    yield AttentionItem(referenced, text, changelist_url(name, references="come"))
    text = ngettext("decision to release", "decisions to release", unreleased)
    yield AttentionItem(unreleased, text, changelist_url(name, queue="pending"))
    text = ngettext("mentor without orientation", "mentors without orientation", unprepared)
    yield AttentionItem(unprepared, text, changelist_url(name, queue="orientation"))


def _checks(member: User) -> Iterator[AttentionItem]:
    """Return what a chair reads of checks that are missing or have ended."""
    mine = Application.objects.for_committee(member, Role.CHAIR)
    lacking = without_checks(member, mine)
    name = "applications_application"
    in_pairs = counted(in_open_pairs(lacking))
    text = ngettext("person in a pair lacks a check", "people in a pair lack a check", in_pairs)
    yield AttentionItem(in_pairs, text, changelist_url(name, checks="in-pair"), "bad")
    everyone = counted(lacking)
    text = ngettext("accepted person lacks a check", "accepted people lack a check", everyone)
    yield AttentionItem(everyone, text, changelist_url(name, checks="missing"), "amber")


def _members(member: User, at: datetime) -> Iterator[AttentionItem]:
    ending = Membership.objects.for_committee(member, Role.CHAIR).filter(
        pk__in=Membership.objects.ending(timezone.localdate(at))
    )
    leaving = counted(ending)
    text = ngettext("carer whose role ends soon", "carers whose role ends soon", leaving)
    url = changelist_url("programs_membership", ends="soon")
    yield AttentionItem(leaving, text, url, "amber")
    chaired = Membership.objects.for_committee(member, Role.CHAIR)
    unreachable = counted(chaired.unreachable(timezone.localdate(at)))
    text = ngettext(
        "committee member can't be reached by e-mail",
        "committee members can't be reached by e-mail",
        unreachable,
    )
    url = changelist_url("programs_membership", mail="bounces")
    yield AttentionItem(unreachable, text, url, "bad")
    silent, since = found_since(CarerSilence.objects.visible_to(member).open(), "since")
    text = ngettext("carer has gone silent", "carers have gone silent", silent)
    yield AttentionItem(silent, text, changelist_url("checkins_carersilence"), "bad", since)


def _lost_mailboxes(member: User) -> Iterator[AttentionItem]:
    waiting, since = found_since(recovering.to_confirm(member), "proposed_at")
    text = ngettext(
        "lost mailbox waits for a second member", "lost mailboxes wait for a second member", waiting
    )
    url = changelist_url("matches_accountrecovery", state__exact="proposed")
    yield AttentionItem(waiting, text, url, "amber", since)


def _rounds(member: User) -> Iterator[AttentionItem]:
    mine = Round.objects.for_committee(member, Role.MATCHER, Role.CHAIR)
    review, approved, draft = Round.State.REVIEW, Round.State.APPROVED, Round.State.DRAFT
    to_do = mine.filter(
        Q(state=review) & ~Q(prepared_by=member.pk)
        | Q(state=approved, publish_at=None)
        | Q(state=draft)
    )
    found = found_by(to_do, "state", "created_at", review, approved, draft)
    for_me, to_publish, drafts = found[review], found[approved], found[draft]

    def url(state: str) -> str:
        return changelist_url("matching_round", state__exact=state)

    text = ngettext("round waiting for approval", "rounds waiting for approval", for_me.number)
    yield AttentionItem(for_me.number, text, url("review"), "amber", for_me.since)
    text = ngettext("approved round to publish", "approved rounds to publish", to_publish.number)
    yield AttentionItem(to_publish.number, text, url("approved"), "amber", to_publish.since)
    text = ngettext("draft round", "draft rounds", drafts.number)
    yield AttentionItem(drafts.number, text, url("draft"), since=drafts.since)


def _offers(member: User) -> Iterator[AttentionItem]:
    mine = Offer.objects.for_committee(member)
    waiting, since = found_since(mine.open(), "opened_at")
    # Who still waits is a long question, and usually there is nobody to ask it about.
    alone = found_in(mine.left_alone(), lambda rows: rows.nobody_left())
    without = counted(alone) if isinstance(alone, QuerySet) else 0
    text = ngettext(
        "request before a match waits for an answer",
        "requests before matches wait for an answer",
        waiting,
    )
    url = changelist_url("matching_offer", state__exact="open")
    yield AttentionItem(waiting, text, url, since=since)
    text = ngettext("mentee with no one left to ask", "mentees with no one left to ask", without)
    yield AttentionItem(without, text, changelist_url("matching_offer", left="none"), "amber")


def _pair_requests(member: User) -> Iterator[AttentionItem]:
    mine = Membership.objects.program_ids(member, Role.MATCHER, Role.CHAIR)
    rows = PairRequest.objects.for_committee(member).waiting().exclude(by=member.pk)
    waiting = counted(rows.filter(cohort__program__in=mine))
    text = ngettext(
        "pair without a round to decide on", "pairs without a round to decide on", waiting
    )
    url = changelist_url("matching_pairrequest", state__exact="confirmed")
    yield AttentionItem(waiting, text, url, "amber")


def _announcements(member: User) -> Iterator[AttentionItem]:
    unsent = Announcement.objects.for_committee(member).unsent()
    count = counted(unsent)
    text = ngettext("announcement was not sent", "announcements were not sent", count)
    url = changelist_url("announcements_announcement", sending="failed")
    yield AttentionItem(count, text, url, "amber")


def _pairs(member: User, at: datetime) -> Iterator[AttentionItem]:
    pairs = Match.objects.for_committee(member, Role.CARER, Role.CHAIR).open()
    health = by_health(pairs, reader=member, at=at)
    ending = counted(may_end(pairs, reader=member))
    text = ngettext("pair may want to end", "pairs may want to end", ending)
    yield AttentionItem(ending, text, changelist_url("dashboard_pair", health="ending"), "amber")
    stuck, since = found_since(health[Health.STUCK], "stuck_from")
    text = ngettext("pair is stuck", "pairs are stuck", stuck)
    url = changelist_url("dashboard_pair", health="stuck")
    yield AttentionItem(stuck, text, url, "bad", since)
    drifting, since = found_since(health[Health.DRIFTING], "drifting_from")
    text = ngettext("pair is drifting", "pairs are drifting", drifting)
    url = changelist_url("dashboard_pair", health="drifting")
    yield AttentionItem(drifting, text, url, "amber", since)
    silent, since = found_since(without_contact(pairs, at=at), "introduced_at")
    text = ngettext("new pair has not been in touch", "new pairs have not been in touch", silent)
    url = changelist_url("dashboard_pair", contact="none")
    yield AttentionItem(silent, text, url, "bad", since)
    without_carer, since = found_since(pairs.without_carer(), "uncovered_since")
    text = ngettext("pair without a carer", "pairs without a carer", without_carer)
    url = changelist_url("dashboard_pair", carer="none")
    yield AttentionItem(without_carer, text, url, "amber", since)
    unreviewed = counted(goals_not_reviewed(pairs, at=at))
    text = ngettext(
        "pair has not reviewed its goals", "pairs have not reviewed their goals", unreviewed
    )
    yield AttentionItem(unreviewed, text, changelist_url("dashboard_pair", goals="not-reviewed"))
    late, since = found_since(without_agreement(pairs, at=at), "introduced_at")
    text = ngettext("agreement is late", "agreements are late", late)
    url = changelist_url("dashboard_pair", agreement="late")
    yield AttentionItem(late, text, url, since=since)


def _bouncing_addresses(member: User) -> Iterator[AttentionItem]:
    count = count_with_bouncing_address(member, SHOWN_LIMIT + 1)
    text = ngettext("person can't be reached by e-mail", "people can't be reached by e-mail", count)
    yield AttentionItem(count, text, changelist_url("accounts_user", mail="bounces"), "amber")


def _set_up(member: User) -> Iterator[AttentionItem]:
    """Lead the chair of a program without a cohort to the steps that are left."""
    chaired = Program.objects.for_committee(member, Role.CHAIR)
    unused = chaired.exclude(pk__in=Cohort.objects.values("program"))
    left = sum(open_count(checklist(program)) for program in unused[:MOST_SET_UP])
    text = ngettext("step left to set up the program", "steps left to set up the program", left)
    yield AttentionItem(left, text, reverse("admin:programs_setup"), "amber")


def _emails(member: User) -> Iterator[AttentionItem]:
    held, failed = Notification.State.HELD, Notification.State.FAILED
    counts = Notification.objects.count_in_states_for_committee(
        [held, failed], member, SHOWN_LIMIT + 1
    )
    on_hold, undelivered = counts[held], counts[failed]

    def url(state: str) -> str:
        return changelist_url("notifications_notification", state__exact=state)

    text = ngettext("e-mail on hold", "e-mails on hold", on_hold)
    yield AttentionItem(on_hold, text, url(held), "amber")
    text = ngettext("e-mail could not be delivered", "e-mails could not be delivered", undelivered)
    yield AttentionItem(undelivered, text, url(failed), "bad")
