"""Plant words about one person in every stored text, and search everything that is stored.

Rows of the person get a word of their own in every column. Rows of others get a sentence with the
person's name and address, where the rules (`accounts.column_rules`) say that these are replaced.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.column_rules import ColumnRule, Fate
from accounts.models import User
from accounts.privacy import COLUMN_RULES
from applications.models import Application
from matches.models import Match
from notifications.outbox import digest_of_address

NAME, ADDRESS = "Zqamina Zqfarah", "zqamina@example.org"
NAMES = ("zqamina", "zqfarah")
MENTION = f"Ask {NAME.upper()} or {ADDRESS}."
IP = "203.0.113.77"

# Columns that no word fits; the tests look at them on their own.
NOT_PLANTED = {
    "agreements.PaperScan.content": "an encrypted file, deleted whole",
    "accounts.User.language": "one of the languages of the site",
    "accounts.User.name": "has the name",
    "accounts.User.email": "has the address",
    "account.EmailAddress.email": "has the address",
    "accounts.User.public_id": "the log of erased people needs it",
    "accounts.User.time_zone": "one of the zones of the clock",
    "meetings.Statement.facts": "JSON with the person's own name",
    "meetings.Meeting.zone": "one of the zones of the clock",
    "meetings.ProposedTime.zone": "one of the zones of the clock",
    "applications.RosterUpload.columns_json": "has some answers of the file",
    "applications.RosterUpload.content_text": "a row of the file names the person",
    "applications.RosterJob.report_json": "quotes the row that names the person",
    "applications.ImportedRow.changes_json": "has answers of the person",
    "applications.ImportedRow.written_json": "has answers of the person",
    "matching.Round.criteria": "numbers, and the committee's words for criteria",
    "matching.RoundEntry.facts": "codes and ids",
    "matching.RoundEntry.moved": "ids",
    "matching.RoundEntry.plan_before": "numbers",
    "matching.RoundPlan.plan": "numbers",
    "matching.RoundPlan.score_overrides": "numbers",
    "matching.RoundPlan.acknowledged_changes": "hashes by id, empty here",
    "matching.Offer.why": "codes and ids",
    "matching.Override.codes": "codes of rules",
    "matching.Snapshot.columns": "ids",
    "matching.Snapshot.fingerprints": "hashes by id",
    "matching.Snapshot.people": "numbers",
    "matching.Snapshot.scores": "numbers",
    "notifications.KnownState.topic": "the row's own key",
    "sessions.Session.session_data": "signed; holds the account's id",
    "sessions.Session.session_key": "a key",
    "checkins.Wave.figures": "counts",
    "checkins.Wave.goals": "counts",
    "checkins.Wave.changes": "counts",
    "checkins.Wave.named_readers": "ids",
    "checkins.Wave.themes": "counts",
    "checkins.Wave.need_figures": "counts",
}


@dataclass
class Planted:
    """Words by column: those that must go, those that must stay, and where the name was put."""

    erased: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)


def own_rows(person: User) -> dict[str, Q]:
    """Return which rows of each table are the person's."""
    matches = Match.objects.of(person)
    in_pair = Q(mentee__person=person) | Q(mentor__person=person)
    applications = Application.objects.filter(person=person)
    return {
        "account.EmailAddress": Q(user=person),
        "accounts.Employer": Q(pk=person.profile.employer_id),
        "accounts.Profile": Q(user=person),
        "accounts.User": Q(pk=person.pk),
        "agreements.AgreementText": Q(version__agreement__match__in=matches),
        "agreements.Activity": Q(author=person) | Q(author=None, match__mentee__person=person),
        "agreements.AgreedActivity": Q(version__agreement__match__in=matches),
        "agreements.AgreedGoal": Q(version__agreement__match__in=matches),
        "agreements.Goal": Q(person=person),
        "agreements.GoalChange": Q(goal__person=person) | Q(person=person),
        "agreements.GoalStep": Q(goal__person=person) | Q(author=person),
        "agreements.GoalReflection": Q(reflection__author=person),
        "agreements.Expectations": Q(author=person),
        "agreements.PaperScan": Q(record__version__agreement__match__in=matches),
        "agreements.PartComment": Q(author=person),
        "agreements.Reflection": Q(author=person),
        "agreements.Signature": Q(person=person),
        "applications.Application": Q(person=person),
        "applications.ApplicantQuestion": Q(application__person=person),
        "applications.CommitteeNote": Q(application__person=person),
        "applications.Decision": Q(application__person=person),
        "applications.ImportedRow": Q(application__person=person),
        "applications.MentorInvitation": Q(address_key=digest_of_address(person.email)),
        "matching.PairInvitation": Q(address_key=digest_of_address(person.email)),
        "applications.NamedWish": Q(application__person=person),
        "applications.Opinion": Q(application__person=person),
        "applications.InterviewAppointment": Q(application__person=person),
        "applications.InterviewScore": Q(application__person=person),
        "applications.Reference": Q(application__person=person),
        "applications.Standing": Q(application__person=person),
        "applications.PrivateAnswers": Q(application__person=person),
        "applications.QuestionAnswer": Q(application__person=person),
        "checkins.Answer": Q(checkin__person=person),
        "checkins.AskedNeed": Q(checkin__person=person),
        "checkins.Concern": Q(person=person),
        "checkins.ConcernNote": Q(concern__person=person),
        "checkins.MediationStep": Q(concern__person=person),
        "checkins.ContactLog": Q(person=person),
        "checkins.Suggestion": Q(person=person),
        "checkins.ContactPlan": Q(person=person),
        "learning.Lesson": Q(person=person),
        "matches.AccountMerge": Q(kept=person) | Q(other=person),
        "matches.AccountRecovery": Q(person=person),
        "matches.EndingNote": Q(match__in=matches),
        "matches.EndingReason": Q(person=person),
        "matches.Farewell": Q(author=person),
        "matches.Match": in_pair,
        "matches.PauseNote": Q(author=person),
        "matches.PauseRequest": Q(person=person),
        "matches.ThankYouNote": Q(author=person),
        "matching.KeepApart": Q(first=person) | Q(second=person),
        "matching.Offer": in_pair,
        "matching.PairRequest": in_pair,
        "matching.Override": in_pair,
        "matching.Proposal": in_pair,
        "matching.RoundEntry": in_pair,
        "matching.RoundText": Q(application__person=person) | Q(partner__person=person),
        "meetings.Agenda": Q(author=person),
        "meetings.LogEntry": Q(author=person),
        "meetings.PrivateNote": Q(author=person),
        "meetings.SharedItem": Q(author=person),
        "meetings.ContactRequest": Q(asker=person),
        "meetings.ProposedTime": Q(meeting__match__in=matches),
        "meetings.Meeting": Q(match__in=matches),
        "mfa.Authenticator": Q(user=person),
        "notifications.BouncedAddress": Q(person=person),
        "notifications.KnownState": Q(person=person),
        "notifications.Notification": Q(recipient=person, state="failed"),
        "programs.OpeningRequest": Q(address_key=digest_of_address(person.email)),
        "socialaccount.SocialAccount": Q(user=person),
        "support.Referral": Q(person=person),
        "support.SupportAnswer": Q(request__person=person),
        "support.SupportRequest": Q(person=person),
        "usersessions.UserSession": Q(user=person),
        "workflow.Transition": Q(about_type="matches.match", about_id__in=matches.values("pk"))
        | Q(about_type="applications.application", about_id__in=applications.values("pk")),
    }


