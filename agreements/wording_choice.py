"""Taking the program's newest wording, or the other language, while an agreement is written."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from . import drafting, wording
from .models import AgreementVersion

CHANGED = _("The agreement has changed since you read it. Please read it again.")


@transaction.atomic
def choose(
    version: AgreementVersion,
    *,
    language: str,
    seen: str,
    expected_revision: int,
    by: User,
    at: datetime | None = None,
) -> bool:
    """Give the version that is being written the newest wording, in `language`.

    `seen` is the hash of the wording that `by` has read. Return whether that changes anything; if
    so, signatures are withdrawn. Raises ActionNotAllowed outside the pair, after the end of the
    match, for a version in force, for another language, and when the wording or the agreement has
    changed since it was read.
    """
    at, match = at or timezone.now(), version.match
    drafting.lock_match(match, by=by)
    if language not in wording.LANGUAGES:
        raise ActionNotAllowed(_("Choose one of the languages of this site."))
    newest = wording.freeze(version.program, at=at)
    if newest.sha256 != seen:
        raise ActionNotAllowed(
            _("The program has changed its wording since you read it. Please read it again.")
        )
    is_same = version.wording_id == newest.pk and version.wording_language == language
    if version.is_editable and is_same:
        return False
    columns = {"wording": newest, "wording_language": language}
    try:
        drafting.claim(
            version, "", expected_revision=expected_revision, by=by, at=at, columns=columns
        )
    except drafting.ConflictingEdit:
        raise ActionNotAllowed(CHANGED) from None
    drafting.withdraw_signatures(version, at)
    return True
