"""The committee adds the address of an applicant whom a list brought without one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.adding_address import MAY_ADD, add_address
from applications.models import Application
from programs.committee import acting_member, holds


class AddressForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="address")


def address_form(request: HttpRequest, application: Application) -> AddressForm | None:
    """Return the form for a person without an address, to members who may add one."""
    may_add = holds(request, application.program, *MAY_ADD)
    return AddressForm() if may_add and not application.person.has_address else None


def add(request: HttpRequest, application: Application, form: AddressForm) -> HttpResponse:
    """Store the first address of an applicant."""
    add_address(application, form.cleaned_data["email"], by=acting_member(request))
    text = _("Saved. E-mails to %(name)s go to %(email)s from now on.")
    about = {"name": application.person, "email": application.person.email}
    messages.success(request, text % about)
    return redirect("admin:applications_application_change", application.pk)
