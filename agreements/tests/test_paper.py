"""Signed on paper: recorded by the committee, told to both, shown everywhere."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from access.exceptions import ActionNotAllowed
from agreements import drafting, paper, privacy, scans, signing
from agreements.models import AgreementText, AgreementVersion, PaperRecord, PaperScan, Signature
from dashboard.invariants import broken_invariants
from matches import endings
from matches.models import Match
from programs.models import Conflict
from testkit import agreements as make
from testkit import factories
from testkit.papers import JPEG, PDF, PNG, on_paper
from workflow.models import Transition

from .paper_words import DAY, again, desk, emails, record, shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
State = AgreementVersion.State


# --- recording


def test_both_on_paper_put_the_agreement_in_force(version, match, carer, ada, ben):
    made = record(version, carer, ada, ben)
    version.refresh_from_db()
    assert (version.state, again(match).state) == (State.SIGNED, "active")
    assert made.recorded_by == carer
    record_text = AgreementText.system.get(version=version).signed_text
    assert "Ben Okoro" in record_text
    hashes = set(Signature.objects.valid().values_list("sha256", flat=True))
    assert len(hashes) == 1
    assert emails("agreement-on-paper") == {ada, ben}
    assert emails("agreement-signed") == {ada, ben}
    assert Transition.objects.of(match)[0].by == carer
    assert not broken_invariants(timezone.now())


@pytest.mark.parametrize("paper_first", [True, False])
def test_one_on_the_site_and_the_other_on_paper(paper_first, version, match, carer, ada, ben):
    if paper_first:
        record(version, carer, ben)
        assert again(match).state == "introduced"
        assert not version.may_be_signed_by(ben)
        assert version.may_be_signed_by(ada)
        make.sign(version, ada)
    else:
        make.sign(version, ada)
        record(version, carer, ben)
    version.refresh_from_db()
    assert (version.state, again(match).state) == (State.SIGNED, "active")
    on = {row.person: row.paper is not None for row in Signature.objects.valid()}
    assert on == {ada: False, ben: True}


def test_the_carer_the_deputy_and_the_chair_record(version, match, ada, ben):
    chair = factories.member(program=match.program, role="chair")
    assert paper.may_record(version, chair)
    record(version, chair, ada)
    assert Signature.objects.valid().count() == 1


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_other_members_do_not_record(role, version, match, carer, ada, as_user):
    other = factories.member(program=match.program, role=role)
    with pytest.raises(ActionNotAllowed, match="Only the carer"):
        record(version, other, ada)
    assert as_user(other).get(desk(version)).status_code == 404


def test_a_conflict_of_interest_and_the_pair_itself_exclude(version, match, ada, ben, as_user):
    chair = factories.member(program=match.program, role="chair")
    Conflict.objects.create(member=chair, person=ben)
    for one in (chair, ada, ben):
        with pytest.raises(ActionNotAllowed):
            record(version, one, ada)
    assert as_user(chair).get(desk(version)).status_code == 404
    assert not PaperRecord.objects.exists()


@pytest.mark.parametrize(
    ("days", "why"), [(1, "has not come yet"), (-1, "before the text was ready")]
)
def test_impossible_days_are_refused(days, why, version, carer, ada):
    day = paper.first_day(version) + days * DAY
    with pytest.raises(ActionNotAllowed, match=why):
        record(version, carer, ada, dates={ada.pk: day})


def test_without_a_day_or_a_proof_nothing_is_recorded(version, carer, ada, dan):
    for dates in ({}, {dan.pk: paper.first_day(version)}):
        with pytest.raises(ActionNotAllowed, match="at least one of the two"):
            record(version, carer, dates=dates)
    with pytest.raises(ActionNotAllowed, match="hold the paper"):
        record(version, carer, ada, holds_paper=False)


def test_no_one_signs_twice(version, carer, ada, ben):
    make.sign(version, ada)
    for people in ([ada], [ada, ben]):
        with pytest.raises(ActionNotAllowed, match="Ada Brook has signed"):
            record(version, carer, *people)
    record(version, carer, ben)
    with pytest.raises(ActionNotAllowed):
        record(version, carer, ben)
    assert Signature.objects.count() == 2


def test_a_text_that_changed_meanwhile_is_not_signed(version, match, carer, ada, ben):
    printed = version.revision
    drafting.save_part(match, "term", {**make.TERM, "term_months": 18}, expected_revision=1, by=ben)
    with pytest.raises(signing.TextChanged):
        record(version, carer, ada, expected_revision=printed)
    assert not PaperRecord.objects.exists()


def test_a_wrong_state_is_refused(match, carer, ada, ben):
    draft = make.draft(match)
    with pytest.raises(ActionNotAllowed, match="not ready to be signed"):
        paper.record(
            draft, dates={ada.pk: timezone.localdate()}, scan=None, holds_paper=True,
            expected_revision=draft.revision, by=carer,
        )  # fmt: skip
    drafting.share(draft, by=ben)
    endings.end(match, by=ben, kind="choice")
    with pytest.raises(ActionNotAllowed, match="ended"):
        record(draft, carer, ada)


def test_an_edit_withdraws_it_like_any_signature(version, match, carer, ada, ben):
    record(version, carer, ada)
    drafting.save_part(match, "term", {**make.TERM, "term_months": 18}, expected_revision=1, by=ben)
    assert not Signature.objects.valid().exists()
    assert paper.deniable(match, ada, at=timezone.now()) is None


# --- the page of the committee


def test_the_page_records_and_says_what_is_wrong(version, carer, ada, ben, as_user):
    client, day = as_user(carer), paper.first_day(version).isoformat()
    change = reverse("admin:agreements_agreementversion_change", args=[version.pk])
    assert "Record signatures on paper" in shown(client.get(change))
    assert "Day on which Ada Brook signed" in shown(client.get(desk(version)))
    answer = shown(client.post(desk(version), {"expected_revision": version.revision}))
    assert "Enter the day on which at least one of the two signed." in answer
    assert "Upload a scan, or say that you hold the paper." in answer
    sent = {f"signed_{ada.pk}": day, "expected_revision": version.revision}
    bad = SimpleUploadedFile("x.pdf", b"MZ not a pdf", content_type="application/pdf")
    assert "must be a PDF" in shown(client.post(desk(version), {**sent, "scan": bad}))
    good = SimpleUploadedFile("x.exe", PDF)
    assert client.post(desk(version), {**sent, "scan": good}).status_code == 302
    row = Signature.objects.get()
    assert row.person == ada
    page = shown(client.get(change))
    assert "signed on paper on" in page
    assert "Download the scan" in page
    pair = reverse("admin:matches_match_change", args=[version.match.pk])
    assert f'<a href="{pair}">{version.match}</a>' in page
    rows = shown(client.get(reverse("admin:agreements_agreementversion_changelist")))
    assert "On paper, " in rows
    record(version, carer, ben)
    answer = client.get(desk(version), follow=True)
    assert "does not wait for signatures" in shown(answer)


# --- scans


@pytest.mark.parametrize(("data", "kind"), [(PDF, "PDF"), (JPEG, "JPEG"), (PNG, "PNG")])
def test_a_scan_is_known_by_its_content(data, kind):
    assert scans.kind_of(data) == PaperScan.Kind[kind]
    with pytest.raises(ActionNotAllowed, match="not complete"):
        scans.kind_of(data[:10])


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<html>", b"PK\x03\x04 %PDF- %%EOF"])
def test_other_files_are_refused(data):
    with pytest.raises(ActionNotAllowed, match="PDF, JPEG or PNG"):
        scans.kind_of(data)


def test_a_scan_that_is_too_large_is_refused():
    with pytest.raises(ActionNotAllowed, match="larger than 5 MB"):
        scans.kind_of(PDF + b" " * scans.MOST_BYTES)


def test_a_scan_is_encrypted_and_read_by_the_pair_and_the_carer(
    version, match, carer, ada, ben, dan, as_user
):
    made = on_paper(version, ada, scan=JPEG, by=carer)
    stored = bytes(PaperScan.system.get(record=made).content)
    assert b"picture" not in stored
    address = url("paper-scan", made.public_id)
    for reader in (ada, ben, carer):
        answer = as_user(reader).get(address)
        assert answer.content == JPEG
        assert answer["Content-Type"] == "image/jpeg"
        assert "attachment" in answer["Content-Disposition"]
    chair = factories.member(program=match.program, role="chair")
    reader = factories.member(program=match.program, role="reader")
    for other in (dan, chair, reader):
        assert as_user(other).get(address).status_code == 404
    assert "Download the scan" in shown(as_user(ben).get(url("agreement-detail", match.public_id)))


def test_the_carer_deletes_a_scan_and_the_record_stays(version, match, carer, ada, as_user):
    made = on_paper(version, ada, by=carer)
    address = reverse("admin:agreements_agreementversion_erase-scan", args=[version.pk, made.pk])
    other = factories.member(program=match.program, role="matcher")
    assert as_user(other).post(address).status_code == 404
    with pytest.raises(ActionNotAllowed):
        paper.erase_scan(made, by=other)
    for _time in range(2):
        as_user(carer).post(address)
        assert not PaperScan.system.exists()
    assert PaperRecord.objects.exists()
    assert as_user(ada).get(url("paper-scan", made.public_id)).status_code == 404


def test_erasing_a_person_and_retention_delete_scans(version, match, carer, ada, ben):
    on_paper(version, ada, by=carer)
    privacy.erase_old_texts(Match.objects.filter(pk=match.pk))
    assert not PaperScan.system.exists()
    on_paper(version, ben, by=carer)
    privacy.erase(ada)
    assert not PaperScan.system.exists()
    assert Signature.objects.get(person=ada).typed_name == "(name erased)"


# --- shown everywhere


def test_pages_the_pdf_and_the_export_say_that_it_was_on_paper(
    version, match, carer, ada, ben, as_user
):
    record(version, carer, ada, ben)
    words = "Ada Brook, signed on paper on"
    client = as_user(ada)
    for name in ("agreement-review", "agreement-print"):
        assert words in shown(client.get(url(name, match.public_id)))
    text = PdfReader(io.BytesIO(client.get(url("agreement-pdf", match.public_id)).content))
    printed = " ".join(" ".join(page.extract_text() for page in text.pages).split())
    assert words in printed
    assert "recorded by the committee on" in printed
    exported = privacy.export(ada)["versions"][0]["my_signatures"][0]
    assert words in exported["on_paper"]


def test_a_proposed_text_is_printed_with_lines_for_signatures(version, match, ada, as_user):
    client = as_user(ada)
    text = PdfReader(io.BytesIO(client.get(url("agreement-pdf", match.public_id)).content))
    printed = " ".join(" ".join(page.extract_text() for page in text.pages).split())
    assert "Ben Okoro, mentee. Date, signature:" in printed
    assert "Ada Brook, mentor. Date, signature:" in printed
    detail = shown(client.get(url("agreement-detail", match.public_id)))
    assert "You can also sign on paper" in detail
    make.sign(version, *match.people)
    text = PdfReader(io.BytesIO(client.get(url("agreement-pdf", match.public_id)).content))
    assert "Date, signature:" not in " ".join(page.extract_text() for page in text.pages)
