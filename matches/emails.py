"""E-mails about a pair. Each docstring says to whom, when, and until when it makes sense."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.outbox import emails_to, was_told
from notifications.reasons import ANSWERED, NEVER_TOLD, reason
from programs.models import Program

from .closing_plan import talk_is_booked
from .edited_texts import USUAL, EditedWords, edited_context, edited_introduction
from .ending_texts import (
    MATCH_ENDED,
    REOPENED,
    TALK_BOOKED,
    TERM_CHANGED,
    ending_lines,
    partner_name,
)
from .keeping_in_touch import Allows, shown_to
from .models import Closure, Farewell, FollowUp, Match, ThankYouNote
from .pair_page import partner_card, url_or_empty
from .terms import closes_on
from .thank_you_notes import COMPLETED
from .vocabulary_text import Vocabulary
from .what_you_share import read_together, what_you_share
from .why_you_two import why_you_two

HAVE_BEGUN = reason("have-begun", gettext_lazy("the two have signed their agreement already"))


@kind("match-introduced", label=gettext_lazy("Introduction of a pair"), about="matches.Match")
def match_introduced(match: Match, person: User) -> Email | Cancel:
    """**To**: both people. **When**: the round is published. **Until**: both have signed,
    or the match is closed."""
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if match.state != Match.State.INTRODUCED:
        return Cancel(HAVE_BEGUN)
    return introduction_email(match, person, edited_introduction(match, person))


# Of the context of an introduction: what follows the product's words and those of the committee.
AFTER_ANY_WORDS = frozenset({"in_common", "contact", "first_words_url"})


def introduction_email(match: Match, person: User, edited: EditedWords = USUAL) -> Email:
    """Return the introduction, also for a sample; `edited` are words of the committee.

    What the two share and how to reach the partner follow in any case.
    """
    partner = match.partner_of(person)
    is_mentee = match.mentee.person_id == person.pk
    vocabulary = Vocabulary(match.program)
    read_together((match.mentee, match.mentor))
    reasons = why_you_two(match.why_codes, match.mentee, match.mentor, vocabulary, reader=person)
    # The match of a sample is not stored yet; it will be open.
    contact = shown_to(match, person) if match.pk else Allows.PHONE
    values = {
        "first_name": person.first_name or person.email,
        "partner": partner.name,
        "partner_first_name": partner.first_name,
        "program": match.program.name,
        "reasons": "\n- ".join(reasons),
    }
    page = absolute(reverse("matches:match-hello", args=[match.public_id]))
    return Email(
        context={
            "match": match,
            "partner": partner,
            "is_mentee": is_mentee,
            "reasons": reasons,
            "in_common": what_you_share(match.mentee, match.mentor, vocabulary),
            "contact": partner_card(match.mentor if is_mentee else match.mentee, contact=contact),
            "first_words_url": _first_words(match),
            **introduction_days(match.program),
            **edited_context(edited, values),
        },
        action_url=page,
        program=match.program,
    )


def _first_words(match: Match) -> str:
    """Return where a person says something to the committee before the two begin, or ""."""
    path = url_or_empty("checkins:first-words", match.public_id)
    return absolute(path) if path else ""


def introduction_days(program: Program) -> dict[str, object]:
    """Return within how many days the mentee writes and the two meet, for the introduction."""
    policy = program.policy
    return {
        "write_within": policy.first_contact_days,
        "meet_within": policy.first_meeting_days,
    }


def _was_withheld(match: Match, person: User) -> bool:
    """Return whether the pair had ended before its introduction was sent to `person`."""
    rows = emails_to(person, "match-introduced", about=match)
    return rows.filter(reason=MATCH_ENDED).exists() and not was_told(rows)


@kind("match-ended", label=gettext_lazy("Pair has ended"), about="matches.Closure", topic="ending")
def match_ended(closure: Closure, person: User) -> Email | Cancel:
    """**To**: each of the two, with a text of their own. **When**: their pair has ended.
    **Until**: it is reopened. Whoever had not read of the pair yet reads nothing of its end."""
    if closure.reopened_at:
        return Cancel(REOPENED)
    match = closure.match
    if closure.closed_by_id != person.pk and _was_withheld(match, person):
        return Cancel(NEVER_TOLD)
    partner = match.partner_of(person)
    farewells = Farewell.system.filter(closure=closure)
    authors = set(farewells.values_list("author", flat=True))
    is_asked = FollowUp.objects.filter(closure=closure, person=person).exists()
    return Email(
        context={
            "match": match,
            "partner_name": partner_name(match, person),
            "lines": ending_lines(closure, person, has_farewell=partner.pk in authors),
            "partner_lines": ending_lines(closure, partner, has_farewell=person.pk in authors)
            if closure.is_about(person)
            else [],
            "is_asked": is_asked,
            "is_mistake": closure.is_mistake,
            "rest_days": match.program.policy.rematch_buffer_days,
            "other_help": match.program.other_help_lines,
        },
        action_url=_next_page(match) if is_asked else _home(),
        program=match.program,
        thread=match,
    )


def _next_page(match: Match) -> str:
    return absolute(reverse("matches:match-next", args=[match.public_id]))


def _home() -> str:
    return absolute(reverse("dashboard:home"))


@kind(
    "match-next",
    label=gettext_lazy("What next, after the end"),
    about="matches.FollowUp",
    stream=OPTIONAL,
    expires_after=timedelta(days=14),
)
def match_next(follow_up: FollowUp, person: User) -> Email | Cancel:
    """**To**: one of an ended pair. **When**: a week after the end, once. **Until**: they have said
    what they want next, or the pair was reopened."""
    if follow_up.answered_at:
        return Cancel(ANSWERED)
    if follow_up.closure.reopened_at:
        return Cancel(REOPENED)
    if _was_withheld(follow_up.closure.match, person):
        return Cancel(NEVER_TOLD)
    match = follow_up.closure.match
    return Email(
        context={"match": match, "partner_name": partner_name(match, person)},
        action_url=_next_page(match),
        program=match.program,
        thread=match,
    )


@kind(
    "match-reopened",
    label=gettext_lazy("Pair goes on"),
    about="matches.Closure",
    urgent=True,
    topic="ending",
)
def match_reopened(closure: Closure, person: User) -> Email | Cancel:
    """**To**: each of the two who has read of its end. **When**: the committee reopens their pair.
    **Until**: it ends again."""
    if not was_told(emails_to(person, "match-ended", about=closure)):
        return Cancel(NEVER_TOLD)
    match = closure.match
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    return Email(
        context={"match": match, "partner_name": partner_name(match, person)},
        action_url=absolute(reverse("matches:match-detail", args=[match.public_id])),
        program=match.program,
        thread=match,
    )


@kind(
    "match-ends-soon",
    label=gettext_lazy("Pair ends soon"),
    about="matches.Match",
    topic="end-of-term",
    expires_after=timedelta(days=30),
)
def match_ends_soon(match: Match, person: User) -> Email | Cancel:
    """**To**: both people. **When**: 60 and 30 days before the last day (a setting and its half).
    **Until**: the closing talk is booked, the last day, a longer term, or the end of the pair."""
    days = _days_left(match)
    if match.state == Match.State.CLOSED or days is None or days <= 0:
        return Cancel(MATCH_ENDED if match.state == Match.State.CLOSED else TERM_CHANGED)
    if talk_is_booked(match, timezone.now()):
        return Cancel(TALK_BOOKED)
    return _about_term(match, person, days=days)


@kind(
    "match-term-over",
    label=gettext_lazy("Term is over"),
    about="matches.Match",
    topic="end-of-term",
    expires_after=timedelta(days=18),
)
def match_term_over(match: Match, person: User) -> Email | Cancel:
    """**To**: both people. **When**: on the last day, and 12 days later. **Until**: the pair is
    closed, or goes on for a longer term."""
    days = _days_left(match)
    if match.state == Match.State.CLOSED or days is None or days > 0:
        return Cancel(MATCH_ENDED if match.state == Match.State.CLOSED else TERM_CHANGED)
    return _about_term(match, person, days=-days)


def _days_left(match: Match) -> int | None:
    if match.ends_on is None:
        return None
    return (match.ends_on - timezone.localdate(None, ZoneInfo(match.program.time_zone))).days


def _about_term(match: Match, person: User, *, days: int) -> Email:
    context = {
        "match": match,
        "partner_name": partner_name(match, person),
        "days": days,
        "closes_on": closes_on(match),
    }
    return Email(
        context=context,
        action_url=absolute(reverse("matches:match-closing", args=[match.public_id])),
        program=match.program,
        thread=match,
    )


@kind("thank-you", label=gettext_lazy("Thank-you note"), about="matches.ThankYouNote")
def thank_you(note: ThankYouNote, person: User) -> Email | Cancel:
    """**To**: the partner of who wrote a thank-you note. **When**: ten minutes after it was sent.
    **Until**: the author takes it back, or the pair ends in another way than completed.

    The words are those of the note as it is when the e-mail leaves; the committee's preview hides
    them.
    """
    match = note.match
    if match.state == Match.State.CLOSED and match.closed_kind not in COMPLETED:
        return Cancel(MATCH_ENDED)
    return Email(
        context={"match": match, "partner_name": partner_name(match, person)},
        confidential={"note": note.text},
        action_url=absolute(reverse("matches:match-detail", args=[match.public_id])),
        program=match.program,
        thread=match,
    )
