"""Write the texts of one e-mail in one language, beside ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from notifications.editable_texts.blocks import Block, blocks_of, editable_blocks
from notifications.editable_texts.checking import LIMITS, plain
from notifications.editable_texts.product_words import SEVERAL
from programs import email_texts
from programs.committee import acting_member
from programs.email_texts import TextsChanged, Versions, moved_defaults

from .shared import Page, changed_meanwhile, warn

SAVE_AGAIN: str | Promise = gettext_lazy(
    "What you wrote is still in its place, with what is saved now beside it. Save again to keep "
    "yours."
)


def field_name(field: str) -> str:
    """Return the name of a text in the form; a colon is no part of a readable id."""
    return f"text-{field.replace(SEVERAL, '--several')}"


class TextsForm(forms.Form):
    """Every text of an e-mail; the labels say which, so that an error names its field."""

    seen = forms.CharField(max_length=80, widget=forms.HiddenInput)

    def __init__(self, page: Page, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        self.page = page
        labels = labels_of(page.kind)
        for name, block in editable_blocks(page.kind).items():
            for field in block.fields:
                made = _text_field(block, field, labels[name], page.language)
                self.fields[field_name(field)] = made

    @property
    def texts(self) -> dict[str, str]:
        """Return {field: text} of a form that was sent."""
        return {
            field: self.cleaned_data.get(field_name(field), "")
            for block in editable_blocks(self.page.kind).values()
            for field in block.fields
        }

    def take_over(self, newest: Versions) -> None:
        """Show what someone else has saved meanwhile, and keep what was written here.

        Texts that were not touched here become theirs; beside the others stands what theirs say.
        Who saves again has read it.
        """
        data, theirs = cast(QueryDict, self.data).copy(), newest.written
        self.data = data
        for field in self.texts:
            name, now = field_name(field), theirs.get(field, "")
            initial = self[name].html_initial_name
            # Without the text as it was read, every other one is a different one.
            written, read = plain(data.get(name, "")), data.get(initial)
            if read is not None and written == plain(read):
                data[name] = now
            elif written != now and (read is None or plain(read) != now):
                self.add_error(name, _says_now(now))
            data[initial] = now
        data["seen"] = newest.stamp

    def add_errors(self, error: ValidationError) -> None:
        """Show what is wrong beside each text."""
        for field, reasons in error.message_dict.items():
            for reason in reasons:
                self.add_error(field_name(field), reason)


def _says_now(text: str) -> str:
    if not text:
        return _("Our words are used here now.")
    return _("It says now: “%(text)s”") % {"text": text}


def _text_field(block: Block, field: str, label: str, language: str) -> forms.CharField:
    attributes = {"class": "vLargeTextField", "lang": language}
    widget: forms.Widget = forms.TextInput(attributes)
    if not block.is_button:
        widget = forms.Textarea({**attributes, "rows": 2 if block.is_subject else 4})
    if len(block.fields) > 1:
        form = _("for several") if field.endswith(SEVERAL) else _("for one")
        label = f"{label}, {form}"
    return forms.CharField(
        label=label,
        required=False,
        show_hidden_initial=True,  # to know which texts were touched, if someone else was faster
        strip=False,  # the rules look at it as it was typed
        help_text=_("At most %(n)s characters.") % {"n": LIMITS[block.part]},
        widget=widget,
    )


def labels_of(kind: str) -> dict[str, str]:
    """Return what each text of a kind is called, by name: several of a sort are numbered."""
    blocks = editable_blocks(kind).values()
    subjects = [one.name for one in blocks if one.is_subject]
    buttons = [one.name for one in blocks if one.is_button]
    texts = [one.name for one in blocks if not (one.is_subject or one.is_button)]
    return {
        **_numbered(subjects, _("Subject %(number)s"), only=_("Subject")),
        **_numbered(texts, _("Text %(number)s"), only=_("Text %(number)s")),
        **_numbered(buttons, _("Button %(number)s"), only=_("Button")),
    }


def _numbered(names: list[str], words: str, *, only: str) -> dict[str, str]:
    """Return {name: words with its number}; `only` are those for a text without others."""
    if len(names) == 1:
        words = only
    return {name: words % {"number": at} for at, name in enumerate(names, 1)}


@dataclass(frozen=True)
class Part:
    """One part of the e-mail on the page: texts to write, or fixed words of ours."""

    block: Block
    label: str
    # Of each form: our words, the field to write in, our words before, the program's words.
    texts: list[tuple[str, forms.BoundField | None, str, str]]

    @property
    def placeholders(self) -> list[tuple[str, str, str, str, bool]]:
        """Return (name, sort, words, example, is needed) of what may be in it."""
        last = self.block.fields[-1]
        needed = set(self.block.needed(last))
        return [
            (f"{{{name}}}", str(one.sort), str(one.words), one.example(), name in needed)
            for name, one in self.block.placeholders.items()
        ]


def parts(page: Page, form: TextsForm | None) -> Iterator[Part]:
    """Yield the parts in the order of the e-mail."""
    moved = moved_defaults(page.versions.current) if page.versions.current else {}
    labels = labels_of(page.kind)
    for block in blocks_of(page.kind):
        label = labels[block.name] if block.name else ""
        if not block.name and not any(block.defaults(page.language).values()):
            continue
        texts = [
            (
                ours,
                form[field_name(field)] if form and block.name else None,
                moved[field][0] if field in moved else "",
                page.versions.texts.get(field, "") if block.name else "",
            )
            for field, ours in block.defaults(page.language).items()
        ]
        yield Part(block, label, texts)


@require_http_methods(["GET", "HEAD", "POST"])
def write_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Show every text beside ours; keep what a chair writes as the draft."""
    page = Page.of(request, pk, kind, language)
    written = {field_name(name): text for name, text in page.versions.written.items()}
    initial = {"seen": page.versions.stamp, **written}
    form = TextsForm(page, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = email_texts.save_draft(
                *page.key, form.texts, by=acting_member(request), seen=form.cleaned_data["seen"]
            )
        except ValidationError as error:
            form.add_errors(error)
        except TextsChanged as error:
            page = replace(page)  # reads anew
            form.take_over(page.versions)
            messages.warning(request, changed_meanwhile(request, error, str(SAVE_AGAIN)))
        else:
            messages.success(
                request,
                _("The draft was saved. Nobody gets it until you publish it.")
                if row
                else _("Nothing differs from what is used now, so there is no draft."),
            )
            return page.go("preview")
    context = {
        **page.context(page.name),
        "form": form if page.is_chair else None,
        "parts": list(parts(page, form if page.is_chair else None)),
        "gone": _gone(page),
        "number_of_errors": len(form.errors),
    }
    return TemplateResponse(request, "admin/dashboard/email_texts/write.html", context)


def _gone(page: Page) -> list[str]:
    """Return published texts that are no longer part of the e-mail."""
    if page.versions.current is None:
        return []
    known = email_texts.defaults_of(page.kind, page.language)
    return [text for field, text in page.versions.texts.items() if field not in known]


@require_POST
def discard_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Delete the draft."""
    page = Page.of(request, pk, kind, language)
    try:
        email_texts.discard(*page.key, by=acting_member(request), seen=request.POST.get("seen", ""))
        messages.success(request, _("The draft was discarded."))
    except TextsChanged as error:
        warn(request, error)
    return page.go()
