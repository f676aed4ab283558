import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins.models import CheckIn, Concern, ContactLog, Wave
from checkins.presenters import what_it_is
from checkins.results import publish_waves, smallest_group
from checkins.tests.conftest import START
from checkins.tests.test_concerns import ask
from programs.models import Conflict
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"admin:checkins_{name}", args=args)


def words(client, name, *args):
    return client.get(page(name, *args)).content.decode()


def test_carer_and_chair_read_named_answers(cared, as_user, ben, cleo, eve):
    checkin = make.answered(cared, ben, comment="Secret words")
    for member in (cleo, eve):
        found = words(as_user(member), "checkin_change", checkin.pk)
        assert "Secret words" in found
        assert "Are you meeting as often" not in found, "no one reads single pooled answers"


def test_other_members_learn_that_it_was_answered_and_not_what(cared, as_user, ben, program):
    checkin = make.answered(cared, ben, useful="2", comment="Secret words")
    reader = as_user(factories.member("Rita Voss", program=program, role="reader"))
    found = words(reader, "checkin_change", checkin.pk)
    assert "Only the carer of this pair, the deputy and the chair" in found
    assert "Secret words" not in found
    assert "A little" not in found
    assert reader.get(page("checkin_changelist") + "?scale=2").status_code == 400
    assert reader.post(page("checkin_read", checkin.pk), follow=True).status_code == 200
    checkin.refresh_from_db()
    assert checkin.read_at is None


def test_reading_is_marked_with_a_button(cared, as_user, ben, eve):
    checkin = make.answered(cared, ben)
    client = as_user(eve)
    to_read = page("checkin_changelist") + "?read=no"
    assert client.get(to_read).context["cl"].result_count == 1
    client.post(page("checkin_read", checkin.pk))
    assert client.get(to_read).context["cl"].result_count == 0
    assert CheckIn.objects.get().read_by == eve


@pytest.mark.parametrize(
    "name", ["checkin_changelist", "concern_changelist", "contactlog_changelist"]
)
def test_a_conflict_hides_rows_and_counts(name, cared, as_user, ben, cleo):
    make.answered(cared, ben, useful="1")
    ContactLog.objects.create(match=cared, person=ben, member=cleo, note="x")
    client = as_user(cleo)
    assert client.get(page(name)).context["cl"].result_count == 1
    Conflict.objects.create(member=cleo, person=ben)
    assert client.get(page(name)).context["cl"].result_count == 0


def test_a_concern_is_taken_and_resolved(cared, as_user, ben, eve):
    concern = ask(cared, ben, text="It hurts")
    client = as_user(eve)
    assert "It hurts" in words(client, "concern_change", concern.pk)
    assert client.get(page("concern_take", concern.pk)).status_code == 303
    client.post(page("concern_take", concern.pk))
    client.post(page("concern_resolve", concern.pk), {"outcome": "talked", "note": ""})
    assert Concern.objects.visible_to(eve).get().state == "taken"
    client.post(page("concern_resolve", concern.pk), {"outcome": "talked", "note": "We spoke"})
    assert Concern.objects.visible_to(eve).get().state == "resolved"
    assert "We spoke" in words(client, "concern_change", concern.pk)


def test_a_concern_raised_by_an_answer_says_which(cared, as_user, ben, eve):
    make.answered(cared, ben, useful="1", comment="Secret words")
    concern = Concern.objects.visible_to(eve).get()
    found = words(as_user(eve), "concern_change", concern.pk)
    assert "How useful is mentoring to you right now? Not at all" in unescape(found)
    assert "Secret words" not in found, "other answers are on the page of the check-in"


def test_a_concern_about_silence_says_what_was_not_answered(cared, as_user, ben, eve, program):
    concern = Concern.objects.create(
        program=program, match=cared, person=ben, cause=Concern.Cause.NO_REPLY
    )
    assert "3 or more e-mails in a row that needed an answer" in words(
        as_user(eve), "concern_change", concern.pk
    )


def test_who_left_no_other_way_is_reached_by_email(cared, as_user, ben, eve):
    client = as_user(eve)
    by_mail = ask(cared, ben)
    assert ben.email in words(client, "concern_change", by_mail.pk)
    by_phone = ask(cared, ben, contact_info="Call 555 0100")
    found = words(client, "concern_change", by_phone.pk)
    assert "Call 555 0100" in found
    assert ben.email not in found


def test_a_note_that_is_too_long_is_refused_and_kept(cared, as_user, ben, eve):
    concern = ask(cared, ben)
    note = "x" * 4001
    answer = as_user(eve).post(
        page("concern_resolve", concern.pk), {"outcome": "talked", "note": note}
    )
    assert set(answer.context["forms"]["resolve"].errors) == {"note"}
    assert note in answer.content.decode()
    assert Concern.objects.visible_to(eve).get().state == "open"


