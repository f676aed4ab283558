"""Themes that readers mark on answers in words, and the counts that they become."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from checkins import theme_seeds
from checkins.answering import answer
from checkins.models import Answer, Theme, ThemeMark, Wave
from checkins.theme_counts import WAIT, count_themes
from checkins.theme_marks import change_marks, words_of
from programs.models import Conflict
from testkit import checkins as make
from testkit import factories

from .attackers import Attacker, Group, chair_with_a_conflict, member_in_a_pair, role_reader

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORDS = "The evenings do not work."


@pytest.fixture
def theme(program):
    return Theme.objects.create(program=program, code="time", names={"en": "Time", "fr": "Temps"})


@pytest.fixture
def checkin(cared, ben):
    return make.answered(cared, ben, comment=WORDS)


@pytest.fixture
def text(checkin):
    return Answer.system.get(checkin=checkin, question__kind="text")


def marks():
    return list(ThemeMark.system.values_list("theme__code", "marked_by__name"))


def send(client, text, themes=(), seen=()):
    url = reverse("admin:checkins_checkin_themes", args=[text.checkin_id, text.pk])
    sent = {"themes": list(themes), "seen": list(seen), "words": words_of(text.text)}
    names = {f"answer-{text.pk}-{name}": value for name, value in sent.items()}
    return client.post(url, names, follow=True)


def page(client, checkin):
    url = reverse("admin:checkins_checkin_change", args=[checkin.pk])
    return client.get(url).content.decode()


# --- marking


def test_words_that_were_changed_since_they_were_shown_get_no_mark(as_user, eve, theme, text):
    client = as_user(eve)
    Answer.system.filter(pk=text.pk).update(text="Something else.")
    refused = send(client, text, [theme.pk]).content.decode()
    assert "It was changed, or another member must read it." in refused.replace("&#x27;", "'")
    assert marks() == []
    text.refresh_from_db()
    send(client, text, [theme.pk])
    assert len(marks()) == 1


def test_the_carer_marks_and_unmarks(as_user, eve, theme, text, checkin):
    client = as_user(eve)
    assert "14 days after the results" in " ".join(page(client, checkin).split())
    assert "The themes of the answer were saved." in send(client, text, [theme.pk]).content.decode()
    assert marks() == [("time", "Eve Lund")]
    send(client, text, [theme.pk])  # twice
    assert marks() == [("time", "Eve Lund")]
    assert "checked" in page(client, checkin).partition('id="themes"')[2]
    send(client, text, [], seen=[theme.pk])
    assert marks() == []
    send(client, text, [], seen=[theme.pk])  # twice
    assert marks() == []


def test_a_colleagues_mark_stays_where_the_page_was_older(as_user, eve, program, theme, text):
    other = Theme.objects.create(program=program, code="goals", names={"en": "Goals"})
    send(as_user(eve), text, [other.pk])
    send(as_user(eve), text, [theme.pk], seen=[])  # a page from before
    assert {code for code, _by in marks()} == {"goals", "time"}


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_who_can_not_read_an_answer_neither_marks_nor_sees_marks(
    role, as_user, program, theme, text, checkin, eve
):
    send(as_user(eve), text, [theme.pk])
    other = factories.member(program=program, role=role)
    assert send(as_user(other), text, [theme.pk]).status_code == 404
    assert 'id="themes"' not in page(as_user(other), checkin)
    assert not ThemeMark.objects.visible_to(other).exists()
    with pytest.raises(ActionNotAllowed, match="can't mark this answer"):
        change_marks(checkin, text.pk, by=other, add=[theme.pk])


def test_a_chair_with_a_conflict_marks_nothing(as_user, cleo, ben, theme, text, checkin):
    change_marks(checkin, text.pk, by=cleo, add=[theme.pk])
    Conflict.objects.create(member=cleo, person=ben)
    assert send(as_user(cleo), text, [], seen=[theme.pk]).status_code == 404
    assert not ThemeMark.objects.visible_to(cleo).exists()


def test_nobody_marks_or_sees_marks_on_what_they_wrote(as_user, ada, ben, program, theme, text,
                                                       checkin, eve):  # fmt: skip
    change_marks(checkin, text.pk, by=eve, add=[theme.pk])
    for person in (ada, ben):
        assert not ThemeMark.objects.visible_to(person).exists()
        with pytest.raises(ActionNotAllowed):
            change_marks(checkin, text.pk, by=person, add=[theme.pk])


def test_an_answer_of_choices_has_no_themes(eve, theme, checkin):
    chosen = Answer.system.filter(checkin=checkin).exclude(choice="").first()
    with pytest.raises(ActionNotAllowed):
        change_marks(checkin, chosen.pk, by=eve, add=[theme.pk])


def test_a_retired_theme_can_go_but_not_come(as_user, eve, theme, text, checkin):
    send(as_user(eve), text, [theme.pk])
    Theme.objects.update(retired_on=timezone.localdate())
    assert "Time" in page(as_user(eve), checkin).partition('id="themes"')[2]
    send(as_user(eve), text, [], seen=[theme.pk])
    assert marks() == []
    assert "Nothing was saved." in send(as_user(eve), text, [theme.pk]).content.decode()
    with pytest.raises(ActionNotAllowed, match="no longer in use"):
        change_marks(checkin, text.pk, by=eve, add=[theme.pk])


def test_a_theme_of_another_program_is_refused(as_user, eve, text):
    far = Theme.objects.create(program=factories.program(), code="far", names={"en": "Far"})
    assert "Nothing was saved." in send(as_user(eve), text, [far.pk]).content.decode()
    assert marks() == []


def test_changed_words_lose_their_marks(eve, ben, theme, text, checkin):
    change_marks(checkin, text.pk, by=eve, add=[theme.pk])
    answer(checkin, by=ben, answers={**make.GOOD_PULSE, "comment": WORDS, "useful": "3"})
    assert len(marks()) == 1, "the words are the same"
    answer(checkin, by=ben, answers={**make.GOOD_PULSE, "comment": "Mornings are fine."})
    assert marks() == []
    change_marks(checkin, text.pk, by=eve, add=[theme.pk])
    answer(checkin, by=ben, answers=make.GOOD_PULSE)
    assert marks() == []


def test_erasing_someone_erases_the_marks_on_their_words(eve, ben, theme, text, checkin):
    from checkins.privacy import erase

    change_marks(checkin, text.pk, by=eve, add=[theme.pk])
    erase(ben)
    assert marks() == []


def test_marking_costs_the_same_with_more_themes(as_user, eve, theme, checkin, program):
    costs = []
    page(as_user(eve), checkin)  # reads what is cached
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(as_user(eve), checkin)
        costs.append(len(queries))
        theme_seeds.load(program)
    assert costs[0] == costs[1]


# --- counting


def result(group, as_user, member):
    wave = Wave.objects.get(cohort=group.cohort)
    url = reverse("admin:checkins_wave_change", args=[wave.pk])
    response = as_user(member).get(url)
    rows = {row.theme: dict(row.cells) for row in response.context["theme_rows"]}
    return response.content.decode(), rows.get(Theme.objects.get(code="evenings").pk)


def test_marks_become_counts_of_people(program, as_user):
    group = Group(program, 6)
    reader = role_reader(group)
    group.publish()
    _page, row = result(group, as_user, reader)
    assert row == {"All": "12 people", "Mentees": "6 people", "Mentors": "6 people"}


def test_nothing_is_counted_before_its_day_and_nothing_changes_after(program, as_user, cleo):
    group = Group(program, 5)
    group.publish()
    stored = Wave.objects.get()
    Wave.objects.update(themes_counted_at=None, themes={})
    count_themes(stored.themes_due_at - timedelta(seconds=1))
    text, row = result(group, as_user, cleo)
    assert "Themes are counted once, on" in " ".join(text.split())
    assert row is None
    count_themes(stored.themes_due_at)
    assert Wave.objects.get().themes == stored.themes
    ThemeMark.system.all().delete()
    count_themes(stored.themes_due_at + DAY)
    assert Wave.objects.get().themes == stored.themes
    words = Answer.system.filter(question__kind="text").select_related("checkin").first()
    theme = Theme.objects.get(code="evenings")
    with pytest.raises(ActionNotAllowed, match="are counted"):
        change_marks(words.checkin, words.pk, by=cleo, add=[theme.pk])


def test_a_result_from_before_counts_nothing(program, as_user, cleo):
    group = Group(program, 5)
    group.publish()
    Wave.objects.update(themes_counted_at=None, themes_due_at=None, themes={})
    count_themes(timezone.now() + 99 * DAY)
    text, row = result(group, as_user, cleo)
    assert "is from before themes were counted" in " ".join(text.split())
    assert row is None


@pytest.mark.parametrize(
    ("every", "row"),
    [
        (1, {"All": "10 people", "Mentees": "5 people", "Mentors": "5 people"}),
        # Five mentees, no mentor: all, less the mentees, would be the mentors.
        (
            2,
            {
                "All": "5 people",
                "Mentees": "not shown separately",
                "Mentors": "not shown separately",
            },
        ),
        (3, dict.fromkeys(("All", "Mentees", "Mentors"), "fewer than 5, perhaps none")),
        (99, dict.fromkeys(("All", "Mentees", "Mentors"), "fewer than 5, perhaps none")),
    ],
)
def test_small_counts_look_the_same(every, row, program, as_user):
    group = Group(program, 5)
    reader = role_reader(group)
    group.publish()
    ThemeMark.system.all().delete()
    group.mark(every=every)
    Wave.objects.update(themes_counted_at=None, themes={})
    count_themes(timezone.now() + WAIT)
    _page, found = result(group, as_user, reader)
    assert found == row
    stored = Wave.objects.get().themes["themes"]
    assert all(n is None or n >= 5 for one in stored for n in one["counts"].values())


def test_a_mentor_of_five_is_one_person(program, as_user):
    group = Group(program, 5)
    reader = role_reader(group)
    mentor = group.matches[0].mentor
    for match in group.matches[1:]:
        type(match).objects.filter(pk=match.pk).update(mentor=mentor)
        match.refresh_from_db()
    group.publish()
    _page, row = result(group, as_user, reader)
    assert row == {"All": "6 people"}, "mentors are one, so they are not shown separately"


def test_a_retired_theme_with_few_marks_is_not_named(program, as_user):
    group = Group(program, 5)
    reader = role_reader(group)
    group.publish()
    ThemeMark.system.all().delete()
    group.mark(every=3)
    Theme.objects.update(retired_on=timezone.localdate())
    Wave.objects.update(themes_counted_at=None, themes={})
    count_themes(timezone.now() + WAIT)
    _page, row = result(group, as_user, reader)
    assert row is None


def test_erased_people_are_not_counted_but_counts_stay(program, as_user):
    group = Group(program, 5)
    reader = role_reader(group)
    group.publish()
    Answer.system.filter(checkin__match=group.matches[0]).delete()
    assert result(group, as_user, reader)[1]["All"] == "10 people"
    Wave.objects.update(themes_counted_at=None, themes={})
    count_themes(timezone.now() + WAIT)
    assert result(group, as_user, reader)[1]["All"] == "8 people"
    counted = Wave.objects.get().themes["counted"]
    assert sum(map(len, counted.values())) == 8


# --- who is shown them; `test_result_attackers` adds and subtracts them in every role


@pytest.mark.parametrize("role", [member_in_a_pair("chair", "mentor"), chair_with_a_conflict],
                         ids=["mentor", "conflict"])  # fmt: skip
def test_a_recused_chair_is_shown_no_counts(role, program, as_user):
    group = Group(program, 7)
    member = role(group)
    group.publish()
    text, row = result(group, as_user, member)
    assert row is None
    assert "Hidden: too few people answered" in " ".join(text.split())
    export = reverse("admin:checkins_wave_themes-export", args=[Wave.objects.get().pk])
    assert "people" not in as_user(member).post(export, {"format": "csv"}).getvalue().decode()


def test_the_file_has_what_the_page_shows(program, as_user):
    group = Group(program, 6)
    reader = role_reader(group)
    wave = group.publish()
    export = reverse("admin:checkins_wave_themes-export", args=[wave.pk])
    lines = as_user(reader).post(export, {"format": "csv"}).getvalue().decode("utf-8-sig")
    assert lines.splitlines()[0].split(",") == ["Theme", "Group", "People"]
    assert "Evenings,All,12 people" in lines
    assert as_user(reader).post(export, {"format": "xlsx"}).getvalue().startswith(b"PK")


def test_the_attacker_sees_themes_at_all(program, as_user):
    """Or the test of every role would prove nothing."""
    group = Group(program, 6)
    reader = role_reader(group)
    group.publish()
    attacker = Attacker(reader, as_user).look()
    theme = ("theme", Theme.objects.get(code="evenings").pk)
    assert len(attacker.cells[theme]) == 3
    few = frozenset(list(attacker.cells[theme][0])[:3])
    attacker.cells[theme].append(attacker.cells[theme][0] - few)
    assert attacker.finds() == [str(theme)]


def test_a_new_program_has_themes_in_both_languages(program):
    assert theme_seeds.load(program) == len(theme_seeds.NAMES)
    Theme.objects.filter(code="fit").update(retired_on=timezone.localdate(), names={"en": "Ours"})
    assert theme_seeds.load(program) == 0
    others = Theme.objects.filter(program=program).exclude(code="fit")
    assert {frozenset(theme.names) for theme in others} == {frozenset({"en", "fr"})}
