"""allauth's pages for codes and for signing up, with counted guesses and equal work.

They replace allauth's pages of the same names and addresses.
"""

from __future__ import annotations

from typing import Protocol, TypedDict

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.generic import FormView

from . import code_attempts, equal_work, sign_in_choices


class CodeState(TypedDict, total=False):
    """What allauth remembers about a code that it has sent."""

    email: str
    at: float  # when the code was requested, in seconds since 1970
    resend_count: int
    user_id: str  # only if the address has an account


class CodeProcess(Protocol):
    """The part of allauth's process of a code that the pages below use."""

    state: CodeState

    def abort(self) -> None: ...


class CountedGuesses(FormView):
    """Mixin: each guess takes an attempt before the code is compared.

    `_process` is allauth's; its state holds the address, the time of the request for a code, and
    the account if there is one.
    """

    _process: CodeProcess
    reads_on_get = reads_on_post = 0  # how often allauth's page reads the account, if it has one
    reads_after_sending = 0  # how often only our e-mail to an address without account reads it
    reads_address_to_send = False  # whether it also reads the address before sending again
    email_without_account = "unknown_account"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not self._has_account():
            equal_work.look_for_account(self.reads_on_get)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not self._has_account():
            equal_work.look_for_account(self.reads_on_post)
            if self.reads_address_to_send and not self._is_guess():
                equal_work.look_for_address(self._process.state["email"])
        if self._is_guess() and not self._take_attempt():
            return self._refuse()
        sent = self._process.state["resend_count"]
        response = super().post(request, *args, **kwargs)
        if self._process.state["resend_count"] > sent:
            self._sent_again()
        return response

    def form_valid(self, form: BaseForm) -> HttpResponse:
        if self._is_guess():
            code_attempts.give_back(email=self._process.state["email"])
        return super().form_valid(form)

    def _has_account(self) -> bool:
        return "user_id" in self._process.state

    def _is_guess(self) -> bool:
        """Whether the form compares a code; the same pages also send it again."""
        return "code" in self.get_form_kwargs()

    def _take_attempt(self) -> bool:
        state = self._process.state
        return code_attempts.take(
            f"{self.request.session.session_key}:{state['at']}", email=state["email"]
        )

    def _refuse(self) -> HttpResponse:
        """Answer as allauth does after the last wrong code."""
        self._process.abort()
        adapter = get_adapter()
        text = adapter.error_messages["too_many_login_attempts"]
        adapter.add_message(self.request, messages.ERROR, message=text)
        return redirect("account_login")

    def _sent_again(self) -> None:
        """Send an e-mail where allauth sends none, as to the first request."""
        if self._has_account():
            equal_work.look_for_account(self.reads_after_sending)
            return
        context = {"request": self.request}
        prefix = f"account/email/{self.email_without_account}"
        get_adapter().send_mail(prefix, self._process.state["email"], context)


class SignInCodeView(CountedGuesses, allauth_views.ConfirmLoginCodeView):
    reads_on_get = reads_on_post = 1


class PasswordResetCodeView(CountedGuesses, allauth_views.ConfirmPasswordResetCodeView):
    reads_on_post = 1


@method_decorator(login_not_required, name="dispatch")
class AddressCodeView(CountedGuesses, allauth_views.ConfirmEmailVerificationCodeView):
    reads_on_get = reads_on_post = 2
    reads_after_sending = 1
    reads_address_to_send = True
    email_without_account = "account_already_exists"


class SignInView(allauth_views.LoginView):
    """The sign-in page, with the buttons of organisations."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        choices = sign_in_choices.choices(get_next_redirect_url(self.request) or "")
        return {**context, "choices": choices}


class SignUpView(allauth_views.SignupView):
    """Signs up in one transaction, so that both kinds of address are written with one commit."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        with transaction.atomic():
            return super().form_valid(form)


urlpatterns = [
    path("account/login/", SignInView.as_view(), name="account_login"),
    path("account/signup/", SignUpView.as_view(), name="account_signup"),
    path(
        "account/confirm-email/", AddressCodeView.as_view(), name="account_email_verification_sent"
    ),
    path(
        "account/login/code/confirm/", SignInCodeView.as_view(), name="account_confirm_login_code"
    ),
    path(
        "account/password/reset/confirm/",
        PasswordResetCodeView.as_view(),
        name="account_confirm_password_reset_code",
    ),
]
