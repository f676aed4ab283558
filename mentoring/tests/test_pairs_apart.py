"""Never a word of one pair in another, for someone in several: as mentor of two, and as mentee.

Ruth mentors Amina and Joel, and is herself the mentee of Priya. All that can be written in a pair
has the word of that pair. Then everybody opens every page, gets every e-mail, and reads the
calendar feed, the PDF and the export of their data.
"""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.privacy import export_person
from agreements import activities, comments, drafting, expectations
from agreements.goals import edits, steps
from agreements.goals.edits import GoalWords
from checkins.seeds import seed_surveys
from matches import endings, pauses, thank_you_notes
from matches.match_creation import create_matches
from matches.models import Match
from meetings import contact_requests, feeds, preparing, recording, scheduling, sharing
from notifications.outbox import enqueue
from notifications.testing import deliver_due_emails
from testkit import factories
from testkit.agreements import PARTS

from .crawl import BACKEND, LeanClient
from .pair_states import Pair, wish
from .state_pages import pages_of_pair, pages_of_person

WORDS = {
    "amina": "saffron",
    "joel": "juniper",
    "priya": "cobalt",
}  # by the other one of Ruth's pair
DAYS = {"amina": 5, "joel": 6, "priya": 7}


@pytest.fixture
def pairs(cohort, program, without_zeal):
    """Three pairs with Ruth, each with its word in every text."""
    logging.disable(logging.CRITICAL)
    seed_surveys()
    program.policy.max_mentees = 3
    carer = factories.member("Eve Lund", program=program, role="carer")
    people = {name: factories.person(f"{name.title()} {name}son") for name in WORDS}
    ruth = factories.person("Ruth Adeyemi")
    mentor = factories.application(ruth, cohort, "mentor", capacity=2)
    at = timezone.now() - timedelta(days=350)
    wanted = [
        (factories.application(people[name], cohort).pk, mentor.pk, {})
        for name in ("amina", "joel")
    ]
    as_mentee = factories.application(ruth, factories.cohort(program=program))
    priya = factories.application(people["priya"], as_mentee.cohort, "mentor")
    matches = create_matches([*wanted, (as_mentee.pk, priya.pk, {})], at=at)
    made = {name: Pair(match, carer) for name, match in zip(WORDS, matches, strict=True)}
    for name, pair in made.items():
        for person in pair.people:
            enqueue("match-introduced", to=person, about=pair.match, at=at)
        write_everything(pair, WORDS[name], DAYS[name])
    yield made
    logging.disable(logging.NOTSET)


def write_everything(pair: Pair, word: str, days: int) -> None:
    """Let both write all that can be written in a pair, with `word` in it."""
    mentee, mentor = pair.people
    for part, values in spelled(word).items():
        version = drafting.save_part(
            pair.match, part, values, expected_revision=0, by=mentee, at=pair.ago(345)
        )
    drafting.share(version, by=mentee, at=pair.ago(345))
    for person in pair.people:
        expectations.answer(pair.match, by=person, answers={"hopes": word}, show=True)
    pair.sign(version, at=pair.ago(345))
    pair.match.refresh_from_db()
    version.refresh_from_db()
    comments.comment(version, "goals", words=word, by=mentee)
    values = {"activities": [f"{word} instead"]}
    comments.suggest(version, "activities", values, words=word, by=mentor)
    goal = pair.goal()
    steps.add_step(goal, f"{word} step", by=mentee)
    own = GoalWords(f"{word} own", word, word, is_shared=False)
    edits.add_goal(pair.match, own, person=mentor, by=mentor)
    activities.add(pair.match, by=mentor, text=f"{word} activity")
    when = {"times": [pair.when(days)], "minutes": 60, "mode": "video"}
    meeting = scheduling.plan_meeting(
        pair.match, by=mentor, place=f"https://{word}.example.org", points=word, **when
    )
    scheduling.accept(meeting, by=mentee)
    preparing.save_agenda(meeting, {"help_wanted": word}, by=mentee)
    for person in pair.people:
        preparing.save_private_note(meeting, f"{word} private", by=person)
    held = pair.was_agreed(days)
    for person in pair.people:
        recording.record(held, by=person, learned=word, next_step=word, at=pair.ago(days - 1))
    sharing.share(pair.match, by=mentor, kind="contact", title=word, details=word)
    contact_requests.ask(pair.match, by=mentee, wished=word, why=word)
    endings.ask_committee(pair.match, by=mentee)
    endings.give_reason(pair.match, by=mentee, reason="time", text=word)


