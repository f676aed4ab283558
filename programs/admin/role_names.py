"""The page on which a chair says what the roles are called, with real sentences to look at."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import role_naming
from ..committee import acting_member
from ..committee_admin.action_log import changed, log_action
from ..models import Program
from ..models.role_names import LENGTH, RoleNames, check_name, check_names
from ..program_texts import language_in_sentence, languages_of
from ..role_names.speaking import speak_for
from ..role_names.words import ROLES
from .texts import context_of, find_program

FORMS = ("one", "many")
LABELS: dict[tuple[str, str], str | Promise] = {
    ("mentor", "one"): gettext_lazy("A mentor is called"),
    ("mentor", "many"): gettext_lazy("Mentors are called"),
    ("mentee", "one"): gettext_lazy("A mentee is called"),
    ("mentee", "many"): gettext_lazy("Mentees are called"),
}
# In each language what its own names look like; French shows the gender that is wanted.
EXAMPLES = {
    ("en", "mentor"): ("a buddy", "buddies"),
    ("en", "mentee"): ("a new volunteer", "new volunteers"),
    ("fr", "mentor"): ("un accompagnateur", "accompagnateurs"),
    ("fr", "mentee"): ("une personne accompagnée", "personnes accompagnées"),
}


@dataclass(frozen=True)
class LanguagePart:
    """The fields of a language, and sentences with the names."""

    code: str
    heading: str
    fields: list[forms.BoundField]
    samples: list[str]


class RoleNamesForm(forms.Form):
    """The names of both roles in each language; a field that is empty stands for our word."""

    def __init__(self, data: object = None, *, program: Program) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request has sent
        self.languages = languages_of(program)
        for language in self.languages:
            for role in ROLES:
                said = program.role_names.get(role, {}).get(language, {})
                for form, example in zip(FORMS, EXAMPLES[language, role], strict=True):
                    self.fields[field_name(role, language, form)] = forms.CharField(
                        label=LABELS[role, form],
                        required=False,
                        max_length=LENGTH,
                        initial=said.get(form, ""),
                        help_text=_("For example: %(example)s") % {"example": example},
                    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        for language in self.languages:
            for role in ROLES:
                self._check(role, language)
        if not self.errors:
            try:
                check_names(self.names)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def _check(self, role: str, language: str) -> None:
        one, many = (self._typed(role, language, form) for form in FORMS)
        try:
            check_name(role, language, one, many)
        except ValidationError as error:
            for form, reasons in error.message_dict.items():
                if field_name(role, language, form) not in self.errors:
                    self.add_error(field_name(role, language, form), reasons)

    def _typed(self, role: str, language: str, form: str) -> str:
        return " ".join(str(self.cleaned_data.get(field_name(role, language, form), "")).split())

    @property
    def names(self) -> RoleNames:
        """Return what was typed, as the program keeps it."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for role in ROLES:
            for language in self.languages:
                said = {form: self._typed(role, language, form) for form in FORMS}
                if said["one"]:
                    found.setdefault(role, {})[language] = said
        return found

    def parts(self, tried: Program) -> list[LanguagePart]:
        """Return the fields by language, with sentences as `tried` says them."""
        return [
            LanguagePart(
                language,
                capfirst(language_in_sentence(language)),
                [self[field_name(role, language, form)] for role in ROLES for form in FORMS],
                role_naming.samples(tried, language),
            )
            for language in self.languages
        ]


def field_name(role: str, language: str, form: str) -> str:
    return f"{role}-{language}-{form}"


def edit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the roles are called, with sentences; save other names."""
    program = find_program(request, pk)
    speak_for(None)  # the page says which of our words are replaced
    form = RoleNamesForm(request.POST if request.method == "POST" else None, program=program)
    tried = program
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST:
            return _save(request, program, form.names)
        tried = role_naming.named(program, form.names)
    title = _("Names of the roles in %(name)s") % {"name": program.name}
    context = {
        **context_of(request, program, title),
        "form": form,
        "parts": form.parts(tried),
        "is_preview": tried is not program,
    }
    return TemplateResponse(request, "admin/programs/role_names.html", context)


def _save(request: HttpRequest, program: Program, names: RoleNames) -> HttpResponse:
    is_new = role_naming.rename(program, names, by=acting_member(request), at=timezone.now())
    if is_new:
        log_action(request, program, CHANGE, changed("role_names"))
    messages.success(request, _("The names were saved.") if is_new else _("Nothing has changed."))
    return redirect("admin:programs_texts", program.pk)
