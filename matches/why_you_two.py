"""Why two people were matched, in sentences that both may read.

`Match.why_codes` holds codes and ids only (see `matching.explanations.explanations`). An experience
is named only while both people share it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application, MattersMost

from .models import Match
from .vocabulary_text import Vocabulary, join_words, slots_text
from .what_you_share import shared_experiences

Reasons = dict[str, Any]  # Any: lists of codes and ids, a different shape for each key
FOR_BOTH = ("h", "slots", "meet", "languages", "rhythm", "origin", "matters")


def shareable(why: Reasons, mentee: Application, mentor: Application) -> Reasons:
    """Return the reasons that both people may read.

    Wishes, cautions and missing answers are left out, and experiences that one of them does not
    share.
    """
    both = shared_experiences(mentee, mentor) if why.get("u") else set()
    kept = {name: why[name] for name in FOR_BOTH if name in why}
    return kept | {"u": [hit for hit in why.get("u", []) if hit[0] in both]}


def why_you_two(
    why: Reasons,
    mentee: Application,
    mentor: Application,
    vocabulary: Vocabulary,
    *,
    reader: User | None = None,
) -> list[str]:
    """Return sentences for both people; `why` was filtered by `shareable` when they were matched.

    It is filtered again here: someone may have stopped sharing an experience since. To the `reader`
    it says "you"; what matters most to them is said to them alone.
    """
    why = shareable(why, mentee, mentor)
    mine = next((one for one in (mentee, mentor) if reader and one.person_id == reader.pk), None)
    sentences = [
        _experience_sentence(hit, mentor, vocabulary, is_mine=mine is mentor) for hit in why["u"]
    ]
    by_urgency = sorted(why.get("h", []), key=lambda hit: -hit[1])
    topics = [vocabulary.topic(topic) for topic, *_rest in by_urgency]
    if topics:
        names = {"mentor": mentor.person.first_name, "mentee": mentee.person.first_name}
        text = _help_sentence(mine.role if mine else "")
        sentences.append(text % {**names, "topics": join_words(topics)})
    if why.get("slots"):
        text = _("You are both usually free: %(times)s.")
        sentences.append(text % {"times": slots_text(why["slots"], 3)})
    if why.get("languages"):
        text = _("You can talk in %(languages)s.")
        sentences.append(text % {"languages": vocabulary.languages(why["languages"])})
    if why.get("origin") == Match.Origin.SELF:
        return [_("You found each other, and the committee agreed.")]
    sentences = sentences or [
        _("The committee read both your applications and thinks you can learn from each other.")
    ]
    marked = why.get("matters", {}).get(mine.role, "") if mine else ""
    if marked in MattersMost.values:
        text = _("This mattered most to you, so it counted half more for you: %(what)s.")
        sentences.append(text % {"what": MattersMost(marked).label})
    return sentences


def _help_sentence(reader_role: str) -> str:
    if reader_role == "mentee":
        return _("%(mentor)s offers help with %(topics)s, which you asked for.")
    if reader_role == "mentor":
        return _("You offer help with %(topics)s, which %(mentee)s asked for.")
    return _("%(mentor)s offers help with %(topics)s, which %(mentee)s asked for.")


def _experience_sentence(
    hit: tuple[int, str], mentor: Application, vocabulary: Vocabulary, *, is_mine: bool
) -> str:
    experience, depth = hit
    names = {"mentor": mentor.person.first_name, "what": vocabulary.experience(experience)}
    if is_mine and depth == "lived":
        return _("You have been through this: %(what)s.") % names
    if is_mine:
        return _("You have accompanied someone through this: %(what)s.") % names
    if depth == "lived":
        return _("%(mentor)s has been through this: %(what)s.") % names
    return _("%(mentor)s has accompanied someone through this: %(what)s.") % names
