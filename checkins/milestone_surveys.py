"""The shared surveys of milestones, in our own words on constructs that the field measures.

docs/surveys.md names the construct and the source of each item. Mid-term and closing ask the same
scales, and the baseline asks those of them that make sense before there is a pair, so that a
program can see what has changed. Statements are in the first person and ask one thing each.

`number` is the edition, 1 if it is left out: raise it with every change.
"""

from __future__ import annotations

from .models import Channel, Kind, Question

Texts = dict[str, str]


def _words(english: str, french: str) -> Texts:
    return {"en": english, "fr": french}


TRUE = [
    ["1", _words("Not true at all", "Pas du tout vrai")],
    ["2", {}],
    ["3", _words("Partly true", "En partie vrai")],
    ["4", {}],
    ["5", _words("Completely true", "Tout à fait vrai")],
]
YES_NO = [["yes", _words("Yes", "Oui")], ["no", _words("No", "Non")]]


def _scale(code: str, english: str, french: str) -> dict[str, object]:
    """Return a statement whose answers are only counted."""
    row = {"code": code, "kind": "scale", "channel": Channel.POOLED}
    return {**row, "texts": _words(english, french), "choices": TRUE}


def _yes_no(code: str, english: str, french: str) -> dict[str, object]:
    row = {"code": code, "kind": "yes_no", "channel": Channel.POOLED}
    return {**row, "texts": _words(english, french), "choices": YES_NO}


def _text(code: str, english: str, french: str) -> dict[str, object]:
    """Return an optional question in own words, read by carer and chair."""
    row = {"code": code, "kind": "text", "channel": Channel.CARE, "is_required": False}
    return {**row, "texts": _words(english, french)}


OPEN = _scale(
    "quality_open",
    "I can speak openly with the other person.",
    "Je peux parler ouvertement avec l'autre personne.",
)
UNDERSTOOD = _scale(
    "quality_understood",
    "The other person understands what matters to me.",
    "L'autre personne comprend ce qui compte pour moi.",
)
GLAD = _scale(
    "quality_glad", "I look forward to our meetings.", "J'attends nos rencontres avec plaisir."
)
GOALS = _scale(
    "goal_focus",
    "We spend our time on the goals that we set.",
    "Nous consacrons notre temps aux objectifs que nous avons fixés.",
)
NEXT_STEP = _scale(
    "goal_next_step",
    "I know the next step towards my goals.",
    "Je connais la prochaine étape vers mes objectifs.",
)
EXPECTATIONS = _scale(
    "expectations",
    "I know what is expected of me in mentoring.",
    "Je sais ce que l'on attend de moi dans le mentorat.",
)
SUPPORT = _scale(
    "program_support",
    "The program helps me when I need it.",
    "Le programme m'aide quand j'en ai besoin.",
)
SAY = _scale(
    "had_a_say",
    "I had a say in the choice of my partner.",
    "J'ai eu mon mot à dire dans le choix de l'autre personne.",
)
TRAINING = _scale(
    "training_useful",
    "The orientation was good preparation for being a mentor.",
    "L'orientation était une bonne préparation à mon rôle de mentor.",
) | {"asked": Question.Asked.MENTOR}  # mentees have none
SCALES = [OPEN, UNDERSTOOD, GLAD, GOALS, NEXT_STEP, EXPECTATIONS, SUPPORT, SAY, TRAINING]

NO_GRADE = _words(
    "There are no right answers, and no one is graded.",
    "Il n'y a pas de bonnes réponses, et personne n'est noté.",
)

