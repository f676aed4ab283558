"""The introduction: what both share, contact details as on the page, and first words."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from accounts.models import Industry, Language
from applications.models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    PrivateAnswers,
    QuestionAnswer,
)
from matches.models import Match
from matches.vocabulary_text import Vocabulary
from matches.what_you_share import MOST, what_you_share
from notifications.testing import deliver_due_emails
from programs.models import ProgramQuestion
from testkit import factories
from testkit import rounds as make


def word(model, code):
    return model.objects.get_or_create(code=code, defaults={"names": {"en": code, "fr": code}})[0]


def answer(application, question, *values):
    row = QuestionAnswer(application=application, question=question)
    row.values = list(values)
    row.save()


def shared(pair):
    return what_you_share(pair.mentee, pair.mentor, Vocabulary(pair.program))


@pytest.fixture
def pair(cohort, people, cleo, kim):
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    pair = Match.objects.with_people().get(mentee=people["amina"])
    for person in pair.people:
        person.profile.languages.add(word(Language, "fr"))
        person.profile.industries.add(word(Industry, "health care"))
        person.profile.place = "Red Deer"
        person.profile.save()
    return pair


def test_both_share_what_both_have_said(pair):
    assert shared(pair) == [
        "You both know this, in one way or another: career change.",
        "Topics that you both chose: hiring.",
        "You would both like to meet every month.",
        "You are both in Red Deer.",
        "You both speak fr.",
        "You both know this field: health care.",
    ]


def test_what_only_one_has_said_is_not_shared(pair):
    pair.mentor.person.profile.languages.clear()
    pair.mentor.person.profile.industries.set([word(Industry, "mining")])
    type(pair.mentor.person.profile).objects.filter(user=pair.mentor.person).update(place="Calgary")
    ApplicationExperience.objects.filter(application=pair.mentor).update(is_shared=False)
    ApplicationTopic.objects.filter(application=pair.mentor).delete()
    Application.objects.filter(pk=pair.mentor.pk).update(rhythm_days=None)
    assert shared(Match.objects.with_people().get(pk=pair.pk)) == []


@pytest.mark.parametrize(("channel", "is_shown"), [("shared", True), ("committee", False)])
def test_an_answer_to_an_own_question_counts_only_if_the_match_reads_it(pair, channel, is_shown):
    question = ProgramQuestion.objects.create(
        program=pair.program, heading="How do you like feedback?", kind="one",
        channel=channel, options=["direct", "gentle"],
    )  # fmt: skip
    for application in (pair.mentee, pair.mentor):
        answer(application, question, "gentle")
    text = "You gave the same answer to “How do you like feedback?”: gentle."
    assert (text in shared(pair)) == is_shown


def test_own_words_are_never_compared(pair):
    question = ProgramQuestion.objects.create(
        program=pair.program, heading="Anything else?", kind="text", channel="shared"
    )
    for application in (pair.mentee, pair.mentor):
        answer(application, question, "CANARY")
    assert "CANARY" not in "".join(shared(pair))


def introductions():
    sent = deliver_due_emails(timezone.now() + timedelta(hours=1))
    return {one.to[0]: one for one in sent if "Meet " in one.subject}


def test_each_reads_contact_details_and_the_same_facts(pair):
    for person in pair.people:
        person.profile.phone = f"+1 403 555 01{person.pk % 90 + 10}"
        person.profile.save()
    PrivateAnswers.system.create(application=pair.mentee, needs="CANARY", limits="CANARY")
    sent = introductions()
    for person, partner in (pair.people, reversed(pair.people)):
        message = sent[person.email]
        for body in (message.body, message.alternatives[0][0]):
            assert partner.email in body
            assert partner.profile.phone in body
            assert all(fact in body for fact in shared(pair))
            assert "CANARY" not in body


def test_words_of_the_committee_are_followed_by_facts_and_contact(cohort, people, cleo, kim):
    from matches.edited_texts import EditedWords
    from matching.rounds import round_texts

    ready = make.approved_round(cohort, kim, cleo)
    words = EditedWords(text="Dear {first_name}!")
    round_texts.save_words(ready, "to_mentee", words, by=cleo, language="en")
    assert "What you share" not in round_texts.default_words(ready, "to_mentor", "en").text
    make.publish(ready, cleo)
    body = introductions()[people["amina"].person.email].body
    assert body.startswith("Dear Amina!\n\nWhat you share:\n- ")
    assert people["ruth"].person.email in body


@pytest.mark.parametrize(("language", "hello"), [("en", "Hello Ruth"), ("fr", "Bonjour Ruth")])
def test_the_page_offers_a_text_to_start_with(pair, as_user, language, hello):
    mentee = pair.mentee.person
    type(mentee).objects.filter(pk=mentee.pk).update(language=language)
    profile = type(mentee.profile).objects.filter(user=pair.mentor.person)
    profile.update(phone="(403) 555-0100")
    page = as_user(mentee).get(reverse("matches:match-hello", args=[pair.public_id]))
    offered = page.context["starting_text"]
    assert offered.text.startswith(hello)
    assert offered.mailto.startswith(f"mailto:{pair.mentor.person.email}?subject=")
    assert unquote(offered.mailto).replace("\r\n", "\n").endswith(offered.text)
    assert offered.sms.startswith("sms:4035550100?body=")
    assert "readonly" in page.content.decode()


def test_without_contact_details_no_link_opens_a_message(pair, as_user):
    from matches.pair_page import StartingText

    offered = StartingText.of(pair, pair.mentee.person, email="", phone="")
    assert (offered.mailto, offered.sms) == ("", "")


# --- any two people

CODES = ["a", "b", "c"]
some = st.sets(st.sampled_from(CODES))
SIDE = st.fixed_dictionaries(
    {
        **dict.fromkeys(("languages", "industries", "topics", "open", "hidden"), some),
        "experiences": st.dictionaries(st.sampled_from(CODES), st.booleans()),
        "place": st.sampled_from(["", "Red Deer", "red  deer", "Banff"]),
        "rhythm_days": st.sampled_from([None, 14, 30]),
        "mode": st.sampled_from(["", "online", "in_person", "either"]),
        "ways": st.dictionaries(
            st.sampled_from(["feedback", "talks"]),
            st.sampled_from(["direct", "gentle", "open"]),
        ),
    }
)
WAYS = {
    ("feedback", "direct"): "direct feedback",
    ("feedback", "gentle"): "gentle feedback",
    ("talks", "open"): "open talks",
}
RHYTHMS = {14: "every two weeks", 30: "every month"}
MODES = {"online": "online", "in_person": "in person"}
SENTENCES = {
    "experiences": "You both know this, in one way or another: {}.",
    "open": "You gave the same answer to “open”: {}.",
    "topics": "Topics that you both chose: {}.",
    "languages": "You both speak {}.",
    "industries": "You both know this field: {}.",
}


class AnyTwoTest(HypothesisTestCase):
    """Each sentence is derived again from what both have said, and none is missing."""

    @settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
    @given(SIDE, SIDE)
    def test_each_sentence_is_true_of_both(self, mentee, mentor):
        cohort = factories.cohort()
        for code in CODES:  # in the order of their ids
            word(Language, f"languages {code}"), word(Industry, f"industries {code}")
            make.topic(f"topics-{code}"), make.experience(f"experiences-{code}")
        asked = {"program": cohort.program, "kind": "several", "options": CODES}
        questions = [
            ProgramQuestion.objects.create(heading=name, channel=channel, **asked)
            for name, channel in (("open", "shared"), ("hidden", "committee"))
        ]
        made = [applicant(cohort, "mentee", mentee, questions)]
        made.append(applicant(cohort, "mentor", mentor, questions))
        with override("en"):
            sentences = what_you_share(*made, Vocabulary(cohort.program))
            assert sentences == what_you_share(*made, Vocabulary(cohort.program))
        expected = set(derived(mentee, mentor))
        assert len(sentences) == min(len(expected), MOST)
        assert set(sentences) <= expected
        assert "hidden" not in "".join(sentences)


def applicant(cohort, role, side, questions):
    user = factories.person()
    practical = {name: side[name] for name in ("rhythm_days", "mode")}
    practical |= {"way_of_working": side["ways"], "matters_most": "industry"}
    application = factories.application(user, cohort, role, **practical)
    type(user.profile).objects.filter(user=user).update(place=side["place"])
    for name, model in (("languages", Language), ("industries", Industry)):
        getattr(user.profile, name).set([word(model, f"{name} {code}") for code in side[name]])
    for code in sorted(side["topics"]):
        topic = make.topic(f"topics-{code}")
        ApplicationTopic.objects.create(application=application, topic=topic)
    for code, is_shared in side["experiences"].items():
        row = {"experience": make.experience(f"experiences-{code}"), "depth": "lived"}
        ApplicationExperience.objects.create(application=application, is_shared=is_shared, **row)
    for question in questions:
        if side[question.heading]:
            answer(application, question, *sorted(side[question.heading]))
    return Application.objects.get(pk=application.pk)  # as it is stored


def derived(one, other):
    """Yield the sentences that are true of both, from what both have said."""
    shared = {code for code in one["experiences"] if one["experiences"][code]}
    shared &= {code for code in other["experiences"] if other["experiences"][code]}
    for name, sentence in SENTENCES.items():
        common = shared if name == "experiences" else one[name] & other[name]
        words = [code if name == "open" else f"{name} {code}" for code in sorted(common)]
        if words:
            text = f"{', '.join(words[:-1])} and {words[-1]}" if words[1:] else words[0]
            yield sentence.format(text)
    for said in one["ways"].items() & other["ways"].items() & WAYS.keys():
        yield f"You both prefer {WAYS[said]}."
    for name, words in (("rhythm_days", RHYTHMS), ("mode", MODES)):
        if one[name] == other[name] and one[name] in words:
            yield f"You would both like to meet {words[one[name]]}."
    place = one["place"].split()
    if place and " ".join(place).lower() == " ".join(other["place"].split()).lower():
        yield f"You are both in {' '.join(place)}."
