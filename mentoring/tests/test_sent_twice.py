"""Every page that makes a row makes one, also when it is sent twice or opened again and resent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.scoping import ConfidentialModel
from accounts.models import Employer
from applications.models import Application
from checkins.answering import own_answers
from checkins.models import CheckIn
from checkins.seeds import seed_surveys
from matching.models import Round
from notifications.links import link
from programs.models import Membership
from support.models import PartnerOrganisation
from testkit import checkins as make_checkin
from testkit import factories, rounds

from .routes import admin_models

pytestmark = pytest.mark.django_db

INLINES = {
    f"{prefix}-{name}": value
    for prefix in ("objectives", "place_distances", "policy", "organisation_sign_in")
    for name, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
}
PAGES = (
    "announcements_announcement",
    "announcements_savedgroup",
    "accounts_employer",
    "accounts_industry",
    "accounts_language",
    "programs_program",
    "programs_cohort",
    "programs_topic",
    "programs_experience",
    "programs_programactivity",
    "programs_membership",
    "programs_programquestion",
    "programs_conflict",
    "matches_accountmerge",
    "matches_accountrecovery",
    "matching_keepapart",
    "matching_pairrequest",
    "matching_round",
    "checkins_adjustment",
    "checkins_theme",
    "checkins_concern",
    "checkins_contactlog",
    "events_event",
    "learning_libraryitem",
    "learning_supporttopic",
    "learning_touchtext",
    "support_partnerorganisation",
    "support_referral",
    "support_sentby",
)
ROLES = ("mentee", "mentor")
# An upload is an attempt: what it imports is found again by key, see `import_roster`.
# An invitation tells its inviter nothing about the address, not even that it was invited already.
NOT_A_PLAIN_FORM = {"applications_rosterupload", "applications_mentorinvitation"}


@pytest.fixture
def chair(program):
    return factories.member("Cleo Marsh", program=program, role="chair")


@pytest.fixture
def entries(program, cohort, chair, ada, ben):
    """What is typed on each page of the admin that adds a row."""
    match = factories.match(ben, ada, cohort)
    wanted = [factories.application(factories.person(), cohort, role) for role in ROLES]
    later = factories.cohort(program=program, name="Later", slug="later")
    second_account = factories.application(factories.person(), later, "mentee").person
    partner = PartnerOrganisation.objects.create(
        program=program, name="Bridge", offers={"en": "Advice"}, sends_people=True
    )
    names = {"name_en": "Payroll", "name_fr": "Paie", "position": "1"}
    word = {"name_en": "Health", "name_fr": "Santé", "code": "health"}
    return {
        "announcements_announcement": {
            "program": program.pk,
            "situations": ["unmatched"],
            "subject_en": "Kick-off",
            "body_en": "Come.",
        },
        "announcements_savedgroup": {
            "program": program.pk,
            "situations": ["unmatched"],
            "name": "Waiting",
        },
        "checkins_theme": {**names, "program": program.pk},
        "checkins_adjustment": {
            "program": program.pk,
            "since_on": "2026-05-03",
            "changed_en": "We meet at noon.",
        },
        "accounts_employer": {"name": "Harbour  Ltd"},
        "accounts_industry": word,
        "accounts_language": {**word, "code": "de"},
        "programs_program": {
            **INLINES,
            "name": "Second",
            "slug": "second",
            "purpose": "To grow.",
            "language": "en",
            "time_zone": "UTC",
        },
        "programs_cohort": {
            "program": program.pk,
            "name": "Autumn",
            "slug": "autumn",
            "opens_on": "2026-01-01",
        },
        "programs_topic": {**names, "program": program.pk, "kind": "skill"},
        "programs_experience": {**names, "program": program.pk},
        "programs_programactivity": {**names, "program": program.pk, "kind": "activity"},
        "programs_programquestion": {
            "program": program.pk,
            "heading": "Which site?",
            "asked": "both",
            "kind": "one",
            "channel": "committee",
            "options_text": "North\nSouth",
            "position": "1",
        },
        "programs_membership": {
            "email": ada.email,
            "program": program.pk,
            "role": "reader",
            "since": "2026-01-01",
        },
        "programs_conflict": {"person": ada.pk},
        "matches_accountmerge": {
            "kept": ben.pk,
            "other": second_account.pk,
            "checked": "I phoned them.",
        },
        "matches_accountrecovery": {
            "person": ben.pk,
            "new_email": "ben.elsewhere@example.org",
            "checked": "I phoned him.",
        },
        "matching_keepapart": {
            "program": program.pk,
            "first": ada.pk,
            "second": ben.pk,
            "kind": "keep_apart",
            "reason": "One manages the other",
            "since": "2026-01-01",
        },
        "matching_pairrequest": {
            "mentor": wanted[1].pk,
            "mentee": wanted[0].pk,
            "reason": "They found each other",
        },
        "matching_round": {"cohort": cohort.pk, "name": ""},
        "events_event": {
            "program": program.pk,
            "kind": "circle",
            "title_en": "Mentors' circle",
            "on": "2030-02-01",
            "wall_time": "18:00",
            "until": "19:30",
            "place": "Library",
            "audience": "accepted",
            "organiser": chair.pk,
        },
        "learning_libraryitem": {
            "program": program.pk,
            "title_en": "First steps",
            "summary_en": "How to begin.",
            "text_en": "Begin.",
            "position": "1",
        },
        "learning_supporttopic": {**names, "program": program.pk},
        "learning_touchtext": {
            "program": program.pk,
            "role": "mentor",
            "month": "2",
            "title_en": "Listen",
            "text_en": "Wait.",
            "try_en": "Count to five.",
        },
        "support_partnerorganisation": {
            "program": program.pk,
            "name": "Harbour House",
            "offer_en": "Advice",
            "position": "1",
        },
        "support_referral": {
            "application": match.mentee.pk,
            "organisation": partner.pk,
            "consented_on": "2026-02-01",
            "follow_up_on": "2026-03-01",
        },
        "support_sentby": {"application": match.mentee.pk, "organisation": partner.pk},
        "checkins_concern": {
            "match": match.pk,
            "who": "mentor",
            "urgency": "soon",
            "text": "She seemed tired",
        },
        "checkins_contactlog": {
            "match": match.pk,
            "who": "mentee",
            "on": "2026-02-01",
            "how": "phone",
            "result": "reached",
            "note": "All is well",
        },
    }


def count(model):
    rows = model.system if issubclass(model, ConfidentialModel) else model._default_manager
    return rows.count()


def pages_that_add(request):
    return [name for name, page in admin_models().items() if page.has_add_permission(request)]


@pytest.fixture
def maintainer(db):
    return factories.person("Main Tainer", is_superuser=True, is_staff=True)


def test_the_list_of_pages_is_complete(rf, maintainer, entries):
    request = rf.get("/")
    request.user = maintainer
    assert set(pages_that_add(request)) - NOT_A_PLAIN_FORM == set(PAGES) == set(entries)


@pytest.mark.parametrize("name", PAGES)
def test_an_entry_that_is_there_is_refused_beside_its_field(
    name, entries, chair, maintainer, as_user
):
    by = maintainer if name in {"programs_program"} else chair
    client, model = as_user(by), admin_models()[name].model
    address, before = reverse(f"admin:{name}_add"), count(model)
    first = client.post(address, entries[name])
    assert (first.status_code, count(model)) == (302, before + 1), first
    again = client.post(address, entries[name])
    assert count(model) == before + 1
    if name == "matching_round":  # it leads to the round of the first click, and says so
        assert again["Location"] == first["Location"]
        assert "no other round was opened" in client.get(again["Location"]).content.decode()
    else:
        assert again.status_code == 200
        assert again.context["adminform"].form.errors


@pytest.mark.parametrize(
    "typed", ["HARBOUR ltd ", "Old  Harbour"], ids=["another spelling", "a merged name"]
)
def test_an_employer_is_not_renamed_to_one_that_is_there(typed, chair, as_user):
    Employer.objects.create(name="Harbour Ltd", aliases="\nold harbour\n")
    other = Employer.objects.create(name="Hill Ltd")
    address = reverse("admin:accounts_employer_change", args=[other.pk])
    page = as_user(chair).post(address, {"name": typed})
    assert set(page.context["adminform"].form.errors) == {"name"}
    assert as_user(chair).post(address, {"name": "Hill  LTD"}).status_code == 302
    other.refresh_from_db()
    assert other.name == "Hill LTD"


def test_two_people_are_kept_apart_once_whoever_is_named_first(entries, chair, as_user, ada, ben):
    client, address = as_user(chair), reverse("admin:matching_keepapart_add")
    client.post(address, entries["matching_keepapart"])
    turned = {**entries["matching_keepapart"], "first": ben.pk, "second": ada.pk}
    assert set(client.post(address, turned).context["adminform"].form.errors) == {"second"}


def test_a_membership_that_ended_is_not_begun_again_on_the_same_day(
    entries, chair, as_user, ada, program
):
    client, address = as_user(chair), reverse("admin:programs_membership_add")
    client.post(address, entries["programs_membership"])
    Membership.objects.filter(user=ada).update(until="2026-01-05")
    assert client.post(address, entries["programs_membership"]).status_code == 200
    assert Membership.objects.filter(user=ada, program=program).count() == 1


def test_a_name_that_would_not_be_used_is_refused(entries, chair, as_user):
    typed = {**entries["programs_membership"], "name": "Somebody Else"}
    page = as_user(chair).post(reverse("admin:programs_membership_add"), typed)
    assert set(page.context["adminform"].form.errors) == {"name"}
    assert "Ada Brook" in page.content.decode()


def test_a_note_about_an_application_is_stored_once(cohort, chair, as_user, dan):
    application = factories.application(dan, cohort, state=Application.State.SUBMITTED)
    client = as_user(chair)
    for _click in range(2):
        client.post(
            reverse("admin:applications_application_note", args=[application.pk]),
            {"note-text": "Call first"},
        )
    page = client.get(reverse("admin:applications_application_change", args=[application.pk]))
    assert page.content.decode().count("Call first") == 1


def test_a_round_is_copied_once_until_the_copy_is_changed(cohort, chair, as_user):
    rounds.small_cohort(cohort)
    round_ = rounds.run_round(cohort, chair)
    client, address = as_user(chair), reverse("admin:matching_round_copy", args=[round_.public_id])
    first, second = (client.post(address)["Location"] for _click in range(2))
    assert first == second
    Round.system.filter(copied_from=round_).update(plan_version=99)
    assert client.post(address)["Location"] != first


def test_answers_that_were_not_saved_are_not_called_saved(cohort, chair, client, ada, ben):
    """Back in the browser, other answers, sent again: the link stores answers once."""
    seed_surveys()
    match = factories.match(ben, ada, cohort)
    checkin = make_checkin.opened(match, ben)
    until = timezone.now() + timedelta(days=9)
    address = link("survey-answer", person=ben, subject=checkin, until=until).split("8000", 1)[1]
    typed = {"useful": "4", "rhythm": "less", "comment": "First"}
    assert "Your answers have been saved" in client.post(address, typed).content.decode()
    again = client.post(address, {**typed, "comment": "Second"}).content.decode()
    assert "what you sent just now was not saved" in again
    assert "Your answers have been saved" not in again
    assert own_answers(CheckIn.objects.get(pk=checkin.pk), ben)["comment"] == "First"
