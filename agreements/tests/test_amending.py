"""A new version of a signed agreement: begun, and dropped again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements import amending, drafting, signing, text
from agreements.changes import changes_since
from agreements.models import AgreementVersion, Signature
from matches import endings
from notifications.testing import deliver_due_emails
from testkit import agreements as make

pytestmark = pytest.mark.django_db


def url(name, match):
    return reverse(f"agreements:{name}", args=[match.public_id])


def states(match):
    return list(AgreementVersion.objects.of_match(match).values_list("state", flat=True))


def test_a_begun_version_is_dropped_and_the_signed_one_applies(match, ada, ben):
    make.signed(match)
    new = amending.amend(match, by=ben)
    drafting.save_part(match, "activities", {"activities": ["Read"]}, expected_revision=1, by=ben)
    for _turn in range(2):
        amending.discard(new, by=ada)
    assert states(match) == ["signed", "discarded"]
    assert drafting.part_values(drafting.current_version(match), "activities") == make.ACTIVITIES
    third = amending.amend(match, by=ben)
    assert (third.number, drafting.part_values(third, "activities")) == (3, make.ACTIVITIES)
    match.refresh_from_db()
    assert match.state == "active"


def test_a_discarded_version_compares_with_nothing(match, ben):
    make.signed(match)
    amending.discard(amending.amend(match, by=ben), by=ben)
    third = amending.amend(match, by=ben)
    drafting.save_part(match, "activities", {"activities": ["Read"]}, expected_revision=1, by=ben)
    third.refresh_from_db()
    _heading, found = changes_of(third)
    assert {change.kind for change in found} == {"added", "removed"}


def changes_of(version):

    return changes_since(version, text.content_for_record(version))


def test_only_the_pair_discards_and_only_what_is_not_in_force(match, ben, cleo, dan):
    first = make.draft(match)
    with pytest.raises(ActionNotAllowed, match="no signed agreement to go back to"):
        amending.discard(first, by=ben)
    drafting.share(first, by=ben)
    make.sign(first, *match.people)
    first.refresh_from_db()
    first.agreement.match = match
    with pytest.raises(ActionNotAllowed, match="both signed"):
        amending.discard(first, by=ben)
    new = amending.amend(match, by=ben)
    for other in (cleo, dan):
        with pytest.raises(ActionNotAllowed, match="two people"):
            amending.discard(new, by=other)
    endings.end(match, by=ben, kind="choice")
    match.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="ended"):
        amending.discard(new, by=ben)


def test_the_partner_is_told_only_if_it_was_shared(match, ada, ben):
    make.signed(match)
    amending.discard(amending.amend(match, by=ben), by=ben)
    at = timezone.now() + timedelta(minutes=1)
    sent = deliver_due_emails(at, reconcile=False)
    assert not [mail for mail in sent if "discarded" in mail.subject]
    new = amending.amend(match, by=ben)
    drafting.share(new, by=ben)
    make.sign(new, ada)
    amending.discard(new, by=ben)
    assert not Signature.objects.valid().filter(version=new).exists()
    sent = deliver_due_emails(at, reconcile=False)
    assert [(mail.to, "discarded" in mail.subject) for mail in sent] == [([ada.email], True)]
    assert "Version 1, which you both signed, stays in force." in " ".join(sent[0].body.split())


def test_a_discarded_version_can_no_longer_be_signed_or_written(match, ada, ben):
    make.signed(match)
    new = amending.amend(match, by=ben)
    drafting.share(new, by=ben)
    stale = AgreementVersion.objects.select_related("agreement__match").get(pk=new.pk)
    amending.discard(new, by=ben)
    with pytest.raises(ActionNotAllowed, match="not ready to be signed"):
        signing.sign(stale, by=ada, typed_name="Ada Brook", expected_revision=stale.revision)
    with pytest.raises(ActionNotAllowed, match="both signed"):
        drafting.save_part(match, "activities", {"activities": []}, expected_revision=1, by=ada)


def test_the_page_asks_first_and_says_who_is_told(match, ben, as_user):
    make.signed(match)
    client = as_user(ben)
    assert client.get(url("agreement-discard", match)).status_code == 302, "nothing to discard"
    new = amending.amend(match, by=ben)
    assert "no one gets an e-mail" in client.get(url("agreement-discard", match)).content.decode()
    drafting.share(new, by=ben)
    assert "we e-mail Ada" in client.get(url("agreement-discard", match)).content.decode()
    page = client.post(url("agreement-discard", match), {"number": "2"}, follow=True)
    assert "Discarded. The signed agreement applies as before." in page.content.decode()
    again = client.post(url("agreement-discard", match), {"number": "2"}, follow=True)
    assert again.status_code == 200
    assert states(match) == ["signed", "discarded"]


def test_reply_time_and_lateness_are_words_of_the_agreement(match, ada, ben, as_user):
    version = make.shared(match)
    client = as_user(ada)
    words = client.get(url("agreement-review", match)).content.decode()
    assert "within 2 days" in words
    assert "the other waits 15 minutes" in words
    values = {**make.RHYTHM, "reply_days": 1, "lateness": "shorter"}
    drafting.save_part(match, "rhythm", values, expected_revision=1, by=ben)
    changed = client.get(url("agreement-sign", match)).content.decode()
    assert "<del>2</del" in changed
    assert "we still end on time" in changed
    version.refresh_from_db()
    record = text.canonical(text.content_for_record(version))
    assert "rhythm: reply_days:\n  1\nrhythm: lateness:\n  shorter\n" in record


def test_a_text_signed_before_these_words_existed_shows_none(match, ben, as_user):
    version = make.signed(match)
    AgreementVersion.objects.filter(pk=version.pk).update(reply_days=None, lateness="")
    words = as_user(ben).get(url("agreement-print", match)).content.decode()
    assert "We answer messages" not in words
    assert "If one of us is late" not in words
    amending.amend(match, by=ben)
    form = as_user(ben).get(reverse("agreements:part-update", args=[match.public_id, "rhythm"]))
    assert form.context["form"]["reply_days"].value() is None
