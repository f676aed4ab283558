"""What was typed as the reason of a decision is never lost because it is refused."""

from __future__ import annotations

import pytest
from django.conf import settings as conf
from django.urls import reverse


def url(name, round_, *args):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


LONG = "Neighbours. " * 50  # more than the minutes keep of one reason


@pytest.mark.parametrize(
    ("action", "typed"),
    [("reject", LONG), ("reject", " "), ("waive-rule", LONG), ("add-capacity", LONG)],
)
def test_a_refused_reason_stays_in_its_field(as_user, cleo, people, drafted, action, typed):
    data = {"mentor": people["ruth"].public_id, "scope": "never", "why": typed}
    data["expected_version"] = drafted.plan_version
    answer = as_user(cleo).post(url(action, drafted, people["amina"].public_id), data)
    page = answer.context
    assert page["typed"] == typed
    assert (
        dict(page["fields"]).items()
        >= {
            "expected_version": str(drafted.plan_version),
            "mentor": people["ruth"].public_id,
            "scope": "never",
        }.items()
    )
    text = answer.content.decode()
    assert f">{typed}</textarea>" in text
    assert 'aria-describedby="why-error"' in text
    sent = dict(page["fields"]) | {"why": "Neighbours."}
    assert as_user(cleo).post(answer.request["PATH_INFO"], sent).status_code == 302


def test_a_refused_comment_of_a_review_stays_in_its_field(drafted, as_user, cleo):
    address = url("send-back", drafted)
    answer = as_user(cleo).post(address, {"why": LONG})
    assert f">{LONG}</textarea>" in answer.content.decode()
    assert answer.request["PATH_INFO"] == address


def test_with_scripts_a_refused_reason_leaves_its_form_as_it_is(drafted, as_user, cleo, people):
    data = {"mentor": people["ruth"].public_id, "scope": "pair", "why": LONG}
    data["expected_version"] = drafted.plan_version
    address = url("reject", drafted, people["amina"].public_id)
    answer = as_user(cleo).post(address, data, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "at most 500" in text
    assert "wb-row" not in text, "the row with its form is not drawn anew"
    assert answer.headers["HX-Trigger"] == "form-kept", "nor is the panel"


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_it_is_still_there_in_a_browser(
    browser, live_server, as_user, drafted, people, cleo, scripts
):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, java_script_enabled=scripts
    )
    cookie = as_user(cleo).cookies[conf.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": conf.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(live_server.url + url("compare", drafted, people["amina"].public_id))
    if scripts:  # in the panel beside the list
        page.goto(live_server.url + url("workbench", drafted))
        page.locator(f"#compare-{people['amina'].public_id}").click()
    form = page.locator("#panel" if scripts else "main").locator(".wb-reject")
    form.locator("summary").click()
    form.get_by_label("Reason (saved in the minutes)").fill(LONG)
    form.get_by_role("button").click()
    page.get_by_text("at most 500 characters").wait_for()
    assert page.get_by_label("Reason (saved in the minutes)").input_value() == LONG
    page.get_by_label("Reason (saved in the minutes)").fill("Neighbours.")
    page.get_by_role("button", name="Reject" if scripts else "Try again").last.click()
    page.get_by_text("You rejected Amina Farah").first.wait_for()
    context.close()
