"""One page of the application: saved once, stale pages, closed applications, hostile input."""

import pytest

from applications import reviewing
from applications.models import Application, ApplicationTopic
from programs.models import Topic
from testkit.programs import MENTEE, answer, fill_in


@pytest.fixture
def at(draft):
    return lambda code: f"/applications/{draft.public_id}/{code}/"


def opened(client, url):
    return client.get(url).context["form"]["seen"].value()


SITUATION = {"situation": "A team of one.", "hopes": "A plan."}


def test_a_page_leads_to_the_next_and_back_to_the_check_page(as_user, ben, at):
    client = as_user(ben)
    seen = opened(client, at("situation"))
    assert client.post(at("situation"), {**SITUATION, "seen": seen}).url == at("experiences")
    seen = opened(client, at("situation"))
    assert client.post(at("situation") + "?check", {**SITUATION, "seen": seen}).url == at("check")


def test_a_page_raises_the_version_and_says_when_it_was_saved(as_user, ben, draft, at):
    client = as_user(ben)
    client.post(at("situation"), {**SITUATION, "seen": opened(client, at("situation"))})
    draft.refresh_from_db()
    assert (draft.version, draft.saved_pages, draft.saved_at is None) == (1, ["situation"], False)


def test_a_stale_page_shows_both_versions_and_keeps_the_text(as_user, ben, draft, at):
    phone, desk = as_user(ben), as_user(ben)
    old = opened(phone, at("situation"))
    desk.post(at("situation"), {**SITUATION, "seen": opened(desk, at("situation"))})
    page = phone.post(
        at("situation"), {"situation": "Written on the train.", "hopes": "", "seen": old}
    )
    text = page.content.decode()
    assert "This part was changed meanwhile" in text
    assert "A team of one." in text
    assert "Written on the train." in text
    draft.refresh_from_db()
    assert draft.situation == "A team of one."


def test_after_seeing_both_the_person_decides(as_user, ben, draft, at):
    phone, desk = as_user(ben), as_user(ben)
    old = opened(phone, at("situation"))
    desk.post(at("situation"), {**SITUATION, "seen": opened(desk, at("situation"))})
    mine = {"situation": "Written on the train.", "hopes": ""}
    again = phone.post(at("situation"), {**mine, "seen": old}).context["form"]["seen"].value()
    assert phone.post(at("situation"), {**mine, "seen": again}).status_code == 302
    draft.refresh_from_db()
    assert draft.situation == "Written on the train."


def test_pressing_save_twice_is_no_conflict(as_user, ben, draft, at):
    client = as_user(ben)
    seen = opened(client, at("situation"))
    answers = [
        client.post(at("situation"), {**SITUATION, "seen": seen}).status_code for _ in range(2)
    ]
    assert answers == [302, 302]


@pytest.mark.parametrize("code", MENTEE)
def test_every_page_may_be_saved_twice(as_user, ben, draft, at, code):
    client = as_user(ben)
    seen = opened(client, at(code))
    assert [
        client.post(at(code), {**MENTEE[code], "seen": seen}).status_code for _ in range(2)
    ] == [302, 302]


def test_another_page_saved_meanwhile_is_no_conflict(as_user, ben, draft, at):
    phone, desk = as_user(ben), as_user(ben)
    seen = opened(phone, at("situation"))
    desk.post(at("private"), {**MENTEE["private"], "seen": opened(desk, at("private"))})
    assert phone.post(at("situation"), {**SITUATION, "seen": seen}).status_code == 302


def test_nothing_changes_once_the_committee_reads(as_user, ben, draft, cleo, at):
    client = as_user(ben)
    answer(draft, MENTEE)
    client.post(at("send"))
    draft.refresh_from_db()
    seen = opened(client, at("situation"))
    reviewing.start_reading(draft, by=cleo)
    client.post(
        at("situation"),
        {"situation": "Changed.", "hopes": "", "seen": seen},
        headers={"Referer": "http://testserver/"},
    )
    draft.refresh_from_db()
    assert draft.situation == "A team of one since May."
    assert client.get(at("situation")).url == at("sent")


def test_a_sent_application_can_be_changed_until_then(as_user, ben, draft, at):
    client = as_user(ben)
    answer(draft, MENTEE)
    client.post(at("send"))
    fill_in(client, draft, {"situation": {"situation": "Changed.", "hopes": ""}})
    draft.refresh_from_db()
    assert (draft.state, draft.situation) == ("submitted", "Changed.")


