"""The committee's own subjects in the e-mails of a round, beside its texts, and who was faster."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matches.edited_texts import EditedWords
from matching.models import RoundText
from matching.models.texts import SUBJECT_LENGTH
from matching.rounds import round_texts
from matching.rounds.copying import copy_round
from matching.rounds.round_texts import Sort, WordsChanged
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make

SUBJECT_OF_AMINA = "Meet Ruth, your mentor"


@pytest.fixture
def ready(cohort, people, cleo, kim):
    return make.approved_round(cohort, kim, cleo)


@pytest.fixture
def write(ready, cleo):
    """Save words of the committee in English."""

    def save(sort, subject="", text="", **about):
        about = {"by": cleo, "language": "en", **about}
        return round_texts.save_words(ready, sort, EditedWords(subject, text), **about)

    return save


@pytest.fixture
def of_amina(people):
    return {"application": people["amina"], "partner": people["ruth"]}


def sent():
    later = timezone.now() + timedelta(hours=1)
    return {message.to[0]: message for message in deliver_due_emails(later)}


def shared_page(round_, sort=Sort.PLACES, language="en"):
    return reverse("admin:matching_round_emails-shared", args=[round_.public_id, sort, language])


def amina_page(round_, people):
    ids = [people[name].public_id for name in ("amina", "ruth")]
    return reverse("admin:matching_round_email", args=[round_.public_id, *ids])


def typed(form, **changes):
    """What a browser sends when only `changes` are typed."""
    return {**form.initial, **changes}


# --- which subject is sent


@pytest.mark.parametrize(
    ("sort", "name"),
    [(Sort.TO_MENTEE, "amina"), (Sort.TO_MENTOR, "ruth"), (Sort.PLACES, "sofia")],
)
def test_a_subject_for_everyone_is_sent_with_the_usual_text(ready, people, cleo, write, sort, name):
    write(sort, "News of {program} for {first_name}")
    make.publish(ready, cleo)
    message = sent()[people[name].person.email]
    first_name = people[name].person.first_name
    assert message.subject == f"News of {ready.program.name} for {first_name}"
    assert message.body.startswith(f"Hello {first_name},")
    assert f"<title>{message.subject}</title>" in message.alternatives[0][0]


def test_a_mentor_without_a_mentee_gets_the_subject_too(cohort, people, cleo, kim):
    idle = make.applicant(cohort, "Vera Lind", "mentor", topics={"tax": 1}, mode="in_person")
    type(idle).objects.filter(role="mentee").update(mode="online")
    ready = make.approved_round(cohort, kim, cleo)
    words = EditedWords("Next time, {first_name}")
    round_texts.save_words(ready, Sort.NO_MENTEE, words, by=cleo, language="en")
    make.publish(ready, cleo)
    assert sent()[idle.person.email].subject == "Next time, Vera"


def test_subject_and_text_are_chosen_one_by_one(ready, people, cleo, write, of_amina):
    write(Sort.TO_MENTEE, "For all of you", "A text for all.")
    write(Sort.TO_MENTEE, "Only for {first_name}", **of_amina)
    make.publish(ready, cleo)
    messages = sent()
    amina, joel = (messages[people[name].person.email] for name in ("amina", "joel"))
    assert (amina.subject, joel.subject) == ("Only for Amina", "For all of you")
    assert amina.body.startswith("A text for all.")
    assert joel.body.startswith("A text for all.")


def test_words_for_one_person_keep_the_subject_for_everyone(ready, people, cleo, write, of_amina):
    write(Sort.TO_MENTEE, "For all of you")
    write(Sort.TO_MENTEE, text="Dear Amina!", **of_amina)
    make.publish(ready, cleo)
    message = sent()[people["amina"].person.email]
    assert (message.subject, message.body[:11]) == ("For all of you", "Dear Amina!")


def test_a_subject_about_another_partner_is_not_used(ready, people, cleo, write):
    about = {"application": people["amina"], "partner": people["priya"]}
    write(Sort.TO_MENTEE, "You and Priya", **about)
    make.publish(ready, cleo)
    assert sent()[people["amina"].person.email].subject == SUBJECT_OF_AMINA


def test_each_language_has_its_subject(ready, people, cleo, write):
    people["joel"].person.language = "fr"
    people["joel"].person.save()
    write(Sort.TO_MENTEE, "Welcome")
    write(Sort.TO_MENTEE, "Bienvenue, {first_name}", language="fr")
    make.publish(ready, cleo)
    messages = sent()
    assert messages[people["amina"].person.email].subject == "Welcome"
    assert messages[people["joel"].person.email].subject == "Bienvenue, Joel"


def test_a_subject_is_plain_text_and_filled_in_once(ready, people, cleo, write):
    people["ruth"].person.name = "<b>Ruth</b>\n{first_name}"
    people["ruth"].person.save()
    write(Sort.TO_MENTEE, "{{ person.email }} & {partner}")
    make.publish(ready, cleo)
    message = sent()[people["amina"].person.email]
    assert message.subject == "{{ person.email }} & <b>Ruth</b> {first_name}"
    html = message.alternatives[0][0]
    assert "&amp; &lt;b&gt;Ruth&lt;/b&gt; {first_name}</title>" in html


def test_the_longest_subject_is_sent_whole(ready, people, cleo, write):
    subject = ("é" * (SUBJECT_LENGTH - len("{program}"))) + "{program}"
    write(Sort.PLACES, subject)
    make.publish(ready, cleo)
    message = sent()[people["sofia"].person.email]
    assert message.subject == subject.replace("{program}", ready.program.name)
    head = message.message().as_bytes()
    assert all(len(line) < 998 for line in head.splitlines())


# --- who may write, and when


def test_an_emptied_subject_brings_back_the_usual_one(ready, write):
    write(Sort.PLACES, "Something else", "Other words")
    write(Sort.PLACES, text="Other words")
    assert RoundText.system.get().words == EditedWords("", "Other words")
    assert write(Sort.PLACES) is False
    assert not RoundText.system.exists()


def test_after_publication_subjects_are_frozen(ready, cleo, write):
    make.publish(ready, cleo)
    with pytest.raises(ActionNotAllowed, match="closed"):
        write(Sort.PLACES, "Too late")


def test_only_matchers_and_chairs_write_subjects(ready, program, dan, write):
    for person in (dan, factories.member(program=program, role="reader")):
        with pytest.raises(ActionNotAllowed, match="permission"):
            write(Sort.PLACES, "Words", by=person)


def test_no_one_writes_a_subject_despite_a_conflict(ready, people, kim, write):
    Conflict.objects.create(member=kim, person=people["sofia"].person)
    with pytest.raises(ActionNotAllowed):
        write(Sort.PLACES, "Hi", by=kim, application=people["sofia"])


def test_a_copy_of_a_round_has_its_subjects(ready, kim, write):
    write(Sort.PLACES, "Welcome")
    first = copy_round(ready, by=kim)
    assert round_texts.shared_words(first.pk, Sort.PLACES, "en").subject == "Welcome"
    write(Sort.PLACES, "Hello")
    assert copy_round(ready, by=kim) != first


# --- the pages


def test_the_usual_subject_is_offered_with_placeholders(ready, as_user, cleo):
    page = as_user(cleo).get(shared_page(ready, Sort.TO_MENTEE))
    assert page.context["form"].initial["subject"] == "Meet {partner_first_name}, your mentor"
    french = as_user(cleo).get(shared_page(ready, Sort.PLACES, "fr")).context["form"]
    assert french.initial["subject"].startswith("Pas encore")


def test_only_what_was_changed_is_saved(ready, people, as_user, cleo):
    client, page = as_user(cleo), amina_page(ready, people)
    form = client.get(page).context["form"]
    assert form.initial["subject"] == SUBJECT_OF_AMINA
    client.post(page, typed(form))
    assert not RoundText.system.exists()
    client.post(page, typed(form, subject="Amina, meet Ruth"))
    assert RoundText.system.get().words == EditedWords("Amina, meet Ruth", "")
    again = client.get(page).context["form"]
    assert again.initial["subject"] == "Amina, meet Ruth"
    assert again.initial["text"].startswith("Hello Amina,")
    sample = client.get(reverse("admin:matching_round_publish", args=[ready.public_id]))
    assert "Amina, meet Ruth" in sample.content.decode()


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ("Two\nlines", "A subject has one line."),
        ("Two\r\nlines", "A subject has one line."),
        ("Two\u2028lines", "A subject has one line."),
        ("x" * (SUBJECT_LENGTH + 1), f"at most {SUBJECT_LENGTH} characters"),
        ("Hello {nonsense}", "{nonsense} can&#x27;t be filled in"),
        ("Why: {reasons}", "{reasons} can&#x27;t be filled in"),
    ],
)
def test_a_subject_that_cannot_be_sent_is_refused(ready, as_user, cleo, subject, message):
    page = shared_page(ready, Sort.TO_MENTEE)
    client = as_user(cleo)
    form = client.get(page).context["form"]
    answer = client.post(page, typed(form, subject=subject))
    assert message in answer.content.decode()
    assert answer.context["form"]["subject"].value() == subject  # what was typed is still there
    assert not RoundText.system.exists()


# --- two members at once


def test_words_of_another_member_are_not_overwritten_unread(ready, as_user, cleo, kim):
    page = shared_page(ready)
    first, second = as_user(cleo), as_user(kim)
    forms = [client.get(page).context["form"] for client in (first, second)]
    first.post(page, typed(forms[0], subject="Of Cleo", text="Cleo says."))
    answer = second.post(page, typed(forms[1], subject="Of Kim", text="Kim says."))
    text = answer.content.decode()
    assert "while you were editing. Nothing was saved." in text
    assert "It says now: “Of Cleo”" in text
    assert "It says now: “Cleo says.”" in text
    assert RoundText.system.get().words == EditedWords("Of Cleo", "Cleo says.")
    shown = {field.html_name: field.value() for field in answer.context["form"]}
    assert shown["subject"] == "Of Kim"
    second.post(page, shown)  # who saves again has read it
    assert RoundText.system.get().words == EditedWords("Of Kim", "Kim says.")


def test_going_back_to_the_usual_words_is_noticed(ready, as_user, cleo, kim, write):
    write(Sort.PLACES, "Of Cleo")
    page = shared_page(ready)
    client = as_user(kim)
    form = client.get(page).context["form"]
    write(Sort.PLACES)
    answer = client.post(page, typed(form, subject="Of Kim"))
    assert "Someone has gone back to the usual words" in answer.content.decode()
    assert not RoundText.system.exists()


def test_the_same_words_twice_are_no_conflict(ready, cleo, write):
    assert write(Sort.PLACES, "Once", seen="")
    assert write(Sort.PLACES, "Once", seen="")
    with pytest.raises(WordsChanged):
        write(Sort.PLACES, "Other", seen="")


def test_subjects_are_in_no_clear_text_of_the_database(ready, write):
    from django.db import connection

    write(Sort.PLACES, "A secret subject")
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM matching_roundtext")
        assert cursor.fetchone()[0].startswith("f1:")
