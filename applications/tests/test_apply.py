"""From the public page to a sent application, through the site."""

from datetime import date, timedelta

from django.utils import timezone

from applications.models import Application, NamedWish, PrivateAnswers
from notifications.testing import deliver_due_emails
from testkit import factories
from testkit.programs import MENTEE, MENTOR, answer, fill_in


def test_welcome_offers_both_roles_of_the_one_open_program(client, cohort):
    page = client.get("/").content.decode()
    assert f'href="/apply/{cohort.slug}/mentee/"' in page
    assert f'href="/apply/{cohort.slug}/mentor/"' in page


def test_welcome_lists_several_programs(client, cohort):
    other = factories.cohort(program=factories.program(name="Harbour volunteers"))
    page = client.get("/").content.decode()
    assert f'href="/programs/{cohort.program.slug}/"' in page
    assert f'href="/programs/{other.program.slug}/"' in page


def test_welcome_without_a_program_says_so(client, db):
    assert "No program is open to the public yet." in client.get("/").content.decode()


def test_a_program_that_is_not_open_names_the_next_date(client, program):
    factories.cohort(
        program=program, name="Spring", opens_on=timezone.localdate() + timedelta(days=20)
    )
    assert "Spring opens on" in client.get(f"/programs/{program.slug}/").content.decode()


def test_a_private_program_has_no_public_page(client, db):
    hidden = factories.cohort(program=factories.program(is_public=False))
    assert client.get(f"/programs/{hidden.program.slug}/").status_code == 404
    assert client.get(f"/apply/{hidden.slug}/mentee/").status_code == 404


def test_starting_asks_anonymous_visitors_to_sign_in_and_comes_back(client, cohort):
    response = client.post(f"/apply/{cohort.slug}/mentee/")
    assert (response.status_code, response.url) == (
        302,
        f"/account/login/?next=/apply/{cohort.slug}/mentee/",
    )


def test_starting_makes_one_draft_however_often_it_is_pressed(as_user, ben, cohort):
    client = as_user(ben)
    first, second = (client.post(f"/apply/{cohort.slug}/mentee/") for _ in range(2))
    draft = Application.objects.get(person=ben)
    assert first.url == second.url == f"/applications/{draft.public_id}/"


def test_suitability_answered_before_signing_in_is_part_of_the_draft(as_user, ben, cohort):
    client = as_user(ben)
    url = f"/programs/{cohort.program.slug}/suitability/mentee/"
    steps = [
        client.post(f"{url}?question={code}", {code: said})
        for code, said in (("time", "yes"), ("lead", "yes"), ("growth", "yes"), ("open", "no"))
    ]
    assert [step.url for step in steps[:3]] == [
        f"{url}?question={code}" for code in ("lead", "growth", "open")
    ]
    assert "Perhaps not now" in steps[3].content.decode()
    client.post(f"/apply/{cohort.slug}/mentee/")
    assert Application.objects.get(person=ben).suitability == {
        "time": True,
        "lead": True,
        "growth": True,
        "open": False,
    }


def test_suitability_asks_one_question_a_page_and_again_what_was_skipped(client, cohort):
    url = f"/programs/{cohort.program.slug}/suitability/mentee/"
    page = client.get(url).content.decode()
    assert "Question 1 of 4" in page
    assert page.count('type="radio"') == 2
    assert client.post(f"{url}?question=open", {"open": "yes"}).url == f"{url}?question=time"
    assert "Question 1 of 4" in client.get(f"{url}?question=no-such").content.decode()
    assert client.post(f"{url}?question=time", {}).context["form"].errors


def test_a_closed_cohort_takes_no_new_application(as_user, ben, program):
    closed = factories.cohort(
        program=program, opens_on=date(2020, 1, 1), closes_on=date(2020, 2, 1)
    )
    url = f"/apply/{closed.slug}/mentee/"
    as_user(ben).post(url, headers={"Referer": f"http://testserver{url}"})
    assert not Application.objects.filter(person=ben).exists()
    assert "not open for applications today" in as_user(ben).get(url).content.decode()


def test_an_unknown_role_is_not_found(client, cohort):
    assert client.get(f"/apply/{cohort.slug}/chair/").status_code == 404


