"""What needs the committee today: each line a number, a reason, and the filtered list behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import User
from announcements.models import Announcement
from checkins.models import CarerSilence, Suggestion
from learning.models import Lesson
from matches import recovering
from notifications import outbox_health
from notifications.models import Notification
from programs.models import Cohort, Membership, Program
from programs.setup_checklist import checklist, open_count
from support.models import Referral, SupportRequest

from .attention_lines import (
    SHOWN_LIMIT,
    AttentionItem,
    Found,
    Scope,
    changelist_url,
    counted,
    found_since,
)
from .cohort_attention import (
    care_lines,
    lines_before_pairs,
    pair_lines,
)
from .reachability import count_with_bouncing_address

Role = Membership.Role
MOST_SET_UP = 3  # programs, whose steps are asked one by one


def attention_items(member: User, *, at: datetime) -> list[AttentionItem]:
    """Return what `member` can act on; nothing that a role or a conflict of interest hides."""
    scope = Scope(member, at)
    items = [
        *care_lines(scope),
        *_suggestions(member),
        *lines_before_pairs(scope),
        *_announcements(member),
        *pair_lines(scope),
        *_support(member, at),
        *_members(member, at),
        *_lost_mailboxes(member),
        *_emails(member),
        *_bouncing_addresses(member),
        *_set_up(member),
    ]
    return [item for item in items if item.count]


def items_of_cohort(cohort: Cohort, member: User, *, at: datetime) -> list[AttentionItem]:
    """Return those of `attention_items` that belong to a cohort, of this one only."""
    scope = Scope(member, at, cohort)
    items = [*care_lines(scope), *lines_before_pairs(scope), *pair_lines(scope)]
    return [item for item in items if item.count]


def is_empty_installation() -> bool:
    """Return whether there is no program yet."""
    return not Cohort.objects.exists()


def delivery_problems(at: datetime) -> list[str]:
    """Return why e-mails may not be going out; empty when all is well."""
    return outbox_health.problems(at)


def _suggestions(member: User) -> Iterator[AttentionItem]:
    unread = Suggestion.objects.readable_by(member).unread()
    suggested, since = found_since(unread, "sent_at")
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
    rows = recovering.to_confirm(member)
    waiting, since = found_since(rows, "proposed_at") if isinstance(rows, QuerySet) else Found(0)
    text = ngettext(
        "lost mailbox waits for a second member", "lost mailboxes wait for a second member", waiting
    )
    url = changelist_url("matches_accountrecovery", state__exact="proposed")
    yield AttentionItem(waiting, text, url, "amber", since)


def _announcements(member: User) -> Iterator[AttentionItem]:
    unsent = Announcement.objects.for_committee(member).unsent()
    count = counted(unsent)
    text = ngettext("announcement was not sent", "announcements were not sent", count)
    url = changelist_url("announcements_announcement", sending="failed")
    yield AttentionItem(count, text, url, "amber")


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