def spelled(word: str) -> dict[str, dict[str, object]]:
    """Return the parts of an agreement with `word` in every text."""
    return {
        "rhythm": PARTS["rhythm"],
        "goals": {"goals": [{"key": "", "text": f"{word} goal", "measure": f"{word} measure"}]},
        "activities": {"activities": [f"{word} work"]},
        "confidentiality": {"confidentiality": word, "feedback": word},
        "term": {"term_months": 12, "short_term_reason": "", "ending_rules": word},
    }


def foreign(text: str, name: str) -> list[str]:
    """Return the words of other pairs than that with `name`."""
    return [word for other, word in WORDS.items() if other != name and word in text]


def test_pages_of_one_pair_have_no_word_of_another(pairs):
    found, seen = [], 0
    for name, pair in pairs.items():
        for person in pair.people:
            is_ruth = person.name.startswith("Ruth")
            client = LeanClient()
            client.force_login(person, backend=BACKEND)
            of_person = [] if is_ruth else pages_of_person(person)
            for page in [*of_person, *pages_of_pair(pair.match, person)]:
                if "pdf" in page.name:
                    continue
                text = client.get(page.address, follow=True).content.decode()
                seen += WORDS[name] in text
                found += [f"{page.name} of {name}: {word}" for word in foreign(text, name)]
                others = set(WORDS) - {name} if not is_ruth else set()
                found += [f"{page.name} of {name}: {o}" for o in others if f"{o}son" in text]
    assert found == []
    assert seen > 30


def test_e_mails_of_one_pair_have_no_word_of_another(pairs):
    deliver_due_emails(timezone.now())
    for name, pair in pairs.items():
        pauses.pause(pair.match, wish(pair, 12), by=pair.mentee)
        pauses.come_back(pair.match, by=pair.mentee)
        deliver_due_emails(timezone.now() + timedelta(hours=1))
        pair.end("early", at=timezone.now())
        thank_you_notes.send(pair.match, by=pair.mentee, text=WORDS[name])
    deliver_due_emails(timezone.now() + timedelta(days=2))
    sent = {pair.partner: [] for pair in map(Partner, pairs.values())}
    found = []
    for message in mail.outbox:
        (to,) = message.to
        text = f"{message.subject}\n{message.body}\n{message.alternatives}\n{message.attachments}"
        words = [word for word in WORDS.values() if word in text]
        found += [f"{message.subject} to {to}: {words}"] if len(words) > 1 else []
        for name, pair in pairs.items():
            (person,) = (one for one in pair.people if not one.name.startswith("Ruth"))
            if to == person.email:
                sent[person.email].append(message)
                found += [f"{message.subject} to {to}: {word}" for word in foreign(text, name)]
    assert found == []
    assert all(len(messages) > 4 for messages in sent.values())


class Partner:
    """The one of a pair who is not Ruth."""

    def __init__(self, pair: Pair) -> None:
        (person,) = (one for one in pair.people if not one.name.startswith("Ruth"))
        self.partner = person.email


def test_feeds_files_and_exports_of_one_pair_have_no_word_of_another(pairs, client):
    for name, pair in pairs.items():
        (person,) = (one for one in pair.people if not one.name.startswith("Ruth"))
        mine = LeanClient()
        mine.force_login(person, backend=BACKEND)
        answer = mine.get(reverse("agreements:agreement-pdf", args=[pair.match.public_id]))
        pages = PdfReader(io.BytesIO(answer.content)).pages
        pdf = "".join(page.extract_text() for page in pages)
        assert WORDS[name] in pdf
        texts = {
            "the PDF": pdf,
            "the feed": feeds.feed_of(person, at=timezone.now()),
            "the export": json.dumps(export_person(person), default=str),
        }
        for what, text in texts.items():
            assert foreign(text, name) == [], f"{what} of {name}"
            assert [other for other in WORDS if other != name and f"{other}son" in text] == []
    ruths = feeds.feed_of(pairs["amina"].mentor, at=timezone.now())
    assert all(f"{name.title()} {name}son" in ruths for name in WORDS)
    assert not any(word in ruths for word in WORDS.values())


def test_after_the_end_nothing_of_the_pair_is_in_the_feed(pairs):
    ended = pairs["amina"]
    ended.end("choice", at=timezone.now())
    assert Match.objects.get(pk=ended.match.pk).state == "closed"
    assert "BEGIN:VEVENT" not in feeds.feed_of(ended.mentee, at=timezone.now())
    of_mentor = feeds.feed_of(ended.mentor, at=timezone.now())
    assert "aminason" not in of_mentor
    assert "joelson" in of_mentor
