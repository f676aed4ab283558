"""What the pages of a pair show about the partner and the pair's progress."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict
from urllib.parse import quote

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Profile, User
from applications.models import Application, ApplicationExperience, QuestionAnswer
from applications.person_facts import spoken

from .keeping_in_touch import Allows
from .models import Match
from .vocabulary_text import Vocabulary, join_words

State = Match.State


@dataclass(frozen=True)
class PartnerCard:
    """A person as their partner may see them, with the contact details that they may see."""

    name: str
    first_name: str
    role: str
    facts: list[str]
    email: str = ""
    phone: str = ""
    call_hours: str = ""
    links: tuple[str, ...] = ()


class SummaryRow(TypedDict):
    """One row of the `summary_list` component."""

    key: str
    value: str | list[str]


class ProgressStep(TypedDict):
    """One step of the `path` component; state: "done", "now" or "later"."""

    label: str
    state: str


def read_profile(application: Application) -> None:
    """Read in two queries what `partner_card` says of a person."""
    profile = Prefetch("person__profile", Profile.objects.select_related("employer"))
    prefetch_related_objects([application], profile, "person__profile__languages")


def facts_of(person: User) -> list[str]:
    """Return what the card of a person says of them: pronouns, work, place, level, languages."""
    profile = getattr(person, "profile", None)
    facts = [person.pronouns] if person.pronouns else []
    if profile:
        work = [profile.job_title, str(profile.employer or "")]
        facts += [
            ", ".join(part for part in work if part),
            profile.place,
            profile.get_level_display() or "",
        ]
        languages = [
            spoken(language, is_fluent=language.code not in profile.working_languages)
            for language in profile.languages.all()
        ]
        if languages:
            facts.append(_("Speaks %(languages)s") % {"languages": join_words(languages, 5)})
    return list(filter(None, facts))


def partner_card(application: Application, *, contact: str) -> PartnerCard:
    """Return the card of the person behind `application`; `contact`: see `keeping_in_touch`."""
    person = application.person_for_partner
    profile = getattr(person, "profile", None)
    reachable = profile if contact == Allows.PHONE else None
    return PartnerCard(
        name=person.name,
        first_name=person.first_name,
        role=_("your mentor") if application.is_mentor else _("your mentee"),
        facts=facts_of(person),
        email=person.address if contact != Allows.NOTHING else "",
        phone=reachable.phone if reachable else "",
        call_hours=reachable.call_hours if reachable and reachable.phone else "",
        links=tuple(profile.links) if contact != Allows.NOTHING and profile else (),
    )


def shared_answers(
    application: Application, vocabulary: Vocabulary, answers: Iterable[QuestionAnswer]
) -> list[SummaryRow]:
    """Return what a person wrote for their match and marked as shared; no confidential answers.

    `answers` are those to the program's questions that both of the pair share with their match.
    """
    experiences = [
        _experience_text(row, vocabulary)
        for row in application.experience_rows.all()
        if row.is_shared
    ]
    topics = [vocabulary.topic(row.topic_id) for row in application.topic_rows.all()]
    is_mentor = application.is_mentor
    rows: list[SummaryRow] = [
        {"key": _("In their own words"), "value": application.situation},
        {"key": _("What they hope for"), "value": application.hopes},
        {"key": _("Offers help with") if is_mentor else _("Would like help with"), "value": topics},
        {
            "key": _("Has been through") if is_mentor else _("Going through"),
            "value": experiences,
        },
    ]
    rows += [
        {
            "key": str(answer.question),
            "value": answer.question.in_reader_language(answer.values),
        }
        for answer in answers
        if answer.application_id == application.pk
    ]
    return [row for row in rows if row["value"]]


def _experience_text(row: ApplicationExperience, vocabulary: Vocabulary) -> str:
    what = vocabulary.experience(row.experience_id)
    if row.depth == ApplicationExperience.Depth.ACCOMPANIED:
        return _("%(what)s (accompanied someone)") % {"what": what}
    return what


def is_cut_short(match: Match) -> bool:
    """Whether the pair ended before it came to the end of its term."""
    completed = {Match.Closed.COMPLETED, Match.Closed.COMPLETED_EARLY}
    return match.state == State.CLOSED and match.closed_kind not in completed


def progress_of(match: Match) -> list[ProgressStep]:
    """Return the stages of a pair with the current one marked."""
    labels = {
        State.INTRODUCED: _("Introduced"),
        State.ACTIVE: _("Agreement signed, meeting regularly"),
        State.CLOSING: _("Closing"),
        State.CLOSED: _("Closed"),
    }
    if is_cut_short(match):
        reached = [labels[State.INTRODUCED]]
        if match.active_at:
            reached.append(labels[State.ACTIVE])
        return [{"label": label, "state": "done"} for label in (*reached, _("Pair ended"))]
    order = list(labels)
    current = order.index(State(match.state))
    is_closed = match.state == State.CLOSED

    def state_of(number: int) -> str:
        if number < current or is_closed:
            return "done"
        return "now" if number == current else "later"

    return [
        {"label": label, "state": state_of(number)} for number, label in enumerate(labels.values())
    ]


def first_days(match: Match, at: datetime) -> dict[str, date | None]:
    """Return by which days a new pair writes, meets and signs; None for what is over.

    Nothing of it is due any more once the agreement is signed.
    """
    policy = match.program.policy
    days = {
        "write_by": policy.first_contact_days,
        "meet_by": policy.first_meeting_days,
        "sign_by": policy.agreement_days,
    }
    by = {name: match.counts_from + timedelta(days=count) for name, count in days.items()}
    is_new = match.state == State.INTRODUCED
    return {
        name: timezone.localdate(day) if is_new and at < day else None for name, day in by.items()
    }


@dataclass(frozen=True)
class StartingText:
    """First words to the partner, to copy, and links that open a message with them."""

    text: str
    mailto: str = ""
    sms: str = ""

    @classmethod
    def of(cls, match: Match, user: User, *, email: str, phone: str) -> StartingText:
        """Return the text for `user`, in the active language; links where there is an address."""
        text = "\n\n".join(first_message(match, user))
        subject = _("Hello from %(name)s (%(program)s)") % {
            "name": user.first_name or user.name,
            "program": match.program.name,
        }
        body = quote(text.replace("\n", "\r\n"), safe="")
        number = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
        return cls(
            text=text,
            mailto=f"mailto:{email}?subject={quote(subject, safe='')}&body={body}" if email else "",
            sms=f"sms:{number}?body={body}" if number else "",
        )


def first_message(match: Match, user: User) -> list[str]:
    """Return lines that `user` can start a first message to the partner with."""
    partner = match.partner_of(user).first_name
    if match.mentee.person_id == user.pk:
        times = _(
            "Would one of these times suit you for a first talk of %(minutes)s minutes: "
            "..., ... or ...?"
        )
        return [
            _("Hello %(name)s, I'm glad we were matched.") % {"name": partner},
            _("What I would most like to talk about first is ..."),
            times % {"minutes": match.program.policy.meeting_minutes},
        ]
    return [
        _("Hello %(name)s, I look forward to meeting you.") % {"name": partner},
        _("What would make our first talk useful for you?"),
    ]


def url_or_empty(name: str, *args: object) -> str:
    """Return the address of a page of an app above this one, empty where it is not installed.

    "agreements:agreement-detail", say. A link by name is no import, and the page works without it.
    """
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
