"""One page of the application: saved once, stale pages, closed applications, hostile input."""

import pytest

from applications import reviewing
from applications.models import Application
from testkit.programs import MENTEE, answer, fill_in


@pytest.fixture
def page_url(draft):
    return lambda code: f"/applications/{draft.public_id}/{code}/"


def opened(client, url):
    return client.get(url).context["form"]["fingerprint"].value()


SITUATION = {"situation": "A team of one.", "hopes": "A plan."}


def test_a_page_leads_to_the_next_and_back_to_the_check_page(as_user, ben, page_url):
    client = as_user(ben)
    seen = opened(client, page_url("situation"))
    assert client.post(page_url("situation"), {**SITUATION, "fingerprint": seen}).url == page_url(
        "experiences"
    )
    seen = opened(client, page_url("situation"))
    assert client.post(
        page_url("situation") + "?check", {**SITUATION, "fingerprint": seen}
    ).url == page_url("check")


def test_a_page_raises_the_version_and_says_when_it_was_saved(as_user, ben, draft, page_url):
    client = as_user(ben)
    client.post(
        page_url("situation"), {**SITUATION, "fingerprint": opened(client, page_url("situation"))}
    )
    draft.refresh_from_db()
    assert (draft.version, draft.saved_pages, draft.saved_at is None) == (1, ["situation"], False)


def test_an_edit_conflict_shows_both_versions_and_keeps_the_text(as_user, ben, draft, page_url):
    phone, computer = as_user(ben), as_user(ben)
    old = opened(phone, page_url("situation"))
    computer.post(
        page_url("situation"), {**SITUATION, "fingerprint": opened(computer, page_url("situation"))}
    )
    page = phone.post(
        page_url("situation"),
        {"situation": "Written on the train.", "hopes": "", "fingerprint": old},
    )
    text = page.content.decode()
    assert "This part has changed since you opened it" in text
    assert "A team of one." in text
    assert "Written on the train." in text
    draft.refresh_from_db()
    assert draft.situation == "A team of one."


def test_after_seeing_both_the_person_decides(as_user, ben, draft, page_url):
    phone, computer = as_user(ben), as_user(ben)
    old = opened(phone, page_url("situation"))
    computer.post(
        page_url("situation"), {**SITUATION, "fingerprint": opened(computer, page_url("situation"))}
    )
    mine = {"situation": "Written on the train.", "hopes": ""}
    again = (
        phone.post(page_url("situation"), {**mine, "fingerprint": old})
        .context["form"]["fingerprint"]
        .value()
    )
    assert phone.post(page_url("situation"), {**mine, "fingerprint": again}).status_code == 302
    draft.refresh_from_db()
    assert draft.situation == "Written on the train."


def test_pressing_save_twice_is_no_conflict(as_user, ben, draft, page_url):
    client = as_user(ben)
    seen = opened(client, page_url("situation"))
    answers = [
        client.post(page_url("situation"), {**SITUATION, "fingerprint": seen}).status_code
        for _ in range(2)
    ]
    assert answers == [302, 302]


# Pages that order what was chosen on the page before.
CHOSEN_BEFORE = {"sharing": "experiences", "ranking": "topics"}


@pytest.mark.parametrize("code", MENTEE)
def test_every_page_may_be_saved_twice(as_user, ben, draft, page_url, code):
    client = as_user(ben)
    if before := CHOSEN_BEFORE.get(code):
        answer(draft, {before: MENTEE[before]})
    seen = opened(client, page_url(code))
    assert [
        client.post(page_url(code), {**MENTEE[code], "fingerprint": seen}).status_code
        for _ in range(2)
    ] == [302, 302]


def test_another_page_saved_meanwhile_is_no_conflict(as_user, ben, draft, page_url):
    phone, computer = as_user(ben), as_user(ben)
    seen = opened(phone, page_url("situation"))
    computer.post(
        page_url("private"),
        {**MENTEE["private"], "fingerprint": opened(computer, page_url("private"))},
    )
    assert phone.post(page_url("situation"), {**SITUATION, "fingerprint": seen}).status_code == 302


