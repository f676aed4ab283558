"""A person applies on a small phone, with scripts and without; a late page keeps the text."""

import pytest

from programs.models import Application
from programs.seeds import sow, sow_everywhere

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def phone(browser, live_server, as_user, ben, request):
    """Ben's phone, signed in."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, base_url=live_server.url)
    key = as_user(ben).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    yield context.new_page()
    context.close()


def save(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    page.get_by_role("button", name="Save and continue").click()


def answer_everything(page):
    for yes in page.get_by_role("radio", name="Yes").all():
        yes.check()
    save(page)
    page.get_by_label("Time zone").select_option("America/Toronto")
    save(page)
    page.get_by_label("Employer").fill("Harbour Mill")
    save(page)
    page.get_by_label("What is going on for you at work right now?").fill("A team of one since May.")
    save(page)
    page.get_by_label("Newcomer to the country").select_option("now-shared")
    save(page)
    page.get_by_label("Learn to lead").select_option("3")
    save(page)
    save(page)
    save(page)
    page.get_by_role("group", name="Morning 9–12").get_by_label("Sat").check()
    save(page)
    page.get_by_label("either is fine").check()
    page.get_by_label("English").check()
    save(page)
    page.get_by_label("Limits").fill("No evenings.")
    save(page)
    save(page)
    page.get_by_label("I can and want to do this").check()
    page.get_by_label("I accept the code of conduct").check()
    save(page)


@pytest.mark.parametrize("phone", [True, False], indirect=True, ids=["scripts on", "scripts off"])
def test_a_mentee_applies_on_a_phone(phone, cohort, ben):
    sow_everywhere()
    sow("hr")
    phone.goto(f"/programs/{cohort.program.slug}/")
    phone.get_by_role("link", name="I would like a mentor").click()
    phone.get_by_role("button", name="Start my application").click()
    phone.get_by_role("link", name="Continue: Is this the right moment?").click()
    answer_everything(phone)
    assert "A team of one since May." in phone.content()
    phone.get_by_role("button", name="Send my application").click()
    assert phone.get_by_role("heading", level=1).inner_text() == "We have your application"
    application = Application.objects.get(person=ben)
    assert (application.state, application.situation) == ("submitted", "A team of one since May.")


@pytest.mark.parametrize("phone", [False], indirect=True, ids=["scripts off"])
def test_text_written_after_the_sign_in_ended_is_kept(phone, cohort, ben):
    draft = Application.objects.create(cohort=cohort, person=ben, role="mentee")
    phone.goto(f"/applications/{draft.public_id}/situation/")
    phone.get_by_label("What is going on for you at work right now?").fill("A team of one since May.")
    session = [cookie for cookie in phone.context.cookies() if cookie["name"] == "sessionid"]
    phone.context.clear_cookies(name="sessionid")
    save(phone)
    assert phone.get_by_role("heading", level=1).inner_text() == "Please send that once more"
    phone.context.add_cookies(session)
    phone.get_by_role("button", name="Send it again").click()
    draft.refresh_from_db()
    assert draft.situation == "A team of one since May."
