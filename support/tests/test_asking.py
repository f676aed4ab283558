"""Asking for support by topic: who can, about what, who reads it, and what became of it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.scoping import allow_unscoped
from applications import submission
from learning.models import SupportTopic
from matches.models import Match
from programs.models import Conflict
from support import requesting
from support.models import SupportRequest
from testkit import factories

pytestmark = pytest.mark.django_db
LIST, ASK = reverse("support:request-list"), reverse("support:request-create")


def act(name, row):
    return reverse(f"support:request-{name}", args=[row.public_id])


def text_of(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def readers(row, *people):
    rows = SupportRequest.objects
    return [one for one in people if rows.for_committee(one).filter(pk=row.pk).exists()]


def test_both_of_a_pair_ask_from_the_page_and_read_what_they_asked(as_user, match, topic, ada, ben):
    for person in (ada, ben):
        page = text_of(as_user(person).get(ASK, {"about": match.public_id, "topic": "goals"}))
        assert "Your carer in the committee" in page
        assert re.search(rf'<input[^>]*value="{topic.pk}"[^>]*checked', page)
        typed = {"topic": topic.pk, "text": "We keep postponing"}
        page = text_of(as_user(person).post(ASK, typed, follow=True))
        assert "The committee has your request." in page
        assert "We keep postponing" in page
    assert SupportRequest.system.filter(match=match, program=match.program).count() == 2


def test_a_mentor_without_a_pair_asks_and_the_page_says_that_chairs_read_it(
    as_user, cohort, topic, ada
):
    factories.application(ada, cohort, "mentor")
    assert "The chairs of the program." in text_of(as_user(ada).get(ASK))
    as_user(ada).post(ASK, {"topic": topic.pk})
    assert SupportRequest.system.get().match is None


def test_a_mentor_of_two_chooses_the_pair(as_user, match, topic, ada, dan):
    second = Match.objects.create(
        mentee=factories.application(dan, match.mentee.cohort), mentor=match.mentor
    )
    page = text_of(as_user(ada).get(ASK))
    assert f"?about={second.public_id}" in page
    assert "Ask for support</button>" not in page
    as_user(ada).post(f"{ASK}?about={second.public_id}", {"topic": topic.pk})
    assert SupportRequest.system.get().match == second


def test_whoever_takes_part_in_nothing_is_told_so(as_user, dan, topic):
    assert "once you have been accepted" in text_of(as_user(dan).get(ASK))
    as_user(dan).post(ASK, {"topic": topic.pk})
    assert not SupportRequest.system.exists()


def test_without_topics_the_page_leads_to_help(as_user, match, ben):
    page = text_of(as_user(ben).get(ASK))
    assert "has not listed any topics yet" in page
    assert reverse("checkins:concern-create") in page


def test_only_topics_of_the_program_and_the_role_are_offered(as_user, match, topic, ben):
    program = match.program
    for fields in (
        {"role": "mentor"},
        {"retired_on": timezone.localdate()},
        {"program": factories.program()},
    ):
        fields = {"program": program, "code": "x", "names": {"en": "Not for you"}, **fields}
        other = SupportTopic.objects.create(**fields)
        page = text_of(as_user(ben).post(ASK, {"topic": other.pk}))
        assert "Choose one of the topics of the program." in page
        assert "Not for you" not in page
        subject = requesting.subjects_of(ben)[0]
        with pytest.raises(ActionNotAllowed, match="Choose one of the topics"):
            requesting.ask(
                person=ben, application=subject.application, match=subject.match, topic=other
            )
        other.delete()


def test_asking_twice_is_told_and_stored_once(as_user, ask, answer, topic, item, ben):
    row = ask(ben)
    page = text_of(as_user(ben).post(ASK, {"topic": topic.pk}))
    assert "You asked for support with “Finding goals”" in page
    with pytest.raises(ActionNotAllowed, match="already"):
        ask(ben)
    answer(row, item=item)
    assert "If you still need it" in text_of(as_user(ben).post(ASK, {"topic": topic.pk}))
    requesting.say_helped(row, by=ben)
    assert ask(ben).pk != row.pk


def test_the_wrong_person_asks_for_no_one_else(ask, match, topic, ben, ada, dan):
    for person in (ada, dan):
        with pytest.raises(ActionNotAllowed, match="only ask for yourself"):
            requesting.ask(person=person, application=match.mentee, match=match, topic=topic)


def test_a_request_is_taken_back_once_and_by_its_person(as_user, ask, ben, ada, cleo):
    row = ask(ben)
    for person in (ada, cleo):
        assert as_user(person).post(act("withdraw", row)).status_code == 404
        with pytest.raises(ActionNotAllowed, match="only ask for yourself"):
            requesting.withdraw(row, by=person)
    for words in ("You took your request back.", "This request is over"):
        assert words in text_of(as_user(ben).post(act("withdraw", row), follow=True))
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert row.ended_at is not None


def test_it_helped_closes_and_still_needed_opens_again(as_user, ask, answer, item, ben, ada):
    row = ask(ben)
    for verb in ("helped", "again"):  # nothing was answered yet
        assert "This request is over" in text_of(as_user(ben).post(act(verb, row), follow=True))
    answer(row, item=item)
    assert as_user(ada).post(act("again", row)).status_code == 404
    page = text_of(as_user(ben).post(act("again", row), follow=True))
    assert "You said that you still need it." in page
    row.refresh_from_db()
    assert (row.state, row.turns, row.ask_at) == ("asked", 2, None)
    answer(row, text="Try this")
    as_user(ben).post(act("helped", row))
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("closed", "helped")


def test_the_carer_reads_and_answers_those_of_their_pairs_and_the_chair_all(
    ask, match, program, ada, ben, cleo
):
    carer, other = (factories.member(role="carer", program=program) for _one in range(2))
    reader = factories.member(role="reader", program=program)
    Match.objects.filter(pk=match.pk).update(carer=carer)
    row = ask(ben)
    assert readers(row, carer, other, reader, cleo, ada, ben) == [carer, cleo]
    assert not SupportRequest.objects.visible_to(ada).exists()


@pytest.mark.parametrize("near", ["ada", "ben"])
def test_a_chair_with_a_conflict_reads_nothing(request, ask, ben, cleo, near):
    row = ask(ben)
    assert readers(row, cleo) == [cleo]
    Conflict.objects.create(member=cleo, person=request.getfixturevalue(near))
    assert readers(row, cleo) == []


def test_a_chair_who_asks_does_not_answer_themselves(cohort, program, topic, cleo):
    factories.application(cleo, cohort, "mentor")
    subject = requesting.subjects_of(cleo)[0]
    row = requesting.ask(person=cleo, application=subject.application, match=None, topic=topic)
    assert readers(row, cleo) == []
    assert [*SupportRequest.objects.of(cleo)] == [row]


def test_whoever_leaves_the_program_asks_for_nothing_any_more(ask, match, ada, ben):
    mine, hers = ask(ben), ask(ada)
    submission.withdraw(match.mentee, by=ben)
    mine.refresh_from_db()
    hers.refresh_from_db()
    assert (mine.state, hers.state) == ("withdrawn", "asked")


def test_the_row_does_not_show_its_words(ask, ben):
    with allow_unscoped("its name"):
        assert "Finding" not in str(ask(ben, text="Finding"))


def test_pages_lead_to_it(as_user, match, ben, item):
    pages = [
        reverse("matches:match-detail", args=[match.public_id]),
        reverse("checkins:concern-create"),
        reverse("learning:item-detail", args=[item.public_id]),
    ]
    for page in pages:
        assert ASK in text_of(as_user(ben).get(page))
    assert LIST in text_of(as_user(ben).get(reverse("dashboard:home")))
    assert "Get help instead" in text_of(as_user(ben).get(ASK))


def test_the_list_asks_as_often_for_many_requests_as_for_one(
    as_user, ask, answer, item, event, program, ben
):
    client = as_user(ben)

    def queries(code):
        topic = SupportTopic.objects.create(program=program, code=code, names={"en": code})
        answer(ask(ben, topic=topic), item=item, event=event, text="x")
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        return len(seen)

    queries("warm")
    assert queries("a") == queries("b")


def test_it_is_late_after_a_week(ask, ben, cleo):
    now = timezone.now()
    row = ask(ben, at=now)
    for days, late in ((6.9, []), (7, [row])):
        at = now + timedelta(days=days)
        assert [*SupportRequest.objects.for_committee(cleo).late(at)] == late
