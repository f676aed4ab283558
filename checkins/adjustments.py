"""Publishing and withdrawing adjustments, and whether someone has one to read since their survey.

A chair publishes. The words must be there in the program's language; a reader of another language
without a text of its own reads that one. No draft is stored with words that its writer has read
from someone, and none is published with words that its publisher has (`quotes`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.links import absolute
from programs.committee import Role, has_role
from programs.models import Program
from workflow.states import move

from .models import Adjustment, CheckIn
from .quotes import quotes_in
from .theme_publicity import told_of

State = Adjustment.State


def problems(adjustment: Adjustment, *, by: User) -> list[str]:
    """Return what stands in the way of publishing, in words; nothing if it can be published."""
    found = []
    own = adjustment.program.language
    if adjustment.theme and not (adjustment.wave and adjustment.wave.themes_counted_at):
        found.append(_("The themes of this survey are not counted. Choose no theme, or wait."))
    elif adjustment.theme and not adjustment.counted_names:
        found.append(_("This survey has no count of this theme. Choose another one, or none."))
    if not (adjustment.theme or adjustment.heard.get(own)):
        found.append(_("Say what you heard, in the language of the program, or choose a theme."))
    if not adjustment.changed.get(own):
        found.append(_("Say what was changed, in the language of the program."))
    return [*found, *quotes_of(adjustment, by=by).values()]


def quotes_of(adjustment: Adjustment, *, by: User) -> dict[tuple[str, str], str]:
    """Return what is wrong with each text that quotes what `by` may read.

    The texts are named by column and language: ("heard", "en").
    """
    texts = {
        (name, code): text
        for name in ("heard", "changed")
        for code, text in getattr(adjustment, name).items()
    }
    return quotes_in(texts, reader=by, program=adjustment.program)


def may_act_on(adjustment: Adjustment, user: User) -> bool:
    """Return whether `user` may publish and withdraw it: the chairs of its program."""
    return has_role(user, adjustment.program, Role.CHAIR)


def _require(adjustment: Adjustment, user: User) -> None:
    if not may_act_on(adjustment, user):
        raise ActionNotAllowed(_("You don't have permission to do this."))


def stamp_of(adjustment: Adjustment) -> str:
    """Return what changes with each column that people will read, to tell whether one did."""
    shown = [str(getattr(adjustment, field.attname)) for field in adjustment._meta.concrete_fields]
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:16]


def _locked(adjustment: Adjustment) -> Adjustment:
    """Return the row as it is now; nobody changes it until the transaction ends."""
    rows = Adjustment.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("program", "cohort", "wave__cohort", "theme").get(pk=adjustment.pk)


def _refuse_quotes(adjustment: Adjustment, by: User) -> None:
    for words in quotes_of(adjustment, by=by).values():
        raise ActionNotAllowed(words)


@transaction.atomic
def add(adjustment: Adjustment, *, by: User) -> None:
    """Store a new draft.

    Raises ActionNotAllowed unless `by` is a chair, and for words of someone that `by` may read.
    """
    _require(adjustment, by)
    _refuse_quotes(adjustment, by)
    adjustment.recorded_by = by
    adjustment.save()


@transaction.atomic
def change(adjustment: Adjustment, columns: Collection[str], *, by: User) -> None:
    """Store the changed `columns` of a draft.

    Raises ActionNotAllowed unless `by` is a chair, for words of someone that `by` may read, and
    once it is published or withdrawn.
    """
    _require(adjustment, by)
    _refuse_quotes(adjustment, by)
    if not _locked(adjustment).is_draft:
        raise ActionNotAllowed(_("Someone else has just changed this. Please reload the page."))
    adjustment.save(update_fields=columns)


@transaction.atomic
def publish(
    adjustment: Adjustment, *, by: User, seen: str = "", at: datetime | None = None
) -> None:
    """Show it to its readers. `seen` is the `stamp_of` what `by` has read, if they have.

    Raises ActionNotAllowed unless `by` is a chair, for what `problems` says, if it is no draft, and
    if someone has changed it since it was read.
    """
    _require(adjustment, by)
    now_stored = _locked(adjustment)
    if seen and seen != stamp_of(now_stored):
        raise ActionNotAllowed(_("Someone else has just changed this. Please reload the page."))
    if found := problems(now_stored, by=by):
        raise ActionNotAllowed(" ".join(found))
    now = at or timezone.now()
    at_least, below = told_of(now_stored)
    move(
        adjustment, State.PUBLISHED, by=by, at=now,
        published_at=now, said_at_least=at_least, said_below=below,
    )  # fmt: skip


@transaction.atomic
def withdraw(adjustment: Adjustment, *, by: User, at: datetime | None = None) -> None:
    """Show a published one to the committee alone, or give up a draft.

    Raises ActionNotAllowed unless `by` is a chair, and if it is withdrawn already.
    """
    _require(adjustment, by)
    now = at or timezone.now()
    move(adjustment, State.WITHDRAWN, by=by, at=now, withdrawn_at=now)


def list_url(program: Program) -> str:
    """Return the absolute address of the page that lists the adjustments of a program."""
    return absolute(reverse("checkins:adjustment-list", args=[program.slug]))


def has_news(checkin: CheckIn) -> bool:
    """Return whether the person may read an adjustment published since their last survey.

    Their last survey is what they were asked in the program before this one. It must concern their
    cohort and role. Someone who was never asked before has no news.
    """
    asked = CheckIn.objects.of(checkin.person).exclude(pk=checkin.pk)
    in_program = Q(match__mentee__cohort__program=checkin.program)
    earlier = asked.filter(in_program | Q(application__cohort__program=checkin.program))
    if checkin.opened_at:
        earlier = earlier.filter(opened_at__lt=checkin.opened_at)
    last = earlier.aggregate(at=Max("opened_at"))["at"]
    if last is None:
        return False
    readable = Adjustment.objects.visible_to(checkin.person).published().about(checkin)
    return readable.filter(published_at__gt=last).exists()
