from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts import sign_in_views

from . import styleguide, views

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

handler429 = "accounts.rate_limits.handler429"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("theme/", views.theme, name="theme"),
    path("admin/", admin.site.urls),
    *sign_in_views.urlpatterns,  # before allauth's own pages of the same names
    # Not `allauth.urls`: signing in by an organisation has its own pages (programs.urls).
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("", include("accounts.urls")),
    path("", include("programs.urls")),
    path("", include("applications.urls")),
    path("", include("matches.urls")),
    path("", include("matching.urls")),
    path("", include("agreements.urls")),
    path("", include("events.urls")),
    path("", include("learning.urls")),
    path("", include("meetings.urls")),
    path("", include("support.urls")),
    path("", include("announcements.urls")),
    path("", include("checkins.urls")),
    path("", include("notifications.urls")),
    path("", include("dashboard.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.page, name="styleguide"))
