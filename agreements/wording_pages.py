"""Context of the pages about the program's wording of an agreement."""

from __future__ import annotations

from . import text, wording
from .changes import Change, fixed_changes
from .models import AgreementVersion


def differences(version: AgreementVersion, language: str = "") -> list[Change]:
    """Return what the program's newest wording, in `language`, would change in `version`.

    By default the language stays the one that was agreed.
    """
    newest = AgreementVersion(
        agreement=version.agreement,
        number=version.number,
        wording=wording.newest(version.program),
        wording_language=language or version.wording_language,
    )
    now = text.fixed_statements(newest, wording.reading_language(newest))
    before = text.fixed_statements(version, wording.reading_language(version))
    return fixed_changes(before, now)
