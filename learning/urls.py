from django.urls import path

from . import lesson_pages, touch_pages, views

app_name = "learning"

urlpatterns = [
    path("library/", views.item_list, name="item-list"),
    path("library/print/", views.item_print, name="item-print"),
    path("library/<str:item_id>/", views.item_detail, name="item-detail"),
    path("pairs/<str:match_id>/lesson/", lesson_pages.lesson, name="lesson"),
    path(
        "pairs/<str:match_id>/lesson/withdraw/",
        lesson_pages.lesson_withdraw,
        name="lesson-withdraw",
    ),
    path("things-to-try/", touch_pages.touch_list, name="touch-list"),
    path("things-to-try/<str:touch_id>/tried/", touch_pages.touch_tried, name="touch-tried"),
]
