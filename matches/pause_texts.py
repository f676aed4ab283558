"""What each of a pair reads about a pause: on the page, in e-mails, and in the preview."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _

from accounts.models import User

from .ending_texts import partner_name
from .models import Match


def pause_lines(
    match: Match,
    reader: User,
    *,
    last_day: date,
    ends_on: date | None,
    has_note: bool = False,
) -> list[str]:
    """Return what `reader`, one of the pair, reads about a pause until `last_day`.

    `ends_on` is the last day of the term with it, `has_note`: the partner left them a line.
    """
    return list(_lines(match, reader, last_day, ends_on, has_note))


def _lines(
    match: Match, reader: User, last_day: date, ends_on: date | None, has_note: bool
) -> Iterator[str]:
    name = partner_name(match, reader)
    text = _("You and %(name)s are on a pause until %(day)s.")
    yield text % {"name": name, "day": format_date(last_day)}
    yield _(
        "Until then you get no reminders about meetings, the agreement or check-ins. No one has to"
        " explain anything."
    )
    if ends_on is not None:
        text = _("The days of the pause are added to your time together. It ends on %(day)s.")
        yield text % {"day": format_date(ends_on)}
    if has_note:
        text = _("%(name)s has left a line for you. You can read it on your page.")
        yield text % {"name": name}
