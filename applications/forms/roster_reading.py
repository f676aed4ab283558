"""How a file is read: encoding, separator, the sheet, the rows with the headings."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.importing.summaries import TableSummary
from applications.models import RosterUpload


class ReadingForm(forms.Form):
    """How a file is read, if it was not read right."""

    sheet = forms.ChoiceField(required=False, label=gettext_lazy("Which sheet has the people?"))
    heading_row = forms.IntegerField(
        min_value=0,
        max_value=1000,
        required=False,
        label=gettext_lazy("Which row has the headings?"),
        help_text=gettext_lazy("Leave it empty for the first row that is more than a title."),
    )
    heading_rows = forms.TypedChoiceField(
        choices=[
            (0, gettext_lazy("find out")),
            (1, gettext_lazy("one row")),
            (2, gettext_lazy("two rows: a question, and its options below")),
        ],
        coerce=int,
        empty_value=0,
        required=False,
        label=gettext_lazy("How many rows have headings?"),
    )
    skip_hidden = forms.BooleanField(
        required=False, label=gettext_lazy("Leave out rows and columns that the sheet hides")
    )
    encoding = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("find out")),
            ("utf-8", gettext_lazy("UTF-8")),
            ("cp1252", gettext_lazy("Windows, Western European")),
            ("mac_roman", gettext_lazy("Mac, Western European")),
            ("utf-16", gettext_lazy("UTF-16")),
        ],
        required=False,
        label=gettext_lazy("Encoding (if letters with accents are wrong)"),
    )
    delimiter = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("find out")),
            (",", gettext_lazy("comma")),
            (";", gettext_lazy("semicolon")),
            ("\t", gettext_lazy("tab")),
            ("|", gettext_lazy("vertical line")),
        ],
        required=False,
        label=gettext_lazy("Between the cells"),
    )

    def __init__(
        self, data: QueryDict | None = None, *, upload: RosterUpload, table: TableSummary
    ) -> None:
        super().__init__(data, initial={"sheet": table.sheet, **upload.read_options})
        self.table = table
        self.is_sheet_chosen = "sheet" in upload.read_options
        names = [(one.name, _sheet_label(one.name, one.is_hidden)) for one in table.sheets]
        if table.sheets:  # what only a CSV or only a workbook needs
            del self.fields["encoding"], self.fields["delimiter"]
        elif table.columns:
            del self.fields["skip_hidden"]
        if len(names) > 1:
            sheet = self.fields["sheet"]
            assert isinstance(sheet, forms.ChoiceField)
            sheet.choices = names
        else:
            del self.fields["sheet"]

    @property
    def asks_for_sheet(self) -> bool:
        """Whether several sheets have rows and no one has said which one is meant."""
        filled = [one for one in self.table.sheets if one.has_rows]
        return len(filled) > 1 and not self.is_sheet_chosen

    @property
    def is_unsure(self) -> bool:
        """Whether the row taken for the headings looks like a person."""
        return any("@" in column.heading for column in self.table.columns)

    def options(self) -> dict[str, str | int | bool]:
        """Return the chosen options, as `ReadOptions` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def _sheet_label(name: str, is_hidden: bool) -> str:
    return _("%(sheet)s (hidden)") % {"sheet": name} if is_hidden else name
