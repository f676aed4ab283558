"""Edits and signatures at the same moment, by real connections.

No edit is lost, and no signature is for another text.
"""

import pytest

from agreements import drafting, signing, text
from agreements.models import AgreementVersion, Signature
from testkit import agreements as make
from testkit import factories
from testkit.concurrency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ROUNDS = 25


def hash_of_current_text(version):
    fresh = AgreementVersion.objects.select_related(
        "agreement__match__mentee__cohort__program"
    ).get(pk=version.pk)
    return text.sha256(text.canonical(text.content_for_record(fresh)))


def shared_agreement():
    cohort = factories.cohort()
    match = factories.match(factories.person("Ben Okoro"), factories.person("Ada Brook"), cohort)
    return match, make.shared(match)


def test_no_edit_is_lost_and_no_signature_is_for_another_text():
    match, version = shared_agreement()
    ben, ada = match.people
    saved = signed = 0
    for n in range(ROUNDS):
        version.refresh_from_db()
        expected_revision, revision = version.activities_revision, version.revision

        def edit(words, person, expected_revision=expected_revision):
            return drafting.save_part(
                match,
                "activities",
                {"activities": [words]},
                expected_revision=expected_revision,
                by=person,
            )

        done = at_once(
            lambda n=n: edit(f"Ben's idea {n}", ben),
            lambda n=n: edit(f"Ada's idea {n}", ada),
            lambda revision=revision: signing.sign(
                AgreementVersion.objects.get(pk=version.pk),
                by=ada,
                typed_name="Ada Brook",
                expected_revision=revision,
            ),
            lost=drafting.ConflictingEdit,
        )
        version.refresh_from_db()
        edits = [name for name in done if name < 2]
        assert len(edits) == 1, "of two who read the same text exactly one saves"
        winner = ("Ben's", "Ada's")[edits[0]]
        assert drafting.part_values(version, "activities") == {"activities": [f"{winner} idea {n}"]}
        assert {row.sha256 for row in Signature.objects.valid()} <= {hash_of_current_text(version)}
        saved, signed = saved + len(edits), signed + (2 in done)
    assert version.activities_revision == 1 + saved
    assert Signature.objects.count() == signed


def test_both_sign_at_once_and_the_match_is_active_once():
    for _round in range(10):
        match, version = shared_agreement()

        def sign(person, version=version):
            mine = AgreementVersion.objects.get(pk=version.pk)
            signing.sign(
                mine, by=person, typed_name=person.name, expected_revision=version.revision
            )

        at_once(*[lambda person=person: sign(person) for person in (*match.people, *match.people)])
        version.refresh_from_db()
        match.refresh_from_db()
        assert (version.state, match.state) == ("signed", "active")
        hashes = set(Signature.objects.filter(version=version).values_list("sha256", flat=True))
        assert hashes == {hash_of_current_text(version)}
        assert Signature.objects.filter(version=version).count() == 2


def test_two_who_begin_at_once_write_one_agreement():
    cohort = factories.cohort()
    for _round in range(10):
        match = factories.match(factories.person(), factories.person(), cohort)
        ben, ada = match.people
        done = at_once(
            lambda match=match, ben=ben: drafting.save_part(
                match, "term", make.TERM, expected_revision=0, by=ben
            ),
            lambda match=match, ada=ada: drafting.save_part(
                match, "rhythm", make.RHYTHM, expected_revision=0, by=ada
            ),
        )
        assert sorted(done) == [0, 1]
        version = AgreementVersion.objects.of_match(match).get()
        assert version.missing_parts == ["goals", "activities", "confidentiality"]
