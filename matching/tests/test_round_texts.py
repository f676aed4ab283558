"""The committee's words in the e-mails of a round, and letters that follow the recorded reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matches.edited_texts import EditedWords
from matching.emails import unmatched_email
from matching.models import Proposal, Round, RoundText
from matching.rounds import round_texts
from matching.rounds.copying import copy_round
from matching.rounds.decisions import Kind, RoundDecision, decide
from matching.rounds.round_texts import Sort, sort_of_reason
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make


@pytest.fixture
def ready(cohort, people, cleo, kim):
    return make.approved_round(cohort, kim, cleo)


def sent():
    return {
        message.to[0]: message
        for message in deliver_due_emails(timezone.now() + timedelta(hours=1))
    }


def save_text(round_, sort, text, **about):
    """Save a text of the committee, with the usual subject."""
    return round_texts.save_words(round_, sort, EditedWords(text=text), **about)


def save_subject(round_, sort, subject, **about):
    """Save a subject of the committee, with the usual text."""
    return round_texts.save_words(round_, sort, EditedWords(subject=subject), **about)


def address(name, *args):
    return reverse(f"admin:matching_round_{name}", args=args)


# --- the recorded reason


@pytest.mark.parametrize(
    ("why", "is_excluded", "sort"),
    [
        ({"kind": "none"}, False, Sort.FIT),
        ({"kind": "crowded", "mentees": 3}, False, Sort.PLACES),
        ({"kind": "crowded"}, False, Sort.OTHERS),
        ({"kind": "priced"}, False, Sort.OTHERS),
        ({"kind": "crowded", "mentees": 3}, True, Sort.LEFT_OUT),
        ({}, False, Sort.OTHERS),
    ],
)
def test_each_recorded_reason_has_its_letter(why, is_excluded, sort):
    assert sort_of_reason(why, is_excluded=is_excluded) == sort


@pytest.mark.parametrize("sort", [Sort.LEFT_OUT, Sort.PLACES, Sort.OTHERS, Sort.FIT])
def test_no_two_reasons_are_told_with_the_same_words(people, ready, sort):
    texts = {
        other: round_texts.default_words(ready, other, "en").text
        for other in (Sort.LEFT_OUT, Sort.PLACES, Sort.OTHERS, Sort.FIT)
    }
    assert texts[sort] not in [text for other, text in texts.items() if other != sort]
    assert "priority in the next round" in texts[sort]


def test_who_was_left_out_by_hand_is_not_told_of_too_few_places(cohort, people, cleo, kim):
    drafted = make.run_round(cohort, kim)
    leave = RoundDecision(Kind.EXCLUDE, people["sofia"].pk, why="On leave until spring.")
    decide(drafted, leave, by=kim, expected_version=drafted.plan_version)
    fresh = Round.system.get(pk=drafted.pk)
    from matching.rounds import lifecycle

    lifecycle.send_to_review(fresh, by=kim)
    lifecycle.approve(fresh, by=cleo, expected_version=fresh.plan_version)
    make.publish(fresh, cleo)
    message = sent()[people["sofia"].person.email]
    for body in (message.body, message.alternatives[0][0]):
        assert "the committee did not look for a mentor for you in this round" in " ".join(
            body.split()
        )
        assert "places" not in body
        assert "On leave" not in body  # the comment is the committee's


# --- words of the committee


def test_words_for_everyone_reach_everyone_of_that_language(ready, people, cleo):
    people["joel"].person.language = "fr"
    people["joel"].person.save()
    words = "Hello {first_name},\n\nmeet {partner}:\n- {reasons}"
    save_text(ready, Sort.TO_MENTEE, words, by=cleo, language="en")
    make.publish(ready, cleo)
    messages = sent()
    amina = messages[people["amina"].person.email]
    assert amina.body.startswith(
        "Hello Amina,\n\nmeet Ruth Adeyemi:\n- Ruth has been through this: career change."
    )
    assert ">Ruth has been through this: career change.</li>" in amina.alternatives[0][0]
    assert "Meet Ruth" in amina.body  # the button stays
    assert "Bonjour" in messages[people["joel"].person.email].body
    assert "meet Amina" not in messages[people["ruth"].person.email].body


def test_words_for_one_person_go_before_those_for_everyone(ready, people, cleo):
    everyone = {"by": cleo, "language": "en"}
    save_text(ready, Sort.PLACES, "For everyone, {first_name}.", **everyone)
    save_text(ready, Sort.PLACES, "Dear Sofia, call me.", application=people["sofia"], **everyone)
    make.publish(ready, cleo)
    body = sent()[people["sofia"].person.email].body
    assert body.startswith("Dear Sofia, call me.")
    assert "For everyone" not in body


def test_words_about_another_partner_or_reason_are_not_used(ready, people, cleo):
    common = {"by": cleo, "language": "en"}
    save_text(
        ready,
        Sort.TO_MENTEE,
        "You and Priya!",
        application=people["amina"],
        partner=people["priya"],
        **common,
    )
    save_text(ready, Sort.LEFT_OUT, "Until spring!", application=people["sofia"], **common)
    make.publish(ready, cleo)
    messages = sent()
    assert "You and Priya!" not in messages[people["amina"].person.email].body
    assert "Until spring!" not in messages[people["sofia"].person.email].body


def test_words_are_plain_text_and_filled_in_once(ready, people, cleo):
    people["ruth"].person.name = "<b>Ruth</b> {first_name}"
    people["ruth"].person.save()
    words = "{{ person.email }} {% now 'Y' %} <script>x</script> & {partner} {unknown}"
    save_text(ready, Sort.TO_MENTEE, words, by=cleo, language="en")
    make.publish(ready, cleo)
    message = sent()[people["amina"].person.email]
    assert (
        "{{ person.email }} {% now 'Y' %} <script>x</script> & <b>Ruth</b> {first_name} {unknown}"
        in message.body
    )
    html = message.alternatives[0][0]
    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt; &amp; &lt;b&gt;Ruth&lt;/b&gt;" in html


def test_emptied_words_bring_back_the_usual_text(ready, people, cleo):
    for words in ("Something else.", ""):
        save_text(ready, Sort.PLACES, words, by=cleo, language="en")
    assert not RoundText.system.exists()


def test_after_publication_the_words_are_frozen(ready, people, cleo):
    make.publish(ready, cleo)
    with pytest.raises(ActionNotAllowed, match="closed"):
        save_text(ready, Sort.PLACES, "Too late.", by=cleo, language="en")


def test_only_matchers_and_chairs_write(ready, people, program, dan):
    for person in (dan, factories.member(program=program, role="reader")):
        with pytest.raises(ActionNotAllowed, match="permission"):
            save_text(ready, Sort.PLACES, "Words.", by=person, language="en")


def test_no_one_writes_to_a_person_they_have_a_conflict_with(ready, people, cleo, kim):
    Conflict.objects.create(member=kim, person=people["sofia"].person)
    with pytest.raises(ActionNotAllowed):
        save_text(ready, Sort.PLACES, "Hi.", by=kim, language="en", application=people["sofia"])


def test_the_usual_text_with_placeholders_says_what_the_email_says(ready, people, cleo):
    """Saved as it is offered, the text makes the e-mail that would be sent anyway."""
    row = Proposal.system.get(round=ready, mentee=people["sofia"])
    usual = round_texts.default_words(ready, Sort.PLACES, "en")
    person = row.mentee.person

    def text(edited):
        return round_texts.render(
            "round-unmatched", lambda: unmatched_email(row.mentee, Sort.PLACES, edited), person
        )

    assert text(usual) == text(EditedWords())


# --- the pages


def test_the_page_counts_the_emails_by_language(ready, people, as_user, cleo):
    people["joel"].person.language = "fr"
    people["joel"].person.save()
    save_text(ready, Sort.TO_MENTEE, "Hi.", by=cleo, language="en")
    response = as_user(cleo).get(address("emails", ready.public_id))
    rows = [
        (row["sort"], row["language"], row["count"], row["is_missing"])
        for row in response.context["sorts"]
    ]
    assert rows == [
        ("to_mentee", "en", 1, False),
        ("to_mentee", "fr", 1, True),
        ("to_mentor", "en", 2, False),
        ("places", "en", 1, False),
    ]
    assert len(response.context["people"]) == 5


def test_words_are_saved_on_the_page_and_shown_in_the_sample(ready, people, as_user, cleo):
    client = as_user(cleo)
    page = address("emails-shared", ready.public_id, "places", "en")
    assert "{first_name}" in client.get(page).content.decode()
    client.post(page, {"text": "Dear {first_name}, {nonsense}"})
    assert not RoundText.system.exists()
    client.post(page, {"text": "Dear {first_name}, we are sorry."})
    publish = client.get(address("publish", ready.public_id)).content.decode()
    assert "Dear Sofia, we are sorry." in publish
    assert "Your words" in publish


def test_one_persons_words_begin_with_what_they_would_read(ready, people, as_user, cleo):
    page = address("email", ready.public_id, people["amina"].public_id, people["ruth"].public_id)
    client = as_user(cleo)
    form = client.get(page).context["form"]
    assert form.initial["text"].startswith("Hello Amina,")
    client.post(page, {"text": form.initial["text"]})
    assert not RoundText.system.exists()  # nothing was changed
    client.post(page, {"text": "Hello dear Amina,"})
    text = RoundText.system.get()
    assert (text.application, text.partner, text.text, text.by) == (
        people["amina"],
        people["ruth"],
        "Hello dear Amina,",
        cleo,
    )
    assert "For this person" in client.get(address("emails", ready.public_id)).content.decode()


def test_a_hidden_person_has_no_page(ready, people, as_user, kim):
    Conflict.objects.create(member=kim, person=people["sofia"].person)
    page = address("email", ready.public_id, people["sofia"].public_id, "-")
    assert as_user(kim).get(page).status_code == 404


def test_a_reader_looks_on(ready, people, as_user, program):
    reader = factories.member(program=program, role="reader")
    page = address("emails-shared", ready.public_id, "places", "en")
    client = as_user(reader)
    assert "Save the words" not in client.get(page).content.decode()
    client.post(page, {"text": "Words."})
    assert not RoundText.system.exists()


def test_the_list_takes_the_same_number_of_queries_for_one_and_three(
    cohort, people, cleo, kim, as_user, django_assert_num_queries
):
    client = as_user(cleo)
    counts = []
    for _number in range(2):
        drafted = make.run_round(cohort, kim)
        client.get(address("emails", drafted.public_id))
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            client.get(address("emails", drafted.public_id))
        counts.append(len(queries))
        for name in ("Noor Haddad", "Lena Vogt"):
            make.applicant(cohort, name, topics={"hiring": 3})
            make.applicant(cohort, f"{name} Mentor", "mentor", topics={"hiring": 3})
    assert counts[0] == counts[1]


# --- copying a round


def test_a_copy_of_a_round_has_its_texts(people, ready, kim):
    for language, words in (("en", "Welcome"), ("fr", "Bienvenue")):
        save_text(ready, Sort.NO_MENTEE, words, by=kim, language=language)
    first = copy_round(ready, by=kim)
    assert round_texts.shared_words(first.pk, Sort.NO_MENTEE, "fr").text == "Bienvenue"
    assert copy_round(ready, by=kim) == first
    save_text(ready, Sort.NO_MENTEE, "Hello", by=kim, language="en")
    second = copy_round(ready, by=kim)
    assert second != first
    found = [round_texts.shared_words(one.pk, Sort.NO_MENTEE, "en").text for one in (first, second)]
    assert found == ["Welcome", "Hello"]
    assert RoundText.system.count() == 6
