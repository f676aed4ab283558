"""The pages of a program's texts: which language is missing, editing, older versions."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import form_texts, program_texts, texts_with_defaults
from ..committee import Role, acting_member, holds
from ..models import (
    AGREEMENT_TEXTS,
    DEFAULT_TEXTS,
    FORM_TEXTS,
    ORIENTATION_TEXTS,
    SET_UP_TEXTS,
    Program,
    TextVersion,
)
from ..program_texts import LANGUAGES, TextChanged, language_in_sentence
from ..role_names.rows import get_row_or_404
from ..text_differences import Piece, difference
from . import orientation_preview
from .agreement_preview import PreviewedText, preview
from .text_forms import TextForm

CHANGED_MEANWHILE: str | Promise = gettext_lazy(
    "%(name)s changed this text on %(moment)s, while you were editing. Nothing was saved. Read "
    "what is different, then save again: your text replaces theirs, which stays among the versions."
)


class SeenTextsForm(forms.ModelForm):
    """The form of a program: it refuses to overwrite a text that someone else has just saved."""

    texts_seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        self.initial["texts_seen"] = newest_id(self.instance)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        seen, program = cleaned.get("texts_seen"), self.instance
        names = [name for name in SET_UP_TEXTS if name in self.changed_data]
        if seen is None or program.pk is None or not names:
            return cleaned
        Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        newer = versions(program, program.language).filter(pk__gt=seen, name__in=names)
        newest = {version.name: version for version in newer.order_by("pk")}
        for name, version in newest.items():
            if cleaned.get(name, "").strip() == text_seen(program, name, seen):
                cleaned[name] = version.text  # they have not touched it
                continue
            now = _("It says now: “%(text)s”") % {"text": version.text}
            self.add_error(name, f"{changed_meanwhile(version)} {now}")
        if newest and self.errors:  # who saves again has read it
            note_read(self, "texts_seen", newest_id(program))
        return cleaned


def note_read(form: forms.BaseForm, name: str, version: int) -> None:
    """Let the form that is shown again say that its reader has read a version."""
    data = cast(QueryDict, form.data).copy()
    data[form.add_prefix(name)] = str(version)
    form.data = data


def text_seen(program: Program, name: str, seen: int) -> str:
    """Return what a text of the program said when `seen` was the newest version of all texts."""
    rows = versions(program, program.language).filter(name=name)
    read = rows.filter(pk__lte=seen).first() or rows.filter(at=None).first()
    return read.text.strip() if read else ""


def versions(program: Program, language: str) -> models.QuerySet[TextVersion]:
    return TextVersion.objects.filter(program=program, language=language)


def newest_id(program: Program) -> int:
    """Return the id of the newest version of any text in the program's own language, 0 for none."""
    return versions(program, program.language).values_list("pk", flat=True).first() or 0


def newest_text(program: Program, name: str) -> str | None:
    newest = program_texts.newest_of(program, name, program.language)
    return newest.text if newest else None


def changed_meanwhile(version: TextVersion) -> str:
    moment = formats.date_format(timezone.localtime(version.at), "DATETIME_FORMAT")
    return str(CHANGED_MEANWHILE) % {"name": version.by or _("Someone"), "moment": moment}


def keep_versions(form: forms.ModelForm, program: Program, *, request: HttpRequest) -> None:
    """Keep a version of each text that the program's form has changed."""
    for name in SET_UP_TEXTS:
        if name in form.changed_data and getattr(program, name) != newest_text(program, name):
            program_texts.keep_version(
                program,
                name,
                program.language,
                getattr(program, name),
                by=acting_member(request),
                before=form.initial.get(name, ""),
                asks_again=name == "code_of_conduct",
            )


def find_program(request: HttpRequest, pk: int) -> Program:
    return get_row_or_404(Program.objects.for_committee(request.user), pk=pk)


def check_text(name: str, language: str) -> None:
    if name not in (*SET_UP_TEXTS, *DEFAULT_TEXTS) or language not in LANGUAGES:
        raise Http404


def context_of(request: HttpRequest, program: Program, title: str) -> dict[str, object]:
    return {
        **admin.site.each_context(request),
        "opts": Program._meta,
        "program": program,
        "title": title,
        "is_chair": holds(request, program, Role.CHAIR),
    }


def list_view(request: HttpRequest, pk: int) -> HttpResponse:
    """List each text in each language: written, missing and what is shown instead."""
    program = find_program(request, pk)
    context = {
        **context_of(request, program, _("Texts of %(name)s") % {"name": program.name}),
        "texts": program_texts.states(program),
        "form_texts": program_texts.default_text_states(program, FORM_TEXTS),
        "orientation_texts": program_texts.default_text_states(program, ORIENTATION_TEXTS),
        "agreement_texts": program_texts.default_text_states(program, AGREEMENT_TEXTS),
        "languages": [
            (one, language_in_sentence(one)) for one in program_texts.languages_of(program)
        ],
        "own_language": language_in_sentence(program.language),
    }
    return TemplateResponse(request, "admin/programs/texts.html", context)


