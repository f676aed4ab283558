"""Lines of Today that a member leaves for later or asks another member to do."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from access.exceptions import ActionNotAllowed
from accounts.privacy import erase_person, export_person
from checkins.models import Concern
from dashboard import today
from dashboard.digests import committee_week
from dashboard.models import LaterLine
from programs.models import Membership
from testkit import factories

NOON = datetime(2026, 3, 4, 12, tzinfo=ZoneInfo("UTC"))
INDEX, LATER, AGAIN, BACK = (
    reverse(f"admin:{name}") for name in ("index", "later", "later-again", "later-back")
)
OF_STATE = reverse("admin:checkins_concern_changelist") + "?state__exact=open"
OPEN, URGENT = f"{OF_STATE}&urgency__exact=not-urgent", f"{OF_STATE}&urgency__exact=urgent"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def match(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


@pytest.fixture
def concern(match, cohort):
    return raise_concern(match)


@pytest.fixture
def nora(program):
    return factories.member("Nora Vale", program=program, role="chair")


def raise_concern(match, **values):
    values = {"urgency": "soon", "raised_at": NOON - timedelta(days=3)} | values
    return Concern.objects.create(
        program=match.program, match=match, person=match.mentee.person, state="open", **values
    )


def day(days):
    return timezone.localdate() + timedelta(days=days)


def lines_of(member):
    found = today.today_of(member, at=timezone.now())
    return {line.item.url for line in found.lines}, {line.item.url for line in found.left_out}


def leave(member, url=OPEN, days=3, to=None):
    line = today.find_line(member, url, at=timezone.now())
    return today.leave_until(line, by=member, until=day(days), to=to, at=timezone.now())


def test_a_line_says_since_when(as_user, cleo, match, concern):
    raise_concern(match, raised_at=NOON - timedelta(days=9))
    (line,) = [one for one in today.today_of(cleo, at=NOON).lines if one.item.url == OPEN]
    assert line.item.since == day(-9)
    page = " ".join(as_user(cleo).get(INDEX).content.decode().split())
    assert f"since {date_format(day(-9))}" in page


def test_many_are_not_read_for_their_first_day(monkeypatch, cleo, match, concern):
    raise_concern(match)
    for module in ("attention", "attention_lines"):
        monkeypatch.setattr(f"dashboard.{module}.SHOWN_LIMIT", 1)
    monkeypatch.setattr("dashboard.attention_lines.FEW", 1)
    (line,) = [one for one in today.today_of(cleo, at=NOON).lines if one.item.url == OPEN]
    assert (line.item.shown, line.item.since) == ("1+", None)


def test_the_first_day_of_some_is_not_that_of_all(monkeypatch, cleo, match, concern):
    for days in (5, 9):
        raise_concern(match, urgency="whenever", raised_at=NOON - timedelta(days=days))
    for module in ("attention", "attention_lines"):
        monkeypatch.setattr(f"dashboard.{module}.SHOWN_LIMIT", 1)
    (line,) = [one for one in today.today_of(cleo, at=NOON).lines if one.item.url == OPEN]
    assert (line.item.count, line.item.since) == (3, None)


def test_a_line_is_left_out_until_its_day(cleo, concern):
    leave(cleo, days=3)
    assert OPEN in lines_of(cleo)[1]
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert OPEN in lines_of(cleo)[1]
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert OPEN in lines_of(cleo)[0]


def test_it_comes_back_when_more_waits(cleo, match, concern):
    leave(cleo)
    raise_concern(match)
    assert OPEN in lines_of(cleo)[0]


def test_a_list_that_is_empty_is_nowhere(cleo, concern):
    leave(cleo)
    Concern.system.update(state="resolved", resolved_at=NOON)
    assert OPEN not in {*lines_of(cleo)[0], *lines_of(cleo)[1]}


def test_only_who_decided_it_misses_the_line(cleo, nora, concern):
    leave(cleo)
    assert OPEN in lines_of(nora)[0]


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (1, True), (30, True), (31, False)])
def test_a_day_from_tomorrow_to_a_month_is_allowed(cleo, concern, days, allowed):
    if allowed:
        assert leave(cleo, days=days).until == day(days)
        return
    with pytest.raises(ActionNotAllowed):
        leave(cleo, days=days)
    assert not LaterLine.objects.exists()


def test_what_is_urgent_waits_until_tomorrow_at_the_most(cleo, match):
    raise_concern(match, urgency="urgent")
    with pytest.raises(ActionNotAllowed):
        leave(cleo, URGENT, days=2)
    assert leave(cleo, URGENT, days=1).until == day(1)


def test_deciding_again_replaces_the_decision(cleo, nora, concern):
    leave(cleo, days=3, to=nora)
    leave(cleo, days=5)
    (row,) = LaterLine.objects.all()
    assert (row.until, row.given_to) == (day(5), None)


def test_a_line_is_given_to_another_member(as_user, cleo, nora, concern):
    leave(cleo, to=nora)
    assert OPEN in lines_of(cleo)[1]
    assert "You asked Nora Vale" in as_user(cleo).get(INDEX).content.decode()
    assert "Cleo Marsh asks you to do this" in as_user(nora).get(INDEX).content.decode()


def test_it_is_not_given_to_someone_who_sees_nothing_there(cleo, program, concern):
    matcher = factories.member("Max Lind", program=program, role="matcher")
    with pytest.raises(ActionNotAllowed, match="Max Lind sees nothing in this list"):
        leave(cleo, to=matcher)
    assert not LaterLine.objects.exists()


def test_it_is_given_back_and_not_given_in_a_circle(as_user, cleo, nora, concern):
    leave(cleo, to=nora)
    with pytest.raises(ActionNotAllowed, match="You can give it back"):
        leave(nora, to=cleo)
    client = as_user(nora)
    client.post(BACK, {"line": OPEN})
    assert OPEN in lines_of(cleo)[0]
    page = client.post(BACK, {"line": OPEN}, follow=True).content.decode()
    assert "Nothing was left for later here." in page


def test_it_comes_back_when_the_other_member_leaves(cleo, nora, concern):
    leave(cleo, to=nora)
    Membership.objects.of(nora).update(until=timezone.localdate())
    assert OPEN in lines_of(cleo)[0]


def test_showing_a_line_again_does_not_give_it_back(as_user, cleo, nora, concern):
    leave(cleo, to=nora)
    leave(nora)
    client = as_user(nora)
    assert f'action="{AGAIN}"' in client.get(INDEX).content.decode()
    client.post(AGAIN, {"line": OPEN})
    assert OPEN in lines_of(nora)[0]
    assert OPEN in lines_of(cleo)[1]
    assert "Cleo Marsh asks you to do this" in client.get(INDEX).content.decode()
    page = client.post(AGAIN, {"line": OPEN}, follow=True).content.decode()
    assert "Nothing was left for later here." in page


def test_nobody_takes_back_what_another_member_decided(as_user, cleo, nora, program, concern):
    leave(cleo, to=nora)
    other = as_user(factories.member("Max Lind", program=program, role="chair"))
    for url in (AGAIN, BACK):
        other.post(url, {"line": OPEN})
    assert OPEN in lines_of(cleo)[1]


def test_what_someone_has_taken_on_is_not_given(as_user, cleo, nora, concern):
    Concern.system.update(state="taken", taken_by=cleo, follow_up_on=day(-1))
    own = reverse("admin:checkins_concern_changelist") + "?again=mine"
    with pytest.raises(ActionNotAllowed):
        leave(cleo, own, to=nora)
    page = as_user(cleo).get(LATER, {"line": own})
    assert "given_to" not in page.context["form"].fields


def test_the_page_leaves_a_line_out(as_user, cleo, nora, concern):
    client = as_user(cleo)
    address = f"{LATER}?line={OPEN.replace('?', '%3F').replace('&', '%26')}"
    form = client.get(address).context["form"]
    assert form["until"].value() == day(7)
    assert [name for _key, name in form.fields["given_to"].choices] == [
        "Nobody: it waits",
        "Nora Vale",
    ]
    wrong = client.post(address, {"until": day(40).isoformat()})
    assert wrong.context["form"].errors == {"until": ["Choose a day that is offered."]}
    right = client.post(address, {"until": day(4).isoformat(), "given_to": nora.public_id})
    assert right.url == INDEX
    (row,) = LaterLine.objects.all()
    assert (row.member, row.given_to, row.until, row.count) == (cleo, nora, day(4), 1)
    client.post(AGAIN, {"line": OPEN})
    assert not LaterLine.objects.exists()


@pytest.mark.parametrize("line", ["", "https://example.org/", "/admin/nothing/"])
def test_a_line_that_is_not_there_leads_back(as_user, cleo, line):
    page = as_user(cleo).get(LATER, {"line": line}, follow=True)
    assert page.redirect_chain == [(INDEX, 302)]
    assert "Nothing waits there any more." in page.content.decode()


def test_the_line_of_another_program_is_not_there(as_user, program, concern):
    stranger = factories.member("Sam Roe", program=factories.program(), role="chair")
    assert as_user(stranger).get(LATER, {"line": OPEN}).url == INDEX
    assert today.colleagues(stranger) == []


def test_colleagues_have_a_role_today(cleo, nora, program):
    assert today.colleagues(cleo) == [nora]
    Membership.objects.of(nora).update(until=timezone.localdate())
    assert today.colleagues(cleo) == []


def test_what_is_left_out_is_not_in_the_week(cleo, concern):
    def urls():
        return {item.url for item in committee_week(cleo, at=timezone.now()).needs}

    assert OPEN in urls()
    leave(cleo)
    assert OPEN not in urls()


def test_nothing_else_is_said_where_something_is_left_out(as_user, cleo, concern):
    for url in lines_of(cleo)[0]:
        leave(cleo, url, days=1)
    page = as_user(cleo).get(INDEX).content.decode()
    assert "Nothing else needs your attention right now." in page


def test_decisions_are_exported_and_erased(cleo, nora, concern):
    leave(cleo, to=nora)
    exported = export_person(cleo)["dashboard"]["left_for_later"]
    assert [row["line"] for row in exported] == [OPEN]
    Membership.objects.of(nora).update(until=timezone.localdate())
    erase_person(nora)
    assert not LaterLine.objects.exists()
