"""Factories of signatures on paper."""

from __future__ import annotations

from accounts.models import User
from agreements import paper
from agreements.models import AgreementVersion, PaperRecord, PaperScan
from matches.models import Match
from testkit import factories

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n a picture IEND\xaeB`\x82"


def carer_of(match: Match) -> User:
    """The carer of a match, who becomes one if there is none."""
    if match.carer is None:
        match.carer = factories.member(program=match.program, role="carer")
        match.save(update_fields=["carer"])
    return match.carer


def on_paper(
    version: AgreementVersion, *people: User, scan: bytes | None = PDF, by: User | None = None
) -> PaperRecord:
    """A record of today's signatures of `people` on paper."""
    day = paper.first_day(version)
    made = paper.record(
        version,
        dates={person.pk: day for person in people},
        scan=scan,
        holds_paper=scan is None,
        expected_revision=version.revision,
        by=by or carer_of(version.match),
    )
    version.refresh_from_db(fields=["state", "signed_at"])
    return made


def scanned(version: AgreementVersion, *, by: User) -> PaperRecord:
    """A record whose signatures have been withdrawn since; its scan is still there."""
    made = PaperRecord.objects.create(version=version, revision=0, recorded_by=by)
    PaperScan.sealed(made, PaperScan.Kind.PDF, PDF).save()
    return made
