"""How a file is read: encoding, separator, the row with the headings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReadingForm(forms.Form):
    """How a file is read, if it was not read right."""

    encoding = forms.ChoiceField(
        choices=[
            ("", _("find out")),
            ("utf-8", _("UTF-8")),
            ("cp1252", _("Windows, Western European")),
            ("mac_roman", _("Mac, Western European")),
            ("utf-16", _("UTF-16")),
        ],
        required=False,
        label=_("Encoding (if letters with accents are wrong)"),
    )
    delimiter = forms.ChoiceField(
        choices=[
            ("", _("find out")),
            (",", _("comma")),
            (";", _("semicolon")),
            ("\t", _("tab")),
            ("|", _("vertical line")),
        ],
        required=False,
        label=_("Between the cells"),
    )
    heading_row = forms.IntegerField(
        min_value=0,
        max_value=1000,
        required=False,
        label=_("Which row has the headings?"),
        help_text=_("Leave it empty for the first row that is more than a title."),
    )

    def options(self) -> dict[str, str | int]:
        """Return the chosen options, as `ReadOptions` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if value}
