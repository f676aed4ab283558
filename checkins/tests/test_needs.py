"""A check-in asks about the needs that the person named, as they were when it was opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from applications.models import ApplicationTopic
from checkins import planning, privacy, results
from checkins.answering import answer, own_answers
from checkins.edition_comparison import compare
from checkins.editions import publish
from checkins.models import AskedNeed, Wave
from checkins.needs import code_of, freeze_needs
from checkins.result_readers import ResultReader, with_turnout
from checkins.survey_checks import problems
from notifications.links import link
from notifications.testing import deliver_due_emails
from programs.models import Topic
from programs.word_merging import merge_words
from testkit import checkins as make
from testkit import factories

from .conftest import START

pytestmark = pytest.mark.django_db
NAMES = (("Payroll", "Paie"), ("Feedback", "Rétroaction"), ("Networks", "Réseaux"))


@pytest.fixture
def topics(program):
    return [
        Topic.objects.create(program=program, code=f"t{n}", names={"en": en, "fr": fr}, position=n)
        for n, (en, fr) in enumerate(NAMES)
    ]


@pytest.fixture
def named(match, topics):
    """Ben wants help with all three, most with the last one; Ada offers the first."""
    for weight, topic in enumerate(topics, start=1):
        ApplicationTopic.objects.create(application=match.mentee, topic=topic, weight=weight)
    ApplicationTopic.objects.create(application=match.mentor, topic=topics[0])
    return match


@pytest.fixture
def edition(program, cleo, surveys):
    """The program's pulse with one question and two needs."""
    draft = make.draft(program, cleo)
    draft.questions.exclude(code__in=["useful", "comment"]).delete()
    type(draft).objects.filter(pk=draft.pk).update(needs_asked=2)
    draft.refresh_from_db()
    publish(draft, by=cleo)
    return draft


@pytest.fixture
def asked(edition, named, cared):
    return opened(cared, named.mentee.person)


def opened(match, person, **fields):
    checkin = make.opened(match, person, **fields)
    freeze_needs(checkin)
    return checkin


def page(checkin):
    return reverse("checkins:checkin-answer", args=[checkin.public_id])


def names_of(checkin):
    return [row.names["en"] for row in AskedNeed.system.filter(checkin=checkin)]


class TestWhichNeeds:
    def test_the_planner_asks_the_most_important_first_and_then_goes_on(self, edition, named):
        for ordinal, at in enumerate((START + timedelta(days=31), START + timedelta(days=92))):
            make.plan(at)
            rows = AskedNeed.system.filter(checkin__ordinal=ordinal + 1, checkin__kind="pulse")
            found = [row.names["en"] for row in rows]
            assert found == (["Networks", "Feedback"], ["Payroll", "Networks"])[ordinal]
            assert {row.checkin.person_id for row in rows} == {named.mentee.person_id}

    def test_planning_again_asks_nothing_twice(self, edition, named):
        for _n in range(2):
            make.plan(START + timedelta(days=31))
        assert AskedNeed.system.count() == 2

    def test_someone_who_named_fewer_is_asked_fewer(self, edition, named, topics):
        ApplicationTopic.objects.exclude(topic=topics[0]).delete()
        assert names_of(opened(named, named.mentee.person)) == ["Payroll"]

    def test_someone_who_named_none_is_asked_the_others_only(self, as_user, edition, match, ben):
        checkin = opened(match, ben)
        assert set(as_user(ben).get(page(checkin)).context["form"].fields) == {"useful", "comment"}

    def test_an_edition_without_them_asks_none(self, named, ben):
        assert names_of(opened(named, ben)) == []

    def test_what_changes_later_does_not_change_the_question(self, as_user, asked, topics, ben):
        ApplicationTopic.objects.all().delete()
        Topic.objects.filter(pk=topics[2].pk).update(names={"en": "Networking", "fr": "R"})
        merge_words(topics[0], [topics[1]])
        text = as_user(ben).get(page(asked)).content.decode()
        assert "You wanted help with this: “Networks”. How is it going?" in text
        assert "“Feedback”" in text
        answer(asked, by=ben, answers={"useful": "4", code_of(topics[1].pk): "2"})
        assert AskedNeed.system.get(choice="2").names["en"] == "Feedback"


