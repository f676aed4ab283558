"""What agreements hold about a person. A signed text stays for the partner, without the name; its hash stays as it was."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.privacy import register
from matches.models import Match

from . import text
from .models import AgreementText, AgreementVersion, Goal, Signature

WHY = "the person asks for the own data, or to be erased"
ERASED = "(name erased)"


def export(user: User) -> list[dict[str, Any]]:
    versions = AgreementVersion.objects.of(user).select_related(
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "agreement__match__mentee__cohort__program",
    )
    return [_export(version, user) for version in versions]


def _export(version: AgreementVersion, user: User) -> dict[str, Any]:
    content = text.content_for(version, user)
    goals = Goal.objects.of_pair(user).filter(version=version)
    signatures = Signature.objects.filter(version=version, person=user)
    return {
        "with": version.match.partner_of(user).name,
        "version": version.number,
        "state": version.state,
        "text": [
            {"what": str(line.label), "words": str(line.value)} for line in text.lines_of(content)
        ]
        if content
        else [],
        "goals": [
            {"goal": goal.text, "measure": goal.measure, "state": goal.state} for goal in goals
        ],
        "my_signatures": list(
            signatures.values("typed_name", "signed_at", "sha256", "withdrawn_at")
        ),
    }


def erase(user: User) -> None:
    Signature.objects.filter(person=user).update(typed_name=ERASED)
    records = AgreementText.system.filter(version__agreement__match__in=Match.objects.of(user))
    for record in records.exclude(signed_text="").select_related(
        "version__agreement__match__mentee"
    ):
        is_mentee = record.version.agreement.match.mentee.person_id == user.pk
        record.signed_text = text.without_name(
            record.signed_text, "mentee" if is_mentee else "mentor", ERASED
        )
        record.save(update_fields=["signed_text"])


register("agreements", export=export, erase=erase)
