"""Choose from long lists of checkboxes, which can be searched without scripts.

Each list is a group that opens and closes. "Find" shows the entries that have the words, beside
those that are chosen already; what was ticked is kept, and stored only when the page is saved.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import ClassVar, NamedTuple, TypeVar

from django import forms
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.models import Experience, Topic
from programs.spellings import fold

from ..models import Application, ApplicationExperience, ApplicationTopic
from .base import FINGERPRINT, READ_BY_CHOICE, Answer, Page, Values

Depth = ApplicationExperience.Depth
Kind = Topic.Kind
LONGEST_SEARCH = 60  # characters
DEPTHS = {
    Application.Role.MENTEE: [Depth.GOING_THROUGH],
    Application.Role.MENTOR: [Depth.LIVED, Depth.ACCOMPANIED],
}
E = TypeVar("E", Topic, Experience)


class ChoiceGroup(NamedTuple):
    """One list of checkboxes as the page shows it."""

    field: forms.BoundField
    hint: str
    is_open: bool


class ChoicePage(Page, forms.Form):
    """A page with a list of checkboxes for each of its groups."""

    template = "applications/choices.html"
    search: str = ""
    most_search_characters: ClassVar[int] = LONGEST_SEARCH

    def add_group(self, name: str, label: str, entries: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.MultipleChoiceField(
            label=label, choices=entries, required=False, widget=forms.CheckboxSelectMultiple
        )

    def values(self) -> Values:
        return {name: sorted(chosen) for name, chosen in super().values().items()}  # type: ignore[arg-type]  # lists of codes

    def find(self, data: QueryDict, words: str) -> None:
        """Show only what has all of `words`, and what is ticked in `data`; nothing is stored."""
        self.search = words.strip()[:LONGEST_SEARCH]
        wanted = without_accents(self.search).split()
        for field in self.answer_fields():
            self.initial[field.name] = data.getlist(field.name)
            choices = field.field
            assert isinstance(choices, forms.MultipleChoiceField)
            choices.choices = [
                (code, label)
                for code, label in choices.choices
                if code in self.initial[field.name] or _has_words(label, wanted)
            ]
        self.initial[FINGERPRINT] = data.get(FINGERPRINT, "")

    @property
    def found(self) -> str:
        """How many entries the search shows, in words."""
        count = sum(len(field.field.choices) for field in self.answer_fields())  # type: ignore[attr-defined]  # choices only
        text = ngettext(
            "%(count)s entry for “%(words)s” or chosen already.",
            "%(count)s entries for “%(words)s” or chosen already.",
            count,
        )
        return text % {"count": count, "words": self.search}

    def groups(self) -> Iterator[ChoiceGroup]:
        """Yield the lists that have entries; open is the first, and what is chosen or found."""
        for number, field in enumerate(self.answer_fields()):
            total = len(field.field.choices)  # type: ignore[attr-defined]  # choices only
            if not total:
                continue
            chosen = len(field.value() or ())
            hint = _("%(chosen)s of %(total)s chosen") % {"chosen": chosen, "total": total}
            is_open = bool(number == 0 or chosen or self.search or field.errors)
            yield ChoiceGroup(field, hint, is_open)


def _has_words(label: object, words: list[str]) -> bool:
    text = without_accents(str(label))
    return all(word in text for word in words)


def without_accents(text: str) -> str:
    """Return what two spellings of a word have in common: people search without accents."""
    plain = unicodedata.normalize("NFKD", fold(text))
    return "".join(one for one in plain if not unicodedata.combining(one))


CHOSEN: dict[type[models.Model], tuple[type[models.Model], str]] = {
    Topic: (ApplicationTopic, "topic"),
    Experience: (ApplicationExperience, "experience"),
}


def entries(model: type[E], application: Application) -> list[E]:
    """Return what can be chosen today, and what this application chose before it was retired."""
    rows, name = CHOSEN[model]
    chosen = rows._default_manager.filter(application=application).values(name)
    current = model.objects.current(application.program)
    selectable = Q(pk__in=current.values("pk")) | Q(pk__in=chosen)
    return list(model.objects.filter(selectable).order_by("position", "pk"))


def options(found: list[Topic] | list[Experience]) -> list[tuple[str, str]]:
    return [(one.code, str(one)) for one in found]


class ExperiencesPage(ChoicePage):
    """What the person goes through, or has lived through or accompanied."""

    code = "experiences"
    read_by = READ_BY_CHOICE

    def complete(self) -> None:
        super().complete()
        is_mentor = self.application.is_mentor
        self.heading = (
            _("What you have been through") if is_mentor else _("What you are going through")
        )
        self.intro = (
            _(
                "People understand best what they have been through themselves. "
                "Everything here is optional: mark only what you want to."
            )
            if is_mentor
            else _("We look for a mentor who has been there. Mark only what you want to.")
        )
        offered = options(entries(Experience, self.application))
        for depth in self.depths:
            self.add_group(depth.value, str(depth.label), offered)

    @property
    def depths(self) -> list[Depth]:
        return DEPTHS[Application.Role(self.application.role)]

    def read(self, application: Application) -> Values:
        rows = application.experience_rows.select_related("experience")
        chosen: Values = {depth.value: [] for depth in self.depths}
        for row in rows:
            chosen.setdefault(row.depth, []).append(row.experience.code)
        return {depth.value: sorted(chosen[depth.value]) for depth in self.depths}

    def values(self) -> Values:
        """Return the codes by depth, each once: who has lived it has not only accompanied it."""
        chosen, seen = super().values(), set[str]()
        for depth in self.depths:
            chosen[depth.value] = [code for code in chosen[depth.value] if code not in seen]
            seen.update(chosen[depth.value])
        return chosen

    def write(self) -> None:
        """Store what is chosen; who sees what stays chosen is kept."""
        depth_of = {code: depth for depth, codes in self.values().items() for code in codes}
        rows = self.application.experience_rows.select_related("experience")
        shared = {row.experience.code for row in rows if row.is_shared}
        found = entries(Experience, self.application)
        self.application.experience_rows.all().delete()
        ApplicationExperience.objects.bulk_create(
            ApplicationExperience(
                application=self.application,
                experience=one,
                depth=depth_of[one.code],
                is_shared=one.code in shared,
            )
            for one in found
            if one.code in depth_of
        )

    def answers(self) -> list[Answer]:
        rows = self.application.experience_rows.select_related("experience")
        lines: list[object] = [
            _("%(name)s: %(text)s, %(readers)s")
            % {
                "name": row.experience,
                "text": row.get_depth_display(),
                "readers": _("my match can see this")
                if row.is_shared
                else _("for the committee only"),
            }
            for row in rows
        ]
        return [(self.heading, lines)]


class TopicsPage(ChoicePage):
    """Goals, subjects and skills on one page, each a group."""

    code = "topics"

    def complete(self) -> None:
        super().complete()
        is_mentor = self.application.is_mentor
        self.heading = _("What you can help with") if is_mentor else _("What you want help with")
        self.intro = _("Choose what applies. On the next page you say what comes first.")
        found = entries(Topic, self.application)
        for kind, label in self.labels().items():
            if of_kind := [topic for topic in found if topic.kind == kind]:
                self.add_group(kind, label, options(of_kind))

    def labels(self) -> dict[str, str]:
        """Return {kind of topic: what its list is called}, in the order of the page."""
        if self.application.is_mentor:
            return {
                Kind.GOAL.value: _("Goals you can help with"),
                Kind.SUBJECT.value: _("Subjects you can help with"),
                Kind.SKILL.value: _("Skills you can help to build"),
            }
        return {
            Kind.GOAL.value: _("What you want to achieve"),
            Kind.SUBJECT.value: _("Subjects you want help with"),
            Kind.SKILL.value: _("Skills you want to build"),
        }

    def read(self, application: Application) -> Values:
        rows = ApplicationTopic.objects.filter(application=application).select_related("topic")
        chosen: dict[str, list[str]] = {kind: [] for kind in self.labels()}
        for row in rows:
            chosen[row.topic.kind].append(row.topic.code)
        return {kind: sorted(codes) for kind, codes in chosen.items()}

    def values(self) -> Values:
        return {**{key: [] for key in self.labels()}, **super().values()}

    def clean(self) -> Values:
        cleaned = super().clean() or {}
        if Kind.GOAL in self.fields and not cleaned.get(Kind.GOAL) and not self.errors:
            self.add_error(Kind.GOAL, _("Choose at least one."))
        return cleaned

    def write(self) -> None:
        """Store what is chosen; what stays chosen keeps its level and place."""
        codes = {code for chosen in self.values().values() for code in chosen}
        mine = ApplicationTopic.objects.filter(application=self.application)
        known = set(mine.values_list("topic", flat=True))
        found = entries(Topic, self.application)
        mine.exclude(topic__in=[topic for topic in found if topic.code in codes]).delete()
        ApplicationTopic.objects.bulk_create(
            ApplicationTopic(application=self.application, topic=topic)
            for topic in found
            if topic.code in codes and topic.pk not in known
        )

    def answers(self) -> list[Answer]:
        rows = ApplicationTopic.objects.filter(application=self.application)
        lines: dict[str, list[object]] = {kind: [] for kind in self.labels()}
        for row in rows.select_related("topic"):
            words = {"name": row.topic, "text": row.level_text(self.application.role)}
            lines[row.topic.kind].append(_("%(name)s: %(text)s") % words)
        kinds = [kind for kind in self.labels() if kind in self.fields or lines[kind]]
        return [(self.labels()[kind], lines[kind]) for kind in kinds]
