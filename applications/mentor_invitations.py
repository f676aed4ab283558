"""A committee member or a participant asks someone, by address, to be a mentor.

1. The address gets one e-mail and one reminder. It is deleted with the answer, or when the time
   for it is over. A keyed hash stays for a year, so that no one is asked twice within it.
2. Whoever invites learns nothing of the address: asking does the same work and gets the same
   answer for every address. Whether it may be written to is only looked at when the e-mail is
   sent: not if its owner wants none, takes part already, or was asked within a year.
3. The committee sees who asked, when, and the answer; never the address, and nobody the answer to
   an invitation of their own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications import outbox, preferences
from notifications.kinds import Stream
from notifications.models import Notification
from notifications.reasons import ADDRESS_BOUNCED, ANSWERED, TURNED_OFF, reason
from notifications.reconcilers import reconciler
from notifications.reminders import remind_addresses
from programs.models import Cohort, Membership, Program

from .models import Application, MentorInvitation
from .models.mentor_invitations import OPEN_DAYS

KIND = "mentor-invitation"
REMIND_DAYS = 7
REMEMBERED = timedelta(days=365)
WINDOW = timedelta(days=30)
LIMIT_OF_MEMBER, LIMIT_OF_PARTICIPANT = 20, 5  # invitations within WINDOW
Answer = MentorInvitation.Answer
State = Application.State

NOT_YOURS = _("Only committee members, mentors, and people whose mentoring has ended can invite.")
NOT_PUBLIC = _("The program has no public page, so there is nothing an invitation could lead to.")
TOO_LATE = _("This invitation can't be answered any more.")
NO_NAME = _("Enter your name in your account first: the e-mail says who asks.")
TAKES_PART = reason("takes-part", _("the person takes part already"))
INVITED_LATELY = reason("invited-lately", _("the person was asked within a year"))
INVITER_LEFT = reason("inviter-left", _("who invited has left"))
# Nothing was or will be sent for one of these, so that the address has no use any more.
NOT_SENT = frozenset({TAKES_PART, INVITED_LATELY, TURNED_OFF, INVITER_LEFT, ADDRESS_BOUNCED})


def may_invite(user: User, program: Program) -> bool:
    """Return whether `user` may invite mentors to `program`."""
    return Membership.objects.live().of(user).filter(program=program).exists() or (
        programs_to_invite_to(user).filter(pk=program.pk).exists()
    )


def programs_to_invite_to(user: User) -> QuerySet[Program]:
    """Return the public programs to which `user` may invite as one who takes or took part.

    They are an accepted mentor in it, or a pair of theirs has ended, however; a pair that was
    created by mistake does not count.
    """
    mine = Application.objects.of(user).filter(state=State.ACCEPTED)
    ended = Q(matches_as_mentee__state="closed") & ~Q(matches_as_mentee__closed_kind="error")
    rows = mine.filter(Q(role=Application.Role.MENTOR) | ended)
    return Program.objects.public().filter(pk__in=rows.order_by().values("cohort__program"))


def may_invite_as(application: Application) -> bool:
    """Return whether someone may invite because of this application: they are a mentor."""
    is_mentor = application.is_mentor and application.state == State.ACCEPTED
    return is_mentor and application.program.is_public


def limit_of(user: User, program: Program) -> int:
    """Return how many people `user` may invite within the window."""
    is_member = Membership.objects.live().of(user).filter(program=program).exists()
    return LIMIT_OF_MEMBER if is_member else LIMIT_OF_PARTICIPANT


def invited_lately(user: User, at: datetime) -> int:
    """Return how many people `user` has invited within the window, to whichever program."""
    mine = MentorInvitation.objects.visible_to(user).filter(inviter=user)
    return mine.filter(asked_at__gt=at - WINDOW).count()


def refusal_of(user: User, program: Program, at: datetime) -> str:
    """Return why `user` can't invite anyone to `program` at `at`, "" if they can."""
    if not may_invite(user, program):
        return str(NOT_YOURS)
    if not program.is_public:
        return str(NOT_PUBLIC)
    if not user.name:
        return str(NO_NAME)
    limit = limit_of(user, program)
    if invited_lately(user, at) >= limit:
        text = _("You have invited %(count)s people within %(days)s days. Please wait a little.")
        return str(text % {"count": limit, "days": WINDOW.days})
    return ""


