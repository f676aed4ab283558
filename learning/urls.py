from django.urls import path

from . import views

app_name = "learning"

urlpatterns = [
    path("library/", views.item_list, name="item-list"),
    path("library/<str:item_id>/", views.item_detail, name="item-detail"),
]
