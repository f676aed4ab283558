"""Export and erasure of what agreements hold about a person.

A signed text stays for the partner, without the name; its hash stays as it was.
"""

from __future__ import annotations

import json

from django.db.models import Q

from accounts.column_rules import erased, impersonal, kept, rules
from accounts.mentions import NAME_ERASED as ERASED
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from matches import retention
from matches.models import Match, MatchQuerySet
from workflow.models import Transition

from . import expectations, reflections, text
from .goals import privacy as goals_privacy
from .models import (
    Activity,
    AgreedActivity,
    AgreedGoal,
    AgreementText,
    AgreementVersion,
    AgreementVersionQuerySet,
    Expectations,
    Goal,
    GoalReflection,
    PaperScan,
    PartComment,
    Reflection,
    Signature,
)

WRITTEN = ("confidentiality", "feedback", "short_term_reason", "ending_rules")


def export(user: User) -> dict[str, object]:
    """Return what `user` could read of agreements and goals, and what they wrote alone."""
    return {
        "versions": _export_versions(user),
        "goals": goals_privacy.export(user),
        "activities": _export_activities(user),
        "comments": _export_comments(user),
        "expectations": _export_expectations(user),
        "reflections": [_export_reflection(row) for row in _reflections_of(user)],
    }


def _export_expectations(user: User) -> list[dict[str, object]]:
    rows = Expectations.objects.visible_to(user).select_related("author").order_by("pk")
    names = expectations.QUESTIONS
    return [{"by": row.author.name, **{n: getattr(row, n) for n in names}} for row in rows]


def _export_comments(user: User) -> list[dict[str, object]]:
    rows = PartComment.objects.visible_to(user).select_related("author")
    return [
        {
            "by": row.author.name,
            "part": row.part,
            "at": row.written_at,
            "comment": row.text,
            "suggested": json.loads(row.values_json) if row.values_json else None,
            "state": row.state,
            "answer": row.answer,
        }
        for row in rows
    ]


def _reflections_of(user: User) -> list[Reflection]:
    rows = Reflection.objects.visible_to(user).order_by("saved_at", "pk")
    return list(rows.select_related("match__mentee__person", "match__mentor__person", "author"))


def _export_reflection(row: Reflection) -> dict[str, object]:
    goals = GoalReflection.objects.visible_to(row.author).filter(reflection=row).order_by("pk")
    return {
        "with": row.match.partner_of(row.author).name,
        "learned": row.learned,
        "next_steps": row.next_steps,
        "goals": [{"outcome": goal.outcome, "learned": goal.learned} for goal in goals],
    }


def _export_activities(user: User) -> list[dict[str, object]]:
    rows = Activity.objects.visible_to(user).select_related("entry")
    return [
        {
            "activity": row.name,
            "planned_on": row.planned_on,
            "done_on": row.done_on,
            "is_together": row.is_together,
        }
        for row in rows
    ]


def _export_versions(user: User) -> list[dict[str, object]]:
    versions = AgreementVersion.objects.of(user).select_related(
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "agreement__match__mentee__cohort__program",
        "wording",
    )
    return [_export(version, user) for version in versions]


def _export(version: AgreementVersion, user: User) -> dict[str, object]:
    content = text.content_for(version, user)
    statements = text.statements_of(content) if content else []
    goals = AgreedGoal.objects.of_pair(user).filter(version=version)
    signatures = Signature.objects.filter(version=version, person=user).select_related("paper")
    return {
        "with": version.match.partner_of(user).name,
        "version": version.number,
        "state": version.state,
        "text": [{"what": str(row.label), "words": str(row.value)} for row in statements],
        "goals": [{"goal": goal.text, "measure": goal.measure} for goal in goals],
        "my_signatures": [_export_signature(row) for row in signatures],
    }


def _export_signature(row: Signature) -> dict[str, object]:
    found: dict[str, object] = {
        "typed_name": row.typed_name,
        "signed_at": row.signed_at,
        "sha256": row.sha256,
        "withdrawn_at": row.withdrawn_at,
    }
    if row.paper is not None:
        found |= {"on_paper": row.shown, "denied_at": row.denied_at}
    return found


