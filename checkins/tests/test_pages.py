import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins.answering import own_answers
from checkins.disclosure import readers
from checkins.models import CheckIn, Concern, Kind, Question
from matches.models import Match
from notifications.links import link
from notifications.testing import deliver_due_emails
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
PULSE = {"useful": "4", "rhythm": "less", "comment": "Only for my carer", "call": ""}


def by_link(purpose, person, subject):
    return link(
        purpose, person=person, subject=subject, until=timezone.now() + timedelta(days=9)
    ).split("8000", 1)[1]


def page(checkin):
    return reverse("checkins:checkin-answer", args=[checkin.public_id])


def test_the_email_leads_to_a_form_that_says_who_reads(cared, ben, eve, client):
    checkin = make.opened(cared, ben)
    email = next(
        mail
        for mail in deliver_due_emails()
        if mail.to == [ben.email] and "How is mentoring" in mail.subject
    )
    address = re.search(r"http://[^/]+(/go/survey-answer/\S+\?useful=4)", email.body)[1]
    words = client.get(address).content.decode()
    assert words.index("Your carer and the chair") < words.index("How useful is mentoring")
    assert re.search(r'value="4"[^>]*checked', words)
    checkin.refresh_from_db()
    assert checkin.state == CheckIn.State.OPEN, "a score in the address is not an answer"


def test_the_email_and_the_page_count_the_same_questions_and_seconds(cared, ben, as_user):
    checkin = make.opened(cared, ben)
    mine = (mail for mail in deliver_due_emails() if mail.to == [ben.email])
    email = next(mail for mail in mine if "How is mentoring" in mail.subject)
    page_text = " ".join(as_user(ben).get(page(checkin)).content.decode().split())
    count, seconds = len(checkin.questions), checkin.seconds_to_answer
    assert seconds % 10 == 0, "no one knows it better"
    assert f"{count} short questions, about {seconds} seconds" in page_text
    assert f"There are {count} short questions." in email.body
    assert f"Answer (about {seconds} seconds)" in email.body
    for sentence in readers(checkin):
        assert sentence in email.body
        assert sentence in page_text


@pytest.mark.parametrize("is_by_link", [True, False])
def test_a_pooled_question_is_not_said_to_be_read(is_by_link, cared, ben):
    committee, *_others = readers(make.opened(cared, ben), is_by_link=is_by_link)
    assert committee.endswith(
        "No one reads your answer to “Are you meeting as often as you planned?”: "
        "it is only counted together with others."
    )
    fit = " ".join(readers(make.opened(cared, ben, kind="fit"), is_by_link=is_by_link))
    assert "No one reads" not in fit


@pytest.mark.parametrize("kind", Kind)
def test_who_reads_names_only_a_few_questions(kind, cared, ben):
    sentences = " ".join(readers(make.opened(cared, ben, kind=kind)))
    assert sentences.count("“") <= 2
    assert ("also counted" in sentences) == (kind in {"fit", "pulse"})


@pytest.mark.parametrize("is_by_link", [True, False])
def test_a_deputy_who_reads_is_said(is_by_link, cared, ben, eve, program):
    """Whoever stands in for the carer reads the answers: `Match.objects.in_care_of`."""
    checkin = make.opened(cared, ben)
    assert "deputy" not in " ".join(readers(checkin, is_by_link=is_by_link))
    deputy = factories.member("Dov Stein", program=program, role="reader")
    eve.memberships.update(deputy=deputy)
    assert cared in Match.objects.in_care_of(deputy)
    name = "" if is_by_link else ", Eve Lund"
    found = " ".join(readers(checkin, is_by_link=is_by_link))
    assert f"Your carer{name}, their deputy and the chair of the program read" in found


def test_who_may_note_what_own_words_are_about(cared, ben):
    """Themes of own words are counted, so no sentence may say that they never are."""
    for kind in Kind:
        checkin = make.opened(cared, ben, kind=kind)
        told = " ".join(readers(checkin))
        has_words = any(
            question.kind == Question.Kind.TEXT and question.channel == Question.Channel.CARE
            for question in checkin.questions
        )
        assert ("may note what it is about" in told) == has_words, kind
        assert "never counted" not in told


def test_a_survey_that_is_mostly_counted_names_what_is_read(cared, ben):
    checkin = make.opened(cared, ben, kind="midterm")
    assert readers(checkin)[0] == (
        "Your carer, Eve Lund, and the chair of the program read your answer to “What should we "
        "change now?”. No one reads your other answers: they are only counted together with others."
    )


@pytest.mark.parametrize("kind", Kind)
def test_surveys_do_not_mention_a_carer_where_there_is_none(kind, match, ben):
    checkin = make.opened(match, ben, kind=kind)
    texts = [str(question) for question in checkin.questions] + [checkin.survey.intro]
    emails = [mail for mail in deliver_due_emails() if mail.to == [ben.email]]
    assert emails
    for email in emails:
        assert "carer" not in " ".join([*texts, email.subject, email.body])


def test_answering_by_link_without_signing_in(cared, ben, client):
    checkin = make.opened(cared, ben)
    answer = client.post(by_link("survey-answer", ben, checkin), PULSE)
    assert "Thank you" in answer.content.decode()
    assert own_answers(checkin, ben) == {name: value for name, value in PULSE.items() if value}


def test_an_answered_link_shows_no_answer_and_writes_nothing(cared, ben, client):
    checkin = make.opened(cared, ben)
    address = by_link("survey-answer", ben, checkin)
    client.post(address, PULSE)
    for answer in (client.get(address), client.post(address, {**PULSE, "comment": "Other words"})):
        words = answer.content.decode()
        assert "Thank you" in words
        assert "carer</textarea>" not in words
        assert "Only for my carer" not in words
        assert page(checkin) in words
    assert own_answers(checkin, ben)["comment"] == "Only for my carer"


