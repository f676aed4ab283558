"""The way of working and what matters most in a round: pool, plan, reasons, pages, erasure."""

import json

import pytest
from django.utils import timezone

from applications.models import Application, MattersMost
from matches.vocabulary_text import Vocabulary
from matches.why_you_two import shareable, why_you_two
from matching.criteria import default_criteria, weights_with_share
from matching.engine import STANDARD_WEIGHTS
from matching.explanations.explanation_text import committee_whys
from matching.models import Proposal, Round, Snapshot
from matching.pool.pool_data import build_pool
from matching.pool.ways import AnswerCounts, count_answers
from matching.rounds import lifecycle
from matching.storage.erasure import without_answers
from matching.storage.serialization import pack_pool, unpack_pool
from matching.storage.solver_state import SolverState
from testkit import rounds

ALIKE = {"feedback": "direct", "talks": "open", "help": "questions"}
OPPOSITE = {"feedback": "gentle", "talks": "planned", "help": "advice"}


def say(application, ways, marks=""):
    Application.objects.filter(pk=application.pk).update(way_of_working=ways, matters_most=marks)


def test_answers_enter_the_pool_as_numbers_only(cohort, people):
    say(people["amina"], ALIKE, "can_help")
    pool = build_pool(cohort, timezone.now()).pool
    assert sorted(pool.mentees.way_of_working.tolist())[-1] == [1, 3, 1, 0, 0, 0]
    assert (
        sorted(pool.mentees.matters_most.tolist())[-1]
        == list(MattersMost.values).index("can_help") + 1
    )
    assert pool.mentors.way_of_working is None
    packed = pack_pool(pool)
    assert b"direct" not in packed
    again = unpack_pool(packed)
    assert (again.mentees.way_of_working == pool.mentees.way_of_working).all()


def test_without_answers_the_pool_has_nothing_of_them(cohort, people):
    pool = build_pool(cohort, timezone.now()).pool
    for side in (pool.mentees, pool.mentors):
        assert side.way_of_working is None
        assert side.matters_most is None


def test_the_criterion_alone_decides_between_equal_mentors(cohort, cleo):
    mentee = rounds.applicant(cohort, "Amina Farah", topics={"hiring": 3})
    near = rounds.applicant(cohort, "Zoe Vale", "mentor", topics={"hiring": 3})
    far = rounds.applicant(cohort, "Ada Lind", "mentor", topics={"hiring": 3})
    say(mentee, ALIKE)
    say(near, ALIKE)
    say(far, OPPOSITE)
    round_ = rounds.run_round(cohort, cleo)
    row = Proposal.system.filter(round=round_).in_plan().get()
    assert (row.mentor_id, round_.has_certificate) == (near.pk, True)
    assert row.why["ways"] == [[question, answer] for question, answer in ALIKE.items()]
    whys = committee_whys(row.why, [], Vocabulary(cohort.program), round_.criteria)
    (way,) = [why for why in whys if why.kind == "S"]
    assert way.text == "both prefer direct feedback, open talks and questions more than advice"


def test_what_matters_most_is_named_to_its_owner_and_the_committee_only(cohort, cleo):
    mentee = rounds.applicant(cohort, "Amina Farah", topics={"hiring": 3})
    mentor = rounds.applicant(cohort, "Zoe Vale", "mentor", topics={"hiring": 3})
    say(mentee, {}, "can_help")
    round_ = rounds.run_round(cohort, cleo)
    row = Proposal.system.filter(round=round_).in_plan().get()
    assert row.why["matters"] == {"mentee": "can_help"}
    assert sum(row.parts.values()) == row.score
    vocabulary = Vocabulary(cohort.program)
    whys = committee_whys(row.why, [], vocabulary, round_.criteria)
    assert [why.text for why in whys if why.kind == "M"] == ["to the mentee: Can help"]
    why = shareable(row.why, mentee, mentor)
    told = {
        person: why_you_two(why, mentee, mentor, vocabulary, reader=person)[-1]
        for person in (mentee.person, mentor.person, None)
    }
    own = (
        "This mattered most to you, so it counted half more for you: "
        "the topics that the mentee needs help with."
    )
    assert told.pop(mentee.person) == own
    assert "mattered most" not in "".join(told.values())