@transaction.atomic
def invite(
    program: Program,
    address: str,
    *,
    by: User,
    named: str,
    language: str = "",
    at: datetime | None = None,
) -> MentorInvitation:
    """Ask the owner of `address`, in `language`, whether they would like to be a mentor.

    The same address again within a year returns the first invitation of `by`. Raises
    ActionNotAllowed for whoever may not invite, for a program without a public page, and beyond the
    limit.
    """
    now = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counts what another tab has sent
    mine = MentorInvitation.system.with_addresses([address]).filter(program=program, inviter=by)
    known: MentorInvitation | None = mine.filter(asked_at__gt=now - REMEMBERED).first()
    refusal = refusal_of(by, program, now)
    if known is not None and (not refusal or may_invite(by, program)):
        return known
    if refusal:
        raise ActionNotAllowed(refusal)
    row = MentorInvitation.objects.create(
        program=program,
        inviter=by,
        named=named,
        address=address.strip().lower(),
        address_key=outbox.digest_of_address(address),
        language=language or program.language or settings.LANGUAGE_CODE,
        asked_at=now,
    )
    outbox.enqueue(KIND, to=None, address=row.address, about=row, at=now)
    return row


def why_not(invitation: MentorInvitation, at: datetime) -> str:
    """Return the reason why its e-mail must not be sent at `at`, "" if it may."""
    if not invitation.is_open(at) or invitation.address_deleted_at:
        return ANSWERED
    if not invitation.inviter.is_active or not invitation.inviter.name:
        return INVITER_LEFT
    if preferences.is_unsubscribed(invitation.address_key):
        return TURNED_OFF
    if _was_asked_before(invitation):
        return INVITED_LATELY
    person = User.objects.with_address(invitation.address)
    if person is None:
        return ""
    if preferences.is_muted(person, Stream.OPTIONAL, at) or not person.is_active:
        return TURNED_OFF
    return TAKES_PART if takes_part(person, invitation.program, timezone.localdate(at)) else ""


def _was_asked_before(invitation: MentorInvitation) -> bool:
    """Return whether an older invitation to the program was sent to this address, or is to be."""
    since = invitation.asked_at - REMEMBERED
    older = MentorInvitation.system.filter(
        program=invitation.program_id, address_key=invitation.address_key, asked_at__gt=since
    )
    older = older.filter(
        Q(asked_at__lt=invitation.asked_at) | Q(asked_at=invitation.asked_at, pk__lt=invitation.pk)
    )
    return older.filter(_was_written_to()).exists()


def _was_written_to() -> Q:
    """Match invitations that were not skipped: their address is there, or was until the end."""
    return Q(address_deleted_at=None) | ~Q(answer="") | Q(address_deleted_at=F("closed_at"))


def takes_part(person: User, program: Program, today: date) -> bool:
    """Return whether a person mentors in `program`, has applied to, or is on its committee.

    Mentees whose cohort is over are free to be asked.
    """
    if Membership.objects.live().of(person).filter(program=program).exists():
        return True
    mine = person.applications.filter(cohort__program=program).exclude(state=State.WITHDRAWN)
    running = Q(cohort__ends_on=None) | Q(cohort__ends_on__gte=today)
    as_mentee = running & Q(state__in=Application.OPEN) & ~Q(matches_as_mentee__state="closed")
    return bool(mine.filter(Q(role=Application.Role.MENTOR) | as_mentee).exists())


