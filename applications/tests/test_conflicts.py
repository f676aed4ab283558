"""A member who knows an applicant well declares it, and no longer sees that person."""

from datetime import date

from programs.models import Conflict


def test_a_member_declares_a_conflict_and_no_longer_sees_the_person(
    as_user, reader, cleo, sent, ben
):
    client = as_user(reader)
    client.post("/admin/programs/conflict/add/", {"person": ben.pk})
    made = Conflict.objects.get()
    assert (made.member, made.person, made.kind) == (reader, ben, "declared")
    assert client.get(f"/admin/applications/application/{sent.pk}/change/").status_code == 404
    assert (
        client.post(
            f"/admin/programs/conflict/{made.pk}/change/", {"until": "2020-02-01"}
        ).status_code
        == 403
    )


def test_a_chair_ends_the_conflict_of_another_and_never_her_own(as_user, cleo, reader, ben, sent):
    theirs = Conflict.objects.create(member=reader, person=ben, since=date(2020, 1, 1))
    as_user(cleo).post(f"/admin/programs/conflict/{theirs.pk}/change/", {"until": "2020-02-01"})
    theirs.refresh_from_db()
    assert theirs.until == date(2020, 2, 1)
    own = Conflict.objects.create(member=cleo, person=ben)
    assert (
        as_user(cleo)
        .post(f"/admin/programs/conflict/{own.pk}/change/", {"until": "2020-02-01"})
        .status_code
        == 403
    )
