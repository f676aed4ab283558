"""Two rounds side by side: a copy, and what differs between them in words."""

from __future__ import annotations

from django.urls import reverse

from matching.models import Proposal, Round
from programs.models import Conflict


def url(name, round_, *args):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


def test_a_copy_leaves_the_round_as_it_was_and_can_be_compared(
    drafted, as_user, cleo, people, table
):
    client = as_user(cleo)
    client.post(url("copy", drafted))
    twin = Round.system.exclude(pk=drafted.pk).get()
    client.post(
        url("swap", twin, people["amina"].public_id),
        {"expected_version": 9, "other": people["joel"].public_id},
    )
    assert (table(twin)["Amina"], table(drafted)["Amina"]) == ("Priya", "Ruth")
    text = client.get(url("differences", twin), {"with": drafted.public_id}).content.decode()
    assert "Amina Farah" in text
    assert "Sofia Marin" not in text


def test_two_rounds_are_compared_in_words_and_not_in_points(drafted, as_user, cleo, people, kim):
    client = as_user(cleo)
    client.post(url("copy", drafted))
    twin = Round.system.exclude(pk=drafted.pk).get()
    page, to = url("differences", twin), {"with": drafted.public_id}
    assert "The same mentees are in both rounds" in client.get(page, to).content.decode()
    change = {"expected_version": 9, "other": people["joel"].public_id}
    client.post(url("swap", twin, people["amina"].public_id), change)
    rows = Proposal.system.filter(round=twin).in_plan()
    bands = [rows.filter(band=band).exclude(mentor=None).count() for band in Proposal.Band]
    response = client.get(page, to)
    figures = [here for _label, here, _there in response.context["found"].figures]
    assert figures == [*bands, rows.filter(mentor=None).count()]
    text = " ".join(response.content.decode().split())
    assert "2 mentees have another mentor" in text
    assert "points" not in text.casefold().split("<main")[-1].split("</main")[0]
    assert "different rules or weights" not in text
    Round.system.filter(pk=twin.pk).update(criteria={**twin.criteria, "extra": 1})
    assert "different rules or weights" in client.get(page, to).content.decode()
    Conflict.objects.create(member=kim, person=people["joel"].person)
    figures = as_user(kim).get(page, to).context["found"].figures
    assert sum(here for _label, here, _there in figures) == rows.count() - 1


def test_who_is_in_only_one_of_two_rounds_has_no_other_mentor(drafted, as_user, cleo, people, kim):
    as_user(cleo).post(url("copy", drafted))
    twin = Round.system.exclude(pk=drafted.pk).get()
    plan = Proposal.system.filter(round=twin).in_plan()
    plan.filter(mentee=people["amina"]).delete()  # a round with a mentor, and one without the two
    Proposal.system.in_plan().filter(mentee=people["sofia"]).update(mentor=None)
    plan.filter(mentee=people["sofia"]).delete()
    page, to = url("differences", twin), {"with": drafted.public_id}
    response = as_user(cleo).get(page, to)
    found, text = response.context["found"], " ".join(response.content.decode().split())
    assert (found.rows, found.count) == ([], 2)
    assert [(row.mentee, row.here, row.there) for row in found.only_one] == [
        ("Amina Farah", "not in this round", "Ruth Adeyemi"),
        ("Sofia Marin", "not in this round", "no mentor"),
    ]
    assert "Who is in only one of the two rounds" in text
    assert "Who has another mentor" not in text
    for name in ("amina", "sofia"):
        Conflict.objects.create(member=kim, person=people[name].person)
    text = " ".join(as_user(kim).get(page, to).content.decode().split())
    assert "2 mentees have another mentor, or are in only one of the two rounds." in text
    assert "2 rows are hidden from you." in text
    assert "same mentors" not in text
