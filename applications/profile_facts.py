"""A person changes facts about themselves, at any time and whatever state their applications have.

1. A fact that another page has changed meanwhile is not overwritten: the person sees both.
2. What the applications of the person said when they were sent stays as it was.
3. Apps above look at the person's pairs before and after (`accounts.fact_changes`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.fact_changes import watched
from accounts.models import Profile, User

from .forms.base import FINGERPRINT, EditConflict, Page, fingerprint
from .models import Application
from .taking_part import CHANGEABLE

READ_WITH = ("cohort__program__policy", "person__profile__employer")


def applications_to_change(person: User) -> list[Application]:
    """Return the applications of `person` whose ways of meeting can change, the newest first."""
    rows = Application.objects.of(person).filter(state__in=CHANGEABLE)
    return list(rows.select_related(*READ_WITH).order_by("-pk"))


def unsent(person: User, *, is_saving: bool = False) -> Application:
    """Return an application that is not stored, for forms about the person only.

    `is_saving`: there is a profile to save to afterwards.
    """
    if is_saving:
        Profile.objects.get_or_create(user=person)
    rows = User.objects.select_related("profile__employer")
    return Application(person=rows.get(pk=person.pk))


@transaction.atomic
def save_facts(form: Page, *, by: User, at: datetime | None = None) -> None:
    """Store a valid form of facts about `by`, or about an application of theirs.

    Raises EditConflict if the facts have changed since the form was opened, and ActionNotAllowed
    for anyone else and for an application that is closed.
    """
    if form.application.person_id != by.pk:
        raise ActionNotAllowed(_("You can only change your own profile."))
    (person,) = User.objects.select_for_update(no_key=True).filter(pk=by.pk)
    fresh = Application(person=person)
    if form.application.pk is not None:
        fresh = Application.objects.of(by).get(pk=form.application.pk)
        if fresh.state not in CHANGEABLE:
            raise ActionNotAllowed(_("This can only be changed while you take part."))
    stored = form.read(fresh)
    if form.values() != stored and fingerprint(stored) != form.cleaned_data[FINGERPRINT]:
        raise EditConflict(stored)
    with watched(by, at=at):
        form.write()