def test_a_stored_round_explains_itself_after_a_reload(cohort, cleo):
    for name, role in (("Amina Farah", "mentee"), ("Zoe Vale", "mentor")):
        say(rounds.applicant(cohort, name, role, topics={"hiring": 3}), ALIKE, "practical")
    round_ = rounds.run_round(cohort, cleo)
    solver = SolverState.load(Round.system.get(pk=round_.pk))
    assert (
        sum(solver.explained.parts(0)[name][0] for name in solver.explained.parts(0))
        == (solver.table.S[0, 0])
    )
    assert solver.explained.matters_most_of([0], [0]) == (["practical"], ["practical"])


def test_a_program_says_how_much_it_counts(program):
    assert default_criteria(program)["weights"] == dict(STANDARD_WEIGHTS)
    program.policy.way_of_working_percent = 0
    weights = default_criteria(program)["weights"]
    assert weights["way_of_working"] == 0
    others = {name: one for name, one in STANDARD_WEIGHTS.items() if name != "way_of_working"}
    assert {name: weights[name] for name in others} == others


@pytest.mark.parametrize(("percent", "weight"), [(0, 0), (12, 12), (20, 22), (50, 88)])
def test_a_share_is_of_all_weights(percent, weight):
    weights = weights_with_share(percent)
    assert weights["way_of_working"] == weight
    assert abs(100 * weight / sum(weights.values()) - percent) < 0.5


def test_a_round_without_answers_gives_the_same_plan_whatever_the_share(drafted, table, cleo):
    before, plan = Snapshot.system.get(round=drafted), table(drafted)
    assert drafted.criteria["weights"]["way_of_working"] == 12
    assert "way_of_working" in before.columns["left_out"]
    drafted.criteria = {**drafted.criteria, "weights": weights_with_share(0)}
    drafted.save(update_fields=["criteria"])
    lifecycle.run(Round.system.get(pk=drafted.pk), by=cleo)
    after = Snapshot.system.get(round=drafted)
    assert bytes(before.scores) == bytes(after.scores)
    assert table(drafted) == plan
    assert Round.system.get(pk=drafted.pk).has_certificate


def test_erased_people_leave_no_answers_in_a_stored_pool(cohort, people):
    say(people["amina"], ALIKE, "can_help")
    pool = build_pool(cohort, timezone.now()).pool
    rows = list(range(len(pool.mentees)))
    empty = without_answers(pool, rows, [])
    assert not empty.mentees.way_of_working.any()
    assert not empty.mentees.matters_most.any()


def test_the_page_of_criteria_counts_the_answers(cohort, people, drafted, as_user, cleo):
    say(people["amina"], ALIKE, "can_help")
    say(people["ruth"], OPPOSITE)
    mentees = Application.objects.ready().mentees().filter(cohort=cohort).count()
    mentors = Application.objects.ready().mentors().filter(cohort=cohort).count()
    assert count_answers(cohort) == {
        "mentee": AnswerCounts(mentees, 1, 1),
        "mentor": AnswerCounts(mentors, 1, 0),
    }
    address = f"/admin/matching/round/{drafted.public_id}/criteria/"
    text = " ".join(as_user(cleo).get(address).content.decode().split())
    assert f"1 of {mentees} mentees and 1 of {mentors} mentors have said how they like" in text


def test_candidates_are_compared_by_it_and_the_mark_is_shown(cohort, cleo, as_user):
    mentee = rounds.applicant(cohort, "Amina Farah", topics={"hiring": 3})
    mentor = rounds.applicant(cohort, "Zoe Vale", "mentor", topics={"hiring": 3})
    say(mentee, ALIKE, "can_help")
    say(mentor, ALIKE)
    round_ = rounds.run_round(cohort, cleo)
    address = f"/admin/matching/round/{round_.public_id}/row/{mentee.public_id}/"
    text = as_user(cleo).get(address).content.decode()
    assert "both prefer direct feedback" in text
    assert "matters most to the mentee" in text
    assert "the topics that the mentee needs help with" in text
    assert json.dumps(ALIKE) not in text
