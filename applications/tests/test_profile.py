"""The profile: facts that are changed at any time, while applications keep what was said."""

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts.models import Employer, Language, Profile
from applications.forms.base import EditConflict
from applications.forms.own_facts import ContactFacts
from applications.models import Application
from applications.person_facts import changed_since_sent, keep_said
from applications.profile_facts import save_facts, unsent
from testkit import factories

pytestmark = pytest.mark.django_db
PAGE = "/profile/"


@pytest.fixture
def languages():
    return [
        Language.objects.get_or_create(code=code, defaults={"names": {"en": name}})[0]
        for code, name in (("en", "English"), ("fr", "French"))
    ]


def address(code):
    return reverse("applications:profile-facts", args=[code])


def contact(**values):
    return {"phone": "+1 416 555 0100", "call_hours": "after 5", "links": "", **values}


def send(client, url, data, **options):
    """Fill in the form as it is shown, and send it."""
    seen = client.get(url).context["form"]["fingerprint"].value()
    return client.post(url, {**data, "fingerprint": seen}, **options)


def stored(person):
    return Profile.objects.get(user=person)


def test_contact_is_changed_and_shown_with_who_sees_it(as_user, ada):
    data = contact(links="example.org/ada\nhttps://ada.example.org")
    answer = send(as_user(ada), address("contact"), data, follow=True)
    row = stored(ada)
    assert (row.phone, row.call_hours) == ("+1 416 555 0100", "after 5")
    assert row.links == ["https://example.org/ada", "https://ada.example.org"]
    text = answer.content.decode()
    assert "Your profile has been saved." in text
    assert "they see your phone number only if you choose so" in text
    assert "https://ada.example.org" in text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"phone": "call me"}, "phone"),
        ({"phone": "+1 416 555 0100 www.example.org"}, "phone"),
        ({"links": "javascript://alert(1)"}, "links"),
        ({"links": "https://a.org\nhttps://b.org\nhttps://c.org\nhttps://d.org"}, "links"),
        ({"call_hours": "x" * 81}, "call_hours"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(values, field, as_user, ada):
    answer = send(as_user(ada), address("contact"), contact(**values))
    assert set(answer.context["form"].errors) == {field}
    assert stored(ada).phone == ""


def test_who_sees_a_phone_number_is_said_alike_on_both_pages(as_user, ben, draft):
    page = as_user(ben).get(f"/applications/{draft.public_id}/about-you/").content.decode()
    assert "Your match sees it once you are introduced." in page
    assert "After your time together, they see it only if you choose so." in page


def test_someone_without_profile_gets_one(as_user, dan):
    Profile.objects.filter(user=dan).delete()
    assert as_user(dan).get(address("contact")).status_code == 200
    assert not Profile.objects.filter(user=dan).exists()
    send(as_user(dan), address("contact"), contact())
    assert stored(dan).call_hours == "after 5"


def test_work_is_changed_after_the_review_has_begun(as_user, ada, cohort):
    factories.application(ada, cohort, "mentor", state="accepted")
    data = {"employer_name": "Nordwind", "job_title": "Lead", "level": 4, "place": "Bern"}
    send(as_user(ada), address("work"), data)
    row = stored(ada)
    assert (str(row.employer), row.job_title, row.level, row.place) == (
        "Nordwind", "Lead", 4, "Bern",
    )  # fmt: skip


def test_languages_have_levels(as_user, ada, languages):
    data = {"languages": ["en", "fr"], "working_languages": ["fr"]}
    answer = send(as_user(ada), address("languages"), data, follow=True)
    assert stored(ada).working_languages == ["fr"]
    text = answer.content.decode()
    assert "French (not fluent)" in text
    assert "English (not fluent)" not in text


def test_a_level_is_only_of_a_chosen_language(as_user, ada, languages):
    answer = as_user(ada).post(
        address("languages"), {"languages": ["en"], "working_languages": ["fr"]}
    )
    assert set(answer.context["form"].errors) == {"working_languages"}


def test_ways_to_meet_are_changed_for_one_program(as_user, ada, dan, cohort):
    mine = factories.application(ada, cohort, "mentor")
    url = reverse("applications:profile-ways", args=[mine.public_id])
    send(as_user(ada), url, {"mode": "in_person", "travel_km": 20})
    mine.refresh_from_db()
    assert (mine.mode, mine.travel_km) == ("in_person", 20)
    assert as_user(dan).post(url, {"mode": "online"}).status_code == 404


def test_a_closed_application_is_not_changed(as_user, ada, cohort):
    closed = factories.application(ada, cohort, "mentor", state="declined")
    url = reverse("applications:profile-ways", args=[closed.public_id])
    assert as_user(ada).post(url, {"mode": "online"}).url == PAGE
    closed.refresh_from_db()
    assert closed.mode == Application.Mode.EITHER


def test_a_second_tab_does_not_overwrite_the_first(as_user, ada):
    client = as_user(ada)
    seen = client.get(address("contact")).context["form"]["fingerprint"].value()
    client.post(address("contact"), contact(call_hours="mornings", fingerprint=seen))
    answer = client.post(address("contact"), contact(call_hours="evenings", fingerprint=seen))
    assert stored(ada).call_hours == "mornings"
    assert "This part has changed since you opened it" in answer.content.decode()
    again = answer.context["form"]["fingerprint"].value()
    client.post(address("contact"), contact(call_hours="evenings", fingerprint=again))
    assert stored(ada).call_hours == "evenings"


def test_nobody_changes_the_facts_of_someone_else(ada, dan):
    form = ContactFacts(contact(), application=unsent(ada))
    assert form.is_valid()
    with pytest.raises(ActionNotAllowed):
        save_facts(form, by=dan)
    assert stored(ada).phone == ""


def test_the_application_keeps_what_was_said(ada, cohort):
    application = factories.application(ada, cohort, "mentor", capacity=2)
    keep_said(application)
    assert changed_since_sent(application) == []
    row = stored(ada)
    row.employer = Employer.objects.named("Nordwind")
    row.save()
    Application.objects.filter(pk=application.pk).update(capacity=1)
    fresh = Application.objects.get(pk=application.pk)
    assert changed_since_sent(fresh) == [
        ("Employer", [], ["Nordwind"]),
        ("How many mentees at most", ["2"], ["1"]),
    ]


def test_the_review_shows_both(as_user, cleo, ada, cohort):
    application = factories.application(ada, cohort, "mentor", state="submitted")
    keep_said(application)
    row = stored(ada)
    row.place = "Bern"
    row.save()
    page = reverse("admin:applications_application_change", args=[application.pk])
    text = as_user(cleo).get(page).content.decode()
    assert "Changed since they applied" in text


def test_an_import_has_said_nothing(ada, cohort):
    assert changed_since_sent(factories.application(ada, cohort)) == []


def test_the_page_asks_as_often_for_one_program_as_for_three(
    as_user, ada, cohort, django_assert_num_queries
):
    factories.application(ada, cohort, "mentor")
    client = as_user(ada)
    client.get(PAGE)
    with django_assert_num_queries(6):
        client.get(PAGE)
    for _time in range(2):
        program = factories.program()
        factories.application(ada, factories.cohort(program=program), "mentor")
    with django_assert_num_queries(6):
        assert client.get(PAGE).status_code == 200


def test_an_edit_conflict_is_an_error_of_its_own(ada):
    form = ContactFacts(contact(fingerprint="old"), application=unsent(ada))
    assert form.is_valid()
    Profile.objects.filter(user=ada).update(phone="123456")
    with pytest.raises(EditConflict):
        save_facts(form, by=ada)
