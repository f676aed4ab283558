"""What someone who is asked reads about the other person: nothing that says who it is.

Codes and ids of the round that both may read, topics, and how the person would like to meet. No
name, employer, place or contact details, and none of a person's own words: they are shared with a
match after the publication, not before.
"""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from matches.vocabulary_text import Vocabulary, join_words, slots_text
from matches.why_you_two import shareable

from .models import Offer

TOPICS = 6


def why_you(offer: Offer, person: User) -> list[str]:
    """Return why the two may fit, in sentences to `person`, in the active language."""
    vocabulary = Vocabulary(offer.round.program)
    why = shareable(offer.why, offer.mentee, offer.mentor)
    is_mentor = offer.is_mentor(person)
    sentences = [
        (_mentor_knows if is_mentor else _they_know)(vocabulary.experience(code), depth)
        for code, depth in why["u"]
    ]
    if why.get("h"):
        topics = join_words(vocabulary.topic(topic) for topic, *_rest in why["h"])
        text = (
            _("You offer help with %(topics)s, which this person asked for.")
            if is_mentor
            else _("They offer help with %(topics)s, which you asked for.")
        )
        sentences.append(text % {"topics": topics})
    if why.get("slots"):
        text = _("You are both usually free: %(times)s.")
        sentences.append(text % {"times": slots_text(why["slots"], 3)})
    if why.get("languages"):
        text = _("You can talk in %(languages)s.")
        sentences.append(text % {"languages": vocabulary.languages(why["languages"])})
    return sentences or [
        _("The committee read both your applications and thinks you can learn from each other.")
    ]


def _mentor_knows(what: str, depth: str) -> str:
    if depth == "lived":
        return _("They are going through this, and you have been through it: %(what)s.") % {
            "what": what
        }
    return _("They are going through this, and you have accompanied someone: %(what)s.") % {
        "what": what
    }


def _they_know(what: str, depth: str) -> str:
    if depth == "lived":
        return _("They have been through this: %(what)s.") % {"what": what}
    return _("They have accompanied someone through this: %(what)s.") % {"what": what}


def facts_about(offer: Offer, person: User) -> list[str]:
    """Return what the other person wants or offers, without anything that says who it is."""
    is_mentor = offer.is_mentor(person)
    other: Application = offer.mentee if is_mentor else offer.mentor
    prefetch_related_objects([offer.mentee, offer.mentor], "topic_rows__topic")
    topics = join_words((row.topic for row in other.topic_rows.all()), TOPICS)
    facts = []
    if topics:
        text = (
            _("Would like help with: %(topics)s")
            if is_mentor
            else _("Offers help with: %(topics)s")
        )
        facts.append(text % {"topics": topics})
    if other.rhythm_days:
        facts.append(
            _("Would like to meet: %(rhythm)s") % {"rhythm": other.get_rhythm_days_display()}
        )
    if other.mode:
        facts.append(_("How: %(mode)s") % {"mode": other.get_mode_display()})
    return facts
