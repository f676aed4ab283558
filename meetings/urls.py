from django.urls import path

from . import views

app_name = "meetings"

urlpatterns = [
    path("meetings/<str:match_id>/", views.meeting_list, name="meeting-list"),
    path("meetings/<str:match_id>/new/", views.meeting_create, name="meeting-create"),
    path("meetings/<str:match_id>/held/", views.meeting_record, name="meeting-record"),
    path("meetings/<str:match_id>/contact/", views.contact_create, name="contact-create"),
    path("meeting/<str:meeting_id>/prepare/", views.meeting_prepare, name="meeting-prepare"),
    path("meeting/<str:meeting_id>/private-note/", views.meeting_note, name="meeting-note"),
    path("meeting/<str:meeting_id>/step/<str:role>/", views.meeting_step, name="meeting-step"),
    path("meeting/<str:meeting_id>/meeting.ics", views.meeting_calendar, name="meeting-calendar"),
    path("meeting/<str:meeting_id>/reply/", views.meeting_reply, name="meeting-reply"),
    path("meeting/<str:meeting_id>/keep/", views.meeting_keep, name="meeting-keep"),
    path("meeting/<str:meeting_id>/move/", views.meeting_move, name="meeting-move"),
    path("meeting/<str:meeting_id>/cancel/", views.meeting_cancel, name="meeting-cancel"),
    path("meeting/<str:meeting_id>/log/", views.meeting_log, name="meeting-log"),
]
