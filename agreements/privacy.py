"""Export and erasure of what agreements hold about a person.

A signed text stays for the partner, without the name; its hash stays as it was.
"""

from __future__ import annotations

from accounts.models import User
from accounts.privacy import register
from matches.models import Match

from . import text
from .models import AgreementText, AgreementVersion, Goal, Signature

ERASED = "(name erased)"


def export(user: User) -> list[dict[str, object]]:
    """Return each version that `user` could read, with their own signatures."""
    versions = AgreementVersion.objects.of(user).select_related(
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "agreement__match__mentee__cohort__program",
    )
    return [_export(version, user) for version in versions]


def _export(version: AgreementVersion, user: User) -> dict[str, object]:
    content = text.content_for(version, user)
    statements = text.statements_of(content) if content else []
    goals = Goal.objects.of_pair(user).filter(version=version)
    signatures = Signature.objects.filter(version=version, person=user)
    return {
        "with": version.match.partner_of(user).name,
        "version": version.number,
        "state": version.state,
        "text": [{"what": str(row.label), "words": str(row.value)} for row in statements],
        "goals": [
            {"goal": goal.text, "measure": goal.measure, "state": goal.state} for goal in goals
        ],
        "my_signatures": list(
            signatures.values("typed_name", "signed_at", "sha256", "withdrawn_at")
        ),
    }


def erase(user: User) -> None:
    """Replace the name of `user` in signatures and signed texts."""
    Signature.objects.filter(person=user).update(typed_name=ERASED)
    records = AgreementText.system.filter(version__agreement__match__in=Match.objects.of(user))
    signed = records.exclude(signed_text="").select_related("version__agreement__match__mentee")
    for record in signed:
        is_mentee = record.version.agreement.match.mentee.person_id == user.pk
        role = "mentee" if is_mentee else "mentor"
        record.signed_text = text.without_name(record.signed_text, role, ERASED)
        record.save(update_fields=["signed_text"])


register("agreements", export=export, erase=erase)
