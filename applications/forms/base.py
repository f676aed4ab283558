"""What every page of the application does: show what is stored, save it once, and never overwrite unseen changes.

A page carries a fingerprint of the answers that it was opened with. When it is saved and the stored answers are
others by then (a second tab, another device), nothing is written: the person sees both and chooses. The save itself
is a compare-and-set on the application's version, so two saves at the same moment cannot mix.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed

from ..models import Application

Values = dict[str, Any]
Answer = tuple[Any, list[Any]]  # label, lines

READ_BY_MATCH = gettext_lazy("The committee reads this, and your match after you are introduced.")
READ_BY_COMMITTEE = gettext_lazy("Only the committee reads this. Your match never sees it.")
READ_BY_CHOICE = gettext_lazy(
    "The committee reads this. For each line you choose whether your match may see it too."
)


class Stale(Exception):
    """The stored answers of this page are not those that the page was opened with."""


def plain(value: Any) -> Any:
    """A value as JSON can hold it; chosen rows by their code, in a fixed order."""
    if isinstance(value, models.Model):
        return value.code
    if isinstance(value, models.QuerySet):
        return sorted(row.code for row in value)
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return "" if value is None else value


def fingerprint(values: Values) -> str:
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class Page(forms.BaseForm):
    """Mixin of every page; `application` is one's own or, for reading only, one that the `reader` may see."""

    code: ClassVar[str]
    heading: Any = ""
    intro: Any = ""
    read_by: ClassVar[str | Promise] = READ_BY_MATCH
    template = "applications/page.html"
    css_class: ClassVar[str] = ""

    def __init__(
        self, data: Any = None, *, application: Application, reader: Any = None, **kwargs: Any
    ) -> None:
        self.application = application
        self.reader = reader or application.person
        self.stored = self.read(application)
        if isinstance(self, forms.ModelForm):
            kwargs["instance"] = self.row_of(application)
        super().__init__(data, initial={**self.stored, **self.suggested()}, **kwargs)
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=fingerprint(self.stored)
        )

    @property
    def is_for_committee(self) -> bool:
        return self.read_by == READ_BY_COMMITTEE

    def row_of(self, application: Application) -> Any:
        """The row that a ModelForm page edits."""
        return application

    def read(self, application: Application) -> Values:
        """The stored answers by field name, as plain values."""
        raise NotImplementedError

    def suggested(self) -> Values:
        """Proposals for what is not answered yet; shown, never stored by themselves."""
        return {}

    def write(self) -> None:
        """Store the cleaned answers; runs inside the transaction of `save_page`."""
        raise NotImplementedError

    def values(self) -> Values:
        return {name: plain(value) for name, value in self.cleaned_data.items() if name != "seen"}

    @transaction.atomic
    def save_page(self, *, by: Any, at: datetime | None = None) -> None:
        """Save once. Raises Stale when the answers have changed meanwhile, Refused when the page is closed."""
        application = Application.objects.of(by).get(pk=self.application.pk)
        if not application.may_be_edited_by(by):
            raise ActionNotAllowed(
                _(
                    "The committee has begun to read this application, so it cannot be changed any more."
                )
            )
        stored = self.read(application)
        if self.values() != stored and fingerprint(stored) != self.cleaned_data["seen"]:
            raise Stale
        pages = sorted({*application.saved_pages, self.code})
        claimed = Application.objects.filter(
            pk=application.pk, version=application.version, review_started_at=None
        )
        now = at or timezone.now()
        if not claimed.update(version=application.version + 1, saved_pages=pages, saved_at=now):
            raise Stale
        self.write()

    def renew(self) -> None:
        """After `Stale`: keep the person's text, show what is stored now, let the next save win."""
        self.application.refresh_from_db()
        self.stored = self.read(self.application)
        data = self.data.copy()  # a QueryDict: what was posted
        data["seen"] = fingerprint(self.stored)
        self.data = data

    def answers(self) -> list[Answer]:
        """What is stored, in words: label and lines, for the check page and for the committee."""
        return [
            (field.label, list(self.in_words(field.name))) for field in self if field.name != "seen"
        ]

    def in_words(self, name: str) -> Iterable[Any]:
        value, field = self.stored.get(name), self.fields[name]
        if isinstance(field, forms.BooleanField):
            return [_("yes") if value else _("no")]
        if not hasattr(field, "choices") or value in ("", None, []):
            return [] if value in ("", None, []) else [value]
        labels = {str(getattr(key, "value", key)): label for key, label in flat(field.choices)}
        chosen = value if isinstance(value, list) else [value]
        return [labels.get(str(one), one) for one in chosen]


def flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from flat(label)
        else:
            yield key, label


class ModelPage(Page, forms.ModelForm):
    """A page whose answers are columns of one row."""

    def read(self, application: Application) -> Values:
        row = self.row_of(application)
        return {name: plain(getattr(row, name)) for name in self._meta.fields}

    def write(self) -> None:
        self.instance.save(update_fields=self._meta.fields)
