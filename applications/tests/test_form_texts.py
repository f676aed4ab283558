"""What applicants read on the form in a program's own words: numbers, languages, what was read."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from access.exceptions import ActionNotAllowed
from applications import suitability
from applications.models import Application
from programs import program_texts
from programs.models import FORM_TEXTS, Policy, TextVersion
from programs.program_texts import save_text
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LEAD = "suitability_mentee_lead"
OWN = "Will you ask your buddy when something isn't clear?\nThere are no silly questions."


def save(program, by, text, *, name=LEAD, language="en"):
    newest = program_texts.newest_of(program, name, language)
    return save_text(program, name, language, text, by=by, seen=newest.pk if newest else 0)


def lead(program, **when):
    return next(
        one for one in suitability.questions("mentee", program, **when) if one.code == "lead"
    )


def test_each_role_has_a_text_for_each_question():
    names = {
        f"suitability_{role}_{code}" for role, codes in suitability.CODES.items() for code in codes
    }
    assert names | {"commitment_mentee", "commitment_mentor"} == set(FORM_TEXTS)


def test_our_wording_counts_in_every_language_until_there_is_another(program, cleo):
    assert lead(program).text == "Will you take the first step and prepare each meeting?"
    with override("fr"):
        assert lead(program).text.startswith("Ferez-vous le premier pas")
    assert save(program, cleo, OWN)
    assert (lead(program).text, lead(program).hint) == tuple(OWN.split("\n"))
    with override("fr"):
        assert (lead(program).text, lead(program).lang) == (OWN.split("\n")[0], "en")
        save(program, cleo, "Poserez-vous vos questions?", language="fr")
        assert (lead(program).text, lead(program).hint) == ("Poserez-vous vos questions?", "")


def test_numbers_come_from_the_settings(program, cleo):
    save(program, cleo, "{meeting_minutes} minutes, {term_months} months, {orientation_minutes}?")
    Policy.objects.filter(program=program).update(meeting_minutes=35, term_months=5)
    program.refresh_from_db()
    assert lead(program).text.startswith("35 minutes, 5 months, ")
    assert "{" not in lead(program).text
    assert "35 minutes" in suitability.commitment("mentor", program)


@pytest.mark.parametrize("text", ["", "   ", "Hello {mentee}", "Half {open", "Shut }"])
def test_what_can_not_be_filled_in_is_refused(program, cleo, text):
    with pytest.raises(ValidationError):
        save(program, cleo, text)
    assert not TextVersion.objects.exists()


def test_only_a_chair_writes_them(program, dan):
    reader = factories.member("Rhea Lind", program=program, role="reader")
    for person in (reader, dan):
        with pytest.raises(ActionNotAllowed):
            save(program, person, OWN)


def test_the_pages_before_and_in_the_application_have_the_programs_words(
    client, as_user, cleo, ben, cohort
):
    program = cohort.program
    save(program, cleo, OWN)
    save(program, cleo, "You are <b>kind</b>.\n\nYou ask.", name="commitment_mentee")
    address = reverse("applications:suitability", args=[program.slug, "mentee"])
    public = client.get(address, {"question": "lead"})
    assert "There are no silly questions." in public.content.decode()
    draft = Application.objects.create(cohort=cohort, person=ben, role="mentee")
    page = reverse("applications:application-page", args=[draft.public_id, "suitability-lead"])
    assert "There are no silly questions." in as_user(ben).get(page).content.decode()
    page = reverse("applications:application-page", args=[draft.public_id, "commitment"])
    words = as_user(ben).get(page).content.decode()
    assert "<li>You are &lt;b&gt;kind&lt;/b&gt;.</li><li>You ask.</li>" in words


def test_an_answer_is_shown_with_the_question_that_was_read(as_user, cleo, ben, cohort):
    sent = factories.application(ben, cohort, state="submitted")
    Application.objects.filter(pk=sent.pk).update(
        suitability={"lead": True}, saved_at=timezone.now() - timedelta(days=1)
    )
    save(cohort.program, cleo, OWN)
    url = reverse("admin:applications_application_change", args=[sent.pk])
    page = as_user(cleo).get(url).content.decode()
    assert "Will you take the first step and prepare each meeting?" in page
    assert "ask your buddy" not in page


class TestInTheAdmin:
    def url(self, program, language="en"):
        return reverse("admin:programs_text", args=[program.pk, LEAD, language])

    def test_the_list_has_them_and_the_preview_saves_nothing(self, as_user, cleo, program):
        client = as_user(cleo)
        listed = client.get(reverse("admin:programs_texts", args=[program.pk])).content.decode()
        assert self.url(program, "fr") in listed
        sent = {"text": "For {term_months} months?", "seen": 0, "preview": "Preview"}
        page = client.post(self.url(program), sent).content.decode()
        assert "For 12 months?" in page
        assert "Preview, not saved yet" in page
        assert not TextVersion.objects.exists()

    def test_a_set_up_text_has_a_preview_too(self, as_user, cleo, program):
        url = reverse("admin:programs_text", args=[program.pk, "audience", "en"])
        sent = {"text": "Everyone.\nReally.", "seen": 0, "preview": "Preview"}
        assert "<li>Really.</li>" in "".join(as_user(cleo).post(url, sent).content.decode().split())
        assert not TextVersion.objects.exists()

    def test_a_text_that_is_refused_stays_in_the_field(self, as_user, cleo, program):
        page = as_user(cleo).post(self.url(program), {"text": "Hello {name}", "seen": 0})
        assert "is not a placeholder of this text" in page.content.decode()
        assert "Hello {name}" in page.content.decode()