class TestAnswering:
    def test_the_page_asks_before_the_words_and_says_who_reads(self, as_user, asked, topics, ben):
        response = as_user(ben).get(page(asked))
        first, second = (code_of(topic.pk) for topic in (topics[2], topics[1]))
        assert list(response.context["form"].fields) == ["useful", first, second, "comment"]
        assert response.context["question_count"] == 4
        text = response.content.decode()
        assert text.count("Only your carer, Eve Lund, and the chair read this answer.") == 4

    def test_it_asks_in_french(self, as_user, asked, ben):
        ben.language = "fr"
        ben.save()
        with override("fr"):
            assert "«\u00a0Réseaux\u00a0»" in as_user(ben).get(page(asked)).content.decode()

    def test_answers_are_stored_changed_and_left_out_again(self, as_user, asked, topics, ben):
        code = code_of(topics[2].pk)
        client = as_user(ben)
        client.post(page(asked), {"useful": "4", code: "5"})
        assert own_answers(asked, ben) == {"useful": "4", code: "5"}
        client.post(page(asked), {"useful": "4", code: "2"})
        assert own_answers(asked, ben)[code] == "2"
        client.post(page(asked), {"useful": "4"})
        assert own_answers(asked, ben) == {"useful": "4"}

    @pytest.mark.parametrize("value", ["0", "6", "yes", "5 4"])
    def test_nonsense_is_refused(self, value, as_user, asked, topics, ben):
        code = code_of(topics[2].pk)
        response = as_user(ben).post(page(asked), {"useful": "4", code: value})
        assert set(response.context["form"].errors) == {code}
        assert not AskedNeed.system.exclude(choice="").exists()

    def test_a_need_of_someone_else_is_not_stored(self, as_user, asked, topics, ben):
        as_user(ben).post(page(asked), {"useful": "4", code_of(topics[0].pk): "5"})
        assert not AskedNeed.system.exclude(choice="").exists()

    def test_the_partner_has_no_page(self, as_user, asked, ada):
        assert as_user(ada).get(page(asked)).status_code == 404

    def test_a_link_shows_no_need_and_offers_to_sign_in(self, client, asked, topics, ben):
        address = link("survey-answer", person=ben, subject=asked, until=asked.closes_at)
        assert list(client.get(address).context["form"].fields) == ["useful", "comment"]
        sent = {"useful": "4", code_of(topics[2].pk): "5"}
        text = client.post(address, sent).content.decode()
        assert "2 more questions are about what you wanted help with." in text
        assert "Networks" not in text
        assert own_answers(asked, ben) == {"useful": "4"}

    def test_the_e_mail_says_where_without_naming_them(self, edition, named, ben):
        at = START + timedelta(days=31)
        make.plan(at)
        mails = deliver_due_emails(at, reconcile=False)
        [message] = [one for one in mails if ben.email in one.to and "Who reads" in one.body]
        assert "For that you sign in" in message.body
        assert "Networks" not in message.body
        [partners] = [one for one in mails if ben.email not in one.to and "Who reads" in one.body]
        assert "For that you sign in" not in partners.body


class TestReading:
    def test_the_carer_reads_it_and_others_do_not(self, as_user, asked, topics, ben, eve, program):
        answer(asked, by=ben, answers={"useful": "4", code_of(topics[2].pk): "1"})
        address = reverse("admin:checkins_checkin_change", args=[asked.pk])
        text = as_user(eve).get(address).content.decode()
        assert "“Networks”. How is it going?" in text
        assert "1: No progress yet" in text
        reader = factories.member("Rita Voss", program=program, role="reader")
        assert "Networks" not in as_user(reader).get(address).content.decode()

    def test_it_is_in_the_export_and_erased_with_the_person(self, asked, topics, ben):
        answer(asked, by=ben, answers={"useful": "4", code_of(topics[2].pk): "1"})
        assert privacy.export(ben)["needs_asked_about"][0]["answer"] == "1: No progress yet"
        privacy.erase(ben)
        assert not AskedNeed.system.exists()


