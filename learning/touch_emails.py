"""The e-mail with a short text, and its test for the committee."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from matches.pauses import PAIR_PAUSED
from notifications import outbox
from notifications.kinds import LEARNING, Cancel, Email, kind
from notifications.links import absolute, link
from notifications.models import Notification
from notifications.reasons import EXPIRED, reason
from programs.committee import Role, has_role

from .models import Touch, TouchText, TouchVersion
from .touch_planning import KIND, LATE_DAYS

TEST = "learning-touch-test"
TRIED = "learning-tried"  # purpose of the link
LINK_DAYS = 90
MOST_TESTS = 20  # of one text, for one member
RETIRED = reason("touch-retired", gettext_lazy("the committee has retired the text"))
WITHOUT_WORDS = reason("touch-without-words", gettext_lazy("the text has no words yet"))


@kind(
    KIND,
    label=gettext_lazy("Short text of the month"),
    about="learning.Touch",
    stream=LEARNING,
    expires_after=LATE_DAYS,
)
def learning_touch(touch: Touch, person: User) -> Email | Cancel:
    """**To**: each person of a pair, by role. **When**: so many months after they were introduced
    as its text says, without pauses; what a pause has stopped comes after it. **Until**: the pair
    is paused or has ended, the text is retired, or 21 days are over.

    Whether they have tried it changes nothing: a committee could read it in the outbox.
    """
    match, now = touch.match, timezone.now()
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if match.is_paused(now):
        return Cancel(PAIR_PAUSED)
    if touch.version.text.retired_on is not None:
        return Cancel(RETIRED)
    if now > touch.due_at + LATE_DAYS:
        return Cancel(EXPIRED)
    until = now + timedelta(days=LINK_DAYS)
    address = link(TRIED, person=person, subject=touch, until=until)
    return _email(touch.version, address)


@kind(
    TEST,
    label=gettext_lazy("Test of a short text"),
    about="learning.TouchText",
    to_members=True,
)
def learning_touch_test(text: TouchText, member: User) -> Email | Cancel:
    """**To**: a chair. **When**: they press "Send a test to me". **Until**: it is retired."""
    if text.retired_on is not None:
        return Cancel(RETIRED)
    version = text.version
    if version is None:
        return Cancel(WITHOUT_WORDS)
    page = absolute(reverse("admin:learning_touchtext_preview", args=[text.pk]))
    return _email(version, page)


def _email(version: TouchVersion, url: str) -> Email:
    item = version.text.item
    shown = item if item is not None and not item.is_retired else None
    page = reverse("learning:item-detail", args=[shown.public_id]) if shown else ""
    return Email(
        context={
            "words": version.words(),
            "item_title": shown.words().title if shown else "",
            "item_url": absolute(page) if page else "",
            "page_url": absolute(reverse("learning:touch-list")),
        },
        action_url=url,
        program=version.text.program,
    )


@transaction.atomic
def send_test(text: TouchText, *, to: User) -> None:
    """Send the text to a chair alone, in their language, as people would get it.

    Raises ActionNotAllowed for anyone else, for a retired text, and after many tests.
    """
    if not has_role(to, text.program, Role.CHAIR):
        raise ActionNotAllowed(_("Only a chair of the program can do this."))
    if text.retired_on is not None:
        raise ActionNotAllowed(_("This text is retired, so nobody gets it any more."))
    emails = Notification.system.about(text)
    ordinal = emails.filter(kind=TEST, recipient=to.pk).count() + 1
    if ordinal > MOST_TESTS:
        raise ActionNotAllowed(_("You have sent many tests of this. Use the preview instead."))
    outbox.enqueue(TEST, to=to, about=text, ordinal=ordinal)
