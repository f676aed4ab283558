from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


class CarerForm(forms.Form):
    carer = forms.ChoiceField(label=gettext_lazy("Carer"))

    def __init__(self, *args: Any, carers: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.carers = {str(user.public_id): user for user in carers}
        field = self.fields["carer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, str(user)) for key, user in self.carers.items()]

    @property
    def chosen(self) -> Any:
        return self.carers[self.cleaned_data["carer"]]