def edit_view(request: HttpRequest, pk: int, name: str, language: str) -> HttpResponse:
    """Edit one text in one language, and list its versions."""
    check_text(name, language)
    program = find_program(request, pk)
    newest = program_texts.newest_of(program, name, language)
    seen = newest.pk if newest else 0
    text = program_texts.text_of(program, name, language)
    form = TextForm(name, request.POST or None, initial={"text": text, "seen": seen})
    changed: list[Piece] = []
    shown = None
    if "preview" in request.POST and form.is_valid():
        shown = show(request, program, name, language, form)
    elif request.method == "POST" and form.is_valid():
        try:
            return save(request, program, name, language, form)
        except ValidationError as error:
            form.add_error("text", error)
        except TextChanged as error:
            changed = difference(error.newest.text, form.cleaned_data["text"])
            form.add_error("text", changed_meanwhile(error.newest))
            note_read(form, "seen", error.newest.pk)
    title = f"{program_texts.label_of(name)} ({language_in_sentence(language)})"
    rows = versions(program, language).filter(name=name).select_related("by")
    context = {
        **context_of(request, program, title),
        "form": form,
        "text": text,
        "own_text": (
            ""
            if language == program.language
            else program_texts.text_of(program, name, program.language)
        ),
        "own_language": language_in_sentence(program.language),
        "help": program_texts.help_of(name),
        "is_agreement": name in AGREEMENT_TEXTS,
        "our_wording": texts_with_defaults.default_of(name, language, program)
        if name in DEFAULT_TEXTS
        else "",
        "preview": shown,
        "orientation_preview": (
            orientation_preview.preview(program, name, language, form.cleaned_data["text"])
            if shown and "text" in form.cleaned_data
            else None
        ),
        "versions": rows,
        "name": name,
        "language": language,
        "changed": changed,
    }
    return TemplateResponse(request, "admin/programs/text.html", context)


def show(
    request: HttpRequest, program: Program, name: str, language: str, form: TextForm
) -> list[PreviewedText]:
    """Return a text that is not saved as people would read it; say in the form why it can't be.

    A text of the agreement is shown within the whole agreement.
    """
    tried = form.cleaned_data["text"]
    try:
        program_texts.check_text(program, name, language, tried)
    except ValidationError as error:
        form.add_error("text", error)
    if name in AGREEMENT_TEXTS:
        return preview(program, language, {name: tried})
    if name in FORM_TEXTS:
        tried = form_texts.fill_numbers(tried, program)
    return [PreviewedText(program_texts.label_of(name), tried.splitlines(), language, False)]


def preview_view(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Show the fixed text of an agreement, as a pair reads it in a language."""
    if language not in LANGUAGES:
        raise Http404
    program = find_program(request, pk)
    title = _("Agreement in %(language)s") % {"language": language_in_sentence(language)}
    context = {
        **context_of(request, program, title),
        "language": language,
        "preview": preview(program, language),
    }
    return TemplateResponse(request, "admin/programs/agreement_preview.html", context)


def save(
    request: HttpRequest, program: Program, name: str, language: str, form: TextForm
) -> HttpResponse:
    is_new = program_texts.save_text(
        program,
        name,
        language,
        form.cleaned_data["text"],
        by=acting_member(request),
        seen=form.cleaned_data["seen"],
        asks_again=form.cleaned_data.get("asks_again", False),
    )
    words = _("The text was saved.") if is_new else _("Nothing has changed.")
    messages.success(request, words)
    return redirect("admin:programs_texts", program.pk)


def put_back_view(
    request: HttpRequest, pk: int, name: str, language: str, version: int
) -> HttpResponse:
    """Show what putting back an older version changes; do it on POST."""
    check_text(name, language)
    program = find_program(request, pk)
    older = get_object_or_404(versions(program, language).filter(name=name), pk=version)
    newest = program_texts.newest_of(program, name, language)
    text = program_texts.text_of(program, name, language)
    form = TextForm(
        name,
        {
            "text": older.text,
            "seen": request.POST.get("seen", ""),
            "asks_again": name == "code_of_conduct",
        }
        if request.method == "POST"
        else None,
        initial={"seen": newest.pk if newest else 0},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return save(request, program, name, language, form)
        except TextChanged as error:
            messages.warning(request, changed_meanwhile(error.newest))
            return redirect(request.path)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect("admin:programs_text", program.pk, name, language)
    context = {
        **context_of(request, program, _("Put back this version?")),
        "form": form,
        "older": older,
        "is_newest": older.text.strip() == text.strip(),
        "changed": difference(text, older.text),
        "back": reverse("admin:programs_text", args=[program.pk, name, language]),
    }
    return TemplateResponse(request, "admin/programs/text_version.html", context)
