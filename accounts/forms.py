from __future__ import annotations

from copy import copy
from typing import Any

from allauth.account.forms import (
    LoginForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    SignupForm,
)
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from access.ids import new_public_id

from . import equal_work
from .models import User
from .timezones import zone_choices


class SettingsForm(forms.ModelForm):
    """A person's name, pronouns, language and time zone."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("Times on pages and in e-mails are shown in this zone."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("name", "pronouns", "time_zone", "language")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
        help_texts = {
            "pronouns": _("For example she/her. Your match and the committee can see them.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class SignInForm(LoginForm):
    """Sign in with a password or, when that is left blank, with a code by e-mail.

    allauth has no password field without one on the sign-up form; people set theirs later.
    """

    field_order = ("login", "password")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            help_text=_("Leave it blank to get a sign-in code by e-mail."),
            required=False,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )

    def clean_login(self) -> str:
        login = super().clean_login()
        equal_work.complete_lookup(login)
        return login


class CodeRequestForm(RequestLoginCodeForm):
    """Asks for a sign-in code; answers a known and an unknown address with equal work."""

    def clean_email(self) -> str:
        email = super().clean_email()
        equal_work.complete_lookup(email)
        return email


class PasswordResetForm(ResetPasswordForm):
    """Asks for a code to reset a password, with equal work for known and unknown addresses."""

    def clean_email(self) -> str:
        email = super().clean_email()
        equal_work.complete_lookup(email)
        return email


class SignUpForm(SignupForm):
    """Creates an account; where there is one, makes one and undoes it, which takes as long."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            self._rehearse(request)
            return super().try_save(request)
        with transaction.atomic():  # a savepoint, as the rehearsal has one
            return super().try_save(request)

    def _rehearse(self, request: HttpRequest) -> None:
        decoy = copy(self)
        decoy.account_already_exists = False
        address = f"{new_public_id().lower()}@decoy.invalid"  # a reserved domain
        decoy.cleaned_data = {**self.cleaned_data, "email": address}
        with transaction.atomic():
            equal_work.look_at_new_account(decoy.save(request))
            transaction.set_rollback(True)


class ErasureForm(forms.Form):
    """Erasing cannot be undone, so the form asks for the e-mail address as a confirmation."""

    email = forms.EmailField(
        label=_("Your e-mail address"), help_text=_("Enter your e-mail address to confirm.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if email != self.user.email:
            raise forms.ValidationError(
                _("This is not your address. Enter the e-mail address of your account.")
            )
        return email
