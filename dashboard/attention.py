"""What needs the committee today: each line a number, a reason, and the filtered list behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from access.bounded import count_up_to
from accounts.models import User
from agreements.goals.review_reminders import goals_not_reviewed
from agreements.late import without_agreement
from announcements.models import Announcement
from applications.models import Application
from applications.opinions import to_read_by
from applications.review_queues import queues
from applications.screening import in_open_pairs, without_checks
from checkins.first_contact import without_contact
from checkins.models import CarerSilence, CheckIn, Concern, ContactPlan, Suggestion
from matches.models import Match
from matching.models import Offer, PairRequest, Round
from notifications import outbox_health
from notifications.models import Notification
from programs.models import Cohort, Membership, Program
from programs.setup_checklist import checklist, open_count
from support.models import SupportRequest

from .health import Health, by_health, may_end
from .reachability import count_with_bouncing_address

Role = Membership.Role
SHOWN_LIMIT = 99
FEW = 200  # rows that are counted by reading them
MOST_SET_UP = 3  # programs, whose steps are asked one by one


@dataclass(frozen=True)
class AttentionItem:
    """One line: how many, in words, and the address of the list. `tone` is bad, amber or info."""

    count: int
    text: str
    url: str
    tone: str = "info"

    @property
    def shown(self) -> str:
        """The number, or "99+" for more: nobody works through that many in a day."""
        return str(self.count) if self.count <= SHOWN_LIMIT else f"{SHOWN_LIMIT}+"


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


def changelist_url(name: str, **query: str) -> str:
    """Return the address of an admin list, `name` being "app_model", with filters."""
    address = reverse(f"admin:{name}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def _counts(rows: QuerySet, *conditions: Q) -> list[int]:
    """Count the rows that meet each condition, none further than is shown."""
    return [count_up_to(rows.filter(one), SHOWN_LIMIT + 1) for one in conditions]


def _counts_by(rows: QuerySet, column: str, *values: str) -> Counter[str]:
    """Count the rows with each value of a column, none further than is shown.

    Usually there are few, and one query asks once who may see them.
    """
    few: Counter[str] = Counter(rows.order_by().values_list(column, flat=True)[: FEW + 1])
    if few.total() > FEW:
        # Where more were read than are shown, it is known that there are more.
        for value in values:
            if few[value] <= SHOWN_LIMIT:
                (few[value],) = _counts(rows, Q((column, value)))
    return few


def _concerns(member: User, at: datetime) -> Iterator[AttentionItem]:
    waiting = Concern.objects.for_committee(member).filter(state=Concern.State.OPEN)
    counts = _counts_by(waiting, "urgency", *Concern.Urgency.values)
    urgent = counts.pop(Concern.Urgency.URGENT, 0)
    others = counts.total()
    text = ngettext("urgent request for help", "urgent requests for help", urgent)
    url = changelist_url("checkins_concern", state__exact="open", urgency__exact="urgent")
    yield AttentionItem(urgent, text, url, "bad")
    text = ngettext("open concern", "open concerns", others)
    yield AttentionItem(
        others, text, changelist_url("checkins_concern", state__exact="open"), "amber"
    )
    mine = Concern.objects.for_committee(member).filter(taken_by=member)
    (again,) = _counts(mine.to_look_at_again(at), Q())
    text = ngettext("concern to look at again", "concerns to look at again", again)
    url = changelist_url("checkins_concern", again="mine")
    yield AttentionItem(again, text, url, "amber")
    own = ContactPlan.objects.visible_to(member).due(at).filter(match__carer=member)
    (contacts,) = _counts(own, Q())
    text = ngettext(
        "contact with someone in your care is due",
        "contacts with people in your care are due",
        contacts,
    )
    url = changelist_url("checkins_contactplan", due="now", carer="me")
    yield AttentionItem(contacts, text, url, "amber")
    (unread,) = _counts(CheckIn.objects.readable_by(member).to_read(), Q())
    text = ngettext("check-in to read", "check-ins to read", unread)
    yield AttentionItem(unread, text, changelist_url("checkins_checkin", read="no"))
    (suggested,) = _counts(Suggestion.objects.readable_by(member).unread(), Q())
    text = ngettext("suggestion to read", "suggestions to read", suggested)
    yield AttentionItem(suggested, text, changelist_url("checkins_suggestion", stage="unread"))


def _support(member: User, at: datetime) -> Iterator[AttentionItem]:
    (late,) = _counts(SupportRequest.objects.for_committee(member).late(at), Q())
    text = ngettext(
        "request for support has waited for more than a week",
        "requests for support have waited for more than a week",
        late,
    )
    url = changelist_url("support_supportrequest", waiting="week")
    yield AttentionItem(late, text, url, "amber")


def _applications(member: User, at: datetime) -> Iterator[AttentionItem]:
    mine = Application.objects.for_committee(member, Role.READER, Role.MATCHER, Role.CHAIR)
    known = queues(timezone.localdate(at))
    shown = ("late", "to-read", "orientation")
    late, unread, unprepared = _counts(mine, *(known[code][1] for code in shown))
    releasing = Application.objects.for_committee(member, Role.CHAIR)
    (unreleased,) = _counts(releasing, known["pending"][1])
    name = "applications_application"
    (assigned,) = _counts(mine, Q(to_read_by(member)))
    text = ngettext(
        "application waits for your opinion", "applications wait for your opinion", assigned
    )
    yield AttentionItem(assigned, text, changelist_url(name, reader="me"), "amber")
    text = ngettext(
        "applicant was promised an answer by now", "applicants were promised an answer by now", late
    )
    yield AttentionItem(late, text, changelist_url(name, queue="late"), "bad")
    text = ngettext("application to read", "applications to read", unread)
    yield AttentionItem(unread, text, changelist_url(name, queue="to-read"), "amber")
    text = ngettext("decision to release", "decisions to release", unreleased)
    yield AttentionItem(unreleased, text, changelist_url(name, queue="pending"))
    text = ngettext("mentor without orientation", "mentors without orientation", unprepared)
    yield AttentionItem(unprepared, text, changelist_url(name, queue="orientation"))


def _checks(member: User) -> Iterator[AttentionItem]:
    """Return what a chair reads of checks that are missing or have ended."""
    mine = Application.objects.for_committee(member, Role.CHAIR)
    lacking = without_checks(member, mine)
    name = "applications_application"
    in_pairs = count_up_to(in_open_pairs(lacking), SHOWN_LIMIT + 1)
    text = ngettext("person in a pair lacks a check", "people in a pair lack a check", in_pairs)
    yield AttentionItem(in_pairs, text, changelist_url(name, checks="in-pair"), "bad")
    everyone = count_up_to(lacking, SHOWN_LIMIT + 1)
    text = ngettext("accepted person lacks a check", "accepted people lack a check", everyone)
    yield AttentionItem(everyone, text, changelist_url(name, checks="missing"), "amber")


def _members(member: User, at: datetime) -> Iterator[AttentionItem]:
    ending = Membership.objects.for_committee(member, Role.CHAIR).filter(
        pk__in=Membership.objects.ending(timezone.localdate(at))
    )
    (leaving,) = _counts(ending, Q())
    text = ngettext("carer whose role ends soon", "carers whose role ends soon", leaving)
    url = changelist_url("programs_membership", ends="soon")
    yield AttentionItem(leaving, text, url, "amber")
    chaired = Membership.objects.for_committee(member, Role.CHAIR)
    (unreachable,) = _counts(chaired.unreachable(timezone.localdate(at)), Q())
    text = ngettext(
        "committee member can't be reached by e-mail",
        "committee members can't be reached by e-mail",
        unreachable,
    )
    url = changelist_url("programs_membership", mail="bounces")
    yield AttentionItem(unreachable, text, url, "bad")
    (silent,) = _counts(CarerSilence.objects.visible_to(member).open(), Q())
    text = ngettext("carer has gone silent", "carers have gone silent", silent)
    yield AttentionItem(silent, text, changelist_url("checkins_carersilence"), "bad")


def _rounds(member: User) -> Iterator[AttentionItem]:
    mine = Round.objects.for_committee(member, Role.MATCHER, Role.CHAIR)
    review, approved, draft = Round.State.REVIEW, Round.State.APPROVED, Round.State.DRAFT
    to_do = mine.filter(
        Q(state=review) & ~Q(prepared_by=member.pk)
        | Q(state=approved, publish_at=None)
        | Q(state=draft)
    )
    counts = _counts_by(to_do, "state", review, approved, draft)
    for_me, to_publish, drafts = counts[review], counts[approved], counts[draft]

    def url(state: str) -> str:
        return changelist_url("matching_round", state__exact=state)

    text = ngettext("round waiting for approval", "rounds waiting for approval", for_me)
    yield AttentionItem(for_me, text, url("review"), "amber")
    text = ngettext("approved round to publish", "approved rounds to publish", to_publish)
    yield AttentionItem(to_publish, text, url("approved"), "amber")
    text = ngettext("draft round", "draft rounds", drafts)
    yield AttentionItem(drafts, text, url("draft"))


def _offers(member: User) -> Iterator[AttentionItem]:
    mine = Offer.objects.for_committee(member)
    waiting, without = (
        count_up_to(rows, SHOWN_LIMIT + 1) for rows in (mine.open(), mine.nobody_left())
    )
    text = ngettext(
        "request before a match waits for an answer",
        "requests before matches wait for an answer",
        waiting,
    )
    yield AttentionItem(waiting, text, changelist_url("matching_offer", state__exact="open"))
    text = ngettext("mentee with no one left to ask", "mentees with no one left to ask", without)
    yield AttentionItem(without, text, changelist_url("matching_offer", left="none"), "amber")


def _pair_requests(member: User) -> Iterator[AttentionItem]:
    mine = Membership.objects.program_ids(member, Role.MATCHER, Role.CHAIR)
    rows = PairRequest.objects.for_committee(member).waiting().exclude(by=member.pk)
    (waiting,) = _counts(rows.filter(cohort__program__in=mine), Q())
    text = ngettext(
        "pair without a round to decide on", "pairs without a round to decide on", waiting
    )
    url = changelist_url("matching_pairrequest", state__exact="confirmed")
    yield AttentionItem(waiting, text, url, "amber")


def _announcements(member: User) -> Iterator[AttentionItem]:
    unsent = Announcement.objects.for_committee(member).unsent()
    (count,) = _counts(unsent, Q())
    text = ngettext("announcement was not sent", "announcements were not sent", count)
    url = changelist_url("announcements_announcement", sending="failed")
    yield AttentionItem(count, text, url, "amber")


def _pairs(member: User, at: datetime) -> Iterator[AttentionItem]:
    pairs = Match.objects.for_committee(member, Role.CARER, Role.CHAIR).open()
    health = by_health(pairs, reader=member, at=at)
    ending, stuck, drifting, without_carer = (
        count_up_to(rows, SHOWN_LIMIT + 1)
        for rows in (
            may_end(pairs, reader=member),
            health[Health.STUCK],
            health[Health.DRIFTING],
            pairs.without_carer(),
        )
    )
    text = ngettext("pair may want to end", "pairs may want to end", ending)
    yield AttentionItem(ending, text, changelist_url("dashboard_pair", health="ending"), "amber")
    text = ngettext("pair is stuck", "pairs are stuck", stuck)
    yield AttentionItem(stuck, text, changelist_url("dashboard_pair", health="stuck"), "bad")
    text = ngettext("pair is drifting", "pairs are drifting", drifting)
    url = changelist_url("dashboard_pair", health="drifting")
    yield AttentionItem(drifting, text, url, "amber")
    silent = count_up_to(without_contact(pairs, at=at), SHOWN_LIMIT + 1)
    text = ngettext("new pair has not been in touch", "new pairs have not been in touch", silent)
    yield AttentionItem(silent, text, changelist_url("dashboard_pair", contact="none"), "bad")
    text = ngettext("pair without a carer", "pairs without a carer", without_carer)
    url = changelist_url("dashboard_pair", carer="none")
    yield AttentionItem(without_carer, text, url, "amber")
    unreviewed = count_up_to(goals_not_reviewed(pairs, at=at), SHOWN_LIMIT + 1)
    text = ngettext(
        "pair has not reviewed its goals", "pairs have not reviewed their goals", unreviewed
    )
    yield AttentionItem(unreviewed, text, changelist_url("dashboard_pair", goals="not-reviewed"))
    late = count_up_to(without_agreement(pairs, at=at), SHOWN_LIMIT + 1)
    text = ngettext("agreement is late", "agreements are late", late)
    yield AttentionItem(late, text, changelist_url("dashboard_pair", agreement="late"))


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