def test_a_mentee_fills_in_every_page_and_sends(as_user, ben, draft):
    client = as_user(ben)
    fill_in(client, draft, MENTEE)
    assert (
        client.post(f"/applications/{draft.public_id}/send/").url
        == f"/applications/{draft.public_id}/sent/"
    )
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert {row.topic.code: row.weight for row in draft.topic_rows.select_related("topic")} == {
        "lead": 3,
        "payroll": 2,
        "influence": 1,
    }
    rows = draft.experience_rows.select_related("experience")
    assert {row.experience.code: (row.depth, row.is_shared) for row in rows} == {
        "lay-off": ("now", False),
        "newcomer": ("now", True),
    }
    assert [email.subject for email in deliver_due_emails()] == ["We have your application, Ben"]


def test_answers_for_the_committee_are_stored_in_their_own_tables(ben, draft):
    answer(draft, MENTEE)
    private = PrivateAnswers.objects.visible_to(ben).get(application=draft)
    assert (private.needs, private.accommodations) == ("Quiet places", "Captions")
    wish = NamedWish.objects.visible_to(ben).get(application=draft)
    assert (wish.kind, wish.rank, wish.written) == ("avoid", 1, "Ada Brook")


def test_the_profile_is_filled_from_the_application(ben, draft):
    answer(draft, MENTEE)
    ben.refresh_from_db()
    profile = ben.profile
    assert (ben.time_zone, profile.employer.name, profile.level) == (
        "America/Toronto",
        "Harbour Mill",
        3,
    )
    assert profile.availability == ["tue-evening", "sat-morning"]
    assert [language.code for language in profile.languages.all()] == ["en"]


def test_a_mentor_fills_in_every_page_and_sends(as_user, ada, cohort, vocabulary):
    draft = Application.objects.create(
        cohort=cohort, person=ada, role="mentor", external_key=ada.email
    )
    client = as_user(ada)
    fill_in(client, draft, MENTOR)
    client.post(f"/applications/{draft.public_id}/send/")
    draft.refresh_from_db()
    assert (draft.state, draft.capacity) == ("submitted", 2)


def test_sending_twice_is_sending_once(as_user, ben, draft):
    client = as_user(ben)
    answer(draft, MENTEE)
    first, second = (client.post(f"/applications/{draft.public_id}/send/") for _ in range(2))
    assert first.url == second.url
    assert len(deliver_due_emails()) == 1


def test_an_unfinished_application_is_not_sent_and_says_what_is_missing(as_user, ben, draft):
    client = as_user(ben)
    response = client.post(f"/applications/{draft.public_id}/send/", follow=True)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert f'href="/applications/{draft.public_id}/situation/?check"' in response.content.decode()


def test_applications_close_also_for_drafts(as_user, ben, draft):
    client = as_user(ben)
    answer(draft, MENTEE)
    draft.cohort.closes_on = date(2020, 3, 1)
    draft.cohort.save()
    here = f"http://testserver/applications/{draft.public_id}/check/"
    assert (
        client.post(f"/applications/{draft.public_id}/send/", headers={"Referer": here}).url == here
    )
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_no_one_sends_or_opens_the_application_of_another_person(as_user, dan, cleo, draft):
    for stranger in (dan, cleo):
        client = as_user(stranger)
        for name in ("", "situation/", "check/", "sent/", "withdraw/"):
            assert client.get(f"/applications/{draft.public_id}/{name}").status_code == 404
        assert client.post(f"/applications/{draft.public_id}/send/").status_code == 404


def test_withdrawing_asks_first_and_leaves_nothing_of_a_draft(as_user, ben, draft):
    client = as_user(ben)
    fill_in(client, draft, {"private": MENTEE["private"], "wishes": MENTEE["wishes"]})
    assert (
        "Withdraw your application?"
        in client.get(f"/applications/{draft.public_id}/withdraw/").content.decode()
    )
    client.post(f"/applications/{draft.public_id}/withdraw/")
    client.post(f"/applications/{draft.public_id}/withdraw/")
    draft.refresh_from_db()
    assert draft.state == "withdrawn"
    assert not PrivateAnswers.objects.visible_to(ben).filter(application=draft).exists()
    assert not NamedWish.objects.visible_to(ben).filter(application=draft).exists()


def test_a_person_may_apply_again_after_withdrawing(as_user, ben, draft):
    client = as_user(ben)
    client.post(f"/applications/{draft.public_id}/withdraw/")
    client.post(f"/apply/{draft.cohort.slug}/mentee/")
    assert sorted(Application.objects.filter(person=ben).values_list("state", flat=True)) == [
        "draft",
        "withdrawn",
    ]
