"""The first page of a roster import, the file; and its map as text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.importing import BadFile, BadMap, read_map
from applications.importing.import_jobs import create_upload
from applications.importing.tables import check_size
from applications.importing.workbooks import ZIP, check_unpacked_size
from applications.models import Application, RosterUpload
from programs.committee_admin import begin_with_capitals
from programs.models import Cohort
from programs.program_names import name_programs


class RosterUploadForm(forms.Form):
    cohort = forms.ModelChoiceField(Cohort.objects.none(), label=_("Cohort"))
    role = forms.ChoiceField(choices=Application.Role.choices, label=_("These people apply as"))
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A CSV file or an XLSX workbook. The file is stored encrypted until it is imported, "
            "at most for a day."
        ),
    )
    map = forms.FileField(
        label=_("Map"), required=False, help_text=_("Only if you saved one from an earlier import.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        begin_with_capitals(self)
        cohort = self.fields["cohort"]
        assert isinstance(cohort, forms.ModelChoiceField)
        cohort.queryset = Cohort.objects.for_committee(user, "chair", "matcher")
        name_programs(cohort)
        last = RosterUpload.objects.visible_to(user).filter(created_by=user).order_by("-pk")
        if choices := last.values("cohort", "role").first():
            self.initial = {**choices, **self.initial}
            hint = _("As in your last import. Change it if this file is another one.")
            cohort.help_text = self.fields["role"].help_text = hint

    def clean_map(self) -> str:
        sent = self.cleaned_data["map"]
        if not sent:
            return ""
        try:
            text = sent.read(200_000).decode("utf-8")
            read_map(text, role=self.cleaned_data.get("role", ""))
        except (UnicodeDecodeError, BadMap) as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean_file(self) -> UploadedFile:
        sent: UploadedFile = self.cleaned_data["file"]
        try:
            check_size(sent.size or 0)
            if sent.open().read(len(ZIP)) == ZIP:
                check_unpacked_size(sent)
        except BadFile as error:
            raise forms.ValidationError(str(error)) from error
        sent.seek(0)
        return sent

    def save(self) -> RosterUpload:
        data = self.cleaned_data
        return create_upload(
            data["file"].read(),
            cohort=data["cohort"],
            role=data["role"],
            file_name=data["file"].name,
            map_text=data["map"],
            by=self.user,
        )


class MapTextForm(forms.Form):
    """The map as text, for grids and whatever two selects cannot express."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        label=_("Map"),
        max_length=200_000,
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role

    def clean_text(self) -> str:
        try:
            read_map(self.cleaned_data["text"], role=self.role)
        except BadMap as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data["text"]
