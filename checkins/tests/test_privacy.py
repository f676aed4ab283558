import pytest

from accounts.privacy import DATA_PARTS, export_person
from checkins.models import Answer, CheckIn, Concern
from checkins.tests.test_concerns import ask
from meetings.models import LogEntry
from meetings.recording import record
from testkit import checkins as make
from testkit import meetings as make_meeting

pytestmark = pytest.mark.django_db


def everything(match, ben):
    make.answered(match, ben, comment="Canary one")
    ask(match, ben, text="Canary two", contact_info="Canary three")
    record(make_meeting.held(match), by=ben, learned="Canary four")


def test_the_export_holds_ones_own_words(match, ada, ben):
    everything(match, ben)
    found = str(export_person(ben))
    assert [word for word in ("one", "two", "three", "four") if f"Canary {word}" not in found] == []
    assert "Canary" not in str(export_person(ada)), "the partner's words are the partner's"


def test_erasing_leaves_that_it_was_answered_and_no_word(match, ada, ben, cleo):
    everything(match, ben)
    for name in ("checkins", "meetings"):
        DATA_PARTS[name].erase(ben)
        DATA_PARTS[name].erase(ben)
    assert CheckIn.objects.of(ben).get().state == "answered"
    assert not Answer.system.exists()
    assert not LogEntry.system.exists()
    concern = Concern.objects.visible_to(cleo).get()
    assert (concern.text, concern.contact_info, concern.state) == ("", "", "open")
