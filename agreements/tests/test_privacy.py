import pytest

from accounts.privacy import export_person
from agreements import privacy, text
from agreements.models import AgreementText, Signature
from testkit import agreements as make

pytestmark = pytest.mark.django_db


def test_the_export_holds_the_text_and_ones_own_signature(match, ben):
    make.signed(match)
    (found,) = export_person(ben)["agreements"]["versions"]
    assert {"what": "How we will know", "words": "Two panels led before June"} in found["text"]
    assert [row["typed_name"] for row in found["my_signatures"]] == ["Ben Okoro"]


def test_erasing_takes_the_name_and_leaves_text_and_hash_to_the_partner(match, ada, ben):
    version = make.signed(match)
    before = Signature.objects.get(person=ben).sha256
    privacy.erase(ben)
    record = AgreementText.objects.visible_to(ada).get(version=version).signed_text
    assert "Okoro" not in record
    assert "mentee:\n  (name erased)\nmentor:\n  Ada Brook\n" in record
    assert "Two panels led before June" in record
    assert {row.typed_name for row in Signature.objects.all()} == {"(name erased)", "Ada Brook"}
    assert Signature.objects.get(person=ben).sha256 == before != text.sha256(record)


def test_erasing_twice_is_erasing_once(match, ada, ben):
    version = make.signed(match)
    for _time in (1, 2):
        privacy.erase(ben)
    assert (
        AgreementText.objects.visible_to(ada)
        .get(version=version)
        .signed_text.count("(name erased)")
        == 2  # among the people, and in the introduction
    )
