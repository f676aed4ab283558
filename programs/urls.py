from django.urls import path

from . import views

app_name = "programs"

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("first-chair/<str:token>/", views.first_chair_registration, name="first-chair"),
    path("programs/<slug:slug>/", views.program_detail, name="program-detail"),
    path("programs/<slug:slug>/tell-me/", views.opening_request, name="opening-request"),
    path("programs/<slug:slug>/tell-me/sent/", views.opening_requested, name="opening-requested"),
    path("programs/<slug:slug>/poster/", views.poster, name="poster"),
    path("programs/<slug:slug>/poster.svg", views.poster_code, name="poster-code"),
]
