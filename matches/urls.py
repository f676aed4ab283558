from django.urls import path

from . import views

app_name = "matches"

urlpatterns = [
    path("pair/<str:match_id>/", views.match_detail, name="match-detail"),
    path("pair/<str:match_id>/hello/", views.match_hello, name="match-hello"),
]
