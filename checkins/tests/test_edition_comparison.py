"""Two editions beside each other, with the figures that the reader is shown elsewhere too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins.editions import publish
from checkins.models import CheckIn
from checkins.results import publish_waves
from checkins.tests.test_survey_pages import BASE, chair, draft, page, reader, words_of
from matches.models import Match
from programs.models import Membership
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
__all__ = ["chair", "draft", "reader"]


class TestComparing:
    def test_each_question_says_what_became_of_it(self, draft, chair):
        draft.questions.filter(code="useful").update(texts={"en": "Is it useful?", "fr": "Utile?"})
        draft.questions.filter(code="call").delete()
        chair.post(page("question-add", draft.pk, "text"), BASE)
        response = chair.get(page("compare", draft.pk, draft.based_on_id))
        found = {
            row.question.code[:7]: row.verdict for row in response.context["comparison"].questions
        }
        new = found.keys() - {"useful", "rhythm", "comment", "call"}
        assert found == {"useful": "changed", "rhythm": "the same", "comment": "the same",
                         "call": "removed", new.pop(): "new"}  # fmt: skip
        assert "Is it useful?" in words_of(response)

    def test_other_answers_that_become_a_concern_are_a_change(self, draft, chair):
        draft.questions.filter(code="useful").update(concern_codes=["1"])
        response = chair.get(page("compare", draft.pk, draft.based_on_id))
        useful = response.context["comparison"].questions[0]
        (change,) = useful.changes
        assert (change.old, change.new) == (["Not at all", "A little"], ["Not at all"])

    def test_another_kind_is_not_compared(self, draft, chair, surveys):
        fit = next(row for row in surveys if row.kind == "fit")
        assert chair.get(page("compare", draft.pk, fit.pk)).status_code == 404

    @pytest.fixture
    def results(self, draft, cleo, cohort):
        """Twelve pairs answered the shared edition and, two months later, the program's own."""
        now = timezone.now()
        pairs = [
            factories.match(
                factories.person(), factories.person(), cohort,
                introduced_at=now - timedelta(days=300),
            )
            for _n in range(12)
        ]  # fmt: skip
        for days, useful, ordinal in ((200, "2", 1), (120, "5", 2)):
            at = now - timedelta(days=days)
            for match in pairs:
                checkin = make.opened(match, match.people[0], at=at, ordinal=ordinal)
                make.answer(checkin, by=checkin.person, at=at,
                            answers={**make.GOOD_PULSE, "useful": useful})  # fmt: skip
            if draft.is_draft:
                publish(draft, by=cleo)
        publish_waves(now)
        return draft

    def test_the_figures_of_both_stand_beside_each_other(self, results, reader):
        response = reader.get(page("compare", results.pk, results.based_on_id))
        useful = response.context["comparison"].questions[0]
        assert [row["figure"]["median"] for row in useful.old_rows[:1]] == [2.0]
        assert [row["figure"]["median"] for row in useful.new_rows[:1]] == [5.0]

    def test_only_a_scale_has_a_median(self, results, reader):
        html = reader.get(page("compare", results.pk, results.based_on_id)).content.decode()
        tables = html.split("<h2>")
        assert [part.count(">Median<") for part in tables if "Results before" in part] == [2, 0]

    def test_an_edition_of_another_program_keeps_its_figures(self, results, chair, cleo):
        other = factories.program(name="Other")
        Membership.objects.create(user=cleo, program=other, role="chair", since=date(2020, 1, 1))
        theirs = make.draft(other, cleo)
        comparison = chair.get(page("compare", theirs.pk, results.pk)).context["comparison"]
        assert comparison.old_wave.cohort.program == results.program
        assert comparison.new_wave is None

    def test_they_are_those_of_the_result_pages(self, results, as_user, program):
        """A member in one of the pairs is not shown on this page what the others hide."""
        member = factories.member(program=program, role="chair")
        match = CheckIn.objects.earliest("pk").match
        match.mentor.person = member
        match.mentor.save()
        client = as_user(member)
        comparison = client.get(page("compare", results.pk, results.based_on_id)).context[
            "comparison"
        ]
        for wave, rows in (
            (
                comparison.old_wave,
                {row.old.pk: row.old_rows for row in comparison.questions if row.old},
            ),
            (
                comparison.new_wave,
                {row.new.pk: row.new_rows for row in comparison.questions if row.new},
            ),
        ):
            shown = client.get(reverse("admin:checkins_wave_change", args=[wave.pk]))
            tables = {table["question"].pk: table["rows"] for table in shown.context["tables"]}
            assert {pk: found for pk, found in rows.items() if found} == tables

    @pytest.mark.parametrize("months", [0, 3])
    def test_it_takes_the_same_queries_after_many_months(
        self, months, results, reader, django_assert_num_queries
    ):
        for number in range(months):
            at = timezone.now() - timedelta(days=400 + 31 * number)
            for match in Match.objects.all():
                make.opened(match, match.people[0], at=at, ordinal=9 + number)
        CheckIn.objects.open().update(state="lapsed")
        publish_waves(timezone.now())
        url = page("compare", results.pk, results.based_on_id)
        reader.get(url)  # reads the content types
        with django_assert_num_queries(QUERIES):
            reader.get(url)


QUERIES = 18
