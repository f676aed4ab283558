"""Texts go when their time is over, never a day earlier; counts, dates and agreements stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from agreements.models import AgreementText, Goal
from applications.models import Application, CommitteeNote, Decision, NamedWish, PrivateAnswers
from applications.retention import erase_old_applications
from checkins.models import Answer, Concern, ContactLog
from checkins.privacy import erase_old_concerns
from matches.models import Closure, FollowUp, Match
from matches.retention import erase_finished_applications, erase_old_pairs
from meetings.models import Agenda, LogEntry, Meeting
from notifications.reconcilers import RECONCILERS, run_reconcilers
from programs.models import Cohort, Policy
from testkit import factories
from workflow.models import Transition

from . import access_fixtures, erasure_words
from .erasure_history import live

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def end():
    return timezone.now().replace(day=15)


@pytest.fixture
def pair(end):
    """Pair F of the fixtures: closed, with an agreement, meetings, answers and a concern."""
    world = access_fixtures.build()
    match = world.row("match", "F")
    Match.objects.filter(pk=match.pk).update(closed_at=end)
    Concern.system.filter(match=match).update(state="resolved", resolved_at=end)
    about = {"about_type": "matches.match", "about_id": match.pk}
    Transition.objects.create(**about, from_state="active", to_state="closed", at=end, why="w")
    return world.row("match", "F")


def texts_of(match) -> dict[str, object]:
    """What the pair has in free words, by kind."""
    own = {"meeting__match": match}
    why = Transition.system.filter(about_type="matches.match", about_id=match.pk)
    found = {
        "agenda": list(Agenda.system.filter(**own).values_list("place", "points")),
        "notes": list(LogEntry.system.filter(**own).values_list("learned", flat=True)),
        "answers": [row.text for row in Answer.system.filter(checkin__match=match)],
        "contacts": [row.note for row in ContactLog.system.filter(match=match)],
        "concerns": [row.text for row in Concern.system.filter(match=match)],
        "reasons": [row.why for row in why],
    }
    return {kind: words for kind, words in found.items() if "".join(map(str, flat(words)))}


def flat(words) -> list[object]:
    return [one for row in words for one in (row if isinstance(row, tuple) else (row,))]


def test_a_pair_keeps_its_texts_until_the_limit_and_not_longer(pair, end):
    limit = end + relativedelta(months=6)
    before, others = texts_of(pair), texts_of_others(pair)
    assert set(before) == {"agenda", "notes", "answers", "contacts", "concerns", "reasons"}
    assert (erase_old_pairs(limit - A_MINUTE), erase_old_concerns(limit - A_MINUTE)) == (0, 0)
    assert texts_of(pair) == before
    concerns = Concern.system.filter(match=pair).count()
    assert (erase_old_pairs(limit), erase_old_concerns(limit)) == (1, concerns)
    assert texts_of(pair) == {}
    assert texts_of_others(pair) == others
    assert (erase_old_pairs(limit), erase_old_concerns(limit)) == (0, 0)


def texts_of_others(pair) -> list[dict[str, object]]:
    return [texts_of(match) for match in Match.objects.exclude(pk=pair.pk).order_by("pk")]


def test_counts_dates_and_the_signed_agreement_stay(pair, end):
    counted = (Meeting, Answer, Concern, ContactLog, Goal, AgreementText)
    rows = {model: model._base_manager.count() for model in counted}
    signed = AgreementText.system.get(version__agreement__match=pair).signed_text
    erase_old_pairs(end + relativedelta(months=6))
    assert {model: model._base_manager.count() for model in counted} == rows
    assert AgreementText.system.get(version__agreement__match=pair).signed_text == signed != ""


def test_an_open_pair_and_an_open_concern_keep_their_texts(pair, end):
    Concern.system.filter(match=pair).update(state="open", resolved_at=None)
    late = end + relativedelta(years=5)
    open_pairs = Match.objects.exclude(pk=pair.pk)
    before = [texts_of(match) for match in open_pairs]
    run_reconcilers_of_retention(late)
    assert [texts_of(match) for match in open_pairs] == before
    assert set(texts_of(pair)) == {"concerns"}


def run_reconcilers_of_retention(at) -> None:
    for erase in (erase_old_pairs, erase_old_concerns, erase_finished_applications):
        erase(at)


def test_each_program_has_its_own_limit(pair, end):
    Policy.objects.filter(program=pair.program).update(text_retention_months=1)
    limit = end + relativedelta(months=1)
    assert (erase_old_pairs(limit - A_MINUTE), erase_old_pairs(limit)) == (0, 1)


def test_the_reconcilers_run_it(pair, end):
    names = {name.rpartition(".")[2] for name in RECONCILERS}
    assert {
        "erase_old_pairs",
        "erase_old_concerns",
        "erase_old_applications",
        "erase_finished_applications",
        "erase_expired_uploads",
    } <= names
    assert run_reconcilers(end + relativedelta(months=7)) == []
    assert texts_of(pair) == {}


# --- applications


@pytest.fixture
def application(ben, cohort, cleo):
    made = factories.application(ben, cohort)
    PrivateAnswers.objects.create(application=made, needs="n")
    NamedWish.objects.create(application=made, kind="avoid", written="w")
    CommitteeNote.objects.create(application=made, author=cleo, text="t")
    made.topic_rows.create(topic=access_topic())
    return made


def access_topic():
    from testkit import rounds

    return rounds.topic("hiring")


def is_empty(application) -> bool:
    application.refresh_from_db()
    rows = (PrivateAnswers, NamedWish, CommitteeNote)
    left = [model.system.filter(application=application).exists() for model in rows]
    return not any([*left, application.situation, application.hopes])


def test_a_declined_application_is_emptied_a_year_after_the_person_was_told(application, cleo, end):
    Application.objects.filter(pk=application.pk).update(state="declined")
    Decision.objects.create(
        application=application, outcome="declined", reason="timing", note="n", decided_by=cleo,
        released_at=end,
    )  # fmt: skip
    limit = end + relativedelta(months=12)
    assert erase_old_applications(limit - A_MINUTE) == 0
    assert not is_empty(application)
    assert erase_old_applications(limit) == 1
    assert is_empty(application)
    assert not application.topic_rows.exists()
    assert application.state == "declined"
    assert Decision.system.get().note == ""
    assert erase_old_applications(limit) == 0


def test_a_withdrawn_application_loses_its_texts_and_keeps_its_choices(application, end):
    Application.objects.filter(pk=application.pk).update(state="withdrawn")
    about = {"about_type": "applications.application", "about_id": application.pk}
    Transition.objects.create(**about, from_state="accepted", to_state="withdrawn", at=end, why="w")
    limit = end + relativedelta(months=6)
    assert (erase_old_applications(limit - A_MINUTE), erase_old_applications(limit)) == (0, 1)
    assert is_empty(application)
    assert application.topic_rows.exists()
    assert Transition.system.get(**about).why == ""
    assert erase_old_applications(limit) == 0


@pytest.mark.parametrize("is_rolling", [False, True])
def test_an_application_is_kept_until_its_cohort_is_long_over(application, end, is_rolling):
    cohort = application.cohort
    cohort.ends_on = None if is_rolling else end.date()
    cohort.save()
    limit = end + relativedelta(months=6)
    assert erase_finished_applications(limit - timedelta(days=1)) == 0
    assert erase_finished_applications(limit) == (0 if is_rolling else 1)
    assert is_empty(application) is not is_rolling
    assert erase_finished_applications(limit) == 0


@pytest.mark.parametrize("closed_after_months", [None, 1])
def test_an_application_is_kept_while_its_pair_is(application, ada, end, closed_after_months):
    cohort = application.cohort
    cohort.ends_on = end.date()
    cohort.save()
    match = Match.objects.create(
        mentee=application, mentor=factories.application(ada, cohort, "mentor")
    )
    if closed_after_months:
        closed_at = end + relativedelta(months=closed_after_months)
        Match.objects.filter(pk=match.pk).update(
            state="closed", closed_kind="completed", closed_at=closed_at
        )
    assert erase_finished_applications(end + relativedelta(months=6)) == 0
    later = erase_finished_applications(end + relativedelta(months=8))
    assert later == (2 if closed_after_months else 0)


@pytest.mark.parametrize(("wish", "erased"), [("", 2), ("again", 1), ("stop", 2)])
def test_in_a_rolling_cohort_an_ended_pair_ends_it_unless_another_is_wished(
    application, ada, end, wish, erased
):
    mentor = factories.application(ada, application.cohort, "mentor")
    match = Match.objects.create(mentee=application, mentor=mentor)
    closed = {"state": "closed", "closed_kind": "completed", "closed_at": end}
    Match.objects.filter(pk=match.pk).update(**closed)
    closure = Closure.objects.create(
        match=match, kind="completed", cause="expected", closed_at=end, state_before="active"
    )
    answered = {"wish": wish, "answered_at": end} if wish else {}
    FollowUp.objects.create(closure=closure, person=application.person, asked_at=end, **answered)
    limit = end + relativedelta(months=6)
    assert (erase_old_pairs(limit - A_MINUTE), erase_finished_applications(limit)) == (0, 0)
    assert not is_empty(application)
    assert erase_old_pairs(limit) == 1
    assert Application.objects.exclude(texts_erased_at=None).count() == erased
    assert is_empty(application) is (wish != "again")


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(cohort, end, count, django_assert_num_queries):
    for n in range(count):
        factories.match(factories.person(f"A {n}"), factories.person(f"B {n}"), cohort)
    Match.objects.update(state="closed", closed_kind="completed", closed_at=end)
    late = end + relativedelta(years=1)
    with django_assert_num_queries(63):
        assert erase_old_pairs(late) == count
    with django_assert_num_queries(4):
        assert erase_old_pairs(late) == 0


# --- every column that holds a person's words

ACCOUNT = "as long as there is an account"
AGREED = "what both signed stays theirs until one of them erases it"
CODES = "codes and ids, no words"
KEPT_LONGER = {
    "accounts.Employer.name": ACCOUNT,
    "accounts.Profile.about": ACCOUNT,
    "accounts.Profile.availability": ACCOUNT,
    "accounts.Profile.call_hours": ACCOUNT,
    "accounts.Profile.job_title": ACCOUNT,
    "accounts.Profile.links": ACCOUNT,
    "accounts.Profile.phone": ACCOUNT,
    "accounts.Profile.place": ACCOUNT,
    "accounts.Profile.working_languages": ACCOUNT,
    "accounts.User.password": ACCOUNT,
    "accounts.User.pronouns": ACCOUNT,
    "agreements.Signature.typed_name": AGREED,
    "applications.Application.external_key": "finds the same person in the next import",
    "applications.Application.help_kinds": "answers chosen from a list",
    "applications.Application.join_reasons": "answers chosen from a list",
    "applications.Application.mentor_styles": "answers chosen from a list",
    "applications.Application.suitability": "answers chosen from a list",
    "applications.Application.way_of_working": "answers chosen from a list",
    "checkins.Answer.choice": "answers chosen from a list are counted",
    "checkins.AskedNeed.choice": "answers chosen from a list are counted",
    "checkins.AskedNeed.names": "words of the program's vocabulary",
    "matches.Match.why_codes": CODES,
    "matching.KeepApart.reason": "in force until the committee ends it",
    "matching.Proposal.cautions": CODES,
    "matching.Proposal.parts": CODES,
    "matching.Proposal.why": CODES,
    "mfa.Authenticator.data": ACCOUNT,
    "socialaccount.SocialAccount.provider": ACCOUNT,
    "socialaccount.SocialAccount.uid": ACCOUNT,
    "usersessions.UserSession.data": ACCOUNT,
    "usersessions.UserSession.ip": ACCOUNT,
    "usersessions.UserSession.session_key": ACCOUNT,
    "usersessions.UserSession.user_agent": ACCOUNT,
}


def test_every_column_with_a_persons_words_has_its_time_or_a_reason():
    """Years later only what is listed above is left; a new column fails here."""
    history = live()
    Cohort.objects.update(ends_on=timezone.localdate())
    Concern.system.update(state="resolved", resolved_at=timezone.now())
    late = timezone.now() + relativedelta(years=9)
    for _n in range(2):
        assert run_reconcilers(late) == []
    planted = history.planted.erased
    left = erasure_words.found(list(planted.values()))
    assert {name for name, word in planted.items() if word in left} == set(KEPT_LONGER)
