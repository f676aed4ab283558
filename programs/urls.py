from django.urls import path

from . import views

app_name = "programs"

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("programs/<slug:slug>/", views.program_detail, name="program-detail"),
]
