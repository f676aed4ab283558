"""Choose from long lists, search them without scripts, then order what was chosen."""

import pytest

from applications.forms.choices import LONGEST_SEARCH
from applications.models import Application, ApplicationExperience, ApplicationTopic
from programs.models import Topic
from testkit.programs import MENTEE, answer


@pytest.fixture
def url(draft):
    return lambda code: f"/applications/{draft.public_id}/{code}/"


@pytest.fixture
def bens(as_user, ben):
    return as_user(ben)


def post(client, address, answers):
    seen = client.get(address.partition("find/")[0]).context["form"]["fingerprint"].value()
    return client.post(address, {**answers, "fingerprint": seen})


def topics(draft):
    rows = ApplicationTopic.objects.filter(application=draft).select_related("topic")
    return [(row.topic.code, row.rank, row.weight) for row in rows]


def test_no_page_has_more_lists_to_open_than_places(bens, draft, url):
    for n in range(40):
        Topic.objects.create(code=f"more-{n}", kind="subject", names={"en": f"More {n}"})
    answer(draft, {"topics": {"goal": ["lead"], "subject": [f"more-{n}" for n in range(40)]}})
    assert "<select" not in bens.get(url("topics")).content.decode()
    assert bens.get(url("ranking")).content.decode().count("<select") == 3


def test_find_keeps_what_is_ticked_and_stores_nothing(bens, draft, url):
    page = post(bens, url("topics") + "find/", {"find": "PÁY", "goal": ["lead"]})
    form = page.context["form"]
    shown = [
        [code for code, _label in form.fields[name].choices]
        for name in ("goal", "subject", "skill")
    ]
    assert shown == [["lead"], ["payroll"], []]
    assert page.content.decode().count(" checked") == 1
    assert "2 entries for “PÁY” or chosen already." in page.content.decode()
    assert topics(draft) == []


def test_find_nothing_says_so_and_the_whole_lists_come_back(bens, draft, url):
    page = post(bens, url("topics") + "find/", {"find": "zebra", "skill": ["influence"]})
    assert "1 entry for “zebra” or chosen already." in page.content.decode()
    page = post(bens, url("topics") + "find/?all", {"find": "zebra", "skill": ["influence"]})
    assert page.content.decode().count('type="checkbox"') == 4
    assert page.content.decode().count(" checked") == 1


def test_what_was_found_is_saved_by_the_button_of_the_page(bens, draft, url):
    page = post(bens, url("topics") + "find/", {"find": "pay"})
    assert f'action="{url("topics")}"' in page.content.decode()
    seen = page.context["form"]["fingerprint"].value()
    answers = {"goal": ["lead"], "subject": ["payroll"], "find": "pay", "fingerprint": seen}
    assert bens.post(url("topics"), answers).url == url("ranking")
    assert topics(draft) == [("lead", None, 2), ("payroll", None, 2)]


def test_find_takes_any_words(bens, draft, url):
    for words in ("<b>", "x" * 500, "\x00", "مرحبا 😀", " "):
        assert post(bens, url("topics") + "find/", {"find": words}).status_code == 200
    page = post(bens, url("topics") + "find/", {"find": "x" * 500})
    assert len(page.context["form"].search) == LONGEST_SEARCH


def test_find_is_for_lists_of_ones_own_open_application(bens, as_user, dan, draft, url):
    assert bens.post(url("situation") + "find/", {"find": "a"}).status_code == 404
    assert bens.post(url("nowhere") + "find/", {"find": "a"}).status_code == 404
    assert as_user(dan).post(url("topics") + "find/", {"find": "a"}).status_code == 404
    assert bens.get(url("topics") + "find/").url == url("topics")
    Application.objects.filter(pk=draft.pk).update(state="withdrawn")
    assert bens.post(url("topics") + "find/", {"find": "a"}).url == url("sent")


def test_a_retired_topic_stays_in_applications_that_chose_it(bens, draft, url):
    answer(draft, {"topics": {"goal": ["lead"], "subject": ["payroll"]}})
    Topic.objects.filter(kind="subject").update(retired_on="2026-01-01")
    shown = bens.get(url("topics")).context["form"].fields["subject"].choices
    assert [code for code, _label in shown] == ["payroll"]


def test_places_come_first_and_levels_count_for_the_rest(bens, draft, url):
    answer(draft, {"topics": MENTEE["topics"]})
    levels = {"level-lead": "1", "level-payroll": "2", "level-influence": "1"}
    places = {"rank-2": "payroll", "rank-3": "lead"}
    assert post(bens, url("ranking"), {**places, **levels}).status_code == 302
    assert topics(draft) == [("payroll", 1, 3), ("lead", 2, 3), ("influence", None, 1)]


def test_one_topic_has_one_place(bens, draft, url):
    answer(draft, {"topics": MENTEE["topics"]})
    levels = dict.fromkeys(("level-lead", "level-payroll", "level-influence"), "2")
    page = post(bens, url("ranking"), {"rank-1": "lead", "rank-2": "lead", **levels})
    assert "this has a place already" in page.content.decode()
    assert topics(draft)[0] == ("lead", None, 2)


def test_choosing_again_keeps_places_and_readers(bens, draft, url):
    answer(draft, {code: MENTEE[code] for code in ("experiences", "sharing", "topics", "ranking")})
    answer(draft, {"topics": {"goal": ["lead"], "subject": ["change"]}})
    answer(draft, {"experiences": {"now": ["newcomer"]}})
    assert topics(draft) == [("lead", 1, 3), ("change", None, 2)]
    rows = ApplicationExperience.objects.filter(application=draft)
    assert list(rows.values_list("experience__code", "is_shared")) == [("newcomer", True)]


def test_lived_counts_before_accompanied(as_user, ada, cohort, vocabulary):
    draft = Application.objects.create(cohort=cohort, person=ada, role="mentor")
    both = {"lived": ["lay-off"], "accompanied": ["lay-off", "newcomer"]}
    answer(draft, {"experiences": both})
    rows = draft.experience_rows.select_related("experience")
    assert [(row.experience.code, row.depth, row.is_shared) for row in rows] == [
        ("lay-off", "lived", False),
        ("newcomer", "accompanied", False),
    ]


def test_pages_read_together_are_changed_together(bens, draft, url):
    answer(draft, {"topics": MENTEE["topics"]})
    page = post(bens, url("topics") + "?check", MENTEE["topics"])
    assert page.url == url("ranking") + "?check"
    assert post(bens, page.url, MENTEE["ranking"]).url == url("check")
    assert post(bens, url("suitability-open") + "?check", {"open": "no"}).url == url("check")
    page = post(bens, url("suitability-time") + "?check", {"time": "no"})
    assert page.url == url("suitability-lead") + "?check"


def test_a_topic_that_another_tab_removed_is_a_conflict(bens, draft, url):
    answer(draft, {"topics": MENTEE["topics"]})
    seen = bens.get(url("ranking")).context["form"]["fingerprint"].value()
    answer(draft, {"topics": {"goal": ["lead"]}})
    late = bens.post(url("ranking"), {**MENTEE["ranking"], "fingerprint": seen})
    assert "This part has changed since you opened it" in late.content.decode()
