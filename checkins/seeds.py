"""The shared surveys: the two that every program asks, and those of milestones to start from.

Their texts must be true in every state of a pair: without a carer, before the first meeting, and
before the agreement is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from .editions import publish
from .milestone_surveys import MILESTONE_SURVEYS
from .models import Channel, Kind, Question, Survey

CARE, POOLED = Channel.CARE, Channel.POOLED

YES_NO = [
    ["yes", {"en": "Yes, please", "fr": "Oui, volontiers"}],
    ["no", {"en": "Not now", "fr": "Pas maintenant"}],
]

# The contents of rows, as the columns of Survey and Question take them.
FIT: dict[str, object] = {
    "titles": {"en": "Is this a good fit?", "fr": "Est-ce que cela vous convient?"},
    "intros": {
        "en": "We ask everyone this. Not every match works out, and saying so is not a failure.",
        "fr": "Nous posons cette question à tout le monde. Tous les jumelages ne conviennent pas, "
        "et le dire n'est pas un échec.",
    },
    "needs_asked": 2,
    "questions": [
        {
            "code": "fit",
            "kind": "choice",
            "channel": CARE,
            "is_counted": True,
            "texts": {
                "en": "How do you feel about your match so far?",
                "fr": "Comment ressentez-vous votre jumelage jusqu'ici?",
            },
            "choices": [
                ["good", {"en": "It's a good fit", "fr": "Il me convient bien"}],
                ["deciding", {"en": "I'm not sure yet", "fr": "Je ne sais pas encore"}],
                ["not_fit", {"en": "It's not a good fit", "fr": "Il ne me convient pas"}],
            ],
            "concern_codes": ["not_fit"],
        },
        {
            "code": "comment",
            "kind": "text",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "Is there anything we should know?",
                "fr": "Y a-t-il quelque chose que nous devrions savoir?",
            },
        },
        {
            "code": "call",
            "kind": "choice",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "Would you like us to call you?",
                "fr": "Souhaitez-vous que nous vous appelions?",
            },
            "choices": YES_NO,
            "concern_codes": ["yes"],
        },
    ],
}

PULSE: dict[str, object] = {
    "titles": {"en": "How is mentoring going?", "fr": "Comment se passe votre mentorat?"},
    "intros": {},  # the page says how many questions there are and how long they take
    "questions": [
        {
            "code": "useful",
            "kind": "scale",
            "channel": CARE,
            "is_counted": True,
            "texts": {
                "en": "How useful is mentoring to you right now?",
                "fr": "Le mentorat vous est-il utile en ce moment?",
            },
            "choices": [
                ["1", {"en": "Not at all", "fr": "Pas du tout"}],
                ["2", {"en": "A little", "fr": "Un peu"}],
                ["3", {"en": "Fairly", "fr": "Assez"}],
                ["4", {"en": "Very", "fr": "Très"}],
                ["5", {"en": "More than I had hoped", "fr": "Plus que je ne l'espérais"}],
            ],
            "concern_codes": ["1", "2"],
        },
        {
            "code": "rhythm",
            "kind": "choice",
            "channel": POOLED,
            "texts": {
                "en": "Are you meeting as often as you planned?",
                "fr": "Vous rencontrez-vous aussi souvent que prévu?",
            },
            "choices": [
                ["as_planned", {"en": "Yes", "fr": "Oui"}],
                ["less", {"en": "Less often", "fr": "Moins souvent"}],
                ["not_at_all", {"en": "Not at the moment", "fr": "Pas en ce moment"}],
            ],
        },
        {
            "code": "comment",
            "kind": "text",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "What should we know? What would help you?",
                "fr": "Que devrions-nous savoir? Qu'est-ce qui aiderait?",
            },
        },
        {
            "code": "call",
            "kind": "choice",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "Would you like us to call you?",
                "fr": "Souhaitez-vous que nous vous appelions?",
            },
            "choices": YES_NO,
            "concern_codes": ["yes"],
        },
    ],
}


@transaction.atomic
def seed_surveys(at: datetime | None = None) -> list[Survey]:
    """Create the shared editions that are missing and publish them, now or as of `at`.

    Returns the new ones. A newer edition takes the place of the one before it.
    """
    shared = Survey.objects.filter(program=None).order_by()
    newest = dict(shared.values_list("kind").annotate(newest=Max("number")))
    wanted = {Kind.FIT: FIT, Kind.PULSE: PULSE, **MILESTONE_SURVEYS}
    return [
        _make(kind, content, at or timezone.now())
        for kind, content in wanted.items()
        if newest.get(kind, 0) < _number_of(content)
    ]


def _number_of(content: Mapping[str, object]) -> int:
    number = content.get("number", 1)
    assert isinstance(number, int)
    return number


def _make(kind: str, content: dict[str, Any], at: datetime) -> Survey:
    survey = Survey.objects.create(
        kind=kind,
        number=_number_of(content),
        titles=content["titles"],
        intros=content["intros"],
        needs_asked=content.get("needs_asked", 0),
        is_asked_when_applying=content.get("is_asked_when_applying", False),
    )
    Question.objects.bulk_create(
        Question(survey=survey, position=position, **question)
        for position, question in enumerate(content["questions"])
    )
    publish(survey, by=None, at=at)
    return survey
