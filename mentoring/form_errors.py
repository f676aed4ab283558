"""The errors of a form as links to its fields."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from django import forms
from django.utils.translation import gettext as _

ErrorSource: TypeAlias = "forms.BaseForm | forms.BaseFormSet | Iterable[ErrorSource] | None"


def errors_of(source: ErrorSource) -> Iterable[Mapping[str, object]]:
    """Yield {text, anchor} of every error of a form, a formset or a list of them.

    `anchor` is the id of the input, or "" for an error of the whole form.
    """
    if isinstance(source, forms.BaseForm):
        yield from ({"text": text, "anchor": ""} for text in source.non_field_errors())
        for field in source:
            yield from (
                {"text": named(field, str(text)), "anchor": anchor_of(field)}
                for text in field.errors
            )
    elif isinstance(source, forms.BaseFormSet):
        yield from ({"text": text, "anchor": ""} for text in source.non_form_errors())
        yield from errors_of(source.forms)
    else:
        for part in source or ():
            yield from errors_of(part)


def named(field: forms.BoundField, text: str) -> str:
    """Put the label before Django's stock sentences, which don't name their field."""
    kinds = [getattr(kind, "default_error_messages", {}) for kind in type(field.field).__mro__]
    stock = {str(message) for messages in kinds for message in messages.values()}
    return (
        _("%(label)s – %(error)s") % {"label": field.label, "error": text}
        if str(text) in stock
        else text
    )


def anchor_of(field: forms.BoundField) -> str:
    """A group of inputs has no id of its own: its first input is where the reader should land."""
    if field.is_hidden:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"
