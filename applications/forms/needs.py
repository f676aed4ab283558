"""Pages with the answers to "what do you need, what do you offer"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Experience, Topic

from ..completeness import TOPIC_KINDS
from ..models import Application, ApplicationExperience, ApplicationTopic
from .base import READ_BY_CHOICE, Answer, ModelPage, Page, Values

Depth = ApplicationExperience.Depth
MOST_URGENT = 3  # so that "most important" keeps its meaning

LEVELS = {
    Application.Role.MENTEE: [
        ("", gettext_lazy("not now")),
        ("1", gettext_lazy("nice to have")),
        ("2", gettext_lazy("important")),
        ("3", gettext_lazy("most important")),
    ],
    Application.Role.MENTOR: [
        ("", gettext_lazy("not my field")),
        ("1", gettext_lazy("some experience")),
        ("2", gettext_lazy("good experience")),
        ("3", gettext_lazy("my strength")),
    ],
}
DEPTHS = {
    Application.Role.MENTEE: [Depth.GOING_THROUGH],
    Application.Role.MENTOR: [Depth.LIVED, Depth.ACCOMPANIED],
}
SHARED, KEPT = "shared", "kept"


class SituationPage(ModelPage):
    code = "situation"

    class Meta:
        model = Application
        fields = ["situation", "hopes"]
        widgets = {
            "situation": forms.Textarea(attrs={"rows": 6}),
            "hopes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        situation, hopes = self.fields["situation"], self.fields["hopes"]
        situation.required = True
        if self.application.is_mentor:
            self.heading = _("Your path so far")
            situation.label = _("What has your path been?")
            situation.help_text = _(
                "Turns and detours included: they help somebody more than a list of posts does."
            )
            hopes.label = _("What would you like to get out of it yourself?")
            hopes.help_text = _("Learning goes both ways.")
        else:
            self.heading = _("Your situation")
            situation.label = _("What is going on for you at work right now?")
            situation.help_text = _(
                "A few sentences in your own words. This is what we match on first."
            )
            hopes.label = _("If it goes well, what will be different in a year?")
            hopes.help_text = _("And how would you notice?")
        situation.error_messages["required"] = _("Please write a few sentences.")


class ExperiencesPage(Page, forms.Form):
    """One native select per experience: whether, how, and who may see it."""

    code = "experiences"
    read_by = READ_BY_CHOICE
    css_class = "wm-picks"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_mentor = self.application.is_mentor
        self.heading = (
            _("What you have lived through") if is_mentor else _("What you are going through")
        )
        self.intro = (
            _(
                "Understanding comes from having been there. Mark only what you like to; nothing here is expected of anybody."
            )
            if is_mentor
            else _("We look for a mentor who knows it from the inside. Mark only what you like to.")
        )
        for experience in entries(Experience, self.application):
            self.fields[experience.code] = forms.ChoiceField(
                label=str(experience), choices=self.choices(), required=False
            )

    def choices(self) -> list[tuple[str, Any]]:
        """ "lived-shared": the depth, and whether the match may see it."""
        words = {SHARED: _("my match may see this"), KEPT: _("for the committee only")}
        found: list[tuple[str, Any]] = [("", "–")]
        for depth in DEPTHS[Application.Role(self.application.role)]:
            found += [(f"{depth}-{who}", f"{depth.label}: {word}") for who, word in words.items()]
        return found

    def read(self, application: Application) -> Values:
        rows = {
            row.experience.code: row
            for row in application.experience_rows.select_related("experience")
        }
        codes = [experience.code for experience in entries(Experience, application)]
        return {
            code: f"{rows[code].depth}-{SHARED if rows[code].is_shared else KEPT}"
            if code in rows
            else ""
            for code in codes
        }

    def write(self) -> None:
        rows = []
        for experience in entries(Experience, self.application):
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
        marked = [
            f"{field.label}: {word}"
            for field in self
            for word in self.in_words(field.name)
            if field.name != "seen"
        ]
        return [(self.heading, marked)]


def entries(model: Any, application: Application, **filters: Any) -> list[Any]:
    """What may be chosen today, and what was chosen before it was retired."""
    chosen = (ApplicationTopic if model is Topic else ApplicationExperience).objects.filter(
        application=application
    )
    column = "topic" if model is Topic else "experience"
    living = model.objects.current(application.program).filter(**filters)
    wanted = Q(pk__in=living.values("pk")) | Q(pk__in=chosen.values(column), **filters)
    return list(model.objects.filter(wanted).order_by("position", "pk"))


class TopicsPage(Page, forms.Form):
    """One kind of topic; each with a level from 1 to 3."""

    css_class = "wm-picks"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = Application.Role(self.application.role)
        for topic in entries(Topic, self.application, kind=TOPIC_KINDS[self.code]):
            self.fields[topic.code] = forms.ChoiceField(
                label=str(topic), choices=LEVELS[role], required=False
            )

    def read(self, application: Application) -> Values:
        kind = TOPIC_KINDS[self.code]
        chosen = application.topic_rows.filter(topic__kind=kind).values_list(
            "topic__code", "weight"
        )
        weights = {code: str(weight) for code, weight in chosen}
        return {
            topic.code: weights.get(topic.code, "")
            for topic in entries(Topic, application, kind=kind)
        }

    def clean(self) -> Values:
        cleaned = super().clean() or {}
        chosen = [value for name, value in cleaned.items() if value and name != "seen"]
        if self.code == "goals" and not chosen and not self.errors:
            raise forms.ValidationError(_("Please choose at least one."))
        if not self.application.is_mentor and chosen.count("3") > MOST_URGENT:
            raise forms.ValidationError(
                _(
                    "Please call at most %(most)s of them most important, so that we see what matters."
                )
                % {"most": MOST_URGENT}
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
        chosen = [
            (self.stored[field.name], field)
            for field in self
            if field.name != "seen" and self.stored[field.name]
        ]
        chosen.sort(key=lambda pair: pair[0], reverse=True)
        return [
            (
                self.heading,
                [
                    f"{field.label}: {word}"
                    for _weight, field in chosen
                    for word in self.in_words(field.name)
                ],
            )
        ]


class GoalsPage(TopicsPage):
    code = "goals"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = (
            _("Aims you can help with")
            if self.application.is_mentor
            else _("What you want to reach")
        )
        self.intro = _("One or two are enough.")


class SubjectsPage(TopicsPage):
    code = "subjects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = (
            _("Subjects you can help with")
            if self.application.is_mentor
            else _("Subjects you want help with")
        )


class SkillsPage(TopicsPage):
    code = "skills"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = (
            _("Skills you can help to build")
            if self.application.is_mentor
            else _("Skills you want to build")
        )