def erase(user: User) -> None:
    """Replace the name of `user` in signed texts and signatures; empty what was never signed."""
    matches = Match.objects.of(user)
    versions = AgreementVersion.objects.filter(agreement__match__in=matches)
    Signature.objects.filter(person=user).update(typed_name=ERASED)
    PaperScan.system.filter(record__version__in=versions).delete()
    reflections.erase_all(matches, author=user)
    expectations.erase_all(matches, author=user)
    goals_privacy.erase(user)
    # What one of them planned, and what they had agreed on for the mentee.
    mine = Q(author=user) | Q(author=None, match__mentee__person=user)
    Activity.system.filter(mine, match__in=matches).update(text="")
    comments = PartComment.system.filter(version__in=versions)
    comments.filter(author=user).delete()
    comments.update(answer="")  # the answers of the one who is erased
    empty_unsigned(versions)
    in_versions = {"version__in": versions}
    records = AgreementText.system.filter(**in_versions)
    for record in records.exclude(signed_text="").select_related(
        "version__agreement__match__mentee", "version__agreement__match__mentor"
    ):
        is_mentee = record.version.agreement.match.mentee.person_id == user.pk
        role = "mentee" if is_mentee else "mentor"
        record.signed_text = text.without_name(record.signed_text, role, ERASED)
        record.save(update_fields=["signed_text"])
    mentions = Mentions.of(user)
    mentions.replace_in(records, *WRITTEN, "signed_text")
    mentions.replace_in(AgreedGoal.system.filter(**in_versions), "text", "measure")
    mentions.replace_in(AgreedActivity.system.filter(**in_versions), "text")
    mentions.replace_in(comments, "text", "values_json")
    said = Expectations.system.filter(match__in=matches)
    mentions.replace_in(said, *expectations.QUESTIONS)
    signatures = Signature.objects.filter(**in_versions).exclude(person=user)
    mentions.replace_in(signatures, "typed_name")
    written = Reflection.system.filter(match__in=matches)
    mentions.replace_in(written, "learned", "next_steps")
    mentions.replace_in(GoalReflection.system.filter(reflection__in=written), "learned")
    goals_privacy.replace_mentions(mentions, matches)
    mentions.replace_in(Activity.system.filter(match__in=matches), "text")
    Transition.system.about_any(versions).update(why="")


def empty_unsigned(versions: AgreementVersionQuerySet) -> None:
    """Empty drafts and texts that only one person signed; they never became an agreement."""
    state = AgreementVersion.State
    unsigned = versions.exclude(state__in=[state.SIGNED, state.SUPERSEDED])
    AgreementText.system.filter(version__in=versions).update(shared_snapshot={})
    AgreementText.system.filter(version__in=unsigned).update(
        signed_text="", **dict.fromkeys(WRITTEN, "")
    )
    AgreedGoal.system.filter(version__in=unsigned).delete()
    AgreedActivity.system.filter(version__in=unsigned).delete()


@retention.register
def erase_old_texts(matches: MatchQuerySet) -> None:
    """Empty what pairs that ended long ago never signed, their comments, and what each wrote alone.

    What they signed stays theirs.
    """
    reflections.erase_all(matches)
    expectations.erase_all(matches)
    goals_privacy.empty(Goal.system.filter(match__in=matches))
    Activity.system.filter(match__in=matches).update(text="")
    versions = AgreementVersion.objects.filter(agreement__match__in=matches)
    empty_unsigned(versions)
    PaperScan.system.filter(record__version__in=versions).delete()
    PartComment.system.filter(version__in=versions).delete()
    Transition.system.about_any(versions).update(why="")


AGREED = kept("part of the agreement that the partner signed too; the name is replaced in it")
COLUMNS = rules(
    "agreements",
    {
        "AgreementVersion": {
            "public_id": impersonal("a random id"),
            "wording_language": impersonal("one of the languages of the site"),
        },
        "AgreementWording": {
            "texts sha256": impersonal("what the program says in its agreements"),
        },
        "AgreementText": {
            " ".join(WRITTEN): AGREED,
            "signed_text": kept(AGREED.why, not_exported="the same words as the parts"),
            "shared_snapshot": erased(
                not_exported="an earlier wording of the same text", mentions="emptied whole"
            ),
        },
        "AgreedGoal": {
            "key": impersonal("a random id"),
            "text measure": AGREED,
        },
        "AgreedActivity": {"text": AGREED},
        "Activity": {"public_id": impersonal("a random id"), "text": erased()},
        "Goal": {
            "public_id key": impersonal("a random id"),
            "text measure why": erased(),
        },
        "GoalStep": {
            "public_id": impersonal("a random id"),
            "text": erased(),
        },
        "GoalChange": {"before": erased()},
        "Expectations": {" ".join(expectations.QUESTIONS): erased()},
        "PartComment": {
            "public_id": impersonal("a random id"),
            "text values_json answer": erased(),
        },
        "PaperRecord": {"public_id": impersonal("a random id")},
        "PaperScan": {
            "content": erased(
                not_exported="the pair downloads it from its agreement",
                mentions="a picture, deleted whole",
            ),
        },
        "Reflection": {"learned next_steps": erased()},
        "GoalReflection": {"goal_key": impersonal("a random id"), "learned": erased()},
        "Signature": {
            "typed_name": erased(),
            "sha256": kept("the hash of the text as it was signed", mentions="a hash"),
        },
    },
)

register("agreements", export=export, erase=erase, columns=COLUMNS)
