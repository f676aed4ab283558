"""The minutes of a round: each decision with who took it, why, and what it cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.models import Application
from matches.vocabulary_text import join_words
from programs.models import conflicts_with

from ..criteria import WEIGHTS, rule_text
from ..explanations.explanation_text import cost_text
from ..models import Proposal, Round, RoundEntry
from ..presets import IMPORTANCE, nearest_level

Kind = RoundEntry.Kind
SETTING_LABELS = {
    "objective": gettext_lazy("aim"),
    "min_score": gettext_lazy("lowest fit to propose"),
    "budget": gettext_lazy("what a better weakest pair may cost"),
    "stability_bonus": gettext_lazy("bonus for keeping a pair"),
    "minimum": gettext_lazy("lowest fit of a possible pair"),
}


@dataclass(frozen=True)
class MinutesEntry:
    """One entry for a reader; `moved` says who moved because of it."""

    version: int
    who: str
    at: datetime
    what: str
    why: str
    cost: str
    moved: list[str]
    can_be_undone: bool
    is_undone: bool
    undone: str = ""


# The end of a sentence that starts with the member's name, or with "You".
SENTENCES: dict[str, Promise] = {
    Kind.RUN: gettext_lazy("ran draft %(draft)s on %(mentees)s mentees and %(mentors)s mentors"),
    Kind.PIN: gettext_lazy("pinned %(mentee)s with %(mentor)s"),
    Kind.CHOOSE: gettext_lazy("chose %(mentor)s for %(mentee)s and pinned the pair"),
    Kind.UNPIN: gettext_lazy("unpinned %(mentee)s and %(mentor)s"),
    Kind.REJECT: gettext_lazy("rejected %(mentee)s with %(mentor)s (%(scope)s)"),
    Kind.ALLOW: gettext_lazy("allowed %(mentee)s with %(mentor)s again"),
    Kind.EXCLUDE: gettext_lazy("left %(mentee)s out of this round"),
    Kind.INCLUDE: gettext_lazy("included %(mentee)s again"),
    Kind.SWAP: gettext_lazy("swapped the mentor of %(mentee)s with that of %(other)s"),
    Kind.CAPACITY: gettext_lazy("added a place for %(mentor)s"),
    Kind.WAIVE: gettext_lazy("waived a rule for %(mentee)s with %(mentor)s: %(rules)s"),
    Kind.CRITERIA: gettext_lazy("changed rules and weights: %(changes)s"),
    Kind.UNDO: gettext_lazy("undid a decision: %(undone)s"),
    Kind.NOTE: gettext_lazy("copied this round from round %(copy)s"),
}


def entry_text(entry: RoundEntry, names: dict[int, str]) -> str:
    """Describe one entry, as "pinned Amina with Ruth"; `names` is {application id: name}."""
    facts, hidden = entry.facts, _("someone hidden from you")
    return str(SENTENCES[entry.kind]) % {
        "draft": facts.get("draft", ""),
        "copy": facts.get("copy", ""),
        "mentees": facts.get("mentees", ""),
        "mentors": facts.get("mentors", ""),
        "mentee": entry.mentee.person if entry.mentee else "",
        "mentor": entry.mentor.person if entry.mentor else "",
        "other": names.get(facts.get("other") or 0, hidden),
        "scope": Proposal.Scope(facts["scope"]).label if facts.get("scope") else "",
        "rules": join_words(rule_text(code) for code in facts.get("codes", [])),
        "changes": join_words(map(change_text, facts.get("changes", [])), 5),
        "undone": Kind(facts["kind"]).label if "kind" in facts else "",
    }


CHANGE = re.compile(r"(?P<name>.+) (?P<was>\S+) > (?P<now>\S+)")


def change_text(change: str) -> str:
    """Return one change of the criteria in words; it is stored as in `changed_settings`."""
    if found := CHANGE.fullmatch(change):
        name, was, now = found.group("name", "was", "now")
        if name in WEIGHTS:
            words = [str(IMPORTANCE[nearest_level(int(one))]) for one in (was, now)]
            if words[0] == words[1]:
                words = [f"{word} ({one})" for word, one in zip(words, (was, now), strict=True)]
            return f"{WEIGHTS[name][0]}: {words[0]} → {words[1]}"
        return f"{SETTING_LABELS.get(name, name)}: {was} → {now}"
    name, _space, state = change.rpartition(" ")
    switched = {"on": _("switched on"), "off": _("switched off")}
    return f"{rule_text(name)}: {switched[state]}" if state in switched else change


def minutes_entries(round_: Round, user: User) -> list[MinutesEntry]:
    """Return all entries, oldest first; those with a conflict of interest say only that."""
    everything = RoundEntry.system.filter(round=round_).values_list("version", flat=True)
    seen = RoundEntry.objects.visible_to(user).filter(round=round_).defer("plan_before")
    entries = {
        one.version: one
        for one in seen.select_related("by", "undone_by", "mentee__person", "mentor__person")
    }
    names = names_of(entries.values(), user)
    return [
        _minutes_entry(entries[v], names) if v in entries else _hidden_entry(v)
        for v in sorted(everything)
    ]


def names_of(entries: Iterable[RoundEntry], user: User) -> dict[int, str]:
    """Return {application id: name} of everyone who moved and whom `user` may read about."""
    ids = {pk for entry in entries for moved in entry.moved for pk in moved if pk}
    ids |= {entry.facts["other"] for entry in entries if entry.facts.get("other")}
    return _named(ids, user)


def entry_text_for(entry: RoundEntry | None, user: User) -> str:
    """Describe one entry; reads names only if it names a second mentee. Empty for None."""
    if entry is None:
        return ""
    other = entry.facts.get("other")
    return entry_text(entry, _named({other}, user) if other else {})


def _named(ids: set[int], user: User) -> dict[int, str]:
    if not ids:
        return {}
    rows = Application.objects.filter(pk__in=ids).exclude(conflicts_with(user, "person"))
    return {one.pk: str(one.person) for one in rows.select_related("person")}


def _minutes_entry(entry: RoundEntry, names: dict[int, str]) -> MinutesEntry:
    undone = ""
    if entry.undone_at:
        undone = _("undone by %(who)s") % {"who": entry.undone_by or _("the program")}
    return MinutesEntry(
        version=entry.version,
        who=str(entry.by or _("the program")),
        at=entry.at,
        what=entry_text(entry, names),
        why=entry.why,
        cost="" if entry.kind == Kind.RUN else cost_text(entry.cost_pairs, entry.cost_points),
        moved=[moved_text(moved, names) for moved in entry.moved],
        can_be_undone=entry.can_be_undone,
        is_undone=entry.undone_at is not None,
        undone=undone,
    )


def moved_text(moved: Sequence[int | None], names: dict[int, str]) -> str:
    """Describe a move (mentee, mentor before, mentor after), as "Amina moves to Ruth"."""
    mentee, was, now = (names.get(pk, _("hidden from you")) if pk else "" for pk in moved)
    if not was:
        return _("%(mentee)s moves to %(now)s") % {"mentee": mentee, "now": now}
    if not now:
        return _("%(mentee)s no longer has %(was)s and is unmatched") % {
            "mentee": mentee,
            "was": was,
        }
    return _("%(mentee)s moves from %(was)s to %(now)s") % {
        "mentee": mentee,
        "was": was,
        "now": now,
    }


def _hidden_entry(version: int) -> MinutesEntry:
    return MinutesEntry(version, "", timezone.now(), _("hidden from you"), "", "", [], False, False)
