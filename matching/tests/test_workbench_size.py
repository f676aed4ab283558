"""A full page of the workbench stays small, and unfolds the form of a row when asked for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from applications.models import ApplicationExperience
from matching.models import Proposal
from matching.workbench.workbench import PER_PAGE
from testkit import factories
from testkit import rounds as make
from testkit.page_weight import LIMIT, page_weight

LIMIT_OF_HTML = 88_000  # before compression
Depth = ApplicationExperience.Depth
TOPICS = ["hiring", "payroll", "pensions", "public-speaking", "project-management", "tax"]
FIRST = ["Alexandra", "Joel", "Siobhán", "Marie-Ève", "Ruth", "Mohammed", "Priya", "Jo", "Thandiwe"]
LAST = ["Castellano", "Tremblay", "O’Donoghue", "Li", "Adeyemi", "Van der Berg", "Nair", "Osei"]
ROLES = [("mentee", Depth.GOING_THROUGH), ("mentor", Depth.LIVED)]
LIVES = ["career-change", "first-job", "parent", "moving-to-another-country"]


def url(name, round_, *args):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


@pytest.fixture
def full_page(cohort, cleo):
    """A round of as many pairs as a page shows, each with several reasons."""
    for n in range(PER_PAGE):
        topics = {TOPICS[(n + k) % len(TOPICS)]: 3 - k for k in range(3)}
        lives = [LIVES[(n + k) % len(LIVES)] for k in range(2)]
        for k, (role, depth) in enumerate(ROLES):
            make.applicant(
                cohort,
                f"{FIRST[n % len(FIRST)]} {LAST[(n + 3 * k) % len(LAST)]}",
                role,
                topics=topics,
                lives=dict.fromkeys(lives, depth),
            )
    return make.run_round(cohort, cleo)


def test_a_full_page_is_small(full_page, as_user, cleo):
    content = as_user(cleo).get(url("workbench", full_page)).content
    assert full_page.pairs == PER_PAGE
    assert content.count(b'<li id="row-') == PER_PAGE
    assert content.count(b'class="wm-why"') > 2 * PER_PAGE
    assert len(content) <= LIMIT_OF_HTML
    assert page_weight(content) <= LIMIT


def test_a_row_unfolds_its_form_in_the_list(drafted, as_user, cleo, people):
    client, mentee = as_user(cleo), people["amina"].public_id
    Proposal.system.filter(round=drafted, mentee=people["amina"]).update(state="pinned")
    closed = client.get(url("workbench", drafted), {"queue": "pinned"}).content.decode()
    assert f'href="?queue=pinned&amp;reject={mentee}#row-{mentee}"' in closed
    assert "What do you want to rule out?" not in closed
    opened = client.get(url("workbench", drafted), {"reject": mentee}).content.decode()
    assert opened.count("What do you want to rule out?") == 1
    assert f'action="{url("reject", drafted, mentee)}"' in opened


def test_htmx_gets_only_the_form(drafted, as_user, cleo, people):
    address, data = (
        url("workbench", drafted),
        {"queue": "look", "reject": people["amina"].public_id},
    )
    text = as_user(cleo).get(address, data, headers={"HX-Request": "true"}).content.decode()
    assert text.count("<form") == 1
    assert 'name="place" value="queue=look"' in " ".join(text.split())
    assert "<html" not in text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_who_may_not_reject_gets_no_form(drafted, as_user, program, people, headers):
    reader = as_user(factories.member(program=program, role="reader"))
    data = {"reject": people["amina"].public_id}
    answer = reader.get(url("workbench", drafted), data, headers=headers)
    assert answer.status_code == 200
    assert b"What do you want to rule out?" not in answer.content


def test_the_form_of_a_hidden_row_is_not_found(drafted, as_user, kim, people):
    from programs.models import Conflict

    Conflict.objects.create(member=kim, person=people["joel"].person)
    data = {"reject": people["joel"].public_id}
    answer = as_user(kim).get(url("workbench", drafted), data, headers={"HX-Request": "true"})
    assert answer.status_code == 404


def test_a_button_of_the_list_says_which_pair_the_member_saw(drafted, as_user, cleo, people):
    client, mentee = as_user(cleo), people["amina"].public_id
    other = people["priya"].public_id
    client.post(url("pin", drafted, mentee), {"seen": f"{drafted.plan_version} {other}"})
    assert not Proposal.system.filter(round=drafted).pinned().exists()
    seen = f"{drafted.plan_version} {people['ruth'].public_id}"
    assert f'value="{seen}"' in client.get(url("workbench", drafted)).content.decode()
    client.post(url("pin", drafted, mentee), {"seen": seen})
    assert Proposal.system.filter(round=drafted).pinned().count() == 1


def test_a_button_of_an_old_list_is_refused(drafted, as_user, cleo, kim, people):
    mentee, ruth = people["amina"].public_id, people["ruth"].public_id
    seen = {"seen": f"{drafted.plan_version} {ruth}"}
    as_user(kim).post(url("pin", drafted, mentee), seen)
    page = as_user(cleo).post(url("unpin", drafted, mentee), seen, follow=True)
    assert "Kim Osei" in page.content.decode()
    assert Proposal.system.filter(round=drafted).pinned().count() == 1
