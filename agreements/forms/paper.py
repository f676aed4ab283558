"""The form with which the committee records signatures on paper."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .. import paper, scans
from ..models import AgreementVersion, PaperRecord


class PaperForm(forms.Form):
    """A day for each of the two who has not signed, and the scan or the paper."""

    scan = forms.FileField(
        label=gettext_lazy("Scan of the signed paper"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    holds_paper = forms.BooleanField(label=gettext_lazy("I hold the paper."), required=False)
    expected_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        data: QueryDict | None,
        files: MultiValueDict[str, UploadedFile] | None,
        *,
        version: AgreementVersion,
    ) -> None:
        super().__init__(data, files, initial={"expected_revision": version.revision})
        self.version, self.people = version, paper.unsigned(version)
        first = _("From %(day)s on, when this text was ready. Leave it blank if they did not sign.")
        days = {
            f"signed_{person.pk}": forms.DateField(
                label=_("Day on which %(name)s signed") % {"name": person.name},
                help_text=first % {"day": date_format(paper.first_day(version))},
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
            for person in self.people
        }
        self.fields = {**days, **self.fields}
        self.fields["scan"].help_text = _(
            "PDF, JPEG or PNG, at most %(most)s MB. It is stored encrypted; the pair, its carer "
            "and the deputy can read it. You can leave it out if you hold the paper."
        ) % {"most": scans.MOST_MEGABYTES}

    def clean_scan(self) -> bytes | None:
        """Read the file, if it is not too large to be one."""
        sent = self.cleaned_data["scan"]
        if sent is None:
            return None
        data = bytes(sent.read(scans.MOST_BYTES + 1))
        try:
            scans.kind_of(data)
        except ActionNotAllowed as refused:
            raise forms.ValidationError(refused.message) from None
        return data

    def clean(self) -> None:
        if not self.dates:
            name = f"signed_{self.people[0].pk}" if self.people else None
            if not any(self.has_error(one) for one in self.fields):
                words = _("Enter the day on which at least one of the two signed.")
                self.add_error(name, words)
        has_proof = self.cleaned_data.get("scan") or self.cleaned_data.get("holds_paper")
        if not has_proof and "scan" not in self.errors:
            words = _("Upload a scan, or say that you hold the paper.")
            self.add_error("holds_paper", words)

    @property
    def dates(self) -> dict[int, date]:
        """The days that were entered, by the key of the person."""
        found = {one.pk: self.cleaned_data.get(f"signed_{one.pk}") for one in self.people}
        return {key: day for key, day in found.items() if day}

    def save(self, *, by: User) -> PaperRecord:
        """Record it. Raises TextChanged and ActionNotAllowed as `paper.record`."""
        return paper.record(
            self.version,
            dates=self.dates,
            scan=self.cleaned_data["scan"],
            holds_paper=self.cleaned_data["holds_paper"],
            expected_revision=self.cleaned_data["expected_revision"],
            by=by,
        )
