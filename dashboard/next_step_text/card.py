"""The words of each step: title, one or two sentences, one action. One function per step, so that each reads as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.template.defaultfilters import date as in_words
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .next_step import Step
from .status import Situation


@dataclass(frozen=True)
class NextStep:
    """What the card on the home page says. Without an action nothing is due."""

    title: str
    text: str = ""
    url: str = ""
    action: str = ""
    due: str = ""


WORDS: dict[Step, Callable[[Situation], NextStep]] = {}


def says(
    step: Step,
) -> Callable[[Callable[[Situation], NextStep]], Callable[[Situation], NextStep]]:
    def register(words: Callable[[Situation], NextStep]) -> Callable[[Situation], NextStep]:
        WORDS[step] = words
        return words

    return register


def words_for(situation: Situation) -> NextStep:
    """The card for where somebody stands."""
    return WORDS[situation.step](situation)


def day(when: date | datetime | None) -> str:
    """A day as people say it, in the reader's language and zone."""
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return in_words(local, "j F") if local else ""


def page(name: str, *args: str) -> str:
    return reverse(name, args=args)


def partner(situation: Situation) -> str:
    return str(situation.partner.first_name or situation.partner)


@says(Step.APPLY)
def apply(s: Situation) -> NextStep:
    return NextStep(
        title=_("Take part"),
        text=_("You have no open application. Look at what is offered now."),
        url=page("programs:welcome"),
        action=_("Look at the programs"),
    )


@says(Step.FINISH_APPLICATION)
def finish_application(s: Situation) -> NextStep:
    closes_on = s.application.cohort.closes_on
    return NextStep(
        title=_("Finish your application"),
        text=_("What you have written is saved. You can leave and come back on any device."),
        url=page("applications:application-tasks", s.application.public_id),
        action=_("Go on with it"),
        due=_("Applications close on %(day)s.") % {"day": day(closes_on)} if closes_on else "",
    )


@says(Step.WAIT_FOR_ANSWER)
def wait_for_answer(s: Situation) -> NextStep:
    answer_by = s.application.cohort.answer_by_on
    promise = (
        _("You will hear from us by %(day)s.") % {"day": day(answer_by)}
        if answer_by
        else _("You will hear from us by e-mail.")
    )
    return NextStep(
        title=_("The committee is reading your application"),
        text=promise,
        url=page("applications:application-sent", s.application.public_id),
        action=_("Look at what I sent"),
    )


@says(Step.ACCEPT_CODE)
def accept_code(s: Situation) -> NextStep:
    return NextStep(
        title=_("Read and accept the code of conduct"),
        text=_("You are accepted. This is the last thing that we need before we can match you."),
        url=page("applications:application-sent", s.application.public_id),
        action=_("Read it"),
    )


@says(Step.ORIENTATION)
def orientation(s: Situation) -> NextStep:
    return NextStep(
        title=_("Do the short orientation"),
        text=_(
            "You are accepted. Five short texts and six questions prepare you; nobody is matched without them."
        ),
        url=page("applications:orientation", s.application.public_id),
        action=_("Begin"),
    )


@says(Step.WAIT_FOR_MATCH)
def wait_for_match(s: Situation) -> NextStep:
    matching_on = s.application.cohort.matching_on
    soon = matching_on and s.at and matching_on >= s.at.date()
    first = (
        _("Matching day is %(day)s.") % {"day": day(matching_on)}
        if soon
        else _("The committee looks for a good match.")
    )
    second = (
        _("You have priority in the next round.")
        if s.application.waiting_since
        else _("We write to you as soon as there is news.")
    )
    return NextStep(title=_("You are in. We are looking for your match"), text=f"{first} {second}")


@says(Step.WAITING_LIST)
def waiting_list(s: Situation) -> NextStep:
    return NextStep(
        title=_("You are on the waiting list"),
        text=_(
            "A place may come free at any time, and then we write to you. You need not do anything."
        ),
    )


@says(Step.DECLINED)
def declined(s: Situation) -> NextStep:
    return NextStep(
        title=_("This time it did not work out"),
        text=_(
            "The letter that we sent says why, and what else may help. You are welcome to apply again."
        ),
        url=page("programs:welcome"),
        action=_("Look at the programs"),
    )


@says(Step.SAY_HELLO)
def say_hello(s: Situation) -> NextStep:
    policy = s.program.policy
    by = s.match.introduced_at + timedelta(days=policy.first_contact_days) if s.match else None
    return NextStep(
        title=_("Write to %(name)s") % {"name": partner(s)},
        text=_(
            "Two or three sentences and three dates for a first meeting are enough. We have prepared the beginning."
        ),
        url=page("matches:match-hello", s.key),
        action=_("Say hello"),
        due=_("Please write by %(day)s.") % {"day": day(by)},
    )


@says(Step.EXPECT_HELLO)
def expect_hello(s: Situation) -> NextStep:
    return NextStep(
        title=_("Meet %(name)s") % {"name": partner(s)},
        text=_(
            "%(name)s writes first, within a few days. Until then you can read why the two of you were brought together."
        )
        % {"name": partner(s)},
        url=page("matches:match-hello", s.key),
        action=_("See who it is"),
    )


@says(Step.DRAFT_AGREEMENT)
def draft_agreement(s: Situation) -> NextStep:
    return NextStep(
        title=_("Write your agreement together"),
        text=_(
            "How often you meet, what you want to reach, how you will know, and what stays between you. It takes half an hour."
        ),
        url=page("agreements:agreement-detail", s.key),
        action=_("Begin the agreement"),
        due=_("Signed by %(day)s, if you can.") % {"day": day(_agreement_by(s))},
    )


