"""Pages about what a mentee needs and what a mentor offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeVar

from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Experience, Topic

from ..completeness import TOPIC_KINDS
from ..models import Application, ApplicationExperience, ApplicationTopic
from .base import FINGERPRINT, READ_BY_CHOICE, Answer, ModelPage, Page, Values

Depth = ApplicationExperience.Depth
MAX_MOST_IMPORTANT = 3  # more, and "most important" means nothing

NO_LEVEL = {
    Application.Role.MENTEE: gettext_lazy("not now"),
    Application.Role.MENTOR: gettext_lazy("not my field"),
}
DEPTHS = {
    Application.Role.MENTEE: [Depth.GOING_THROUGH],
    Application.Role.MENTOR: [Depth.LIVED, Depth.ACCOMPANIED],
}
SHARED, KEPT = "shared", "kept"
E = TypeVar("E", Topic, Experience)


class SituationPage(ModelPage):
    code = "situation"

    class Meta:
        model = Application
        fields = ["situation", "hopes"]
        widgets = {
            "situation": forms.Textarea(attrs={"rows": 6}),
            "hopes": forms.Textarea(attrs={"rows": 4}),
        }

    def complete(self) -> None:
        super().complete()
        situation, hopes = self.fields["situation"], self.fields["hopes"]
        situation.required = True
        if self.application.is_mentor:
            self.heading = _("Your path so far")
            situation.label = _("What has your path been?")
            situation.help_text = _(
                "Include the detours: they help a mentee more than a list of jobs."
            )
            hopes.label = _("What would you like to get out of this yourself?")
            hopes.help_text = _("Learning goes both ways.")
        else:
            self.heading = _("Your situation")
            situation.label = _("What is happening for you at work right now?")
            situation.help_text = _(
                "A few sentences in your own words. This is what we match on first."
            )
            hopes.label = _("If it goes well, what will be different in %(months)s months?") % {
                "months": self.application.program.policy.term_months
            }
            hopes.help_text = _("And how would you notice it?")
        situation.error_messages["required"] = _("Write a few sentences.")


class OptionsPage(Page, forms.Form):
    """A page with one select for each entry of a vocabulary."""

    css_class = "wm-picks"

    def _marked(self, fields: Iterable[forms.BoundField]) -> list[object]:
        """Return "label: option" for the fields that have an answer."""
        return [
            _("%(name)s: %(text)s") % {"name": field.label, "text": word}
            for field in fields
            for word in self.display_values(field.name)
        ]


class ExperiencesPage(OptionsPage):
    """One native select per experience: whether, how, and who can see it."""

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
        for experience in self.experiences:
            self.fields[experience.code] = forms.ChoiceField(
                label=str(experience), choices=self.choices(), required=False
            )

    @cached_property
    def experiences(self) -> list[Experience]:
        return entries(Experience, self.application)

    def choices(self) -> list[tuple[str, str]]:
        """Return options like "lived-shared": the depth, and whether the match can see it."""
        readers = {SHARED: _("my match can see this"), KEPT: _("for the committee only")}
        choices = [("", "–")]
        for depth in DEPTHS[Application.Role(self.application.role)]:
            choices += [
                (f"{depth}-{who}", _("%(name)s: %(text)s") % {"name": depth.label, "text": reader})
                for who, reader in readers.items()
            ]
        return choices

    def read(self, application: Application) -> Values:
        rows = application.experience_rows.select_related("experience")
        stored = {row.experience.code: self._option(row) for row in rows}
        return {one.code: stored.get(one.code, "") for one in self.experiences}

    @staticmethod
    def _option(row: ApplicationExperience) -> str:
        return f"{row.depth}-{SHARED if row.is_shared else KEPT}"

    def write(self) -> None:
        rows = []
        for experience in self.experiences:
            depth, _dash, who = self.cleaned_data[experience.code].rpartition("-")
            if depth:
                rows.append(
                    ApplicationExperience(
                        application=self.application,
                        experience=experience,
                        depth=depth,
                        is_shared=who == SHARED,
                    )
                )
        self.application.experience_rows.all().delete()
        ApplicationExperience.objects.bulk_create(rows)

    def answers(self) -> list[Answer]:
        return [(self.heading, self._marked(self.answer_fields()))]


def entries(model: type[E], application: Application, **filters: str) -> list[E]:
    """Return what can be chosen today, and what this application chose before it was retired."""
    chosen = CHOSEN[model](application)
    current = model.objects.current(application.program).filter(**filters)
    selectable = Q(pk__in=current.values("pk")) | Q(pk__in=chosen, **filters)
    return list(model.objects.filter(selectable).order_by("position", "pk"))


def _chosen_topics(application: Application) -> QuerySet:
    return ApplicationTopic.objects.filter(application=application).values("topic")


def _chosen_experiences(application: Application) -> QuerySet:
    return ApplicationExperience.objects.filter(application=application).values("experience")


CHOSEN: dict[type[models.Model], Callable[[Application], QuerySet]] = {
    Topic: _chosen_topics,
    Experience: _chosen_experiences,
}


class TopicsPage(OptionsPage):
    """One kind of topic; each with a level from 1 to 3."""

    @cached_property
    def topics(self) -> list[Topic]:
        return entries(Topic, self.application, kind=TOPIC_KINDS[self.code])

    def complete(self) -> None:
        super().complete()
        role = Application.Role(self.application.role)
        levels = [(str(weight), label) for weight, label in ApplicationTopic.LEVELS[role].items()]
        for topic in self.topics:
            self.fields[topic.code] = forms.ChoiceField(
                label=str(topic), choices=[("", NO_LEVEL[role]), *levels], required=False
            )

    def read(self, application: Application) -> Values:
        kind = TOPIC_KINDS[self.code]
        chosen = application.topic_rows.filter(topic__kind=kind).values_list(
            "topic__code", "weight"
        )
        weights = {code: str(weight) for code, weight in chosen}
        return {topic.code: weights.get(topic.code, "") for topic in self.topics}

    def clean(self) -> Values:
        cleaned = super().clean() or {}
        chosen = [value for name, value in cleaned.items() if value and name != FINGERPRINT]
        if self.code == "goals" and not chosen and not self.errors:
            raise forms.ValidationError(_("Choose at least one."))
        if not self.application.is_mentor and chosen.count("3") > MAX_MOST_IMPORTANT:
            raise forms.ValidationError(
                _("Mark at most %(most)s as most important, so that we see what matters to you.")
                % {"most": MAX_MOST_IMPORTANT}
            )
        return cleaned

    def write(self) -> None:
        kind = TOPIC_KINDS[self.code]
        rows = [
            ApplicationTopic(
                application=self.application, topic=topic, weight=int(self.cleaned_data[topic.code])
            )
            for topic in entries(Topic, self.application, kind=kind)
            if self.cleaned_data[topic.code]
        ]
        self.application.topic_rows.filter(topic__kind=kind).delete()
        ApplicationTopic.objects.bulk_create(rows)

    def answers(self) -> list[Answer]:
        by_weight = sorted(
            self.answer_fields(), key=lambda field: self.stored[field.name], reverse=True
        )
        return [(self.heading, self._marked(by_weight))]


class GoalsPage(TopicsPage):
    code = "goals"

    def complete(self) -> None:
        super().complete()
        self.heading = (
            _("Goals you can help with")
            if self.application.is_mentor
            else _("What you want to achieve")
        )
        self.intro = _("One or two are enough.")


class SubjectsPage(TopicsPage):
    code = "subjects"

    def complete(self) -> None:
        super().complete()
        self.heading = (
            _("Subjects you can help with")
            if self.application.is_mentor
            else _("Subjects you want help with")
        )


class SkillsPage(TopicsPage):
    code = "skills"

    def complete(self) -> None:
        super().complete()
        self.heading = (
            _("Skills you can help to build")
            if self.application.is_mentor
            else _("Skills you want to build")
        )
