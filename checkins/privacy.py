"""Export and erasure of what check-ins hold about a person: answers and requests for help.

Published counts stay; they name no one.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.column_rules import erased, impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from applications import retention as applications_retention
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from matches import retention
from matches.models import Match, MatchQuerySet
from notifications.reconcilers import reconciler
from programs.retention_limits import text_limits
from workflow.models import Transition

from . import suggestions
from .models import (
    Adjustment,
    Answer,
    AskedNeed,
    CheckIn,
    Concern,
    ConcernNote,
    ContactLog,
    MediationStep,
    Suggestion,
    ThemeMark,
)
from .needs import question_about, shown_answer


@retention.register
def erase_old_texts(matches: MatchQuerySet) -> None:
    """Erase the free answers and care notes of pairs that ended long ago.

    Chosen answers stay for the counts. Concerns have a limit of their own, see below.
    """
    checkins = CheckIn.objects.filter(match__in=matches)
    Answer.system.filter(checkin__in=checkins).update(text="")
    ThemeMark.system.filter(answer__checkin__in=checkins).delete()
    ContactLog.system.filter(match__in=matches).update(note="")
    for rows in (checkins, Concern.system.filter(match__in=matches)):
        Transition.system.about_any(rows).update(why="")


@applications_retention.register
def erase_answers_of_declined(applications: ApplicationQuerySet) -> None:
    """Erase what people answered when they applied, if they were declined; counts stay."""
    declined = applications.filter(state=Application.State.DECLINED)
    Answer.system.filter(checkin__application__in=declined).delete()


@reconciler
def erase_old_concerns(at: datetime) -> int:
    """Erase the texts of concerns that were resolved long ago; return how many. Each is marked.

    While the pair goes on they are kept: they are the history of its care.
    """
    erased = 0
    for theirs, before in text_limits(at):
        resolved = Concern.system.filter(theirs("program"), resolved_at__lte=before)
        over = resolved.filter(
            Q(match=None) | Q(match__closed_at__lte=before), texts_erased_at=None
        )
        ConcernNote.system.filter(concern__in=over).update(text="")
        MediationStep.system.filter(concern__in=over).update(text="")
        erased += over.update(text="", contact_info="", resolution="", texts_erased_at=at)
    return erased


NO_ONE = "counts name no one"
FOR_THE_COMMITTEE = "notes of the committee; ask it for them"


def export(user: User) -> dict[str, object]:
    """Return the answers of `user` and what `user` asked the committee."""
    answers = (
        Answer.objects.visible_to(user)
        .filter(checkin__person=user)
        .select_related("question__survey", "checkin")
    )
    needs = AskedNeed.objects.visible_to(user).filter(checkin__person=user)
    return {
        "needs_asked_about": [
            {
                "question": str(question_about(row.topic, row.names)),
                "answer": shown_answer(row),
                "asked_at": row.checkin.opened_at,
            }
            for row in needs.select_related("checkin")
        ],
        "answers": [
            {
                "question": str(row.question),
                "answer": row.shown,
                "text": row.text,
                "answered_at": row.checkin.answered_at,
            }
            for row in answers
        ],
        "asked_for_help": [
            {
                "text": row.text,
                "contact_info": row.contact_info,
                "urgency": row.urgency,
                "state": row.state,
                "raised_at": row.raised_at,
            }
            for row in Concern.objects.of(user)
        ],
        "suggestions": [
            {
                "program": row.program.name,
                "text": row.text,
                "with_name": row.may_be_named,
                "sent_at": row.sent_at,
                "answer": row.answer,
                "answered_at": row.answered_at,
            }
            for row in Suggestion.objects.visible_to(user).select_related("program")
        ],
    }


def erase(user: User) -> None:
    """Delete the answers of `user`; empty what was written by them, or by the committee on them."""
    matches = Match.objects.of(user)
    Answer.system.filter(checkin__person=user).delete()
    AskedNeed.system.filter(checkin__person=user).delete()
    concerns = Concern.system.filter(Q(person=user) | Q(author=user))
    ConcernNote.system.filter(concern__in=concerns).update(text="")
    MediationStep.system.filter(concern__in=concerns).update(text="")
    concerns.update(text="", contact_info="", resolution="")
    ContactLog.system.filter(person=user).update(note="")
    suggested = Suggestion.system.filter(person=user, texts_erased_at=None)
    suggestions.erase_words(suggested, timezone.now())
    mentions, in_pair = Mentions.of(user), {"match__in": matches}
    mentions.replace_in(Answer.system.filter(checkin__match__in=matches), "text")
    mentions.replace_in(Concern.system.filter(**in_pair), "text", "contact_info", "resolution")
    mentions.replace_in(ConcernNote.system.filter(concern__match__in=matches), "text")
    mentions.replace_in(MediationStep.system.filter(concern__match__in=matches), "text")
    mentions.replace_in(ContactLog.system.filter(**in_pair), "note")
    programs = Application.objects.of(user).order_by().values("cohort__program")
    mentions.replace_in(Adjustment.objects.filter(program__in=programs), "heard", "changed")
    partners = [person for match in matches.with_people() for person in match.people]
    mentions.replace_in(Suggestion.system.filter(person__in=partners), "text", "answer")
    for rows in (CheckIn.objects.filter(person=user), concerns):
        Transition.system.about_any(rows).update(why="")


COLUMNS = rules(
    "checkins",
    {
        "Adjustment": {
            "heard changed": kept(
                "the committee's own words to everyone", not_exported="written about no one"
            )
        },
        "Theme": {
            "code": impersonal("a code of a word of the program"),
            "names": impersonal("the program's own words"),
        },
        "Survey": {"titles intros": impersonal("the program's own words")},
        "Question": {"code texts choices concern_codes": impersonal("the program's own words")},
        "Wave": {
            "figures need_figures changes goals themes named_readers": kept(
                "counts of a group, and ids of readers and pairs",
                not_exported=NO_ONE,
                mentions=NO_ONE,
            )
        },
        "ObjectiveMeasure": {"question_code": impersonal("the code of a question")},
        "PlannedSettings": {"days": impersonal("numbers of a program's policy")},
        "MovedDate": {"wait before_end": impersonal("spans of time")},
        "CheckIn": {"public_id": impersonal("a random id")},
        "AskedNeed": {
            "names": erased(mentions="words of the program's vocabulary"),
            "choice": erased(mentions="a code of the question"),
        },
        "Answer": {"choice": erased(mentions="a code of the question"), "text": erased()},
        "Concern": {
            "public_id nonce": impersonal("a random id"),
            "text contact_info": erased(),
            "resolution": erased(not_exported=FOR_THE_COMMITTEE),
        },
        "MediationStep": {"text": erased(not_exported=FOR_THE_COMMITTEE)},
        "ConcernNote": {"text": erased(not_exported=FOR_THE_COMMITTEE)},
        "Suggestion": {"nonce": impersonal("a random id"), "text answer": erased()},
        "ContactLog": {"note": erased(not_exported=FOR_THE_COMMITTEE)},
    },
)

register("checkins", export=export, erase=erase, columns=COLUMNS)