def test_a_closed_check_in_says_so(cared, ben, client):
    checkin = make.opened(cared, ben, at=timezone.now() - timedelta(days=15))
    answer = client.post(by_link("survey-answer", ben, checkin), PULSE)
    assert "This check-in is closed" in answer.content.decode()
    assert own_answers(checkin, ben) == {}


def test_the_partners_link_answers_nothing(cared, ada, ben, client):
    checkin = make.opened(cared, ben)
    client.post(by_link("survey-answer", ada, checkin), PULSE)
    assert own_answers(checkin, ben) == {}


def test_missing_and_unknown_choices_show_errors(cared, ben, client):
    checkin = make.opened(cared, ben)
    answer = client.post(by_link("survey-answer", ben, checkin), {"useful": "9"})
    assert set(answer.context["form"].errors) == {"useful", "rhythm"}
    assert own_answers(checkin, ben) == {}


def test_signed_in_people_read_and_change_their_answers(cared, as_user, ben):
    checkin = make.answered(cared, ben, comment="First words")
    client = as_user(ben)
    assert "First words" in client.get(page(checkin)).content.decode()
    assert client.post(page(checkin), PULSE)["Location"] == reverse("dashboard:home")
    assert own_answers(checkin, ben)["comment"] == "Only for my carer"


@pytest.mark.parametrize("person", ["ada", "dan", "cleo", "eve"])
def test_only_the_person_asked_has_the_page(person, cared, ben, as_user, request):
    checkin = make.answered(cared, ben)
    assert as_user(request.getfixturevalue(person)).get(page(checkin)).status_code == 404


def test_the_french_survey_asks_in_french(cared, ben, client):
    ben.language = "fr"
    ben.save()
    checkin = make.opened(cared, ben)
    assert (
        "Le mentorat vous est-il utile"
        in client.get(by_link("survey-answer", ben, checkin)).content.decode()
    )


HELP = {"text": "It hurts", "urgency": "soon", "partner_may_know": "no", "contact_info": "Evenings"}


def test_asking_for_help_signed_in(cared, as_user, ben, eve):
    client = as_user(ben)
    form = client.get(reverse("checkins:concern-create")).context["form"]
    data = {**HELP, "about": cared.public_id, "nonce": form["nonce"].value()}
    for _click in (1, 2):
        assert client.post(reverse("checkins:concern-create"), data)["Location"] == reverse(
            "checkins:concern-list"
        )
    concern = Concern.objects.visible_to(eve).get()
    assert (concern.text, concern.contact_info, concern.match, concern.partner_may_know) == (
        "It hurts",
        "Evenings",
        cared,
        False,
    )
    assert "It hurts" in client.get(reverse("checkins:concern-list")).content.decode()


def test_asking_for_help_by_link(cared, client, ben, eve, program):
    program.emergency_note = "Call 112"
    program.save()
    address = by_link("help", ben, cared)
    first = client.get(address)
    assert "Call 112" in first.content.decode()
    data = {**HELP, "about": cared.public_id, "nonce": first.context["form"]["nonce"].value()}
    client.post(address, data)
    client.post(address, data)
    assert Concern.objects.visible_to(eve).count() == 1
    assert "It hurts" not in client.get(address).content.decode()


def test_going_back_and_sending_the_same_words_again_asks_once_and_says_so(
    cared, as_user, client, ben, eve
):
    signed_in, create = as_user(ben), reverse("checkins:concern-create")
    for _visit in range(2):  # each with a form of its own
        nonce = signed_in.get(create).context["form"]["nonce"].value()
        data = {**HELP, "about": cared.public_id, "nonce": nonce}
        answer = signed_in.post(create, data, follow=True)
    assert Concern.objects.visible_to(eve).count() == 1
    assert "have not stored it a second time" in answer.content.decode()
    by_mail = client.post(by_link("help", ben, cared), {**data, "nonce": "n" * 22})
    assert "have not stored it a second time" in by_mail.content.decode()
    signed_in.post(create, {**data, "nonce": "o" * 22, "urgency": "urgent"})
    assert Concern.objects.visible_to(eve).count() == 2, "more urgent than before is news"


def test_help_by_a_link_that_is_not_ones_own_is_over(cared, client, dan):
    assert client.get(by_link("help", dan, cared)).status_code == 404


def test_without_signing_in_help_says_whom_to_reach(client, program):
    program.contact_email, program.emergency_note = "hello@example.org", "Call 112"
    program.save()
    words = client.get(reverse("checkins:concern-create")).content.decode()
    assert "hello@example.org" in words
    assert "Call 112" in words


def test_a_person_without_a_match_asks_about_the_program(as_user, dan, cohort, program, cleo):
    factories.application(dan, cohort)
    client = as_user(dan)
    form = client.get(reverse("checkins:concern-create")).context["form"]
    assert "partner_may_know" not in form.fields
    client.post(
        reverse("checkins:concern-create"),
        {**HELP, "about": program.public_id, "nonce": form["nonce"].value()},
    )
    assert Concern.objects.visible_to(cleo).get().match is None


@pytest.mark.parametrize("data", [{}, {"about": "no such", "urgency": "x", "nonce": "short"}])
def test_empty_and_hostile_requests_show_errors(data, cared, as_user, ben):
    answer = as_user(ben).post(reverse("checkins:concern-create"), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Concern.objects.of(ben).count() == 0
