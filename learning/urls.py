from django.urls import path

from . import touch_pages, views

app_name = "learning"

urlpatterns = [
    path("library/", views.item_list, name="item-list"),
    path("library/print/", views.item_print, name="item-print"),
    path("library/<str:item_id>/", views.item_detail, name="item-detail"),
    path("things-to-try/", touch_pages.touch_list, name="touch-list"),
    path("things-to-try/<str:touch_id>/tried/", touch_pages.touch_tried, name="touch-tried"),
]