@pytest.mark.parametrize("code", [*MENTEE, "capacity"])
def test_an_empty_page_never_breaks(as_user, ben, draft, at, code):
    response = as_user(ben).post(at(code), {})
    assert response.status_code in ({404} if code == "capacity" else {200, 302})


@pytest.mark.parametrize(
    ("code", "field", "value"),
    [
        ("situation", "situation", "x" * 2001),
        ("situation", "situation", "nul \x00 byte"),
        ("about-you", "name", "x" * 81),
        ("about-you", "name", "Ben http://spam.example.org"),
        ("about-you", "name", "Ben\u202etxt.exe"),
        ("about-you", "name", "Ben\r\nBcc: all@example.org"),
        ("about-you", "time_zone", "Mars/Olympus"),
        ("work", "employer_name", "www.spam.example.org"),
        ("work", "level", "99"),
        ("work", "years_experience", "-3"),
        ("work", "years_experience", "99999999999999999999"),
        ("work", "industries", "no-such"),
        ("times", "availability", "tue-midnight"),
        ("meeting", "languages", "klingon"),
        ("meeting", "travel_km", "40000"),
        ("goals", "lead", "7"),
        ("experiences", "lay-off", "lived-shared"),
        ("private", "needs", "x" * 2001),
        ("wishes", "avoid-1", "x" * 201),
        ("commitment", "accepts_code", ""),
        ("suitability", "time", "perhaps"),
    ],
)
def test_impossible_values_come_back_with_words_and_store_nothing(
    as_user, ben, draft, at, code, field, value
):
    client = as_user(ben)
    page = client.post(at(code), {**MENTEE[code], field: value, "seen": opened(client, at(code))})
    assert page.status_code == 200
    assert page.context["form"].errors
    draft.refresh_from_db()
    assert draft.version == 0


def test_names_in_any_script_are_welcome(as_user, ben, draft, at):
    client = as_user(ben)
    for name in ("Żofia O'Brien-Großmschmidt", "يوسف الحداد", "李 小龍"):
        fill_in(client, draft, {"about-you": {**MENTEE["about-you"], "name": name}})
        ben.refresh_from_db()
        assert ben.name == name


def test_at_most_three_are_most_important(as_user, ben, draft, at):
    for n in range(4):
        Topic.objects.create(code=f"more-{n}", kind="subject", names={"en": f"More {n}"})
    client = as_user(ben)
    answers = {f"more-{n}": "3" for n in range(4)} | {"seen": opened(client, at("subjects"))}
    assert "at most 3" in client.post(at("subjects"), answers).content.decode()
    assert not ApplicationTopic.objects.filter(application=draft).exists()


def test_a_retired_topic_stays_where_it_was_chosen(as_user, ben, draft, at):
    client = as_user(ben)
    fill_in(client, draft, {"subjects": MENTEE["subjects"]})
    Topic.objects.filter(code="payroll").update(retired_on="2026-01-01")
    assert "payroll" in client.get(at("subjects")).context["form"].fields
    Topic.objects.filter(code="change").update(retired_on="2026-01-01")
    assert "change" not in client.get(at("subjects")).context["form"].fields


def test_a_first_time_mentor_takes_one(as_user, ada, cohort, vocabulary):
    draft = Application.objects.create(cohort=cohort, person=ada, role="mentor")
    url = f"/applications/{draft.public_id}/capacity/"
    client = as_user(ada)
    page = client.post(url, {"is_first_time": "on", "capacity": "2", "seen": opened(client, url)})
    assert "Please enter a number up to 1." in page.content.decode()


def test_the_week_is_a_grid_of_boxes_with_the_chosen_ones_ticked(as_user, ben, draft, at):
    page = as_user(ben).get(at("times")).content.decode()
    assert page.count('type="checkbox"') == 35
    assert page.count(" checked") == 1  # Tuesday evening


def test_an_unknown_page_is_no_page(as_user, ben, at):
    assert as_user(ben).get(at("nowhere")).status_code == 404


def test_the_task_list_tells_done_from_not_started(as_user, ben, draft, at):
    client = as_user(ben)
    fill_in(client, draft, {"private": {"needs": "", "limits": "", "accommodations": ""}})
    lists = client.get(f"/applications/{draft.public_id}/").context["lists"]
    states = {row["url"].split("/")[-2]: row["state"] for each in lists for row in each["rows"]}
    assert states["private"] == "completed"
    assert states["situation"] == "not_started"
