"""The errors of a form as links to its fields."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
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
                {"text": named(field, error), "anchor": anchor_of(field)}
                for error in field.errors.as_data()
            )
    elif isinstance(source, forms.BaseFormSet):
        yield from ({"text": text, "anchor": ""} for text in source.non_form_errors())
        yield from errors_of(form for form in source.forms if not _is_removed(form))
    else:
        for part in source or ():
            yield from errors_of(part)


def _is_removed(form: forms.BaseForm) -> bool:
    """Return whether a row of a formset was marked for removal: nothing in it is stored."""
    return bool(getattr(form, "cleaned_data", {}).get(DELETION_FIELD_NAME))


def named(field: forms.BoundField, error: ValidationError) -> str:
    """Return what is wrong, after the label where Django's stock sentence doesn't name the field.

    An input of a table is named as screen readers name it, with its row.
    """
    text = error.messages[0]
    if not _is_stock(field.field, error):
        return text
    label = field.field.widget.attrs.get("aria-label") or field.label
    return _("%(label)s – %(error)s") % {"label": label, "error": text}


def _is_stock(field: forms.Field, error: ValidationError) -> bool:
    """Return whether the words are those of Django's fields or validators, not our own.

    Some are compared as objects: their words are not known before their number is.
    """
    kinds = [getattr(kind, "default_error_messages", {}) for kind in type(field).__mro__]
    words = [message for messages in kinds for message in messages.values()]
    checks = [getattr(type(check), "message", None) for check in field.validators]
    return any(error.message is one for one in (*words, *checks)) or error.messages[0] in {
        str(one) for one in words
    }


def anchor_of(field: forms.BoundField) -> str:
    """A group of inputs has no id of its own: its first input is where the reader should land."""
    if field.is_hidden:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"
