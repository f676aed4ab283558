"""The pages of a round after its publication, and before it in a program that asks first."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from matching.models import Round, RoundText
from matching.rounds.asking import answer_until
from matching.tests.offers import asks
from notifications.testing import deliver_due_emails
from testkit import rounds as make


@pytest.fixture
def published(cohort, people, cleo, kim):
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    return Round.system.get()


@pytest.fixture
def text_of(as_user, cleo):
    def text(round_, view, *args, query=""):
        address = reverse(f"admin:matching_round_{view}", args=[round_.public_id, *args])
        page = as_user(cleo).get(address + query)
        assert page.status_code == 200
        return " ".join(html.unescape(strip_tags(page.content.decode())).split())

    return text


def test_its_page_says_what_was_published_not_what_would_be(published, text_of):
    text = text_of(published, "publish")
    assert "What was published" in text
    assert "If it is released" not in text
    assert "appears on the pages" not in text
    assert "Introduction of a pair 4 0" in text  # two pairs, nothing sent yet


def test_its_page_counts_what_has_been_sent(published, text_of):
    deliver_due_emails(published.published_at)
    assert "Introduction of a pair 4 4" in text_of(published, "publish")


def test_its_emails_are_read_and_not_offered_for_a_change(published, people, text_of):
    text = text_of(published, "emails")
    assert "they can't be changed any more" in text.replace("&#x27;", "'")
    assert "Change the words" not in text
    one = text_of(published, "email", people["amina"].public_id, people["ruth"].public_id)
    assert "Meet Ruth, your mentor" in one
    assert "Save the words" not in one
    shared = text_of(published, "emails-shared", RoundText.Sort.TO_MENTEE, "en")
    assert "Save the words" not in shared


def test_it_suggests_no_change(published, people, text_of):
    text = text_of(published, "workbench")
    assert "Suggestion:" not in text
    assert "See suggestions" not in text
    compared = text_of(published, "compare", people["sofia"].public_id)
    assert "Why no mentor is proposed" in compared
    assert "Small changes that would help" not in compared


@pytest.mark.parametrize("who", ["mentor", "both", "mentee"])
def test_a_program_that_asks_first_sees_what_leaves_first(cohort, people, kim, cleo, text_of, who):
    if who not in dict(cohort.program.policy.Asked.choices):
        pytest.skip("no program asks only the mentee")
    asks(cohort, who)
    round_ = make.approved_round(cohort, kim, cleo)
    text = text_of(round_, "publish")
    assert "Request before a match, mentor" in text
    assert "the requests below leave first" in text
    assert "appears on the pages of its two people" not in text


@pytest.mark.parametrize(
    ("who", "asks_mentee", "later"), [("mentor", False, 2), ("both", True, 2), ("nobody", None, 0)]
)
def test_its_samples_begin_with_the_requests_that_leave(
    cohort, people, kim, cleo, text_of, as_user, who, asks_mentee, later
):
    asks(cohort, who)
    round_ = make.approved_round(cohort, kim, cleo)
    samples = text_of(round_, "publish").partition("One of each e-mail")[2]
    assert ("Would you be this person's mentor?" in samples) == (asks_mentee is not None)
    assert ("Would you like to meet this mentor?" in samples) == bool(asks_mentee)
    assert samples.count("Once they have said yes") == later
    if later:
        request, _, introduction = samples.partition("Once they have said yes")
        assert "Please answer by" in request
        assert "Meet Ruth" not in request
        assert "Meet Ruth, your mentor" in introduction
    listed = text_of(round_, "emails")
    assert ("An introduction leaves once whoever is asked has said yes" in listed) == bool(later)


def test_the_sample_of_a_request_is_the_request_that_is_sent(cohort, people, kim, cleo, text_of):
    asks(cohort, "both")
    round_ = make.approved_round(cohort, kim, cleo)
    moment = timezone.now() + timedelta(days=20)
    Round.system.filter(pk=round_.pk).update(publish_at=moment)
    samples = html.unescape(text_of(round_, "publish"))
    day = timezone.localdate(answer_until(round_, moment))
    assert f"Please answer by {day.day} {day:%B}, without" in samples
    make.publish(Round.system.select_related("cohort__program__policy").get(pk=round_.pk), cleo)
    sent = deliver_due_emails(timezone.now() + timedelta(hours=1))
    requests = {one.to[0]: one for one in sent if one.subject.startswith("Would you")}
    for name in ("amina", "ruth"):
        message = requests[people[name].person.email]
        assert message.subject in samples
        words = " ".join(message.body.partition("Please answer by")[0].split())
        assert words in samples


def test_an_empty_list_leads_to_everyone(drafted, text_of, as_user, cleo):
    for queue in ("pinned", "changed", "thin"):
        address = reverse("admin:matching_round_workbench", args=[drafted.public_id])
        page = as_user(cleo).get(f"{address}?queue={queue}").content.decode()
        assert "No one is in this list at the moment." in page
        assert re.search(rf'href="{address}"[^>]*>\s*See everyone in this round', page)
