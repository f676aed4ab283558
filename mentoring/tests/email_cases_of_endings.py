"""How the e-mails about the end of a pair come about, see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agreements import reflections
from checkins.concerns import raise_about_ending
from matches import endings, reopening, thank_you_notes
from matches.models import FollowUp, Match
from meetings.statements import issuing
from notifications.models import Notification
from testkit import factories

from .email_cases import Case, carer_of, of_pair, pair, update


def term_ends(days: int) -> Case:
    case = of_pair()
    update(case, ends_on=timezone.localdate() + timedelta(days=days))
    return case


def extend_term(case: Case) -> None:
    update(case, ends_on=timezone.localdate() + timedelta(days=200))


def ended_pair() -> Case:
    """Ben has ended it; Ada is told."""
    match = pair()
    closure = endings.end(match, by=match.mentee.person, kind="choice")
    return Case(closure, match.mentor.person)


def reopen(case: Case) -> None:
    match = case.about.match
    reopening.reopen(match, by=match.carer)


def reopened_pair() -> Case:
    """Ada has read that it had ended."""
    case = ended_pair()
    reopen(case)
    ended = Notification.system.filter(kind="match-ended", recipient=case.to)
    sent = {"state": "sent", "reason": "", "sent_at": timezone.now(), "ended_at": timezone.now()}
    ended.update(**sent, ordinal=0, key="the e-mail about the end")
    return case


def asked_what_next() -> Case:
    case = ended_pair()
    return Case(FollowUp.objects.get(closure=case.about, person=case.to), case.to)


def thank_you() -> Case:
    """Ben has thanked Ada while they were closing."""
    match = pair()
    Match.objects.filter(pk=match.pk).update(state="closing")
    match.refresh_from_db()
    note = thank_you_notes.send(match, by=match.mentee.person, text="Thank you for your questions.")
    return Case(note, match.mentor.person)


def reword_note(case: Case) -> None:
    thank_you_notes.send(case.about.match, by=case.about.author, text="Thank you, once more.")


def take_note_back(case: Case) -> None:
    thank_you_notes.take_back(case.about.match, by=case.about.author)


def ending_concern() -> Case:
    match = pair()
    row = raise_about_ending(match, match.mentee.person, author=None, at=timezone.now())
    return carer_of(row)


def completed_pair() -> Case:
    match = pair()
    closure = endings.end(match, by=match.mentee.person, kind="early")
    return Case(closure, match.mentor.person)


def pair_to_look_back() -> Case:
    match = completed_pair().about.match
    return Case(match, match.mentor.person)


def get_certificate(case: Case) -> None:
    issuing.issue_certificate(case.about.match, by=case.to)


def alumnus() -> Case:
    """Ada's pair ended a month ago; a cohort of its program has opened since."""
    match = pair()
    program = match.program
    program.is_public = True
    program.save()
    month = timezone.now() - timedelta(days=30)
    endings.end(match, by=match.mentee.person, kind="early", at=month)
    opens_on = timezone.localdate() - timedelta(days=3)
    factories.cohort(program=program, name="Next", slug="next", opens_on=opens_on)
    row = FollowUp.objects.get(closure__match=match, person=match.mentor.person)
    return Case(row, match.mentor.person)


def look_back(case: Case) -> None:
    reflections.save(case.about, by=case.to, learned="To listen.", next_steps="", goals={})
