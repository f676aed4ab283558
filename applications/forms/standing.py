"""Forms about membership: a list to compare with, and letting someone take part all the same."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.models import Program

from .. import standing
from ..importing.tables import BadFile, read_table
from ..importing.workbooks import ZIP, check_unpacked_size
from ..member_lists import MemberList, read_members
from ..models import Application, Standing

MOST_BYTES = 2 * 1024 * 1024  # stays in memory: Django writes larger files to disk


class MemberListForm(forms.Form):
    """A list of members; it is read here and not kept."""

    program = forms.ModelChoiceField(
        label=gettext_lazy("Program"),
        queryset=Program.objects.none(),
        error_messages={"required": gettext_lazy("Choose the program.")},
    )
    file = forms.FileField(
        label=gettext_lazy("List of members"),
        help_text=gettext_lazy(
            "A CSV file or an XLSX workbook with a member number or an e-mail address in each row, "
            "and the status if it has one. It is compared at once and not stored."
        ),
        error_messages={"required": gettext_lazy("Choose the file.")},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        user: User,
    ) -> None:
        super().__init__(data, files)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = standing.programs_of(user)
        if len(found := list(field.queryset[:2])) == 1:
            self.initial = {"program": found[0].pk}

    def clean_file(self) -> MemberList:
        sent: UploadedFile = self.cleaned_data["file"]
        if (sent.size or 0) > MOST_BYTES:
            text = _("The file is larger than %(limit)d MB. Split it and upload the parts.")
            raise forms.ValidationError(text % {"limit": MOST_BYTES // 2**20})
        content = sent.read()
        try:
            if content.startswith(ZIP):
                sent.seek(0)
                check_unpacked_size(sent)
            return read_members(read_table(content))
        except BadFile as error:
            raise forms.ValidationError(str(error)) from error

    def save(self, *, by: User) -> standing.Compared:
        return standing.use_list(self.cleaned_data["program"], self.cleaned_data["file"], by=by)


class WaiverForm(forms.Form):
    """Why someone takes part who is not known as a member."""

    reason = forms.CharField(
        label=gettext_lazy("Why they may take part all the same"),
        help_text=gettext_lazy("The committee reads it; the applicant never does."),
        max_length=500,
        error_messages={"required": gettext_lazy("Say why: the reason stays beside the decision.")},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="waiver")

    def save(self, application: Application, *, by: User) -> Standing:
        return standing.waive(application, by=by, reason=self.cleaned_data["reason"])
