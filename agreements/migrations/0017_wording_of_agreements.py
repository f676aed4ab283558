"""Give every agreement the texts that it was written with, which were the product's until now."""

import hashlib
import json

from django.db import migrations

TEXTS = {
    "en": {
        "agreement_limits": (
            "If someone is in danger, we tell whoever can help.\n"
            "If the law requires one of us to speak, we do, and we tell each other first if"
            " we can.\n"
            "Either of us may ask the committee for advice about our own part, without "
            "sharing what the other person told us in confidence."
        ),
        "agreement_committee": (
            "The committee sees that this agreement exists, its dates, who has signed, how "
            "many goals it has and how many of them have a measure. It can read the text "
            "only if you both allow it."
        ),
        "agreement_confidentiality": (
            "What we tell each other stays between us. It is no secret that we are a pair; "
            "what we talk about is. When we discuss a case, we don't name employers, "
            "clients or colleagues, and we don't share anything that our professional "
            "duties forbid. Before either of us tells someone else about something said "
            "here, we ask."
        ),
        "agreement_feedback": (
            "We tell each other early, and kindly, what helps and what doesn't. We ask "
            "before we give advice. From time to time we use a few minutes of a meeting to "
            "talk about how this is going and what we want to change."
        ),
        "agreement_ending": (
            "We plan our last meeting together and look back at the goals. Either of us may"
            " end early, without blame: we tell each other or the committee, and offer a "
            "closing conversation."
        ),
    },
    "fr": {
        "agreement_limits": (
            "Si quelqu'un est en danger, nous prévenons les personnes qui peuvent aider.\n"
            "Si la loi oblige une personne du duo à parler, elle le fait, et elle prévient "
            "d'abord l'autre si c'est possible.\n"
            "Chaque personne peut demander conseil au comité sur son propre rôle, sans "
            "révéler ce que l'autre lui a dit en confidence."
        ),
        "agreement_committee": (
            "Le comité voit que cette entente existe, ses dates, qui a signé, combien "
            "d'objectifs elle compte et combien d'entre eux ont une mesure. Il ne peut lire"
            " le texte que si chaque personne du duo le permet."
        ),
        "agreement_confidentiality": (
            "Ce que nous nous disons reste entre nous. Que nous formions un duo n'est pas "
            "un secret; ce dont nous parlons en est un. Quand nous parlons d'un cas, nous "
            "ne nommons ni employeurs, ni clients, ni collègues, et nous ne partageons rien"
            " qui soit interdit par nos obligations professionnelles. Avant de parler "
            "ailleurs de ce qui s'est dit ici, nous demandons l'accord de l'autre."
        ),
        "agreement_feedback": (
            "Nous nous disons tôt, et avec bienveillance, ce qui aide et ce qui n'aide pas."
            " Avant de donner un conseil, nous demandons s'il est bienvenu. De temps en "
            "temps, nous prenons quelques minutes d'une rencontre pour dire comment cela va"
            " et ce que nous voulons changer."
        ),
        "agreement_ending": (
            "Nous préparons ensemble notre dernière rencontre et revenons sur les "
            "objectifs. Chaque personne peut mettre fin au mentorat plus tôt, sans "
            "reproche : elle le dit à l'autre ou au comité, et propose une conversation de "
            "clôture."
        ),
    },
}


def keep_texts(apps, schema_editor):
    """A version that has no wording yet gets the one of its time, read in each one's language."""
    version_model, wording_model = (
        apps.get_model("agreements", name) for name in ("AgreementVersion", "AgreementWording")
    )
    program_of = "agreement__match__mentee__cohort__program"
    without = version_model._base_manager.filter(wording=None)
    texts = {
        language: {name: [language, words] for name, words in wording.items()}
        for language, wording in TEXTS.items()
    }
    plain = json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(plain.encode()).hexdigest()
    for program in sorted(set(without.values_list(program_of, flat=True))):
        wording, _created = wording_model._base_manager.get_or_create(
            program_id=program, sha256=digest, defaults={"number": 1, "texts": texts}
        )
        mine = list(without.filter(**{program_of: program}).values_list("pk", flat=True))
        for start in range(0, len(mine), 500):
            chunk = mine[start : start + 500]
            version_model._base_manager.filter(pk__in=chunk).update(wording=wording)


class Migration(migrations.Migration):

    dependencies = [
        ("agreements", "0016_wordings"),
    ]

    operations = [
        migrations.RunPython(keep_texts, migrations.RunPython.noop),
    ]
