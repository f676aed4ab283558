"""One row of every kind in which every role occurs, for the tests that visit every page.

Pairs A and B belong to one program. Pair F is closed, and its mentor is also the mentor of A. Pair
Z belongs to another program. `rows["match", "A"]` is the row that a URL refers to. A new model is
added by one function with `@register_builder`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Industry, Language, User
from agreements.models import AgreedGoal, GoalReflection, Reflection
from applications.importing.import_jobs import create_upload
from applications.importing.summaries import summarize, to_json
from applications.importing.tables import read_table
from applications.models import RosterJob, RosterUpload
from checkins.models import Answer, CheckIn, Concern, ConcernNote, Wave
from checkins.seeds import seed_surveys
from matches import endings
from matches.models import ContactChoice, EndingNote, Match, ThankYouNote
from matching.models import KeepApart, RoundJob, RoundText
from matching.rounds.decisions import RoundDecision, decide
from meetings.models import (
    Agenda,
    ClosingTalk,
    ContactRequest,
    LogEntry,
    Meeting,
    PairContact,
    PrivateNote,
    ProposedTime,
    SharedItem,
)
from meetings.statements import facts, issuing
from notifications.models import Notification, OutboxState
from notifications.outbox import enqueue
from programs.models import Conflict, PlaceDistance
from testkit import agreements, factories, papers, rounds
from workflow.models import Transition

from .access_fixtures_of_announcements import add_announcements
from .access_fixtures_of_care import (
    add_contact,
    add_merge,
    add_recovery,
    add_silence,
    add_step,
    add_suggestion,
)
from .access_fixtures_of_events import add_events
from .access_fixtures_of_goals import add_goals
from .access_fixtures_of_invitations import add_invitation, add_request_of_people
from .access_fixtures_of_learning import add_learning, add_lessons, add_partners, add_support
from .access_fixtures_of_offers import add_offer, add_pair_request
from .access_fixtures_of_pauses import add_pauses
from .access_fixtures_of_review import add_review
from .access_fixtures_of_sign_in import add_organisation
from .access_fixtures_of_surveys import add_need_and_move, add_surveys
from .access_fixtures_of_words import add_merges, words
from .access_roles import OWNERS, PAIRS, AccessFixtures
from .access_rows import confidential_rows

BUILDERS: list[Callable[[AccessFixtures], None]] = []


def register_builder(builder: Callable[[AccessFixtures], None]) -> Callable[[AccessFixtures], None]:
    """Register a part of the world; parts are built in the order in which they stand here."""
    BUILDERS.append(builder)
    return builder


def build() -> AccessFixtures:
    world = AccessFixtures()
    for builder in BUILDERS:
        builder(world)
    return world


@register_builder
def programs(world: AccessFixtures) -> None:
    world.program = world.add(
        "program", "own", factories.program(name="Harbour HR", slug="harbour")
    )
    world.other_program = world.add(
        "program", "Z", factories.program(name="Valley Volunteers", slug="valley")
    )
    closed = world.add("closed_program", "", factories.program(name="Summit", slug="summit"))
    world.add("opening_request", "", factories.waiting_visitor(closed))
    PlaceDistance.objects.create(program=world.program, one="Harbour", other="Hill", km=12)
    world.cohort = world.add("cohort", "own", factories.cohort(program=world.program))
    world.other_cohort = world.add("cohort", "Z", factories.cohort(program=world.other_program))


@register_builder
def people(world: AccessFixtures) -> None:
    names = {
        "stranger": "Dan Ivers", "mentee": "Amina Farah", "mentor": "Ruth Adeyemi",
        "other_mentee": "Joel Tremblay",
        "other_mentor": "Priya Nair", "former": "Fay Lund",
        "far_mentee": "Zoe Abel", "far_mentor": "Zed Brown",
        "inactive": "Ines Gone", "applicant": "Nia Cole",
    }  # fmt: skip
    made = {role: factories.person(name, employer=f"{name} Ltd") for role, name in names.items()}
    for role in ("reader", "carer", "matcher", "chair"):
        made[role] = factories.member(f"Committee {role.title()}", program=world.program, role=role)
    made["conflicted"] = factories.member(
        "Committee Conflicted", program=world.program, role="chair"
    )
    made["outsider"] = factories.member(
        "Committee Outsider", program=world.other_program, role="chair"
    )
    made["maintainer"] = factories.person("Main Tainer", is_superuser=True, is_staff=True)
    world.people = {"anonymous": AnonymousUser(), **made}
    world.add("participant", "A", made["mentee"], owners=("mentee",))
    world.add("participant", "Z", made["far_mentee"], owners=("far_mentee",))
    world.add("employer", "", made["mentee"].profile.employer)
    world.add("industry", "", Industry.objects.create(code="health", names={"en": "Health"}))
    world.add("language", "", Language.objects.create(code="fr", names={"en": "French"}))
    add_merges(world, "", {}, industry=Industry, language=Language)
    conflict = Conflict.objects.create(
        member=made["conflicted"], person=made["mentee"], since=date(2020, 1, 1)
    )
    world.add("conflict", "own", conflict, owners=("conflicted",))
    User.objects.filter(pk=made["inactive"].pk).update(is_active=False)
    add_organisation(world)


@register_builder
def applications(world: AccessFixtures) -> None:
    at = timezone.now() - timedelta(days=100)
    for pair, roles in OWNERS.items():
        cohort = world.other_cohort if pair == "Z" else world.cohort
        for role, name in zip(("mentee", "mentor"), roles, strict=True):
            found = cohort.applications.filter(person=world.people[name], role=role).first()
            row = found or factories.application(world.people[name], cohort, role, submitted_at=at)
            other = roles[1] if role == "mentee" else roles[0]
            world.add(f"{role}_application", pair, row, owners=(name,), partners=(other,))
            if not found:
                confidential_rows(world, row)
    draft = factories.application(
        world.people["applicant"],
        world.cohort,
        "mentee",
        state="draft",
        submitted_at=None,
        review_started_at=None,
    )
    world.add("draft", "A", draft, owners=("applicant",))
    add_invitation(world)
    for pair, cohort in (("own", world.cohort), ("Z", world.other_cohort)):
        newcomer = factories.person(f"Sent {pair}")
        sent = factories.application(newcomer, cohort, state="submitted", review_started_at=None)
        world.add("sent", pair, sent)
        world.add("wish", pair, confidential_rows(world, sent))
    add_review(world)


@register_builder
def matches(world: AccessFixtures) -> None:
    for pair in PAIRS:
        roles = OWNERS[pair]
        mentee, mentor = (world.row(f"{role}_application", pair) for role in ("mentee", "mentor"))
        carer = {"A": world.people["carer"]}.get(pair)
        row = Match.objects.create(mentee=mentee, mentor=mentor, carer=carer)
        world.add("match", pair, row, owners=roles)
        world.add("mentors_match", pair, row, owners=roles[1:], partners=roles[:1])


@register_builder
def agreed(world: AccessFixtures) -> None:
    """A and F have signed, B has a text to sign, Z a draft."""
    written = {
        "A": agreements.signed,
        "B": agreements.shared,
        "F": agreements.signed,
        "Z": agreements.draft,
    }
    for pair, write in written.items():
        version = write(world.row("match", pair))
        add_goals(world, pair)
        world.add("version", pair, version, owners=OWNERS[pair])
        if pair in {"A", "Z"}:
            world.add("wording", "own" if pair == "A" else pair, version.wording)
        scanned = papers.scanned(version, by=world.people["outsider" if pair == "Z" else "chair"])
        world.add("paper_record", pair, scanned, owners=OWNERS[pair])
        agreements.expect(world.row("match", pair))
        world.add("comment", pair, agreements.comment_on(version), owners=OWNERS[pair])


@register_builder
def met(world: AccessFixtures) -> None:
    """Each pair has met once and has a date ahead, that the mentor has suggested."""
    for pair, roles in OWNERS.items():
        match = world.row("match", pair)
        for kind, state, days, hour in (
            ("held", "held", -9, 9),
            ("meeting", "proposed", 9, 10),
            ("set", "set", -2, 11),
        ):
            waits = {
                "awaiting": match.mentee.person,
                "lapses_at": timezone.now() + timedelta(days=days),
            }
            row = Meeting.objects.create(
                match=match,
                state=state,
                on=timezone.localdate() + timedelta(days=days),
                wall_time=time(hour),
                zone="UTC",
                proposed_by=match.mentor.person,
                **(waits if state == "proposed" else {}),
            )
            if state == "proposed":
                when = {"on": row.on, "wall_time": row.wall_time, "zone": "UTC"}
                ProposedTime.objects.create(meeting=row, starts_at=row.starts_at, **when)
                ClosingTalk.objects.create(match=match, meeting=row)
            Agenda.objects.create(meeting=row, place="p", points="q")
            LogEntry.objects.create(
                meeting=row, author=match.mentee.person, learned="l", next_step="n"
            )
            PrivateNote.objects.create(meeting=row, author=match.mentee.person, text="p")
            world.add(kind, pair, row, owners=roles)
        PairContact.objects.create(match=match, person=match.mentee.person, on=date(2026, 1, 5))
        item = SharedItem.objects.create(
            match=match, author=match.mentee.person, kind="contact", title="t", details="d"
        )
        world.add("shared", pair, item, owners=roles[:1], partners=roles[1:])
        asker = match.mentee.person
        wish = ContactRequest.objects.create(match=match, asker=asker, wished="w", why="y")
        world.add("contact_request", pair, wish, owners=roles[:1], partners=roles[1:])
        year = facts.year_of(match.program, world.row("held", pair).on)
        issued = issuing.issue_hours(match.program, year=year, by=match.mentee.person)
        world.add("statement", pair, issued, owners=roles[:1])


@register_builder
def asked(world: AccessFixtures) -> None:
    """Add per mentee an open and an answered check-in, a concern and a logged call."""
    fit, pulse, *_of_milestones = seed_surveys()
    at = timezone.now() - timedelta(days=1)
    for pair, (mentee, mentor) in OWNERS.items():
        match, person = world.row("match", pair), world.people[mentee]
        carer = match.carer or world.people["outsider" if pair == "Z" else "chair"]
        known = {"match": match, "person": person, "opens_at": at, "opened_at": at}
        ends = {"due_at": at + timedelta(days=7), "closes_at": at + timedelta(days=14)}
        row = CheckIn.objects.create(kind="pulse", survey=pulse, state="open", **known, **ends)
        world.add("checkin", pair, row, owners=(mentee,), partners=(mentor,))
        done = CheckIn.objects.create(
            kind="fit", survey=fit, state="answered", answered_at=at, **known, **ends
        )
        world.add("answered", pair, done, owners=(mentee,), partners=(mentor,))
        for question in fit.questions.all():
            Answer.objects.create(checkin=done, question=question, text="t")
        add_need_and_move(done, by=carer)
        words = {"text": "t", "contact_info": "r", "resolution": "d"}
        concern = Concern.objects.create(
            program=match.program, match=match, person=person, author=person, **words
        )
        ConcernNote.objects.create(concern=concern, member=carer, text="n")
        add_step(concern, carer)
        world.add("concern", pair, concern, owners=(mentee,), partners=(mentor,))
        add_contact(world, pair, carer)
        add_suggestion(world, pair)
        add_recovery(world, pair, carer)
        add_merge(world, pair, world.people["outsider" if pair == "Z" else "chair"])
    for pair, cohort in (("own", world.cohort), ("Z", world.other_cohort)):
        counts = {"asked": 9, "answered": 6}
        wave = {"kind": "pulse", "month": date(2026, 1, 1), "published_at": at, **counts}
        world.add("wave", pair, Wave.objects.create(cohort=cohort, **wave))
    add_silence(world, at)
    world.add("survey", "", fit)
    add_surveys(world, pulse)
    add_announcements(world)


@register_builder
def rounds_under_way(world: AccessFixtures) -> None:
    """Add a round with decisions in its minutes and a waiting job to each program."""
    add_request_of_people(world)
    for pair, program, by in (
        ("own", world.program, "chair"),
        ("Z", world.other_program, "outsider"),
    ):
        member = world.people[by]
        cohort = factories.cohort(program=program)
        everybody = rounds.small_cohort(cohort)
        row = world.add("round", pair, rounds.run_round(cohort, member))
        step = RoundDecision(
            kind="reject", mentee=everybody["joel"].pk, mentor=everybody["ruth"].pk, why="w"
        )
        decide(row, step, by=member, expected_version=row.plan_version)
        to = {"application": everybody["amina"], "partner": everybody["ruth"]}
        RoundText.objects.create(
            round=row, sort="to_mentee", language="en", text="t", by=member, **to
        )
        add_offer(world, pair, row, everybody)
        add_pair_request(world, pair, everybody, member)
        world.add("round_job", pair, RoundJob.objects.create(round=row, created_by=member))
        apart = {"first": everybody["amina"].person, "second": everybody["priya"].person}
        world.add(
            "apart", pair, KeepApart.objects.create(program=program, reason="r", by=member, **apart)
        )


register_builder(words)


@register_builder
def ended(world: AccessFixtures) -> None:
    """End F, with a farewell; in A the mentee asks to end. Both gave a reason, and have a note."""
    match = world.row("match", "F")
    former, _mentor = match.people
    endings.end(match, by=former, kind=Match.Closed.BY_CHOICE, farewell="f")
    world.add("ended_match", "F", match, owners=OWNERS["F"])
    endings.ask_committee(world.row("match", "A"), by=world.people["mentee"])
    for pair, author in (("A", "mentee"), ("F", OWNERS["F"][0])):
        ending = world.row("match", pair)
        endings.give_reason(ending, by=world.people[author], reason="time", text="r")
        EndingNote.objects.create(match=ending, member=world.people["chair"], text="n")
        looked_back(ending, world.people[author])
    add_pauses(world)
    # A cancelled e-mail has no body, in which the canary tests plant a word.
    Notification.system.filter(state=Notification.State.CANCELLED).delete()


def looked_back(match: Match, author: User) -> None:
    """Add what one writes at the end: a reflection, a note, and a rule for contact."""
    at = timezone.now() - timedelta(days=1)
    ThankYouNote.objects.create(match=match, author=author, text="t", written_at=at, leaves_at=at)
    ContactChoice.objects.create(match=match, person=author, allows="email", chosen_at=at)
    written = {"learned": "l", "next_steps": "n", "saved_at": at}
    reflection = Reflection.objects.create(match=match, author=author, **written)
    key = AgreedGoal.system.get(version__agreement__match=match).key
    GoalReflection.objects.create(reflection=reflection, goal_key=key, outcome="not", learned="l")


@register_builder
def events(world: AccessFixtures) -> None:
    add_events(world)


@register_builder
def learning(world: AccessFixtures) -> None:
    add_learning(world)
    add_lessons(world)
    add_partners(world)
    add_support(world)


@register_builder
def uploads(world: AccessFixtures) -> None:
    for pair, cohort, by in (("own", world.cohort, "chair"), ("Z", world.other_cohort, "outsider")):
        asked_by = world.people[by]
        row = create_upload(
            b"name\nn\n",
            cohort=cohort,
            role="mentee",
            file_name="people.csv",
            map_text="[fields]",
            by=asked_by,
        )
        summary = summarize(read_table(b"name\nn\n"))
        RosterUpload.system.update(columns_json=to_json(summary))
        row.refresh_from_db()
        world.add("upload", pair, row)
        world.add("upload_job", pair, RosterJob.objects.create(upload=row, created_by=asked_by))


@register_builder
def emails(world: AccessFixtures) -> None:
    """Enqueue the introduction to each mentee; the outbox counts as healthy."""
    OutboxState.objects.update_or_create(
        pk=1, defaults={"last_run_at": timezone.now() + timedelta(hours=1)}
    )
    for pair, (mentee, _mentor) in OWNERS.items():
        enqueue("match-introduced", to=world.people[mentee], about=world.row("match", pair))
        row = Notification.system.get(kind="match-introduced", recipient=world.people[mentee])
        world.add("letter", pair, row, owners=(mentee,))
        if pair != "F":
            world.add("open_match", pair, world.row("match", pair), owners=OWNERS[pair])


@register_builder
def history(world: AccessFixtures) -> None:
    """One recorded step of each match."""
    for pair in PAIRS:
        about = {"about_type": "matches.match", "about_id": world.row("match", pair).pk}
        row = Transition.objects.create(
            **about, from_state="introduced", to_state="active", at=timezone.now(), why="why"
        )
        world.add("transition", pair, row)
