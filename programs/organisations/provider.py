"""allauth's OpenID Connect provider, with our addresses, a nonce and checks of every answer.

The nonce is derived from the secret of PKCE, which allauth keeps in the session until the sign-in
comes back: so the token, like the code, belongs to this browser and to this one attempt.
"""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from notifications.links import absolute

from ..models import OrganisationSignIn
from . import id_tokens
from .linking import acceptable_name

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
USERINFO = "userinfo_endpoint"
LONGEST_ADDRESS = 254  # of our column
ABOUT_ADDRESS = ("email", "email_verified", "name")


def nonce_of(code_verifier: str) -> str:
    """Return the nonce that goes with a secret of PKCE; it does not tell the secret."""
    digest = hashlib.sha256(f"nonce:{code_verifier}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def app_of(row: OrganisationSignIn) -> SocialApp:
    """Return the settings as allauth reads them; they are not stored a second time."""
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=row.link_key,
        name=row.name,
        client_id=row.client_id,
        secret=row.secret,
        settings={"server_url": row.issuer.rstrip("/"), "oauth_pkce_enabled": True},
    )


class OrganisationSteps(OpenIDConnectOAuth2Adapter):
    """The steps of a sign-in. Raises OAuth2Error or requests' errors for each that fails."""

    def __init__(self, request: HttpRequest, row: OrganisationSignIn) -> None:
        super().__init__(request, row.link_key)
        self.row = row
        self.nonce = ""
        self._config: dict[str, str] = {}

    def get_provider(self) -> OrganisationProvider:
        return OrganisationProvider(self.request, app=app_of(self.row), row=self.row)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_address(self.row)

    @property
    def openid_config(self) -> dict[str, str]:
        """What the provider says about itself, which must be the provider that was entered."""
        if not self._config:
            found = self._fetch(self.get_provider().server_url)
            issuer = found.get("issuer")
            if not isinstance(issuer, str) or issuer.rstrip("/") != self.row.issuer.rstrip("/"):
                raise id_tokens.SignInRefused("the provider names itself otherwise")
            if not all(isinstance(found.get(name), str) and found[name] for name in ENDPOINTS):
                raise id_tokens.SignInRefused("the provider does not say where its pages are")
            if urlsplit(found["authorization_endpoint"]).scheme not in self._schemes:
                raise id_tokens.SignInRefused("the provider's page is not encrypted")
            self._config = found
        return self._config

    @property
    def _schemes(self) -> tuple[str, ...]:
        return ("https", urlsplit(self.row.issuer).scheme)

    @property
    def basic_auth(self) -> bool:
        """The standard's default is the header; a provider that offers the form gets the form."""
        methods = self.openid_config.get("token_endpoint_auth_methods_supported")
        return "client_secret_post" not in (methods or ["client_secret_basic"])

    def get_access_token_data(
        self,
        request: HttpRequest,
        app: SocialApp,
        client: OAuth2Client,
        pkce_code_verifier: str | None = None,
    ) -> dict[str, object]:
        if not pkce_code_verifier:
            raise id_tokens.SignInRefused("this sign-in was not begun here")
        self.nonce = nonce_of(pkce_code_verifier)
        try:
            data: dict[str, object] = super().get_access_token_data(
                request, app, client, pkce_code_verifier=pkce_code_verifier
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise id_tokens.SignInRefused("the provider's answer can't be read") from error
        return data

    def parse_token(self, data: dict[str, object]) -> SocialToken:
        """Keep the token for this request only; `SOCIALACCOUNT_STORE_TOKENS` is off."""
        return SocialToken(token=str(data.get("access_token", "")))

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: object
    ) -> SocialLogin:
        response = kwargs.get("response")
        config = self.openid_config
        claims = id_tokens.verified_claims(
            response.get("id_token") if isinstance(response, dict) else None,
            keys=self._fetch(config["jwks_uri"]),
            expected=id_tokens.Expected(config["issuer"], app.client_id, self.nonce),
        )
        found = self._with_address(claims, token.token)
        return SocialLogin(
            user=User(name=acceptable_name(found.get("name"))),
            account=SocialAccount(provider=self.row.link_key, uid=str(claims["sub"])),
            email_addresses=confirmed_addresses(found),
            provider=self.get_provider(),
        )

    def _with_address(self, claims: id_tokens.Claims, token: str) -> dict[str, object]:
        """Ask for the e-mail address where the ID token has none."""
        found = dict(claims)
        address = self.openid_config.get(USERINFO)
        if "email" not in found and isinstance(address, str):
            said = self._fetch(address, token=token)
            if said.get("sub") != claims["sub"]:
                raise id_tokens.SignInRefused("the provider tells of someone else")
            found.update({name: said[name] for name in ABOUT_ADDRESS if name in said})
        return found

    def _fetch(self, address: str, *, token: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with get_adapter().get_requests_session() as session:
            response = session.get(address, headers=headers)
            response.raise_for_status()
            found = response.json()
        if not isinstance(found, dict):
            raise id_tokens.SignInRefused("the provider's answer can't be read")
        return found


def confirmed_addresses(claims: id_tokens.Claims) -> list[EmailAddress]:
    """Return the address if the provider says that it was confirmed; some write "true"."""
    email, confirmed = claims.get("email"), claims.get("email_verified") in (True, "true")
    address = email.strip().lower() if isinstance(email, str) else ""
    if not confirmed or len(address) > LONGEST_ADDRESS:
        return []
    try:
        validate_email(address)
    except ValidationError:
        return []
    return [EmailAddress(email=address, verified=True, primary=True)]


class OrganisationProvider(OpenIDConnectProvider):
    """A provider of a program; nothing of what it says is stored but who someone is."""

    oauth2_adapter_class = OrganisationSteps

    def __init__(self, request: HttpRequest, *, app: SocialApp, row: OrganisationSignIn) -> None:
        super().__init__(request, app=app)
        self.row = row

    def get_oauth2_adapter(self, request: HttpRequest) -> OrganisationSteps:
        return OrganisationSteps(request, self.row)

    def get_pkce_params(self) -> dict[str, str]:
        params: dict[str, str] = super().get_pkce_params()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, object]:
        """Take nothing from the address but the page to return to, which allauth has checked."""
        next_url = get_next_redirect_url(request)
        kwargs: dict[str, object] = {"process": AuthProcess.LOGIN}
        return {**kwargs, "next_url": next_url} if next_url else kwargs


def callback_address(row: OrganisationSignIn) -> str:
    """Return the address to enter at the provider, to which it sends people back."""
    return absolute(reverse("programs:organisation-callback", args=[row.public_id]))