def rows_of_others(person: User) -> dict[str, Q]:
    """Return which rows of others may name the person: in their pairs, and in their cohorts."""
    matches = Match.objects.of(person)
    cohorts = Application.objects.filter(person=person).values("cohort")
    others = Application.objects.filter(cohort__in=cohorts)
    in_pair = Q(version__agreement__match__in=matches)
    return {
        "agreements.Activity": Q(match__in=matches),
        "agreements.AgreedActivity": in_pair,
        "agreements.AgreedGoal": in_pair,
        "agreements.AgreementText": in_pair,
        "agreements.Goal": Q(match__in=matches),
        "agreements.GoalChange": Q(goal__match__in=matches),
        "agreements.GoalStep": Q(goal__match__in=matches),
        "agreements.GoalReflection": Q(reflection__match__in=matches),
        "agreements.Expectations": Q(match__in=matches),
        "agreements.PartComment": in_pair,
        "agreements.Reflection": Q(match__in=matches),
        "agreements.Signature": in_pair,
        "announcements.Announcement": Q(program__cohorts__in=cohorts),
        "announcements.SavedGroup": Q(program__cohorts__in=cohorts),
        "applications.Application": Q(cohort__in=cohorts),
        "applications.ApplicantQuestion": Q(application__cohort__in=cohorts),
        "applications.CommitteeNote": Q(application__cohort__in=cohorts),
        "applications.Decision": Q(application__cohort__in=cohorts),
        "applications.ImportedRow": Q(application__cohort__in=cohorts),
        "applications.NamedWish": Q(application__cohort__in=cohorts),
        "applications.Opinion": Q(application__cohort__in=cohorts),
        "applications.InterviewAppointment": Q(application__cohort__in=cohorts),
        "applications.InterviewScore": Q(application__cohort__in=cohorts),
        "applications.Reference": Q(application__cohort__in=cohorts),
        "applications.Standing": Q(application__cohort__in=cohorts),
        "applications.PrivateAnswers": Q(application__cohort__in=cohorts),
        "applications.QuestionAnswer": Q(application__cohort__in=cohorts),
        "applications.RosterJob": Q(upload__cohort__in=cohorts),
        "applications.RosterUpload": Q(cohort__in=cohorts),
        "checkins.Adjustment": Q(program__cohorts__in=cohorts),
        "checkins.Answer": Q(checkin__match__in=matches),
        "checkins.Concern": Q(match__in=matches),
        "checkins.ConcernNote": Q(concern__match__in=matches),
        "checkins.MediationStep": Q(concern__match__in=matches),
        "checkins.ContactLog": Q(match__in=matches),
        "checkins.Suggestion": Q(person__applications__in=matches.values("mentee"))
        | Q(person__applications__in=matches.values("mentor")),
        "checkins.ContactPlan": Q(match__in=matches),
        "events.FeedbackAnswer": Q(event__sign_ups__person=person),
        "learning.Lesson": Q(match__in=matches),
        "matches.EndingReason": Q(match__in=matches),
        "matches.Farewell": Q(closure__match__in=matches),
        "matches.PauseNote": Q(pause__match__in=matches),
        "matches.PauseRequest": Q(pause__match__in=matches),
        "matches.ThankYouNote": Q(match__in=matches),
        "matching.KeepApart": Q(program__cohorts__in=cohorts),
        "matching.PairRequest": Q(cohort__in=cohorts),
        "matching.Override": Q(round__cohort__in=cohorts),
        "matching.RoundEntry": Q(round__cohort__in=cohorts),
        "matching.RoundText": Q(round__cohort__in=cohorts),
        "matching.RoundJob": Q(round__cohort__in=cohorts),
        "meetings.Agenda": Q(meeting__match__in=matches),
        "meetings.LogEntry": Q(meeting__match__in=matches),
        "meetings.PrivateNote": Q(meeting__match__in=matches),
        "meetings.SharedItem": Q(match__in=matches),
        "meetings.ContactRequest": Q(match__in=matches),
        "support.Referral": Q(match__in=matches),
        "support.SupportAnswer": Q(request__match__in=matches),
        "support.SupportRequest": Q(match__in=matches),
        "workflow.Transition": Q(
            about_type="applications.application", about_id__in=others.values("pk")
        ),
    }


