from django.urls import path

from . import organisation_views, views

app_name = "programs"

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("first-chair/<str:token>/", views.first_chair_registration, name="first-chair"),
    path("account/organisations/", organisation_views.links, name="organisation-links"),
    path(
        "account/organisations/<int:pk>/remove/",
        organisation_views.unlink,
        name="organisation-unlink",
    ),
    path("account/organisation/code/", organisation_views.code, name="organisation-code"),
    path(
        "account/organisation/<str:public_id>/",
        organisation_views.sign_in,
        name="organisation-sign-in",
    ),
    path(
        "account/organisation/<str:public_id>/callback/",
        organisation_views.callback,
        name="organisation-callback",
    ),
    path("programs/<slug:slug>/", views.program_detail, name="program-detail"),
    path("programs/<slug:slug>/tell-me/", views.opening_request, name="opening-request"),
    path("programs/<slug:slug>/tell-me/sent/", views.opening_requested, name="opening-requested"),
    path("programs/<slug:slug>/poster/", views.poster, name="poster"),
    path("programs/<slug:slug>/poster.svg", views.poster_code, name="poster-code"),
]
