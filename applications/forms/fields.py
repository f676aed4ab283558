"""Fields that several pages of the application and the profile share."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Language
from accounts.models.people import NOT_IN_A_NAME, validate_links
from accounts.phone_numbers import dialled


class PhoneField(forms.CharField):
    """A phone number, which may be left out; without links, since a partner reads it in e-mails."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def __init__(self, *, help_text: Promise) -> None:
        super().__init__(
            label=gettext_lazy("Phone"),
            max_length=40,
            required=False,
            help_text=help_text,
            error_messages={
                "invalid": gettext_lazy("Enter a phone number, for example +1 416 555 0100.")
            },
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and (NOT_IN_A_NAME.search(value) or not dialled(value)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class LinksField(forms.Field):
    """Addresses of pages, one on each line; a list of texts."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        found = [line.strip() for line in lines if str(line).strip()]
        return [one if "://" in one else f"https://{one}" for one in found]

    def validate(self, value: object) -> None:
        validate_links(value)


def languages_field() -> forms.ModelMultipleChoiceField:
    """Return the languages to meet in, at least one; what can be chosen is given later."""
    return forms.ModelMultipleChoiceField(
        label=gettext_lazy("Languages you can meet in"),
        queryset=Language.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )
