from django.urls import path

from . import views

app_name = "matching"

urlpatterns = [
    path("programs/<slug:slug>/be-a-pair/", views.pair_request_create, name="pair-request-create"),
    path("pair-requests/<str:public_id>/", views.pair_request, name="pair-request"),
    path(
        "pair-requests/<str:public_id>/take-back/",
        views.pair_request_take_back,
        name="pair-request-take-back",
    ),
]
