"""Why two people were matched, in sentences that both may read.

`Match.why_codes` holds codes and ids only. An experience is named only while both people share it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from applications.models import ApplicationExperience

from .vocabulary import Vocabulary, join_words, slots_text


def shareable(why: dict[str, Any], mentee: Any, mentor: Any) -> dict[str, Any]:
    """The part of the reasons that both people may read: nothing about wishes, cautions or what is missing; an
    experience only where both allowed it to be seen."""
    kept: dict[str, Any] = {
        name: why[name] for name in ("h", "slots", "meet", "languages", "rhythm") if name in why
    }
    both = _shared_by_both(mentee, mentor) if why.get("u") else set()
    kept["u"] = [hit for hit in why.get("u", []) if hit[0] in both]
    return kept


def _shared_by_both(mentee: Any, mentor: Any) -> set[int]:
    rows = ApplicationExperience.objects.filter(application__in=[mentee, mentor], is_shared=True)
    open_: dict[int, set[int]] = {mentee.pk: set(), mentor.pk: set()}
    for application, experience in rows.values_list("application", "experience"):
        open_[application].add(experience)
    return open_[mentee.pk] & open_[mentor.pk]


def why_you_two(why: dict[str, Any], mentee: Any, mentor: Any, vocabulary: Vocabulary) -> list[str]:
    """Sentences for both people, warm and true; `why` is what `shareable` let through when the match was made. Who has
    taken an experience back since is obeyed here."""
    why = shareable(why, mentee, mentor)
    said = [_going_through(hit, mentor, vocabulary) for hit in why["u"]]
    topics = [
        vocabulary.topic(topic)
        for topic, *_rest in sorted(why.get("h", []), key=lambda hit: -hit[1])
    ]
    if topics:
        text = _("%(mentor)s offers help with %(topics)s, which %(mentee)s asked for.")
        said.append(
            text
            % {
                "mentor": mentor.person.first_name,
                "mentee": mentee.person.first_name,
                "topics": join_words(topics),
            }
        )
    if why.get("slots"):
        said.append(
            _("You are both usually free: %(times)s.") % {"times": slots_text(why["slots"], 3)}
        )
    if why.get("languages"):
        said.append(
            _("You can talk in %(languages)s.")
            % {"languages": vocabulary.languages(why["languages"])}
        )
    return said or [
        _(
            "The committee read both your applications and believes that you can learn from each other."
        )
    ]


def _going_through(hit: list[Any], mentor: Any, vocabulary: Vocabulary) -> str:
    what = {"mentor": mentor.person.first_name, "what": vocabulary.experience(hit[0])}
    if hit[1] == "lived":
        return _("%(mentor)s knows from own experience: %(what)s.") % what
    return _("%(mentor)s has accompanied someone through: %(what)s.") % what
