from django.urls import path

from . import views

app_name = "events"

urlpatterns = [
    path("events/", views.event_list, name="event-list"),
    path("event/<str:event_id>/", views.event_detail, name="event-detail"),
    path("event/<str:event_id>/sign-up/", views.event_sign_up, name="event-sign-up"),
    path("event/<str:event_id>/leave/", views.event_leave, name="event-leave"),
    path("event/<str:event_id>/calendar/", views.event_calendar, name="event-calendar"),
    path("event/<str:event_id>/feedback/", views.event_feedback, name="event-feedback"),
]
