"""Employers, industries and languages, shared by all programs. Retired, never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet


def in_language(texts: dict[str, str], fallback: str = "en") -> str:
    """Return the text in the reader's language, else in `fallback`, else any; "" for none."""
    language = (get_language() or fallback).split("-")[0]
    return texts.get(language) or texts.get(fallback) or next(iter(texts.values()), "")


class VocabularyQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return everything: vocabulary holds no personal data."""
        return self.all()

    def current(self) -> Self:
        return self.filter(retired_on=None)


class Vocabulary(models.Model):
    """Abstract: an entry with a stable code and a name per language."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    names = models.JSONField(
        default=dict,
        help_text=_('Name by language, for example {"en": "French", "fr": "français"}.'),
    )
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    # A file named it; the committee may want to merge it with another word.
    is_from_import = models.BooleanField(_("from import"), default=False, editable=False)

    objects = VocabularyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.names) or self.code


class Industry(Vocabulary):
    """An industry that people work in; shared by all programs."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("industry")
        verbose_name_plural = _("industries")


class Language(Vocabulary):
    """A language that people meet in; `code` is its ISO 639-1 code."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("language")
        verbose_name_plural = _("languages")


class EmployerQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return everything to people who have signed in: they choose an employer by name."""
        return self.all() if user.is_authenticated else self.none()

    def spelled(self, name: str) -> Self:
        """Employers of that name or alias, ignoring case and spaces; at most one."""
        key = " ".join(name.split()).casefold()
        return self.filter(models.Q(key=key) | models.Q(aliases__contains=f"\n{key}\n"))

    def named(self, name: str) -> Employer:
        """Return the employer of that name or alias, ignoring case and spaces; create a new one."""
        wanted = " ".join(name.split())
        found = self.spelled(wanted).first()
        key = wanted.casefold()
        return cast(Employer, found or self.get_or_create(key=key, defaults={"name": wanted})[0])

    def all_named(self, names: Iterable[str]) -> dict[str, Employer]:
        """Return {name: employer} as `named` does, in as many queries for many as for one."""
        keys = {name: " ".join(name.split()).casefold() for name in names}
        known: dict[str, Employer] = {}
        for employer in Employer.objects.all():
            known[employer.key] = employer
            for alias in filter(None, employer.aliases.split("\n")):
                known.setdefault(alias, employer)
        missing: dict[str, Employer] = {}
        for name, key in keys.items():
            if key not in known:
                missing.setdefault(key, Employer(name=" ".join(name.split()), key=key))
        Employer.objects.bulk_create(missing.values(), 500, ignore_conflicts=True)
        if missing:
            known |= {one.key: one for one in Employer.objects.filter(key__in=missing)}
        return {name: known[key] for name, key in keys.items()}


class Employer(models.Model):
    """Where people work. The committee merges duplicates; their names become `aliases`."""

    name = models.CharField(_("name"), max_length=120)
    key = models.CharField(max_length=120, unique=True, editable=False)
    aliases = models.TextField(
        blank=True, editable=False, help_text=_("Other spellings, one a line, lower case.")
    )

    objects = EmployerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("employer")
        verbose_name_plural = _("employers")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.name = " ".join(self.name.split())
        self.key = self.name.casefold()

    def save(self, *args: object, **kwargs: Any) -> None:
        self.key = " ".join(self.name.split()).casefold()
        super().save(*args, **kwargs)
