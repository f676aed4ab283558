"""A person who has lived through everything, for the tests of erasure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.models import User
from agreements.models import Expectations, PartComment
from applications import mentor_invitations
from applications.importing.import_jobs import create_upload
from applications.models import ImportedRow, RosterJob
from checkins.models import (
    Answer,
    CheckIn,
    Concern,
    ConcernNote,
    ContactLog,
    MediationStep,
    Suggestion,
)
from learning.models import Lesson
from matches import endings
from matches.models import Farewell, Match
from matching.models import (
    KeepApart,
    Offer,
    Override,
    PairInvitation,
    PairRequest,
    Proposal,
    Round,
    RoundJob,
    RoundText,
)
from matching.rounds.decisions import RoundDecision, decide
from meetings.models import Agenda, ContactRequest, LogEntry, PrivateNote, SharedItem
from notifications import outbox
from notifications.models import BouncedAddress, KnownState, Notification
from programs import opening_requests
from support.models import Referral, SupportAnswer, SupportRequest
from testkit import factories, rounds
from workflow.models import Transition

from . import access_fixtures, erasure_words
from .access_fixtures_of_pauses import was_paused
from .access_roles import AccessFixtures
from .erasure_words import ADDRESS, NAME, Planted


@dataclass
class Erasure:
    """A person with a long history, what was planted, and their published and draft round."""

    pk: int
    planted: Planted
    published: Round
    draft: Round
    world: AccessFixtures

    @property
    def person(self) -> User:
        """As stored now: erasing changes the object that it is given."""
        return User.objects.get(pk=self.pk)


def live() -> Erasure:
    """Let a person live through everything, and plant the words."""
    world = access_fixtures.build()
    person = world.people["mentee"]
    User.objects.filter(pk=person.pk).update(name=NAME, email=ADDRESS, language="fr")
    EmailAddress.objects.filter(user=person).update(email=ADDRESS)
    person.refresh_from_db()
    published, draft = (_round(world, person) for _n in range(2))
    rounds.publish(published, world.people["chair"])
    for match in Match.objects.of(person).open().with_people():
        endings.end(match, by=person, kind=Match.Closed.COMPLETED, farewell="f")
    _offers(published)
    _account(person)
    _emails(world, person)
    _files(world)
    _care_of_the_partner(world)
    planted = erasure_words.plant(person)
    published.refresh_from_db()
    return Erasure(person.pk, planted, published, draft, world)


def _care_of_the_partner(world) -> None:
    now, survey = timezone.now(), world.row("checkin", "A").survey
    match, partner = world.row("match", "A"), world.people["mentor"]
    endings.give_reason(match, by=partner, text="r")
    Farewell.objects.create(closure=match.closures.get(), author=partner, text="f")
    access_fixtures.looked_back(match, partner)
    was_paused(match, partner)
    said = CheckIn.objects.create(
        match=match, person=partner, kind="pulse", survey=survey,
        state="answered", opens_at=now, opened_at=now, due_at=now, answered_at=now,
        closes_at=now + timedelta(days=1),
    )  # fmt: skip
    Answer.objects.create(checkin=said, question=survey.questions.first(), text="t")
    about = {"program": match.program, "match": match, "person": partner}
    asked = Concern.objects.create(author=partner, **about)
    member = world.people["carer"]
    ConcernNote.objects.create(concern=asked, member=member, text="n")
    MediationStep.objects.create(
        concern=asked, kind="mentor", on=now.date(), member=member, text="n"
    )
    ContactLog.objects.create(match=match, person=partner, member=member, note="n")
    Suggestion.objects.create(program=match.program, person=partner, text="t", nonce="n")
    Lesson.objects.create(match=match, person=partner, language="en", text="t", offered_at=now)
    organisation = world.row("referral", "A").organisation
    Referral.objects.create(
        organisation=organisation, application=match.mentor, match=match, person=partner,
        by=member, consented_on=now.date(), follow_up_on=now.date(), made_at=now, note="t",
    )  # fmt: skip
    wished = SupportRequest.objects.create(
        application=match.mentor if match.mentor.person == partner else match.mentee,
        topic=world.row("support_topic", "own"), text="t", **about,
    )  # fmt: skip
    SupportAnswer.objects.create(request=wished, by=member, answered_at=now, text="t")
    for number, meeting in enumerate(match.meetings.all()):
        author = partner if number else match.mentee.person
        Agenda.system.filter(meeting=meeting).update(author=author)
        LogEntry.objects.create(meeting=meeting, author=partner, learned="l", next_step="n")
        PrivateNote.objects.create(meeting=meeting, author=partner, text="p")
    own = world.row("comment", "A")
    PartComment.objects.create(
        version=own.version, part=own.part, part_revision=own.part_revision, author=partner,
        written_at=now, text="t", answer="a", values_json=own.values_json,
    )  # fmt: skip
    Expectations.objects.create(match=match, author=partner, hopes="h", saved_at=now)
    SharedItem.objects.create(match=match, author=partner, kind="contact", title="t", details="d")
    ContactRequest.objects.create(match=match, asker=partner, wished="i", why="y")


def _round(world, person) -> Round:
    """A round with the person in its plan, in its minutes, and in rows of its own."""
    chair, second = world.people["chair"], world.people["matcher"]
    cohort = factories.cohort(program=world.program)
    everyone = rounds.small_cohort(cohort)
    mine = rounds.applicant(cohort, "", person=person, topics={"hiring": 3})
    access_fixtures.confidential_rows(world, mine)
    made = rounds.run_round(cohort, chair)
    step = RoundDecision(kind="reject", mentee=mine.pk, mentor=everyone["priya"].pk, why="w")
    decide(made, step, by=chair, expected_version=made.plan_version)
    made.refresh_from_db()
    pair = {"round": made, "mentee": mine, "mentor": everyone["priya"]}
    for mentee in (mine, everyone["joel"]):
        Override.objects.create(**{**pair, "mentee": mentee}, codes=[], reason="r", by=chair)
        to = {"round": made, "application": mentee, "language": "en", "by": chair}
        RoundText.objects.create(sort="fit", text="t", **to)
    RoundJob.objects.create(round=made, created_by=chair)
    for one in (everyone["ruth"], everyone["amina"]):
        KeepApart.objects.create(
            program=world.program, first=one.person, reason="r", by=chair,
            second=person if one == everyone["ruth"] else everyone["joel"].person,
        )  # fmt: skip
    for mentee in (mine, everyone["joel"]):
        PairRequest.objects.create(
            cohort=cohort, origin="committee", mentee=mentee, mentor=everyone["priya"], by=chair,
            state="declined", closed_at=timezone.now(), reason="r", decision_reason="d", words="w",
        )  # fmt: skip
    access_fixtures.confidential_rows(world, everyone["joel"])
    for row in (mine, everyone["joel"]):
        Transition.objects.create(
            about_type="applications.application", about_id=row.pk, from_state="draft",
            to_state="submitted", at=timezone.now(), why="w",
        )  # fmt: skip
    rounds.lifecycle.send_to_review(made, by=chair)
    rounds.lifecycle.approve(made, by=second, expected_version=made.plan_version)
    return Round.system.get(pk=made.pk)


def _offers(round_) -> None:
    """Requests before matches of the round: an open one and a declined one of each mentee.

    They come after the publication, which an open one of its mentees would stop.
    """
    now, cohort = timezone.now(), round_.cohort
    vera, noor = (rounds.applicant(cohort, name, "mentor") for name in ("Vera", "Noor"))
    for proposal in Proposal.system.filter(round=round_).in_plan():
        asked = {"round": round_, "mentee": proposal.mentee, "why": {"h": []}}
        times = {"opened_at": now, "closes_at": now + timedelta(days=5)}
        Offer.objects.create(**asked, **times, mentor=vera)
        ended = {"state": "declined", "reason": "time", "closed_at": now}
        Offer.objects.create(**asked, **times, **ended, mentor=noor)


def _account(person) -> None:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    other = Client()  # someone asked for a code and has not signed in
    session = other.session
    session["typed"] = {"email": ADDRESS}
    session.save()
    key = client.session.session_key
    UserSession.objects.create(user=person, ip="203.0.113.9", session_key=key, user_agent="A")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})


def _emails(world, person) -> None:
    for to in (person, None):
        outbox.enqueue_account_email(
            to=to, address=ADDRESS, subject=NAME, text=NAME, html=NAME, expires_at=None
        )
    row = Notification.system.filter(recipient=person, kind="account-email")
    ended = {"state": "failed", "reason": "rejected", "ended_at": timezone.now()}
    row.update(error=f"550 {ADDRESS}", **ended)
    KnownState.objects.create(topic="t", person=person, digest="d", since=timezone.now())
    BouncedAddress.objects.create(
        digest=outbox.digest_of_address(ADDRESS), person=person, last_bounced_at=timezone.now()
    )
    opening_requests.ask(world.program, ADDRESS, "mentor")
    chair = world.people["chair"]
    mentor_invitations.invite(world.program, ADDRESS, by=chair, named="full")
    asking = {"cohort": world.cohort, "origin": "self", "by": world.people["mentor"]}
    asked = PairRequest.objects.create(
        **asking, mentor=world.row("match", "A").mentor, reason="r", words="w", state="asked"
    )
    PairInvitation.objects.create(
        request=asked, program=world.program, address=ADDRESS, language="en",
        address_key=outbox.digest_of_address(ADDRESS),
    )  # fmt: skip
    outbox.enqueue("match-introduced", to=world.people["mentor"], about=world.row("match", "A"))


def _files(world) -> None:
    chair = world.people["chair"]
    content = f"name,note\n{NAME},zqfileword\n"
    upload = create_upload(
        content.encode(), cohort=world.cohort, role="mentee", file_name="f", map_text="", by=chair
    )
    upload.columns_json = json.dumps([{"heading": "name", "answers": [NAME]}])
    upload.save()
    other = create_upload(
        b"name\nSomeone Else\n",
        cohort=world.cohort,
        role="mentee",
        file_name="g",
        map_text="",
        by=chair,
    )
    other.columns_json = json.dumps([{"heading": "note", "answers": ["stays"]}])
    other.save()
    person = {"person": world.people["mentee"].pk, "name": NAME, "changes": {"place": "zqfileword"}}
    job = RosterJob.objects.create(upload=upload, created_by=chair, error="e")
    problem = {"row": 1, "text": f"{NAME} <{ADDRESS}>"}
    job.report = {"people": [person], "problems": [problem]}
    job.save()
    written = json.dumps({"name": NAME, "needs": "zqfileword"})
    rows = ImportedRow.system.filter(application__person=world.people["mentee"])
    rows.update(written_json=written, changes_json=written)