def test_nothing_changes_once_the_committee_reads(as_user, ben, draft, cleo, page_url):
    client = as_user(ben)
    answer(draft, MENTEE)
    client.post(page_url("send"))
    draft.refresh_from_db()
    seen = opened(client, page_url("situation"))
    reviewing.start_reading(draft, by=cleo)
    client.post(
        page_url("situation"),
        {"situation": "Changed.", "hopes": "", "fingerprint": seen},
        headers={"Referer": "http://testserver/"},
    )
    draft.refresh_from_db()
    assert draft.situation == "A team of one since May."
    assert client.get(page_url("situation")).url == page_url("sent")


def test_a_sent_application_can_be_changed_until_then(as_user, ben, draft, page_url):
    client = as_user(ben)
    answer(draft, MENTEE)
    client.post(page_url("send"))
    fill_in(client, draft, {"situation": {"situation": "Changed.", "hopes": ""}})
    draft.refresh_from_db()
    assert (draft.state, draft.situation) == ("submitted", "Changed.")


@pytest.mark.parametrize("code", [*MENTEE, "capacity"])
def test_an_empty_page_raises_no_exception(as_user, ben, draft, page_url, code):
    response = as_user(ben).post(page_url(code), {})
    is_absent = code in {"capacity", *CHOSEN_BEFORE}
    assert response.status_code in ({404} if is_absent else {200, 302})


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
        ("topics", "goal", "no-such"),
        ("topics", "goal", []),
        ("topics", "subject", "lead"),
        ("experiences", "now", "no-such"),
        ("private", "needs", "x" * 2001),
        ("wishes", "avoid-1", "x" * 201),
        ("commitment", "accepts_code", ""),
        ("suitability-time", "time", "perhaps"),
    ],
)
def test_invalid_values_are_explained_and_not_stored(
    as_user, ben, draft, page_url, code, field, value
):
    client = as_user(ben)
    page = client.post(
        page_url(code),
        {**MENTEE[code], field: value, "fingerprint": opened(client, page_url(code))},
    )
    assert page.status_code == 200
    assert page.context["form"].errors
    draft.refresh_from_db()
    assert draft.version == 0


def test_names_in_any_script_are_welcome(as_user, ben, draft, page_url):
    client = as_user(ben)
    for name in ("Żofia O'Brien-Großmschmidt", "يوسف الحداد", "李 小龍"):
        fill_in(client, draft, {"about-you": {**MENTEE["about-you"], "name": name}})
        ben.refresh_from_db()
        assert ben.name == name


def test_a_first_time_mentor_takes_one(as_user, ada, cohort, vocabulary):
    draft = Application.objects.create(cohort=cohort, person=ada, role="mentor")
    url = f"/applications/{draft.public_id}/capacity/"
    client = as_user(ada)
    page = client.post(
        url, {"is_first_time": "on", "capacity": "2", "fingerprint": opened(client, url)}
    )
    assert "Enter a number of at most 1." in page.content.decode()


def test_the_week_is_a_grid_of_boxes_with_the_chosen_ones_ticked(as_user, ben, draft, page_url):
    page = as_user(ben).get(page_url("times")).content.decode()
    assert page.count('type="checkbox"') == 35
    assert page.count(" checked") == 1  # Tuesday evening


def test_an_unknown_page_is_not_found(as_user, ben, page_url):
    assert as_user(ben).get(page_url("nowhere")).status_code == 404


def test_the_task_list_shows_what_is_completed(as_user, ben, draft, page_url):
    client = as_user(ben)
    fill_in(client, draft, {"private": {"needs": "", "limits": "", "accommodations": ""}})
    tasks = client.get(f"/applications/{draft.public_id}/").context["tasks"]
    assert [(task["label"], task["state"]) for task in tasks] == [
        ("Is this the right time?", "not_started"),
        ("About you", "completed"),
        ("What you need", "not_started"),
        ("When and how", "incomplete"),
        ("For the committee only", "incomplete"),
        ("Before you send", "not_started"),
    ]
    assert tasks[4]["url"] == page_url("wishes")


def test_a_page_says_where_it_is(as_user, ben, draft, page_url):
    page = " ".join(as_user(ben).get(page_url("work")).content.decode().split())
    assert "Part 2 of 6, page 2 of 2" in page
