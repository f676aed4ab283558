"""What each of the two reads about the end of their pair, on pages and in e-mails. Never a reason.

Pages show these sentences before anything is sent, and the e-mail has the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.reasons import reason

from .models import Closure, Match

Cause, Kind = Closure.Cause, Match.Closed

# Why e-mails are not sent.
MATCH_ENDED = reason("match-ended", gettext_lazy("the match has ended"))
# The kind of e-mail that still asks a completed pair to look back.
REFLECTION = "reflection"
TERM_CHANGED = reason("term-changed", gettext_lazy("the last day is another one now"))
TALK_BOOKED = reason("talk-booked", gettext_lazy("the closing talk is booked"))
REOPENED = reason("reopened", gettext_lazy("the pair was reopened"))

Text = str | Promise

# (to the person whom it is about, to the other one)
ABOUT_ONE: dict[str, tuple[Text, Text]] = {
    Cause.ONE_SIDED: (
        gettext_lazy("You have ended your pair with %(name)s. No one is at fault."),
        gettext_lazy(
            "%(name)s has decided to end your pair. That can have many reasons. No one is at "
            "fault, and it counts against no one."
        ),
    ),
    Cause.UNEXPECTED: (
        gettext_lazy("Your pair with %(name)s has ended, because you can't go on at the moment."),
        gettext_lazy(
            "%(name)s can't go on at the moment, so your pair has ended. This is not about you, "
            "and no one is at fault."
        ),
    ),
    Cause.LEFT: (
        gettext_lazy("You have left the program, so your pair with %(name)s has ended."),
        gettext_lazy(
            "%(name)s no longer takes part in the program, so your pair has ended. This is not "
            "about you, and no one is at fault."
        ),
    ),
    Cause.SILENCE: (
        gettext_lazy(
            "We haven't been able to reach you for a while, so we have ended your pair with "
            "%(name)s. That happens, and no one is at fault. You are welcome to write to us."
        ),
        gettext_lazy(
            "We haven't been able to reach %(name)s for a while, so we have ended your pair. This "
            "is not about you, and no one is at fault."
        ),
    ),
}
MISTAKE = gettext_lazy(
    "You were introduced to %(name)s by mistake. We are sorry. The introduction no longer holds, "
    "and your place in the program is as it was before."
)
COMPLETED = gettext_lazy(
    "Your time together with %(name)s is complete. Thank you for the time and the care you gave it."
)
TOGETHER = gettext_lazy(
    "You and %(name)s have both asked to end your pair. Thank you for saying so. No one is at "
    "fault, and it counts against no one."
)


def partner_name(match: Match, reader: User) -> str:
    """Return the partner's first name; their role once the name was erased."""
    partner = match.partner_of(reader)
    return partner.first_name or partner.name


def what_happened(closure: Closure, reader: User) -> str:
    """Return the sentence that tells `reader`, one of the pair, how it ended."""
    text = str(_template(closure, reader)) % {"name": partner_name(closure.match, reader)}
    return capfirst(text)  # a role, in place of an erased name, may begin the sentence


def _template(closure: Closure, reader: User) -> Text:
    if closure.is_mistake:
        return MISTAKE
    if closure.cause in ABOUT_ONE:
        to_oneself, to_other = ABOUT_ONE[closure.cause]
        return to_oneself if closure.is_about(reader) else to_other
    is_completed = closure.kind in {Kind.COMPLETED, Kind.COMPLETED_EARLY}
    return COMPLETED if is_completed else TOGETHER


def ending_lines(closure: Closure, reader: User, *, has_farewell: bool = False) -> list[str]:
    """Return all that `reader` reads about the ending; `has_farewell`: the partner left words."""
    return list(_lines(closure, reader, has_farewell))


def _lines(closure: Closure, reader: User, has_farewell: bool) -> Iterator[str]:
    name = {"name": partner_name(closure.match, reader)}
    yield what_happened(closure, reader)
    yield _("Meetings that were planned are cancelled.")
    if has_farewell:
        yield _("%(name)s has written a few words to you. You can read them on your page.") % name
    if closure.last_meeting_offered_on:
        yield str(_last_meeting(closure, reader)) % name
    if not closure.is_mistake and _template(closure, reader) is not COMPLETED:
        yield _("Thank you for the time and the care you gave it.")


def _last_meeting(closure: Closure, reader: User) -> str:
    if closure.closed_by_id == reader.pk:
        return _("You offered a last meeting to say goodbye. If %(name)s says yes, we arrange it.")
    if closure.closed_by_id == closure.match.partner_of(reader).pk:
        return _(
            "%(name)s would like to meet you once more to say goodbye. If you want that too, reply "
            "to our e-mail and we arrange it."
        )
    return _("If you would like a last meeting to say goodbye, reply to our e-mail.")


def leaving_lines(match: Match, person: User) -> list[str]:
    """Return what happens to `match` when `person` leaves the program, before they confirm it."""
    closure = Closure(match=match, kind=Kind.BY_CIRCUMSTANCE, cause=Cause.LEFT, person=person)
    name = {"name": partner_name(match, person)}
    text = what_happened(closure, match.partner_of(person))
    return [
        _("Your pair with %(name)s ends at once. Meetings that were planned are cancelled.") % name,
        _("We e-mail this to %(name)s: “%(text)s”") % (name | {"text": text}),
    ]


# How the committee goes about each sort of ending; shown beside the form.
PROCEDURES: dict[str, list[Text]] = {
    Cause.EXPECTED: [
        gettext_lazy("Ask both how it was, and what they would like next."),
        gettext_lazy("Make sure that they had a last meeting, and thank both."),
    ],
    Cause.ONE_SIDED: [
        gettext_lazy("Talk with the person who wants to end, alone. You need no reason from them."),
        gettext_lazy("Talk with the partner soon after they have read our e-mail."),
        gettext_lazy("Offer a last meeting to say goodbye, with you if they like."),
    ],
    Cause.UNEXPECTED: [
        gettext_lazy("Explain to the partner that it is not about them."),
        gettext_lazy("Offer a last meeting or call, later if it has to be."),
    ],
    Cause.LEFT: [
        gettext_lazy("Explain to the partner that it is not about them."),
        gettext_lazy("Ask the partner whether they would like another match."),
    ],
    Cause.SILENCE: [
        gettext_lazy("Several messages went unanswered: try another way first, such as a call."),
        gettext_lazy("Tell the partner that you tried, and that it is not about them."),
        gettext_lazy("End the pair only then. The silent person reads that they are welcome back."),
    ],
    Cause.MISTAKE: [
        gettext_lazy("Only for a pair that should never have been made. It counts in no figure."),
        gettext_lazy("Both are told that it was our mistake, and keep their place."),
    ],
}