@transaction.atomic
def answer(invitation: MentorInvitation, given: str, *, at: datetime | None = None) -> None:
    """Note the answer and delete the address; the same answer again changes nothing.

    Raises ActionNotAllowed once it was answered otherwise or the time for it is over.
    """
    now = at or timezone.now()
    rows = MentorInvitation.system.filter(pk=invitation.pk)
    invitation.answer = rows.select_for_update(no_key=True).values_list("answer", flat=True)[0]
    if invitation.answer == given:
        return
    open_ = rows.filter(closed_at=None, asked_at__gt=now - timedelta(days=OPEN_DAYS))
    if not open_.update(answer=given, closed_at=now, address="", address_deleted_at=now):
        raise ActionNotAllowed(TOO_LATE)
    invitation.answer, invitation.closed_at = given, now
    outbox.delete_about(rows)


@transaction.atomic
def never_again(invitation: MentorInvitation, *, at: datetime | None = None) -> None:
    """Remember that the owner of the address wants no such e-mail, and answer "not now"."""
    now = at or timezone.now()
    preferences.unsubscribe_address(invitation.address_key, at=now)
    if invitation.is_open(now):
        answer(invitation, Answer.NOT_NOW, at=now)


def counts(user: User, program: Program) -> int:
    """Return how many people `user` has invited to `program` within a year; all that they learn."""
    return MentorInvitation.objects.visible_to(user).filter(inviter=user, program=program).count()


def export(user: User) -> dict[str, object]:
    """Return for the person's export when they were invited, and when they invited someone."""
    to_them = MentorInvitation.system.with_address_of(user).order_by("pk")
    by_them = MentorInvitation.objects.visible_to(user).filter(inviter=user).order_by("pk")
    return {
        "invitations_to_mentor": list(to_them.values("program__name", "asked_at", "answer")),
        "my_invitations_of_mentors": list(by_them.values("program__name", "asked_at", "named")),
    }


@transaction.atomic
def forget_person(user: User) -> None:
    """Delete invitations to a person who is erased; end those that they sent."""
    MentorInvitation.system.with_address_of(user).delete()
    outbox.delete_about_missing(MentorInvitation)
    now = timezone.now()
    sent = MentorInvitation.system.filter(inviter=user, closed_at=None)
    ids = list(sent.values_list("pk", flat=True))
    sent.update(closed_at=now, address="", address_deleted_at=now)
    outbox.delete_about(MentorInvitation.system.filter(pk__in=ids))


def cohort_to_apply_to(program: Program, at: datetime) -> Cohort | None:
    """Return the cohort that a mentor can apply to at `at`, None while none is open."""
    today = timezone.localdate(at)
    return program.cohorts.taking_applications(today).order_by("-opens_on", "-pk").first()


@reconciler
def remind_invited(at: datetime) -> int:
    """Enqueue the one reminder that is due; return how many. Running it twice changes nothing."""
    rows = MentorInvitation.system.all().open()
    return remind_addresses(KIND, rows, at, after_days=REMIND_DAYS, open_days=OPEN_DAYS)


@reconciler
def forget_invited(at: datetime) -> int:
    """Delete addresses that have no use any more, and rows after a year; return how many.

    An address goes at once if nothing was sent to it, and with the time to answer; its row is then
    closed. E-mails go with their address.
    """
    with transaction.atomic():
        emails = Notification.system.filter(
            kind=KIND, about_type=MentorInvitation._meta.label_lower
        )
        failed = emails.filter(state=Notification.State.FAILED)
        skipped = emails.filter(state=Notification.State.CANCELLED, reason__in=NOT_SENT)
        useless = (failed | skipped).values("about_id")
        written_to = emails.filter(state=Notification.State.SENT).values("about_id")
        there = MentorInvitation.system.filter(address_deleted_at=None)
        gone = (
            there.filter(pk__in=useless)
            .exclude(pk__in=written_to)
            .update(address="", address_deleted_at=at)
        )
        late = at - timedelta(days=OPEN_DAYS)
        over = MentorInvitation.system.filter(closed_at=None, asked_at__lte=late)
        gone += over.filter(address_deleted_at=None).update(
            address="", address_deleted_at=at, closed_at=at
        )
        over.update(closed_at=at)
        MentorInvitation.system.filter(asked_at__lte=at - REMEMBERED).delete()
        outbox.delete_about(MentorInvitation.system.exclude(address_deleted_at=None))
        outbox.delete_about_missing(MentorInvitation)
    return gone
