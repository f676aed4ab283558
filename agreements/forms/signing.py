"""The form of a signature."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import signing
from ..models import AgreementVersion, Signature


class SignForm(forms.Form):
    """A typed name under one revision; a name that differs from the profile must be confirmed."""

    expected_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    typed_name = forms.CharField(
        label=_("Type your full name to sign"),
        max_length=120,
        error_messages={"required": _("Type your full name.")},
    )
    is_agreed = forms.BooleanField(
        label=_("I have read this agreement and intend to keep it."),
        error_messages={"required": _("Tick the box to confirm that you have read it.")},
    )
    is_my_name = forms.BooleanField(label=_("Yes, sign with this name."), required=False)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        version: AgreementVersion,
        signer: User,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.version, self.signer = version, signer
        self.fields["typed_name"].widget.attrs["autocomplete"] = "name"
        if not self._wants_confirmation():
            del self.fields["is_my_name"]

    def _wants_confirmation(self) -> bool:
        typed = self.data.get("typed_name", "") if self.is_bound else ""
        return bool(typed.split()) and _plain(typed) != _plain(self.signer.name)

    def clean(self) -> None:
        if "is_my_name" in self.fields and not self.cleaned_data.get("is_my_name"):
            name = {"name": self.signer.name}
            self.add_error(
                "is_my_name",
                _(
                    "This differs from the name in your profile, %(name)s. Confirm that you want "
                    "to sign with it, or type the name in your profile."
                )
                % name,
            )

    def save(self, *, by: User) -> Signature:
        """Sign. Raises TextChanged and ActionNotAllowed as `signing.sign`."""
        return signing.sign(
            self.version,
            by=by,
            typed_name=self.cleaned_data["typed_name"],
            expected_revision=self.cleaned_data["expected_revision"],
        )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
