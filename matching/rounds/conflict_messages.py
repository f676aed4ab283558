"""The message to a member whose row was changed by another member in the meantime."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.models import User

from ..models import Proposal, Round, RoundEntry
from .minutes import entry_text_for, names_of


def conflict_message(
    round_: Round, entry: RoundEntry, rows: QuerySet[Proposal], expected_version: int, by: User
) -> str:
    """Return "K. Osei changed this 2 minutes ago", with the row as it was seen and as it is now."""
    now = {row.mentee_id: row.mentor_id for row in rows}
    pinned = {row.mentee_id for row in rows if row.is_pinned}
    saw = {
        mentee: _mentor_at(round_, mentee, mentor, expected_version)
        for mentee, mentor in now.items()
    }
    versions = [(mentee, saw[mentee], mentor) for mentee, mentor in now.items()]
    names = names_of([RoundEntry(moved=versions, facts={})], by)
    text = _(
        "%(who)s changed this %(ago)s (%(what)s). You saw: %(saw)s. Now: %(now)s. "
        "Your change was not saved. Please check and try again."
    )
    return text % {
        "who": entry.by or _("The program"),
        "ago": _ago(entry),
        "what": _what(entry, by),
        "saw": "; ".join(_pair(mentee, was, names) for mentee, was, _now in versions),
        "now": "; ".join(
            _pair(mentee, is_now, names, mentee in pinned) for mentee, _was, is_now in versions
        ),
    }


def _mentor_at(round_: Round, mentee: int, now: int | None, expected_version: int) -> int | None:
    """The mentor of `mentee` in an earlier plan version: where the first move since then began."""
    entries = RoundEntry.system.filter(round=round_, version__gt=expected_version)
    for moved in entries.order_by("version").values_list("moved", flat=True):
        for pk, was, _to in moved:
            if pk == mentee:
                return was
    return now


def _pair(mentee: int, mentor: int | None, names: dict[int, str], is_pinned: bool = False) -> str:
    hidden = _("someone hidden from you")
    if mentor is None:
        return _("%(mentee)s without a mentor") % {"mentee": names.get(mentee, hidden)}
    text = _("%(mentee)s with %(mentor)s, pinned") if is_pinned else _("%(mentee)s with %(mentor)s")
    return text % {"mentee": names.get(mentee, hidden), "mentor": names.get(mentor, hidden)}


def _what(entry: RoundEntry, by: User) -> str:
    visible = (
        RoundEntry.objects.visible_to(by)
        .filter(pk=entry.pk)
        .select_related("mentee__person", "mentor__person")
    )
    return entry_text_for(visible.defer("plan_before").first(), by) or _("someone hidden from you")


def _ago(entry: RoundEntry) -> str:
    if (timezone.now() - entry.at).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(entry.at)}