class TestPooling:
    def rows_for(self, people, edition, cohort, topics, reader):
        at = timezone.now() - timedelta(days=70)
        for number in range(people):
            match = factories.match(
                factories.person(f"Mentee {number}"), factories.person(f"Mentor {number}"), cohort,
                introduced_at=at,
            )  # fmt: skip
            ApplicationTopic.objects.create(application=match.mentee, topic=topics[0])
            person = match.mentee.person
            checkin = opened(match, person, at=at)
            answers = {"useful": "4", code_of(topics[0].pk): "5" if number % 2 else "1"}
            answer(checkin, by=person, answers=answers, at=at)
        results.publish_waves(timezone.now())
        [wave] = with_turnout(Wave.objects.all(), reader)
        return ResultReader.of(wave, reader).need_tables()

    def test_by_topic_in_groups_only(self, edition, cohort, topics, program):
        reader = factories.member("Zoe", program=program, role="reader")
        [table] = self.rows_for(6, edition, cohort, topics, reader)
        assert "“Payroll”" in str(table["question"])
        everyone = table["rows"][0]
        assert (everyone["count"], everyone["figure"]["median"]) == (6, 3.0)

    def test_few_are_hidden(self, edition, cohort, topics, program):
        reader = factories.member("Zoe", program=program, role="reader")
        [table] = self.rows_for(4, edition, cohort, topics, reader)
        assert [row["figure"] for row in table["rows"]] == [None, None]

    def test_a_member_who_is_one_of_them_can_not_subtract(self, edition, cohort, topics, program):
        """Five answers, one of them the reader's own: the other four stay hidden."""
        reader = factories.member("Mentee 0", program=program, role="reader")
        at = timezone.now() - timedelta(days=70)
        own = factories.match(reader, factories.person("M"), cohort, introduced_at=at)
        ApplicationTopic.objects.create(application=own.mentee, topic=topics[0])
        checkin = opened(own, reader, at=at)
        answer(checkin, by=reader, answers={"useful": "4", code_of(topics[0].pk): "5"}, at=at)
        [table] = self.rows_for(4, edition, cohort, topics, reader)
        assert [row["figure"] for row in table["rows"]] == [None, None]

    def test_the_page_shows_them(self, as_user, edition, cohort, topics, program, cleo):
        self.rows_for(6, edition, cohort, topics, cleo)
        reader = factories.member("Zoe", program=program, role="reader")
        address = reverse("admin:checkins_wave_change", args=[Wave.objects.get().pk])
        text = as_user(reader).get(address).content.decode()
        assert "What mentees wanted help with" in text


class TestWriting:
    def test_a_chair_sets_how_many(self, as_user, program, cleo, surveys):
        draft = make.draft(program, cleo)
        address = reverse("admin:checkins_survey_words", args=[draft.pk])
        titles = {"title_en": "A", "title_fr": "B"}
        for sent, stored in (("2", 2), ("", 2), ("0", 0)):
            as_user(cleo).post(address, {**titles, "needs_asked": sent})
            draft.refresh_from_db()
            assert draft.needs_asked == stored
        response = as_user(cleo).post(address, {**titles, "needs_asked": "9"})
        assert set(response.context["form"].errors) == {"needs_asked"}

    def test_they_count_as_questions_to_mentees(self, program, cleo, surveys):
        draft = make.draft(program, cleo)  # a pulse with four questions
        draft.needs_asked = 1
        [problem] = problems(draft)
        assert problem.text.startswith("Mentees are asked 5 questions; 4 is the most.")

    def test_a_new_edition_keeps_it_and_the_comparison_says_so(self, edition, program, cleo):
        draft = make.draft(program, cleo)
        assert draft.needs_asked == 2
        draft.needs_asked = 1
        [change] = compare(edition, draft, user=cleo, program=program).words
        assert (change.what, change.old, change.new) == ("Needs asked about", ["2"], ["1"])

    @pytest.mark.parametrize(("role", "count"), [("mentee", 2), ("mentor", 0)])
    def test_the_preview_shows_examples(self, role, count, as_user, edition, topics, cleo):
        address = reverse("admin:checkins_survey_preview", args=[edition.pk, role, "fr"])
        text = as_user(cleo).get(address).content.decode()
        assert text.count("Vous vouliez de l&#x27;aide pour ceci") >= count
        assert ("Les thèmes sont des exemples" in text) == bool(count)

    def test_publishing_says_who_is_asked(self, as_user, program, cleo, topics, surveys):
        draft = make.draft(program, cleo, kind="later")
        text = as_user(cleo).get(reverse("admin:checkins_survey_publish", args=[draft.pk]))
        assert "Mentees also: up to 3 needs that they named" in text.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_many(
    count, as_user, asked, topics, ben, django_assert_num_queries
):
    AskedNeed.system.filter(checkin=asked).delete()
    AskedNeed.objects.bulk_create(
        AskedNeed(checkin=asked, topic=topic.pk, names=topic.names, position=n)
        for n, topic in enumerate(topics[:count])
    )
    client = as_user(ben)
    client.get(page(asked))
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(page(asked))


PAGE_QUERIES = 8


def test_a_late_worker_opens_it_once(edition, named):
    at = START + timedelta(days=31)
    planning.make_planned(at)
    for _n in range(2):
        planning.open_due(at)
    assert AskedNeed.system.count() == 2