MILESTONE_SURVEYS: dict[str, dict[str, object]] = {
    Kind.BASELINE: {
        "number": 2,
        "is_asked_when_applying": True,
        "titles": _words("Where do you start?", "D'où partez-vous?"),
        "intros": NO_GRADE,
        "questions": [
            _scale(
                "goal_clear",
                "I know what I want to reach with mentoring.",
                "Je sais ce que je veux atteindre grâce au mentorat.",
            ),
            NEXT_STEP,
            EXPECTATIONS,
        ],
    },
    Kind.MIDTERM: {
        "number": 2,
        "needs_asked": 1,
        "titles": _words("How is it going so far?", "Comment ça va jusqu'ici?"),
        "intros": NO_GRADE,
        "questions": [
            *SCALES,
            _text(
                "change",
                "What should we change now?",
                "Que devrions-nous changer maintenant?",
            ),
        ],
    },
    Kind.CLOSING: {
        "number": 2,
        "needs_asked": 1,
        "titles": _words("Looking back on your mentoring", "Regard sur votre mentorat"),
        "intros": NO_GRADE,
        "questions": [
            *SCALES,
            _text(
                "change",
                "What should we change in the program?",
                "Que devrions-nous changer dans le programme?",
            ),
        ],
    },
    Kind.EXIT: {
        "number": 2,
        "needs_asked": 3,
        "titles": _words("Your pair has ended", "Votre duo a pris fin"),
        "intros": _words(
            "Pairs end early for many reasons, and no one is to blame. Your answers help us to do "
            "better.",
            "Un duo peut prendre fin plus tôt pour bien des raisons, et ce n'est la faute de "
            "personne. Vos réponses nous aident à faire mieux.",
        ),
        "questions": [
            {
                "code": "reason",
                "kind": "choice",
                "channel": Channel.CARE,
                "texts": _words(
                    "What played the largest part?", "Qu'est-ce qui a joué le plus grand rôle?"
                ),
                "choices": [
                    ["time", _words("Time or workload", "Le temps ou la charge de travail")],
                    ["change", _words("A change in work or life", "Un changement au travail ou "
                                      "dans la vie")],
                    ["goals", _words("Our goals did not match", "Nos objectifs ne concordaient "
                                     "pas")],
                    ["style", _words("Our ways of working did not match", "Nos façons de "
                                     "travailler ne concordaient pas")],
                    ["reach", _words("We could not reach each other", "Nous n'arrivions pas à "
                                     "nous joindre")],
                    ["done", _words("We had reached what we wanted", "Nous avions atteint ce que "
                                    "nous voulions")],
                    ["other", _words("Something else", "Autre chose")],
                ],
            },
            NEXT_STEP,
            SUPPORT,
            _yes_no(
                "again", "Would you take part in mentoring again?", "Referiez-vous du mentorat?"
            ),
            _text(
                "better",
                "What could we have done better?",
                "Qu'aurions-nous pu faire de mieux?",
            ),
        ],
    },
    Kind.LATER: {
        "needs_asked": 3,
        "titles": _words("What has stayed with you?", "Que vous reste-t-il du mentorat?"),
        "intros": NO_GRADE,
        "questions": [
            _scale(
                "lasting",
                "What I took from mentoring still helps me.",
                "Ce que le mentorat m'a apporté m'aide encore.",
            ),
            _text(
                "stayed", "What has stayed with you most?", "Qu'est-ce qui vous est le plus resté?"
            ),
        ],
    },
    Kind.UNMATCHED: {
        "number": 2,
        "titles": _words(
            "How was it not to be matched?", "Comment avez-vous vécu l'absence de jumelage?"
        ),
        "intros": _words(
            "We found no match for you. Your answers help us to do better for everyone who waits. "
            "They change nothing for yourself.",
            "Nous n'avons pas trouvé de jumelage pour vous. Vos réponses nous aident à faire mieux "
            "pour toutes les personnes qui attendent. Elles ne changent rien pour vous.",
        ),
        "questions": [
            NEXT_STEP,
            _scale(
                "process_clear",
                "I know how matches are made.",
                "Je sais comment les jumelages sont faits.",
            ),
            _scale(
                "reason_clear",
                "I understand why I have no match.",
                "Je comprends pourquoi je n'ai pas de jumelage.",
            ),
            _scale(
                "treated_fairly",
                "I was treated fairly.",
                "J'ai eu droit à un traitement équitable.",
            ),
            _scale(
                "told_kindly",
                "The way I was told was considerate.",
                "La façon de me l'annoncer était attentionnée.",
            ),
            _scale(
                "other_help",
                "What else the program suggested is useful to me.",
                "Ce que le programme m'a proposé d'autre m'est utile.",
            ),
            {
                "code": "meanwhile",
                "kind": "several",
                "channel": Channel.POOLED,
                "is_required": False,
                "most_chosen": 2,
                "texts": _words(
                    "What would help you most now?",
                    "Qu'est-ce qui vous aiderait le plus maintenant?",
                ),
                "choices": [
                    ["peers", _words("Meeting others who wait",
                                     "Rencontrer d'autres personnes qui attendent")],
                    ["event", _words("An event of the program", "Un événement du programme")],
                    ["reading", _words("Something to read or to try",
                                       "Quelque chose à lire ou à essayer")],
                    ["talk", _words("A talk with the committee",
                                    "Une conversation avec le comité")],
                    ["news", _words("More news of how it goes on",
                                    "Plus de nouvelles de la suite")],
                    ["nothing", _words("Nothing of this", "Rien de tout cela")],
                ],
            },
            _yes_no(
                "apply_again",
                "Would you apply again?",
                "Enverriez-vous de nouveau une candidature?",
            ),
        ],
    },
}  # fmt: skip
