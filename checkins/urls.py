from django.urls import path

from . import adjustment_views, views

app_name = "checkins"

urlpatterns = [
    path("checkin/<str:checkin_id>/", views.checkin_answer, name="checkin-answer"),
    path(
        "programs/<slug:slug>/you-said/",
        adjustment_views.adjustment_list,
        name="adjustment-list",
    ),
    path("help/", views.concern_create, name="concern-create"),
    path("help/<str:match_id>/before/", views.first_words, name="first-words"),
    path("suggest/", views.suggestion_create, name="suggestion-create"),
    path("help/asked/", views.concern_list, name="concern-list"),
]
