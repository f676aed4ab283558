"""What every page of the application does: show the stored answers, save them, detect conflicts.

A page carries a fingerprint of the answers that it was opened with. If the stored answers are
different when it is saved (a second tab, another device), nothing is written: the person sees both
versions and chooses. Saving is a compare-and-set on the application's version, so two saves at the
same time cannot mix.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db import models, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.fact_changes import watched
from accounts.models import User

from ..models import Application
from ..person_facts import keep_said
from ..review_steps import add_changed_page

Values = dict[str, Any]  # answers as JSON values: text, numbers, booleans, lists of codes
Answer = tuple[object, list[object]]  # label, lines


class OwnWords(str):
    """A text that the person wrote, which is shown as theirs and stays as it is."""


FINGERPRINT = "fingerprint"  # the hidden field of every page
EMPTY: tuple[object, ...] = ("", None, [])

READ_BY_MATCH = gettext_lazy(
    "The committee reads this, and so does your match once you are introduced."
)
READ_BY_COMMITTEE = gettext_lazy("Only the committee reads this. Your match never sees it.")
READ_BY_CHOICE = gettext_lazy(
    "The committee reads this. For each line, you choose whether your match can see it too."
)


class EditConflict(Exception):
    """The stored answers of a page are not those that the page was opened with.

    `stored` is what is stored now, where it has been read.
    """

    def __init__(self, stored: Values | None = None) -> None:
        super().__init__()
        self.stored: Values = stored or {}


def json_value(value: object) -> object:
    """Return a form's or a model's value as JSON can hold it; chosen rows by code, sorted."""
    if isinstance(value, models.Model):
        return value.code  # type: ignore[attr-defined]  # pages choose among vocabulary entries only
    if isinstance(value, models.QuerySet):
        return sorted(row.code for row in value)
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return "" if value is None else value


def fingerprint(values: Values) -> str:
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def marked(text: str, language: str) -> str:
    """Return a text, marked with its language if that is not the reader's."""
    if language == (get_language() or language).split("-")[0]:
        return str(text)
    return format_html('<span lang="{}">{}</span>', language, text)


class Page(forms.BaseForm):
    """Mixin of every page of the application.

    `application` is the person's own or, for reading only, one that `reader` may see.
    """

    code: ClassVar[str]
    # The code of the page that shows these answers where the application is read, if it is another.
    section: ClassVar[str] = ""
    heading: str | Promise = ""
    intro: str | Promise = ""
    read_by: ClassVar[str | Promise] = READ_BY_MATCH
    template = "applications/page.html"

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        application: Application,
        reader: User | None = None,
        **kwargs: Any,  # those of Django's forms
    ) -> None:
        self.application = application
        self.reader = reader or application.person
        self.stored = self.read(application)
        if isinstance(self, forms.ModelForm):
            kwargs["instance"] = self.row_of(application)
        super().__init__(data, initial={**self.stored, **self.suggested()}, **kwargs)
        self.fields[FINGERPRINT] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=fingerprint(self.stored)
        )
        self.complete()

    def complete(self) -> None:
        """Add what depends on the application, such as choices; called once the form is made."""

    @property
    def is_for_committee(self) -> bool:
        return self.read_by == READ_BY_COMMITTEE

    def row_of(self, application: Application) -> models.Model:
        """Return the row that a ModelForm page edits."""
        return application

    def read(self, application: Application) -> Values:
        """Return the stored answers by field name, as JSON values."""
        raise NotImplementedError

    def suggested(self) -> Values:
        """Return proposals for what is not answered yet: shown, but stored only when saved."""
        return {}

    def write(self) -> None:
        """Store the cleaned answers; runs inside the transaction of `save_page`."""
        raise NotImplementedError

    def values(self) -> Values:
        """Return the cleaned answers as JSON values, as `read` returns the stored ones."""
        cleaned = self.cleaned_data.items()
        return {name: json_value(value) for name, value in cleaned if name != FINGERPRINT}

    @transaction.atomic
    def save_page(self, *, by: User, at: datetime | None = None) -> None:
        """Save the page once.

        Raises EditConflict when the answers have changed since the page was opened, and
        ActionNotAllowed when the application can no longer be changed.
        """
        application = Application.objects.of(by).get(pk=self.application.pk)
        if not application.may_be_edited_by(by):
            raise ActionNotAllowed(
                _("The committee has started to review this application. You can't change it now.")
            )
        stored = self.read(application)
        if self.values() != stored and fingerprint(stored) != self.cleaned_data[FINGERPRINT]:
            raise EditConflict
        pages = sorted({*application.saved_pages, self.code})
        # The version claims the row: of two saves at the same time, one finds another version.
        unchanged = Application.objects.filter(
            pk=application.pk, version=application.version, review_started_at=None
        )
        now = at or timezone.now()
        if not unchanged.update(version=application.version + 1, saved_pages=pages, saved_at=now):
            raise EditConflict
        with watched(by, at=now):
            self.write()
        if application.state == Application.State.SUBMITTED:  # changed before it is read
            fresh = Application.objects.select_related("person__profile__employer")
            keep_said(fresh.get(pk=application.pk))
            if self.values() != stored:
                add_changed_page(application, self.code, by=by, at=now)

    def rebase(self) -> None:
        """After an EditConflict: keep what was posted and let the next save replace the stored."""
        self.application.refresh_from_db()
        self.keep_posted(self.read(self.application))

    def keep_posted(self, stored: Values) -> None:
        """Keep what was posted and let the next save replace `stored`, the answers of now."""
        self.stored = stored
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data[FINGERPRINT] = fingerprint(self.stored)
        self.data = data

    def answer_fields(self) -> Iterator[forms.BoundField]:
        return (field for field in self if field.name != FINGERPRINT)

    def answers(self) -> list[Answer]:
        """Return what is stored as (label, lines), for the check page and for the committee."""
        return [
            (field.label, list(self.display_values(field.name))) for field in self.answer_fields()
        ]

    def display_values(self, name: str) -> Iterable[object]:
        """Return a stored answer in the reader's language, one line for each chosen option."""
        value, field = self.stored.get(name), self.fields[name]
        if value in EMPTY:  # unknown, which is not the same as "no"
            return []
        if isinstance(field, forms.BooleanField):
            return [_("yes") if value else _("no")]
        if not hasattr(field, "choices"):
            return [OwnWords(value) if isinstance(field.widget, forms.Textarea) else value]
        choices = flat_choices(field.choices)
        labels = {str(getattr(key, "value", key)): label for key, label in choices}
        chosen = value if isinstance(value, list) else [value]
        return [labels.get(str(one), one) for one in chosen]


def boxes(choices: Sequence[tuple[str, Promise]]) -> forms.MultipleChoiceField:
    """Return a field of checkboxes that may stay empty; its label is given later."""
    return forms.MultipleChoiceField(
        choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def flat_choices(choices: Iterable[tuple[object, object]]) -> Iterator[tuple[object, object]]:
    """Yield choices without their groups; typed as loosely as Django types choices."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from flat_choices(label)
        else:
            yield key, label


class ModelPage(Page, forms.ModelForm):
    """A page whose answers are columns of one row."""

    def read(self, application: Application) -> Values:
        row = self.row_of(application)
        return {name: json_value(getattr(row, name)) for name in self._meta.fields or ()}

    def write(self) -> None:
        self.instance.save(update_fields=self._meta.fields)
