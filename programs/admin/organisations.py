"""On a program's page: how its people sign in by their organisation. The secret is never shown."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from ..models import OrganisationSignIn, Program
from ..organisations.issuer_changes import save_changed
from ..organisations.provider import callback_address
from .policy import ProgramInlineMixin


class OrganisationSignInForm(forms.ModelForm):
    class Meta:
        model = OrganisationSignIn
        fields = ("is_on", "name_en", "name_fr", "issuer", "client_id", "secret", "domains")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "secret": forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            "domains": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        if self.instance.pk and "secret" in self.fields:
            self.initial["secret"] = ""
            self.fields["secret"].required = False
            self.fields["secret"].help_text = gettext_lazy(
                "It is stored encrypted and never shown. Leave it blank to keep it."
            )

    def clean_secret(self) -> str:
        return self.cleaned_data["secret"] or self.instance.secret

    def save(self, commit: bool = True) -> OrganisationSignIn:
        row: OrganisationSignIn = super().save(commit=False)
        if commit:
            save_changed(row, keeps_domains="domains" in self.fields)
        return row


class OrganisationSignInInline(ProgramInlineMixin, admin.StackedInline):
    model = OrganisationSignIn
    form = OrganisationSignInForm
    can_delete = False
    max_num = extra = 1
    classes = ("collapse",)
    add_words = gettext_lazy("Add an organisation")
    fields = ("is_on", "name_en", "name_fr", "issuer", "client_id", "secret", "domains", "address")

    def get_readonly_fields(self, request: HttpRequest, obj: Program | None = None) -> tuple:
        return ("address",) if request.user.is_superuser else ("address", "vouched_for")

    def get_fields(self, request: HttpRequest, obj: Program | None = None) -> tuple[str, ...]:
        """Return no secret for who may only read: the admin would show it as text.

        Only the maintainer enters domains.
        """
        may_change = self.has_change_permission(request, obj)
        names = [name for name in self.fields if may_change or name != "secret"]
        if not request.user.is_superuser:
            names[names.index("domains")] = "vouched_for"
        return tuple(names)

    @admin.display(description=OrganisationSignIn._meta.get_field("domains").verbose_name)
    def vouched_for(self, row: OrganisationSignIn) -> str:
        return row.domains or str(gettext_lazy("No domain so far. The maintainer enters them."))

    @admin.display(description=gettext_lazy("address to enter at the provider"))
    def address(self, row: OrganisationSignIn) -> str:
        if not row.pk:
            return str(gettext_lazy("Shown after you have saved."))
        return callback_address(row)