def plant(person: User) -> Planted:
    """Write the words; `person` must be called NAME and have ADDRESS."""
    planted, own, others = Planted(), own_rows(person), rows_of_others(person)
    for name, rule in sorted(COLUMN_RULES.items()):
        if rule.fate == Fate.IMPERSONAL or name in NOT_PLANTED:
            continue
        label, column = name.rsplit(".", 1)
        rows = apps.get_model(label)._base_manager
        mine = list(rows.filter(own[label]).values_list("pk", flat=True)) if label in own else []
        if label in others and not rule.mentions:
            named = rows.filter(others[label], pk__in=rows.exclude(pk__in=mine)).values("pk")
            if _write(label, column, list(named.values_list("pk", flat=True)), MENTION):
                planted.mentioned.add(name)
        if mine:
            _plant_own(planted, name, rule, mine)
    return planted


def _plant_own(planted: Planted, name: str, rule: ColumnRule, mine: list[int]) -> None:
    label, column = name.rsplit(".", 1)
    word = IP if column == "ip" else _word(len(planted.erased) + len(planted.kept))
    _write(
        label,
        column,
        mine,
        word if rule.fate == Fate.ERASED or rule.mentions else f"{word} {MENTION}",
    )
    if rule.fate == Fate.KEPT:
        planted.kept[name] = word
    else:
        planted.erased[name] = word


def _word(number: int) -> str:
    return f"zq{chr(97 + number // 26)}{chr(97 + number % 26)}word"


def _write(label: str, column: str, pks: list[int], text: str) -> int:
    """Write the text into each row, numbered: some columns must not repeat. Returns how many."""
    model = apps.get_model(label)
    for number, pk in enumerate(pks):
        value = f"{text} {number}" if number else text
        shaped = _shaped(model._meta.get_field(column), value)
        model._base_manager.filter(pk=pk).update(**{column: shaped})
    return len(pks)


def _shaped(column: models.Field, text: str) -> Any:
    if isinstance(column, models.JSONField):
        return {"en": text}
    if column.name == "values_json":
        return json.dumps([text])
    return text[: column.max_length]


# --- searching


def stored_texts() -> Iterator[tuple[str, str]]:
    """Yield (column, text) of everything that is stored; what is encrypted is decrypted."""
    for model in apps.get_models(include_auto_created=True):
        names = [column.attname for column in model._meta.local_concrete_fields]
        for row in model._base_manager.order_by().values(*names):
            for name, value in row.items():
                yield f"{model._meta.label}.{name}", _text(value)


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        if not content.startswith(b"["):
            content = zlib.decompress(content) if content[:1] == b"x" else content
        return content.decode("latin-1").lower()
    return str(value).lower()


def found(words: list[str]) -> dict[str, str]:
    """Return {word: column} of the words that are stored somewhere."""
    return {
        word: column for column, text in stored_texts() for word in words if word.lower() in text
    }