def test_another_carer_has_neither_page_nor_buttons(cared, as_user, ben, program):
    concern = ask(cared, ben)
    other = as_user(factories.member("Olu Bey", program=program, role="carer"))
    assert (
        "It hurts"
        not in other.get(page("concern_change", concern.pk), follow=True).content.decode()
    )
    assert other.post(page("concern_take", concern.pk)).status_code == 404


def test_a_contact_is_noted_by_the_carer(cared, as_user, ben, eve):
    data = {
        "match": cared.pk,
        "who": "mentee",
        "on": "2026-02-01",
        "how": "phone",
        "result": "reached",
        "note": "All is well",
    }
    saved = as_user(eve).post(page("contactlog_add"), data, follow=True)
    row = ContactLog.objects.visible_to(eve).get()
    assert (row.person, row.member, row.note) == (ben, eve, "All is well")
    (message,) = saved.context["messages"]
    assert f"Contact with {ben}" in str(message)
    assert "(confidential)" not in saved.content.decode()
    assert str(row) == "contact (confidential)", "elsewhere its text names no one"


def test_a_contact_with_a_match_of_others_is_refused(cared, as_user, program):
    other = factories.member("Olu Bey", program=program, role="carer")
    data = {
        "match": cared.pk,
        "who": "mentee",
        "on": "2026-02-01",
        "how": "phone",
        "result": "reached",
        "note": "x",
    }
    assert as_user(other).post(page("contactlog_add"), data).context[
        "adminform"
    ].form.errors.keys() == {"match"}


def pulses(cohort, count, at, **answers):
    for n in range(count):
        match = factories.match(factories.person(), factories.person(), cohort, introduced_at=START)
        person = match.people[n % 2]
        make.answered(match, person, at=at, **answers)


def test_a_wave_is_published_once_and_then_frozen(cohort, surveys, program):
    at = START + timedelta(days=30)
    pulses(cohort, 10, at)
    publish_waves(at + timedelta(days=10))
    assert Wave.objects.count() == 0, "the month is not over"
    publish_waves(at + timedelta(days=40))
    wave = Wave.objects.get()
    assert (wave.asked, wave.answered, wave.month.isoformat()) == (10, 10, "2026-02-01")
    pulses(cohort, 1, at, useful="1")
    publish_waves(at + timedelta(days=41))
    assert Wave.objects.get().figures == wave.figures


@pytest.mark.parametrize(("language", "month"), [("en", "February 2026"), ("fr", "février 2026")])
def test_the_month_of_a_wave_is_no_day(language, month, cohort, surveys, as_user, program):
    at = START + timedelta(days=30)
    pulses(cohort, 10, at)
    publish_waves(at + timedelta(days=40))
    chair = factories.member("Chair", program=program)
    chair.language = language
    chair.save()
    client = as_user(chair)
    for address in (page("wave_changelist"), page("wave_change", Wave.objects.get().pk)):
        text = client.get(address).content.decode()
        assert month.casefold() in text.casefold()
        assert not re.search(rf"\b1 {month}|1 février", text)


def test_a_wave_waits_for_its_last_open_check_in(cohort, match, ben, surveys):
    at = START + timedelta(days=25)
    make.opened(match, ben, at=at)
    publish_waves(at + timedelta(days=10))
    assert Wave.objects.count() == 0


def test_small_groups_stay_hidden_on_the_page(cohort, surveys, as_user, cleo):
    at = timezone.now() - timedelta(days=60)
    pulses(cohort, 4, at)
    publish_waves(timezone.now())
    wave = Wave.objects.get()
    found = words(as_user(cleo), "wave_change", wave.pk)
    assert "How useful is mentoring" in found
    assert {entry["total"] for entry in wave.figures} == {None}
    assert ">4</td>" not in found


def test_enough_answers_are_shown_with_rounded_shares(cohort, program, surveys, as_user, cleo):
    pulses(cohort, 12, timezone.now() - timedelta(days=60), useful="5")
    publish_waves(timezone.now())
    found = " ".join(words(as_user(cleo), "wave_change", Wave.objects.get().pk).split())
    assert "More than I had hoped: 100 percent" in found
    assert f"at least {smallest_group(program)} people" in found
    assert "Only for" not in found


def test_surveys_say_who_reads(surveys, as_user, cleo):
    found = words(as_user(cleo), "survey_change", surveys[0].pk)
    assert "the carer, their deputy and the chair" in found


def test_every_concern_says_what_it_is(cleo, program, cared, ben):
    """Also where the person wrote nothing."""
    for cause in (Concern.Cause.NO_REPLY, Concern.Cause.ENDING):
        concern = Concern(program=program, match=cared, person=ben, cause=cause)
        assert what_it_is(concern, reader=cleo), cause