def _agreement_by(s: Situation) -> datetime | None:
    return (
        s.match.introduced_at + timedelta(days=s.program.policy.agreement_days) if s.match else None
    )


@says(Step.EXPECT_DRAFT)
def expect_draft(s: Situation) -> NextStep:
    return NextStep(
        title=_("%(name)s begins the agreement") % {"name": partner(s)},
        text=_(
            "You can write in it too, at any time. It is a good thing to do together in your first meeting."
        ),
        url=page("agreements:agreement-detail", s.key),
        action=_("Look at the parts"),
    )


@says(Step.FINISH_AGREEMENT)
def finish_agreement(s: Situation) -> NextStep:
    return NextStep(
        title=_("Finish the draft of your agreement"),
        text=_(
            "Either of you can write in it. Share it when both of you are content; then you sign."
        ),
        url=page("agreements:agreement-detail", s.key),
        action=_("Go on with it"),
        due=_("Signed by %(day)s, if you can.") % {"day": day(_agreement_by(s))},
    )


@says(Step.SIGN)
def sign(s: Situation) -> NextStep:
    partner_signed = s.partner and s.partner.pk in s.signers
    text = (
        _("%(name)s has signed. Read it once more; you can change it together at any time.")
        if partner_signed
        else _("Read it once more, then sign. You can change it together at any time.")
    )
    return NextStep(
        title=_("Sign your mentoring agreement"),
        text=text % {"name": partner(s)} if partner_signed else text,
        url=page("agreements:agreement-sign", s.key),
        action=_("Read and sign"),
    )


@says(Step.EXPECT_SIGNATURE)
def expect_signature(s: Situation) -> NextStep:
    return NextStep(
        title=_("You have signed"),
        text=_("Now it is with %(name)s. We remind them; you need not.") % {"name": partner(s)},
        url=page("agreements:agreement-detail", s.key),
        action=_("Look at the agreement"),
    )


@says(Step.ANSWER_CHECKIN)
def answer_checkin(s: Situation) -> NextStep:
    return NextStep(
        title=_("Tell us how it goes"),
        text=_(
            "A few questions. The page says who reads each answer before you write. %(name)s never does."
        )
        % {"name": partner(s)}
        if s.match
        else _("A few questions. The page says who reads each answer before you write."),
        url=page("checkins:checkin-answer", s.checkin.public_id) if s.checkin else "",
        action=_("Answer"),
        due=_("Please answer by %(day)s.") % {"day": day(s.checkin.due_at)}
        if s.checkin and s.checkin.due_at
        else "",
    )


@says(Step.ANSWER_MEETING)
def answer_meeting(s: Situation) -> NextStep:
    meeting = s.meeting_to_answer
    return NextStep(
        title=_("%(name)s suggests a date") % {"name": partner(s)},
        text=moment(meeting.starts_at) if meeting else "",
        url=page("meetings:meeting-list", s.key),
        action=_("Answer"),
    )


@says(Step.NOTE_MEETING)
def note_meeting(s: Situation) -> NextStep:
    meeting = s.meeting_to_note
    return NextStep(
        title=_("Did you meet on %(day)s?") % {"day": day(meeting.starts_at if meeting else None)},
        text=_("Held, moved or missed: one tap is enough. Notes are for the two of you."),
        url=page("meetings:meeting-note", meeting.public_id) if meeting else "",
        action=_("Say how it went"),
    )


@says(Step.SUGGEST_MEETING)
def suggest_meeting(s: Situation) -> NextStep:
    last = s.last_meeting
    since = (
        _("You last met on %(day)s.") % {"day": day(last.starts_at)}
        if last
        else _("You have not met yet.")
    )
    return NextStep(
        title=_("Suggest the next meeting"),
        text=_("%(since)s A date in the calendar is the best reminder.") % {"since": since},
        url=page("meetings:meeting-create", s.key),
        action=_("Suggest a date"),
    )


@says(Step.CLOSING)
def closing(s: Situation) -> NextStep:
    return NextStep(
        title=_("Plan your closing talk"),
        text=_(
            "Look back together: what was reached, what was learned, and what comes next for each of you."
        ),
        url=page("matches:match-detail", s.key),
        action=_("Open our page"),
        due=_("Your time together ends on %(day)s.") % {"day": day(s.match.ends_on)}
        if s.match and s.match.ends_on
        else "",
    )


@says(Step.ALL_SET)
def all_set(s: Situation) -> NextStep:
    meeting = s.next_meeting
    until = (
        _("You are all set until %(day)s") % {"day": day(meeting.starts_at)}
        if meeting
        else _("You are all set")
    )
    text = _(
        "%(name)s suggests the next date. If nothing comes for a while, ask once; then tell us."
    ) % {"name": partner(s)}
    if meeting:
        text = _("Your next meeting: %(when)s.") % {"when": moment(meeting.starts_at)}
    return NextStep(
        title=until, text=text, url=page("matches:match-detail", s.key), action=_("Open our page")
    )


@says(Step.CLOSED)
def closed(s: Situation) -> NextStep:
    return NextStep(
        title=_("Your time together is over"),
        text=_(
            "Thank you for having been part of it. Your page and your agreement stay here for you."
        ),
        url=page("matches:match-detail", s.key),
        action=_("Look back"),
    )


def moment(when: datetime) -> str:
    """Day and time in the reader's own zone."""
    return in_words(timezone.localtime(when), "l j F, H:i")
