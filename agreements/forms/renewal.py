"""The form that proposes to go on for longer."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User

from .. import renewal
from ..models import AgreementVersion

MONTHS_MORE = (3, 6, 12)


class RenewForm(forms.Form):
    """For how many more months the pair wants to go on."""

    months = forms.TypedChoiceField(
        label=_("For how much longer?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, version: AgreementVersion) -> None:
        super().__init__(data)
        self.match = version.match
        most = renewal.most_months(version)
        usual = version.program.policy.term_months
        months = sorted({one for one in (*MONTHS_MORE, usual) if one <= most})
        self.fields["months"].choices = [(one, self._label(one)) for one in months]
        self.initial["months"] = usual if usual in months else None

    def _label(self, months: int) -> str:
        text = ngettext("%(count)s month, until %(day)s", "%(count)s months, until %(day)s", months)
        day = date_format(renewal.new_end(self.match, months), "DATE_FORMAT")
        return text % {"count": months, "day": day}

    def save(self, *, by: User) -> AgreementVersion:
        """Propose the longer term. Raises as `renewal.propose`."""
        return renewal.propose(self.match, months=self.cleaned_data["months"], by=by)
