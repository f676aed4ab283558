"""The forms of the committee: whom to write to and what, and a group that is kept under a name."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matches.edited_texts import unknown_placeholders
from programs.program_texts import language_in_sentence

from .models import Announcement, GroupFilter, SavedGroup, Situation
from .personal_words import NAME

LONGEST_SUBJECT, LONGEST_BODY = 150, 5000
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
FILTER: tuple[str, ...] = ("program", "cohort", "role", "situations")


class GroupForm(forms.ModelForm):
    """Who belongs to the group: the cohort is one of the program's, at least one situation."""

    situations = forms.MultipleChoiceField(
        label=gettext_lazy("People who are"),
        choices=Situation,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose at least one. Who is in one of them belongs to the group."),
    )

    class Meta:
        model = GroupFilter
        fields: ClassVar[tuple[str, ...]] = FILTER
        labels: ClassVar[dict[str, object]] = {
            "cohort": gettext_lazy("Cohort"),
            "role": gettext_lazy("Role"),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        cohort, role = self.fields.get("cohort"), self.fields.get("role")
        # A page that shows a row without changing it has neither.
        if isinstance(cohort, forms.ModelChoiceField) and isinstance(role, forms.ChoiceField):
            cohort.empty_label = _("All cohorts")
            role.choices = [("", _("Mentees and mentors")), *list(role.choices)[1:]]

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        program, cohort = data.get("program"), data.get("cohort")
        if program and cohort and cohort.program_id != program.pk:
            self.add_error(
                "cohort",
                _("This cohort belongs to %(program)s. Choose one of %(chosen)s, or all cohorts.")
                % {"program": cohort.program, "chosen": program},
            )
        return data


class SavedGroupForm(GroupForm):
    class Meta(GroupForm.Meta):
        model = SavedGroup
        fields = ("name", *FILTER)


class AnnouncementForm(GroupForm):
    """The group, and a subject and a text in at least one language. A draft may have neither."""

    class Meta(GroupForm.Meta):
        model = Announcement
        fields = FILTER

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        for code in LANGUAGES:
            name = {"language": language_in_sentence(code)}
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject in %(language)s") % name,
                initial=self.instance.subjects.get(code, ""),
                max_length=LONGEST_SUBJECT,
                required=False,
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Text in %(language)s") % name,
                initial=self.instance.bodies.get(code, ""),
                max_length=LONGEST_BODY,
                required=False,
                widget=forms.Textarea(attrs={"rows": 10}),
                help_text=_(
                    "{name} becomes the first name of the person. An empty line begins a new "
                    "paragraph; lines that begin with “- ” become a list."
                ),
            )

    def clean(self) -> dict[str, object]:
        data = super().clean()
        for code in LANGUAGES:
            self._check_language(code, data)
        self.instance.subjects = self._words("subject", data)
        self.instance.bodies = self._words("body", data)
        return data

    def _check_language(self, code: str, data: dict[str, object]) -> None:
        subject, body = data.get(f"subject_{code}", ""), data.get(f"body_{code}", "")
        for name, text in ((f"subject_{code}", subject), (f"body_{code}", body)):
            if unknown := unknown_placeholders(text, [NAME]):
                words = _("There is no {%(word)s}. Only {name} is replaced; please remove it.")
                self.add_error(name, ValidationError(words % {"word": unknown[0]}))
        if body and not subject and f"subject_{code}" not in self.errors:
            self.add_error(f"subject_{code}", _("Write a subject too, or remove the text."))
        if subject and not body and f"body_{code}" not in self.errors:
            self.add_error(f"body_{code}", _("Write a text too, or remove the subject."))

    def _words(self, name: str, data: dict[str, object]) -> dict[str, str]:
        found = {code: data.get(f"{name}_{code}", "") for code in LANGUAGES}
        return {code: text for code, text in found.items() if text}


class KeepGroupForm(forms.Form):
    """A name for the group of an announcement."""

    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=80)

    def __init__(self, data: QueryDict | None = None, *, announcement: Announcement) -> None:
        super().__init__(data)
        self.announcement = announcement

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        program = self.announcement.program
        if SavedGroup.objects.filter(program=program, name__iexact=name).exists():
            raise ValidationError(_("There is a group of this name already. Choose another one."))
        return name

    def save(self) -> SavedGroup:
        shown = self.announcement
        values = {name: getattr(shown, name) for name in FILTER}
        return SavedGroup.objects.create(name=self.cleaned_data["name"], **values)
