"""The two surveys that every program begins with, in our own words. Sown once; a program may publish its own editions."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from .models import Kind, Question, Survey
from .models.surveys import Channel

CARE, POOLED = Channel.CARE, Channel.POOLED

YES_NO = [
    ["yes", {"en": "Yes, please", "fr": "Oui, volontiers"}],
    ["no", {"en": "Not now", "fr": "Pas maintenant"}],
]

FIT: dict[str, Any] = {
    "titles": {"en": "Is this a good fit?", "fr": "Est-ce que cela vous convient ?"},
    "intros": {
        "en": "We ask everybody this after a couple of meetings. No pairing suits everyone, and saying so is no failure.",
        "fr": "Nous posons cette question à tout le monde après quelques rencontres. Tout jumelage ne convient pas à chacun, "
        "et le dire n'est pas un échec.",
    },
    "questions": [
        {
            "code": "fit",
            "kind": "choice",
            "channel": CARE,
            "is_counted": True,
            "texts": {
                "en": "How does your match feel so far?",
                "fr": "Comment ressentez-vous votre jumelage jusqu'ici ?",
            },
            "choices": [
                ["good", {"en": "It is a good fit", "fr": "Il me convient bien"}],
                [
                    "deciding",
                    {
                        "en": "I am still deciding; let us talk",
                        "fr": "J'hésite encore ; parlons-en",
                    },
                ],
                ["not_fit", {"en": "It is not a fit", "fr": "Il ne me convient pas"}],
            ],
            "alarms": ["not_fit"],
        },
        {
            "code": "words",
            "kind": "text",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "Is there anything that your carer should know?",
                "fr": "Y a-t-il quelque chose que la personne qui vous suit devrait savoir ?",
            },
        },
        {
            "code": "call",
            "kind": "choice",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "Would you like us to call you?",
                "fr": "Souhaitez-vous que nous vous appelions ?",
            },
            "choices": YES_NO,
            "alarms": ["yes"],
        },
    ],
}

PULSE: dict[str, Any] = {
    "titles": {"en": "How is mentoring going?", "fr": "Comment se passe votre mentorat ?"},
    "intros": {
        "en": "Four short questions, about 20 seconds.",
        "fr": "Quatre courtes questions, environ 20 secondes.",
    },
    "questions": [
        {
            "code": "useful",
            "kind": "scale",
            "channel": CARE,
            "is_counted": True,
            "texts": {
                "en": "How useful is mentoring to you right now?",
                "fr": "Le mentorat vous est-il utile en ce moment ?",
            },
            "choices": [
                ["1", {"en": "Not at all", "fr": "Pas du tout"}],
                ["2", {"en": "A little", "fr": "Un peu"}],
                ["3", {"en": "Fairly", "fr": "Assez"}],
                ["4", {"en": "Very", "fr": "Très"}],
                ["5", {"en": "More than I had hoped", "fr": "Plus que je ne l'espérais"}],
            ],
            "alarms": ["1", "2"],
        },
        {
            "code": "rhythm",
            "kind": "choice",
            "channel": POOLED,
            "texts": {
                "en": "Do you meet as you agreed?",
                "fr": "Vous rencontrez-vous comme convenu ?",
            },
            "choices": [
                ["as_agreed", {"en": "Yes", "fr": "Oui"}],
                ["less", {"en": "Less often", "fr": "Moins souvent"}],
                ["not_at_all", {"en": "Not at the moment", "fr": "Pas en ce moment"}],
            ],
        },
        {
            "code": "words",
            "kind": "text",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "What should we know? What would help?",
                "fr": "Que devrions-nous savoir ? Qu'est-ce qui aiderait ?",
            },
        },
        {
            "code": "call",
            "kind": "choice",
            "channel": CARE,
            "is_required": False,
            "texts": {
                "en": "Would you like us to call you?",
                "fr": "Souhaitez-vous que nous vous appelions ?",
            },
            "choices": YES_NO,
            "alarms": ["yes"],
        },
    ],
}


@transaction.atomic
def seed_surveys() -> list[Survey]:
    """Make and publish the shared surveys that are missing; return those that were made."""
    wanted = ((Kind.FIT, FIT), (Kind.PULSE, PULSE))
    return [
        _make(kind, content)
        for kind, content in wanted
        if not Survey.objects.filter(kind=kind, program=None).exists()
    ]


def _make(kind: str, content: dict[str, Any]) -> Survey:
    survey = Survey.objects.create(kind=kind, titles=content["titles"], intros=content["intros"])
    for position, question in enumerate(content["questions"]):
        Question.objects.create(survey=survey, position=position, **question)
    survey.publish(at=timezone.now())
    return survey
